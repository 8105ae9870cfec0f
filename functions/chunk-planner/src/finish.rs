//! The end of a run: no chunk left, the target's clock past the stamp, no lease but this planner's.

use std::time::Duration;

use migration::lease::Lease;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, KeySampler, Queue, TargetCatalog, TargetClock, TargetProbe};
use migration::record::{self, Stored};
use migration::run::{Event, State};
use migration::run_store::{self, Step};
use migration::stamp::{self, RunStamp};

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
        let partition = record::run_partition(work.run.id);
        if !self.records.range(&partition, record::CHUNK_LEASES, None, 1).await?.is_empty() {
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

    pub(crate) async fn finish(&self, work: &Work) -> Result<Progress, HandlerError> {
        let run = work.run.id;
        let fixed: Stored<RunStamp> = record::must_load(self.records, &record::stamp(run)).await?;
        if let RunStamp::At { stamp } = fixed.value {
            let margin = work.task.tuning.stamp_margin.duration();
            loop {
                let target_now = self.target_now(work).await?;
                if stamp::gate_is_open(fixed.value, margin, target_now) {
                    break;
                }
                let wait = target_now.until(stamp.plus(margin)) + Duration::from_millis(1);
                match self.wait_until(work, self.clock.now().plus(wait)).await {
                    Progress::Over => {}
                    stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
                }
            }
        }
        let partition = record::run_partition(run);
        let chunk_leases = record::load_all::<Lease>(self.records, &partition, record::CHUNK_LEASES).await?;
        if let Some(until) = chunk_leases.iter().map(|(_, lease)| lease.value.until).max() {
            return Ok(Progress::Later(self.clock.now().until(until).max(Duration::from_millis(100))));
        }
        if let Some(database) = &work.run.probe_database {
            self.target.drop_probe(run, database).await?;
        }
        let now = self.clock.now();
        let cause = "everything is copied and every lease has ended";
        let step = Step { from: State::Finishing, event: Event::LeasesEnded, cause, now };
        run_store::move_run(self.records, run, step, |_| (), &[]).await?;
        Ok(Progress::Ended)
    }
}
