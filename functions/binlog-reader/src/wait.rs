//! Waiting for the lanes, with the stream open and the lease kept: back-pressure and barriers.
//!
//! # Why nothing waits for ever
//!
//! 1. Each look loads the lanes and asks what asks for an epoch: a gap, or a lane that stands still although nobody holds
//!    it. Then the invocation ends and the next one starts the epoch, which ships again what was lost. So a batch that
//!    is outstanding is applied, or shipped again.
//! 2. About each second the run's record is looked at: a run that was paused, failed or finished is left alone, and one
//!    that was resumed meanwhile gets its epoch.
//! 3. What was seen of the lanes is stored with the state whenever it is stored, and when the lease is given back: so a
//!    lane's patience runs on from one short invocation to the next.
//! 4. The definition of an open barrier is asked for again about each second while nobody holds its lease: a lost message
//!    delays it and nothing more.
//! 5. Back-pressure counts the batches of the current epoch only: those of an earlier one are dropped by the lanes.

use std::time::Duration;

use migration::lease::Lease;
use migration::message::{self, Message};
use migration::port::{ChangeLog, CheckpointTable, Clock, ObjectStore, Queue, RowImages};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run_store;
use migration::time::UnixMs;

use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::tables::Tables;

/// How often the run's record is looked at, and a definition asked for.
const LOOK: Duration = Duration::from_secs(1);

/// How waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// What was waited for is so.
    Met,
    /// The invocation's time is up.
    Over,
}

impl Waited {
    /// Whether the time is up.
    pub(crate) fn is_over(self) -> bool {
        self == Self::Over
    }
}

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Waits while more is shipped and not applied than may be.
    pub(crate) async fn wait_for_lanes(&self, held: &mut Held) -> Result<Waited, Halt> {
        while held.state.value.batches_outstanding(&held.lanes) > self.pace.batches_outstanding_max {
            if self.wait_a_little(held).await?.is_over() {
                return Ok(Waited::Over);
            }
        }
        Ok(Waited::Met)
    }

    /// Waits until the declared barrier, if there is one, is passed.
    pub(crate) async fn wait_for_barrier(&self, held: &mut Held) -> Result<Waited, Halt> {
        if held.state.value.barrier.is_none() {
            return Ok(Waited::Met);
        }
        let mut asked: Option<UnixMs> = None;
        loop {
            let stored: Stored<ReaderState> =
                record::must_load(self.records, &record::reader(held.run.id)).await?;
            if stored.version != held.state.version {
                held.state = stored;
            }
            if held.state.value.barrier.is_none() {
                held.tables = Tables::load(self.records, held.run.id).await?;
                return Ok(Waited::Met);
            }
            let now = self.clock.now();
            let is_due = asked.is_none_or(|asked| asked.until(now) >= LOOK);
            if is_due && held.state.value.barrier_is_open(&held.lanes) {
                asked = Some(now);
                self.ask_for_definition(held, now).await?;
            }
            if self.wait_a_little(held).await?.is_over() {
                return Ok(Waited::Over);
            }
        }
    }

    async fn ask_for_definition(&self, held: &Held, now: UnixMs) -> Result<(), Halt> {
        let key = record::definition_lease(held.run.id);
        let lease: Option<Stored<Lease>> = record::load(self.records, &key).await?;
        if lease.is_none_or(|lease| lease.value.has_ended(now)) {
            message::send(self.queue, &[Message::Define { run: held.run.id, sent_at: now }]).await?;
        }
        Ok(())
    }

    async fn wait_a_little(&self, held: &mut Held) -> Result<Waited, Halt> {
        if held.is_over(self.clock.now()) {
            return Ok(Waited::Over);
        }
        self.clock.sleep(self.pace.wait).await;
        self.keep_lease(held).await?;
        self.look_at_run(held).await?;
        held.lanes = self.load_lanes(held).await?;
        match self.reason_in_lanes(held).await? {
            Some(_) => Err(Halt::Again),
            None => Ok(Waited::Met),
        }
    }

    /// Looks, about each second, whether the run still follows the log, and whether it was asked to finish.
    pub(crate) async fn look_at_run(&self, held: &mut Held) -> Result<(), Halt> {
        let now = self.clock.now();
        if held.looked_at.until(now) < LOOK {
            return Ok(());
        }
        held.looked_at = now;
        let run = run_store::load_run(self.records, held.run.id).await?.ok_or(Halt::Ended)?.value;
        if !run.state.follows() {
            return Err(Halt::Ended);
        }
        if run.resumes != held.state.value.resumes {
            return Err(Halt::Again);
        }
        held.run = run;
        self.ask_for_the_end(held).await
    }
}
