//! Going on with another server.
//!
//! # Why no change is lost or invented by a switch (protocol H15)
//!
//! 1. The restart set is what every lane had applied at a boundary of the log. The intent is everything that may have
//!    been shipped at all, stored before it was sent, by whichever reader. A new server that has executed both has every
//!    change that may be on the target, and lacks none that the target lacks but the log it goes on with.
//! 2. Reading starts in the newest file before which nothing is outside the restart set, and passes over what is in
//!    it, by GTID alone: files and offsets of another server say nothing. So each transaction outside is shipped once
//!    more, in the new server's order, on a new timeline whose positions no lane has applied.
//! 3. It is a new epoch as well: batches of the old timeline that are still under way are dropped once a lane has seen it, and
//!    whatever such a batch changed before is shipped again behind it.
//! 4. What was copied may show more than was shipped. So the reader first stores that it is about to switch, from when on no
//!    page is written that shows more, and then demands that the new server has executed that too
//!    ([`migration::shown`]). Should the former server answer again, the state says so before anything is read.
//! 5. Without GTIDs, after a transaction without one, or where a set is not contained, nothing is proven, and the run stops.

use migration::port::{ChangeLog, CheckpointTable, Clock, LogEnd, ObjectStore, Queue, RowImages};
use migration::reader_state::{Evidence, ReaderState};
use migration::shown;

use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::history::REMEDY;

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Moves the state to the server that answers now, or stops the run.
    pub(crate) async fn switch(&self, held: &mut Held, end: &LogEnd) -> Result<(), Halt> {
        let state = &held.state.value;
        let what = |why: &str| format!("another source server answers ({}), and {why}", end.server_uuid);
        let Some((restart, intent)) = state.switch_proof(&held.lanes) else {
            return Err(Halt::stop(
                what("without GTIDs nothing proves that it has the same history"),
                REMEDY,
            ));
        };
        let Some(executed) = &end.executed else {
            return Err(Halt::stop(what("it has no GTIDs to prove its history by"), REMEDY));
        };
        if !executed.contains_all(restart) || !executed.contains_all(intent) {
            return Err(Halt::stop(what("it lacks transactions that may be on the target"), REMEDY));
        }
        let restart = restart.clone();
        self.store_switching(held, true).await?;
        if !executed.contains_all(&shown::load(self.records, held.run.id).await?) {
            return Err(Halt::stop(what("it lacks transactions that copied rows may show"), REMEDY));
        }
        let Some(at) = self.log.file_for(&restart).await? else {
            return Err(Halt::stop(what("its log does not reach back to where this task is"), REMEDY));
        };
        let evidence =
            Evidence { server_uuid: end.server_uuid.clone(), file_name: at.file_name, format: None };
        let next = held.state.value.switched(at.place, restart, evidence, self.clock.now());
        self.store_state(held, next).await
    }

    /// Stores whether another server is about to be judged.
    pub(crate) async fn store_switching(&self, held: &mut Held, switching: bool) -> Result<(), Halt> {
        if held.state.value.switching == switching {
            return Ok(());
        }
        let next = ReaderState { switching, ..held.state.value.clone() };
        self.store_state(held, next).await
    }
}
