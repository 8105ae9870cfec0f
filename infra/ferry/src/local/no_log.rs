//! Stands in the place of the source's log until its adapter is wired in: whoever asks is refused.

use std::time::Duration;

use migration::gtid::GtidSet;
use migration::port::{
    ChangeLog, LogEnd, LogEvent, LogGone, LogStart, LogStream, OpenAt, PortError, Surface,
};

/// No log.
#[derive(Debug)]
pub(crate) struct NoLog;

/// No stream: there is none to be had.
#[derive(Debug)]
pub(crate) enum NoStream {}

fn refused<T>() -> Result<T, PortError> {
    Err(PortError::permanent(Surface::Source, "this program does not follow the log"))
}

impl LogStream for NoStream {
    async fn next(&mut self, _wait: Duration) -> Result<Option<LogEvent>, PortError> {
        match *self {}
    }
}

impl ChangeLog for NoLog {
    type Stream = NoStream;

    async fn start(&self) -> Result<LogStart, PortError> {
        refused()
    }

    async fn end(&self) -> Result<LogEnd, PortError> {
        refused()
    }

    async fn is_visible(&self, _end: &LogEnd) -> Result<bool, PortError> {
        refused()
    }

    async fn open(&self, _at: &OpenAt) -> Result<Result<Self::Stream, LogGone>, PortError> {
        refused()
    }

    async fn file_for(&self, _executed: &GtidSet) -> Result<Option<OpenAt>, PortError> {
        refused()
    }
}
