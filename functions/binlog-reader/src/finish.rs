//! The end that `finish` waits for.
//!
//! The source is asked where its log ends only after the operator's wish was seen in the run's record (protocol H23), so
//! everything committed before the wish lies in front of it. It is stored once, for the server it is of; a switch forgets it,
//! and it is asked for again. The planner ends the run once everything up to it is applied.

use migration::mutation::{self, Rule};
use migration::port::{ChangeLog, CheckpointTable, Clock, ObjectStore, Queue, RowImages};

use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Asks for the log's end where the operator wants to finish and it is not known.
    pub(crate) async fn ask_for_the_end(&self, held: &mut Held) -> Result<(), Halt> {
        if !held.run.finish || held.state.value.finish_at.is_some() || held.state.value.barrier.is_some() {
            return Ok(());
        }
        let end = self.log.end().await?;
        if end.server_uuid != held.state.value.evidence.server_uuid {
            // Opening the log there proves the server, or stops the run.
            return Ok(());
        }
        let read = held.state.value.position.transaction;
        let place = if mutation::is_left_out(Rule::FinishEnd) { read } else { end.place };
        let mut next = held.state.value.clone();
        next.finish_at = Some(place);
        self.store_state(held, next).await
    }
}
