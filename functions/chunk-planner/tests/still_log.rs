//! A log nobody writes to: it has a start and an end, and nothing in between.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::gtid::GtidSet;
use migration::port::{
    ChangeLog, LogEnd, LogEvent, LogGone, LogStart, LogStream, OpenAt, PortError, StartWay,
};
use migration::position::LogPlace;

/// The server's identity, as the facts of `memory::MemorySource` have it.
const SERVER: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/// A handle; clones share it. Each question for a start finds a later place, so that a second one is noticed.
#[derive(Debug, Clone)]
pub(crate) struct StillLog {
    place: Arc<Mutex<LogPlace>>,
}

impl Default for StillLog {
    fn default() -> Self {
        Self { place: Arc::new(Mutex::new(LogPlace { file: 1, offset: 157 })) }
    }
}

impl StillLog {
    /// Where the log ends.
    pub(crate) fn place(&self) -> LogPlace {
        *self.guard()
    }

    /// As if the owner of the source had written so many bytes of log.
    pub(crate) fn grow(&self, bytes: u64) {
        self.guard().offset += bytes;
    }

    fn guard(&self) -> MutexGuard<'_, LogPlace> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stream of a log nobody writes to.
#[derive(Debug)]
pub(crate) struct StillStream(LogPlace);

impl LogStream for StillStream {
    async fn next(&mut self, _wait: Duration) -> Result<Option<LogEvent>, PortError> {
        Ok(Some(LogEvent::Idle { at: self.0 }))
    }
}

impl ChangeLog for StillLog {
    type Stream = StillStream;

    async fn start(&self) -> Result<LogStart, PortError> {
        self.grow(100);
        let file_name = "binlog.000001".to_owned();
        let server_uuid = SERVER.to_owned();
        Ok(LogStart { place: self.place(), file_name, executed: None, server_uuid, way: StartWay::Lock })
    }

    async fn end(&self) -> Result<LogEnd, PortError> {
        Ok(LogEnd { place: self.place(), executed: None, server_uuid: SERVER.to_owned() })
    }

    async fn is_visible(&self, _end: &LogEnd) -> Result<bool, PortError> {
        Ok(true)
    }

    async fn open(&self, _at: &OpenAt) -> Result<Result<Self::Stream, LogGone>, PortError> {
        Ok(Ok(StillStream(self.place())))
    }

    async fn file_for(&self, _executed: &GtidSet) -> Result<Option<OpenAt>, PortError> {
        Ok(None)
    }
}
