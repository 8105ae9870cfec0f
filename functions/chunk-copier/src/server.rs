//! Which server a page may be read from while the log is followed.
//!
//! # Why no page comes from a server that lacks what the log has told, or has what it will never tell
//!
//! 1. The copy rests on this: a page shows at least every change before the start of the log, and every change it does not
//!    show is told by the log. Both are known of the server the reader follows, and of no other (protocol H6, H22).
//! 2. So a page is read in a session that says, before it reads, that it is that server's; which one that is was
//!    loaded before. A reader that moved on since had the new server proven to hold all that was shipped.
//! 3. Beside the log a chunk waits until the reader has accepted the server that answers now, or has stopped the run.
//! 4. Where the log is read after the copy nobody watches it yet. Then the server that answers must have executed all that
//!    was executed at the start, and all that copied rows may show, by GTID; without that proof the run stops. The reader
//!    asks for its own proof later.

use migration::outcome::{HandlerError, Outcome};
use migration::port::{ChangeLog, CheckpointTable, Clock, KeySampler, LogStart, Queue, RowSource, Sink};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run::{Failure, RunId};
use migration::run_store;
use migration::shown;
use migration::task::Task;

use crate::handler::{Copier, HELD_PAUSE, Held};

impl<R, Q, S, K, L, C> Copier<'_, R, Q, S, K, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    S: RowSource + KeySampler,
    K: Sink,
    L: ChangeLog,
    C: Clock,
{
    /// The server whose log is followed; none where none is, or where servers have no names.
    pub(crate) async fn followed_server(
        &self,
        task: &Task,
        run: RunId,
    ) -> Result<Option<String>, HandlerError> {
        if !task.migration.follows() {
            return Ok(None);
        }
        let reader: Option<Stored<ReaderState>> = record::load(self.records, &record::reader(run)).await?;
        let server = reader.map(|reader| reader.value.evidence.server_uuid);
        Ok(server.filter(|server| !server.is_empty()))
    }

    /// Another server answers: how the invocation ends, or none where pages may be read from that one.
    pub(crate) async fn meet(&self, held: &mut Held, other: String) -> Result<Option<Outcome>, HandlerError> {
        if held.beside_log {
            self.release(held).await?;
            return Ok(Some(Outcome::Again { after: HELD_PAUSE }));
        }
        let start: Stored<LogStart> = record::must_load(self.records, &record::start(held.run.id)).await?;
        let end = self.log.end().await?;
        if end.server_uuid != other {
            // A third one, or the former again.
            self.release(held).await?;
            return Ok(Some(Outcome::Again { after: HELD_PAUSE }));
        }
        let copied = shown::load(self.records, held.run.id).await?;
        let has_all = match (&end.executed, &start.value.executed) {
            (Some(executed), Some(needed)) => executed.contains_all(needed) && executed.contains_all(&copied),
            (None, _) | (_, None) => false,
        };
        if has_all {
            held.server = Some(other);
            return Ok(None);
        }
        let what = format!(
            "another source server answers ({other}), and it is not shown to have what was there when the copy began, and all that was copied"
        );
        let remedy =
            "lead the address back to the former server and run the task again, or copy again with a new \
                      task"
                .to_owned();
        run_store::fail_run(self.records, held.run.id, Failure { what, remedy, at: self.clock.now() })
            .await?;
        Ok(Some(Outcome::Done))
    }
}
