//! Opening the log where reading goes on.
//!
//! # Why what is read is a continuation of what was read
//!
//! 1. The server is asked who it is. Another server is accepted only by proof (`switch`); without, the run stops.
//! 2. The log is opened at the stored place or not at all. A file that is gone, or ends before the place, stops the
//!    run with the reason: there is no other place that would be right.
//! 3. Each file tells the server id and time in the header of its first event, which `history` compares with what was
//!    stored of that file.

use migration::port::{
    ChangeLog, CheckpointTable, Clock, LogEnd, LogGone, ObjectStore, OpenAt, Queue, RowImages,
};
use migration::position::LogPlace;
use migration::reader_state::ReaderState;

use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::history;

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Opens the log at the state's place, on another server where that one proves to have everything.
    pub(crate) async fn open(&self, held: &mut Held) -> Result<L::Stream, Halt> {
        let end = self.log.end().await?;
        if end.server_uuid != held.state.value.evidence.server_uuid {
            self.switch(held, &end).await?;
        }
        self.store_switching(held, false).await?;
        let at = open_at(&held.state.value);
        match self.log.open(&at).await? {
            Ok(stream) => Ok(stream),
            Err(gone) => Err(self.gone(held, &at, gone).await?),
        }
    }

    async fn gone(&self, held: &Held, at: &OpenAt, gone: LogGone) -> Result<Halt, Halt> {
        // The server may have been exchanged between the two questions: then it is the next invocation's to prove it.
        let end: LogEnd = self.log.end().await?;
        if end.server_uuid != held.state.value.evidence.server_uuid {
            return Ok(Halt::Again);
        }
        let LogPlace { offset, .. } = at.place;
        let file = &at.file_name;
        Ok(match gone {
            LogGone::Purged { oldest } => {
                let left =
                    oldest.map(|oldest| format!("; the oldest file left is {oldest}")).unwrap_or_default();
                Halt::stop(
                    format!("the source's log is no longer complete: {file} was removed{left}"),
                    "start the task under a new name to copy again, and keep the source's log for longer (binlog_expire_logs_seconds)",
                )
            }
            LogGone::Beyond => Halt::stop(
                format!(
                    "the source's log has another history: {file} ends before byte {offset}, which was read"
                ),
                history::REMEDY,
            ),
        })
    }
}

/// Where the state has the log opened.
fn open_at(state: &ReaderState) -> OpenAt {
    let place = state.resume.place;
    let offset = state.resume.inside.as_ref().map_or(place.offset, |inside| inside.offset);
    let file_name = history::name_of(&state.evidence.file_name, place.file);
    OpenAt { place: LogPlace { offset, ..place }, file_name }
}
