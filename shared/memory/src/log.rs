//! The binary log of a [`MemorySource`](crate::MemorySource).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::gtid::GtidSet;
use migration::mutation::{self, Rule};
use migration::port::{
    ChangeLog, Clock, LogEnd, LogEvent, LogGone, LogStart, LogStream, OpenAt, PortError, Surface,
};
use migration::position::LogPlace;
use migration::retry::{Effect, Retry};
use migration::time::UnixMs;

use crate::clock::ManualClock;
use crate::faults::{Call, Faults};
use crate::history::History;

/// How often an idle source says so.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// A handle to the log of a source.
#[derive(Debug, Clone)]
pub struct MemoryLog {
    faults: Faults,
    clock: ManualClock,
    history: Arc<Mutex<History>>,
}

impl MemoryLog {
    pub(crate) fn new(faults: Faults, clock: ManualClock, history: Arc<Mutex<History>>) -> Self {
        Self { faults, clock, history }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.see(self.clock.now());
        history
    }
}

/// An open log.
#[derive(Debug)]
pub struct MemoryStream {
    log: MemoryLog,
    session: u64,
    at: LogPlace,
    waiting: VecDeque<LogEvent>,
    in_transaction: bool,
    idle_told: Option<(LogPlace, UnixMs)>,
}

impl ChangeLog for MemoryLog {
    type Stream = MemoryStream;

    async fn start(&self) -> Result<LogStart, PortError> {
        let covers_invisible = mutation::is_left_out(Rule::StartVisible);
        self.faults.call(Call::LogStart, || Ok(self.history().start(covers_invisible)))
    }

    async fn end(&self) -> Result<LogEnd, PortError> {
        self.faults.call(Call::LogEnd, || Ok(self.history().end()))
    }

    async fn is_visible(&self, end: &LogEnd) -> Result<bool, PortError> {
        self.faults.call(Call::LogVisible, || Ok(self.history().is_visible(end)))
    }

    async fn open(&self, at: &OpenAt) -> Result<Result<MemoryStream, LogGone>, PortError> {
        self.faults.call(Call::LogOpen, || {
            let history = self.history();
            if let Err(gone) = history.log.look(at) {
                return Ok(Err(gone));
            }
            Ok(Ok(MemoryStream {
                log: self.clone(),
                session: history.session,
                at: at.place,
                waiting: history.log.file_event(at.place).into_iter().collect(),
                in_transaction: false,
                idle_told: None,
            }))
        })
    }

    async fn file_for(&self, executed: &GtidSet) -> Result<Option<OpenAt>, PortError> {
        self.faults.call(Call::LogFileFor, || Ok(self.history().log.file_for(executed)))
    }
}

impl MemoryStream {
    fn take(&mut self) -> Result<Option<LogEvent>, PortError> {
        if let Some(event) = self.waiting.pop_front() {
            return Ok(Some(event));
        }
        let history = self.log.history();
        if history.session != self.session {
            let mut error = PortError::permanent(Surface::Source, "the connection is lost");
            (error.retry, error.effect) = (Retry::Now, Effect::None);
            return Err(error);
        }
        let Some((behind, event)) = history.log.next(self.at) else { return Ok(None) };
        drop(history);
        self.at = behind;
        match event {
            LogEvent::Begin(_) => self.in_transaction = true,
            LogEvent::Commit { .. } => self.in_transaction = false,
            _ => {}
        }
        Ok(Some(event))
    }

    /// Whether the source would say now that it is idle.
    fn idle(&mut self) -> Option<LogEvent> {
        let now = self.log.clock.now();
        let is_due = self.idle_told.is_none_or(|(at, told)| at != self.at || told.until(now) >= HEARTBEAT);
        if self.in_transaction || !is_due {
            return None;
        }
        self.idle_told = Some((self.at, now));
        // In a file that has only begun, behind what every file begins with.
        Some(LogEvent::Idle { at: self.log.history().log.end() })
    }
}

impl LogStream for MemoryStream {
    async fn next(&mut self, wait: Duration) -> Result<Option<LogEvent>, PortError> {
        let faults = self.log.faults.clone();
        let found = faults.call(Call::LogNext, || self.take())?;
        if found.is_some() {
            return Ok(found);
        }
        if let Some(idle) = self.idle() {
            return Ok(Some(idle));
        }
        let clock = self.log.clock.clone();
        clock.sleep(wait).await;
        Ok(match self.take()? {
            Some(event) => Some(event),
            None => self.idle(),
        })
    }
}
