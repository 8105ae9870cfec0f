//! `--until caught-up`: whether everything committed before the command began to wait is applied.
//!
//! The source is asked for its log's end when the run follows the log and its copy is over, for a run that does so already at
//! once: so everything committed before the command was given lies in front of it. After a switch of the server an
//! end says nothing, and it is asked for again.

use migration::outcome::HandlerError;
use migration::port::ChangeLog;
use migration::position::{LogPlace, Timeline};
use migration::run::State;

use crate::report::Snapshot;

/// The end that is waited for, once it is known.
#[derive(Debug, Default)]
pub(crate) struct CaughtUp {
    end: Option<(Timeline, LogPlace)>,
}

impl CaughtUp {
    /// Whether it is reached.
    pub(crate) async fn is_reached(
        &mut self,
        log: &impl ChangeLog,
        snapshot: &Snapshot,
    ) -> Result<bool, HandlerError> {
        let Some(following) = &snapshot.following else { return Ok(false) };
        if snapshot.run.state != State::Running {
            return Ok(false);
        }
        let reader = &following.reader;
        let timeline = reader.position.timeline;
        let known = self.end.filter(|(of, _)| *of == timeline).map(|(_, end)| end);
        let Some(end) = known else {
            let end = log.end().await?;
            if end.server_uuid == reader.evidence.server_uuid {
                self.end = Some((timeline, end.place));
            }
            return Ok(false);
        };
        // A table that is copied again has chunks that are open.
        let is_copied = snapshot.tables.iter().all(crate::report::TableSnapshot::is_done);
        Ok(is_copied && reader.is_applied_through(end, &following.lanes))
    }
}
