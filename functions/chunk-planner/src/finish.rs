//! The end of a run: no chunk left, the target's clock past the stamp, no lease but this planner's.
//!
//! # Why the clock may be dropped before the run is over
//!
//! The probe table is the clock, and must not outlive the run. That the clock has passed the gate is recorded before
//! the table is dropped, so whoever comes after a crash, and whoever finds the table gone meanwhile, asks no more.

use std::time::Duration;

use migration::lease::Lease;
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, KeySampler, Queue, RecordKey, TargetCatalog, TargetClock, TargetProbe,
};
use migration::record::{self, Stored};
use migration::run::{Event, RunId, State};
use migration::run_store::{self, Step};
use migration::stamp::{self, RunStamp};
use migration::time::UnixMs;

use crate::handler::{Planner, Progress, Work};

impl<R, Q, K, T, C> Planner<'_, R, Q, K, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler,
    T: TargetCatalog + TargetProbe + TargetClock,
    C: Clock,
{
    /// The copy is over when planning is and no chunk has a lease record any more. The copier asks the same after
    /// its own last write, by waking the planner.
    pub(crate) async fn end_copy(&self, work: &Work) -> Result<Progress, HandlerError> {
        if !self.is_copied(work.run.id).await? {
            // The last copier, or the next tick, wakes the planner again.
            return Ok(Progress::Ended);
        }
        let now = self.clock.now();
        let step = Step { from: State::Copying, event: Event::CopyEnded, cause: "no chunk is left", now };
        match run_store::move_run(self.records, work.run.id, step, |_| (), &[]).await? {
            Some(_) => Ok(Progress::Over),
            None => Ok(Progress::Ended),
        }
    }

    async fn is_copied(&self, run: RunId) -> Result<bool, HandlerError> {
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
        let fixed: Stored<RunStamp> = record::must_load(self.records, &record::stamp(run)).await?;
        match self.pass_gate(work, fixed.value).await? {
            Progress::Over => {}
            stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
        }
        let partition = record::run_partition(run);
        let chunk_leases = record::load_all::<Lease>(self.records, &partition, record::CHUNK_LEASES).await?;
        if let Some(until) = chunk_leases.iter().map(|(_, lease)| lease.value.until).max() {
            return Ok(Progress::Later(self.clock.now().until(until).max(Duration::from_millis(100))));
        }
        // A copy that is whole does not fail for a table nobody needs; precheck told of a missing right to drop it.
        if let Some(database) = &work.run.probe_database
            && let Err(error) = self.target.drop_probe(run, database).await
            && error.is_transient()
        {
            return Err(HandlerError::Port(error));
        }
        let now = self.clock.now();
        let cause = "everything is copied and every lease has ended";
        let step = Step { from: State::Finishing, event: Event::LeasesEnded, cause, now };
        run_store::move_run(self.records, run, step, |_| (), &[]).await?;
        Ok(Progress::Ended)
    }

    async fn pass_gate(&self, work: &Work, fixed: RunStamp) -> Result<Progress, HandlerError> {
        let RunStamp::At { stamp } = fixed else { return Ok(Progress::Over) };
        let margin = work.task.tuning.stamp_margin.duration();
        let gate = gate(work.run.id);
        while !self.is_passed(&gate).await? {
            let target_now = match self.target_now(work).await {
                Ok(target_now) => target_now,
                // Another planner may have dropped the clock, and says so in the record.
                Err(_) if self.is_passed(&gate).await? => break,
                Err(error) => return Err(error),
            };
            if stamp::gate_is_open(fixed, margin, target_now) {
                // A conflict means that somebody else has recorded it.
                self.records.commit(vec![record::put_new(gate.clone(), &target_now)]).await?;
                continue;
            }
            let wait = target_now.until(stamp.plus(margin)) + Duration::from_millis(1);
            match self.wait_until(work, self.clock.now().plus(wait)).await {
                Progress::Over => {}
                stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
            }
        }
        Ok(Progress::Over)
    }

    async fn is_passed(&self, gate: &RecordKey) -> Result<bool, HandlerError> {
        Ok(record::load::<UnixMs>(self.records, gate).await?.is_some())
    }
}

/// `run#ID` / `gate`: the target's time at which its clock was found past the gate.
fn gate(run: RunId) -> RecordKey {
    RecordKey { partition: record::run_partition(run), sort: "gate".to_owned() }
}
