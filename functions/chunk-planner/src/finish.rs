//! The end of the copy, and the end of a run: the target's clock past the stamp, no lease but this planner's.
//!
//! # Why nothing of a run is written after it was `completed` (protocol H23)
//!
//! 1. `finishing` is a state in which nobody takes a lease for writing: whoever takes one does so in a transaction
//!    that checks the run's record, or its table's owner record, unchanged.
//! 2. The leases are read after the run has moved there. So every lease that was ever given out is seen, and a holder
//!    sends nothing that could take effect after its lease's end (`migration::lease`). A lease given back was given
//!    back after its last statement was answered. When all of them have ended, nothing is in flight.
//! 3. The gate has been passed by then (`crate::gate`): what the owner writes to the target afterwards lies above
//!    every copied row.

use migration::budget::Budget;
use migration::lease::Lease;
use migration::message::{self, Message};
use migration::mutation::{self, Rule};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe,
};
use migration::record;
use migration::run::{Event, Run, RunId, State};
use migration::run_store::{self, Step};
use migration::time::UnixMs;

use crate::handler::{Planner, Progress, Work};

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    /// The copy is over when every table is cut to its end and no chunk has a lease record any more. The copier asks the same after
    /// its own last write, by waking the planner. While it goes on, the gate is opened for those who follow the log.
    pub(crate) async fn end_copy(&self, work: &Work) -> Result<Progress, HandlerError> {
        let follows = work.task.migration.follows();
        if !self.is_copied(work.run.id).await? {
            let gate = if follows { self.look_at_gate(work).await? } else { None };
            // The last copier, or the next tick, wakes the planner again.
            return Ok(gate.map_or(Progress::Ended, Progress::Later));
        }
        let now = self.clock.now();
        let event = if follows { Event::CatchUpBegan } else { Event::CopyEnded };
        let cause = if work.task.migration.copies() { "no chunk is left" } else { "nothing is to be copied" };
        let step = Step { from: State::Copying, event, cause, now };
        if run_store::move_run(self.records, work.run.id, step, |_| (), &[]).await?.is_none() {
            return Ok(Progress::Ended);
        }
        if follows {
            message::send(self.queue, &[Message::Read { run: work.run.id }]).await?;
        }
        Ok(Progress::Over)
    }

    pub(crate) async fn is_copied(&self, run: RunId) -> Result<bool, HandlerError> {
        // Plans first: a chunk's lease is stored in the transaction that completes its plan.
        if !self.incomplete(run).await?.is_empty() {
            return Ok(false);
        }
        let partition = record::run_partition(run);
        Ok(self.records.range(&partition, record::CHUNK_LEASES, None, 1).await?.is_empty())
    }

    /// Whether the run still stands where only the end of the copy is left to be seen.
    pub(crate) async fn owes_end_of_copy(&self, run: RunId) -> Result<bool, HandlerError> {
        let stored = run_store::load_run(self.records, run).await?;
        Ok(stored.is_some_and(|stored| stored.value.state == State::Copying) && self.is_copied(run).await?)
    }

    pub(crate) async fn finish(&self, work: &Work) -> Result<Progress, HandlerError> {
        let run = work.run.id;
        match self.pass_gate(work).await? {
            Progress::Over => {}
            stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
        }
        match self.wait_for_leases(run, work.budget).await? {
            Progress::Over => {}
            stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
        }
        self.drop_probe(&work.run).await?;
        let now = self.clock.now();
        let cause = "everything is carried over and every lease has ended";
        let step = Step { from: State::Finishing, event: Event::LeasesEnded, cause, now };
        run_store::move_run(self.records, run, step, |_| (), &[]).await?;
        Ok(Progress::Ended)
    }

    /// What is left of a run that the operator ended for good: its clock, once nobody can be working any more.
    pub(crate) async fn clean_up(&self, run: &Run, budget: Budget) -> Result<Outcome, HandlerError> {
        match self.wait_for_leases(run.id, budget).await? {
            Progress::Later(after) => return Ok(Outcome::Again { after }),
            Progress::Over | Progress::Ended => {}
        }
        self.drop_probe(run).await?;
        Ok(Outcome::Done)
    }

    /// Until every lease but a planner's has ended. None is given out any more in the states this is asked in.
    async fn wait_for_leases(&self, run: RunId, budget: Budget) -> Result<Progress, HandlerError> {
        loop {
            let until = self.leases_until(run).await?;
            if until <= self.clock.now() || mutation::is_left_out(Rule::FinishWaits) {
                return Ok(Progress::Over);
            }
            match self.wait_until(budget, until).await {
                Progress::Over => {}
                stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
            }
        }
    }

    async fn leases_until(&self, run: RunId) -> Result<UnixMs, HandlerError> {
        let own = record::planner_lease(run);
        let leases =
            record::load_all::<Lease>(self.records, &record::run_partition(run), record::LEASES).await?;
        let others = leases.iter().filter(|(key, _)| *key != own);
        Ok(others.map(|(_, lease)| lease.value.until).max().unwrap_or_default())
    }

    /// A copy that is whole does not fail for a table nobody needs; precheck told of a missing right to drop it.
    async fn drop_probe(&self, run: &Run) -> Result<(), HandlerError> {
        let Some(database) = &run.probe_database else { return Ok(()) };
        match self.target.drop_probe(run.id, database).await {
            Err(error) if error.is_transient() => Err(HandlerError::Port(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
