//! The gate: the target's clock is past the stamp by the margin, so nothing written from here on lies below a copied row.
//!
//! That it was passed is recorded once, before anybody relies on it: the clock is dropped at the end of the run, and
//! whoever comes after a crash, or finds the table gone meanwhile, asks no more.

use std::time::Duration;

use migration::message::{self, Message};
use migration::mutation::{self, Rule};
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe,
};
use migration::record::{self, Stored};
use migration::run::RunId;
use migration::stamp::{self, RunStamp};
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
    /// Waits for the gate as long as this invocation lives.
    pub(crate) async fn pass_gate(&self, work: &Work) -> Result<Progress, HandlerError> {
        while let Some(wait) = self.look_at_gate(work).await? {
            match self.wait_until(work.budget, self.clock.now().plus(wait)).await {
                Progress::Over => {}
                stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
            }
        }
        Ok(Progress::Over)
    }

    /// How long until the gate may open; none where it was passed, which is recorded, or where there is none.
    pub(crate) async fn look_at_gate(&self, work: &Work) -> Result<Option<Duration>, HandlerError> {
        let run = work.run.id;
        let fixed: Stored<RunStamp> = record::must_load(self.records, &record::stamp(run)).await?;
        let RunStamp::At { stamp } = fixed.value else { return Ok(None) };
        if self.is_passed(run).await? {
            return Ok(None);
        }
        let target_now = match self.target_now(work).await {
            Ok(target_now) => target_now,
            // Another planner may have dropped the clock, and says so in the record.
            Err(_) if self.is_passed(run).await? => return Ok(None),
            Err(error) => return Err(error),
        };
        let margin = work.task.tuning.stamp_margin.duration();
        if !stamp::gate_is_open(fixed.value, margin, target_now) && !mutation::is_left_out(Rule::StampGate) {
            return Ok(Some(target_now.until(stamp.plus(margin)) + Duration::from_millis(1)));
        }
        // A conflict means that somebody else has recorded it.
        self.records.commit(vec![record::put_new(record::gate(run), &target_now)]).await?;
        if work.task.migration.follows() {
            message::send(self.queue, &[Message::Read { run }]).await?;
        }
        Ok(None)
    }

    async fn is_passed(&self, run: RunId) -> Result<bool, HandlerError> {
        Ok(record::load::<UnixMs>(self.records, &record::gate(run)).await?.is_some())
    }
}
