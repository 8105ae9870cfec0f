//! Definitions that touch tables of the run: everything before is shipped, then the barrier is declared.
//!
//! # Why a definition is executed exactly between the rows before and behind it
//!
//! 1. Everything in front of its transaction is sent first. Then position (the transaction's start) and barrier are stored in
//!    one write, so that the barrier stands for exactly that position and epoch ([`migration::reader_state`], 4).
//! 2. Nothing behind it is routed until the executor has passed it: images behind it belong to another schema. The reader
//!    polls its own record; the executor stores the tables' records and the state behind the barrier together.
//! 3. Should an epoch start meanwhile that lowers the position, the barrier is gone with the same write. The definition is
//!    read again, and declared again.
//! 4. A definition that concerns no table of the run, and no ghost of one, is passed over ([`migration::definition`]). One
//!    that names no table at all might, and is judged by the executor.

use migration::barrier::Barrier;
use migration::port::{ChangeLog, CheckpointTable, Clock, ObjectStore, Queue, RowImages};
use migration::position::{LogPlace, Position};

use crate::cursor::{Cursor, Open};
use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::lanes::Lanes;
use crate::wait::Waited;

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Declares the barrier of a definition whose transaction ends at `next`, and waits until it is passed. `cursor`
    /// stands in front of it before, and behind it afterwards.
    pub(crate) async fn pass_definition(
        &self,
        held: &mut Held,
        cursor: &mut Cursor,
        lanes: &mut Lanes,
        open: Open,
        next: LogPlace,
    ) -> Result<Waited, Halt> {
        let Some((changes, statement)) = open.definition else { return Ok(Waited::Met) };
        let position = Position::boundary(cursor.timeline, open.at);
        let (reached, shipped) = self.ship(held, cursor, lanes).await?;
        let mut declared = self.moved(held, &reached, &shipped, None).await?;
        declared.barrier = Some(Barrier {
            position: position.row(1, 0),
            stored: declared.position,
            epoch: declared.epoch,
            next,
            gtid: open.gtid,
            goes_on: open.goes_on,
            committed_at: open.committed_at,
            changes,
            statement,
        });
        self.store_state(held, declared).await?;
        held.unsettled = false;
        let waited = self.wait_for_barrier(held).await?;
        if waited == Waited::Met {
            *cursor = Cursor::resuming(&held.state.value);
            *lanes = Lanes::of(held.run.id, &held.state.value, self.pace);
        }
        Ok(waited)
    }
}
