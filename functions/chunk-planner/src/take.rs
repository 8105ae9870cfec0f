//! Takes every table, looks whether it is empty, and fixes the stamp: in this order, which `migration::owner` and
//! `migration::stamp` argue for.

use std::time::Duration;

use migration::outcome::HandlerError;
use migration::owner::Owner;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe,
};
use migration::record::{self, Stored};
use migration::run::Failure;
use migration::run_store;
use migration::stamp::{self, RunStamp};
use migration::taking::{self, Taking};
use migration::task::NotEmptyPolicy;
use migration::time::UnixMs;

use crate::handler::{Planner, Progress, Work};
use crate::phase;

/// How long a look at the first table counts while the others are looked at. A run that is resumed later looks again.
const EMPTINESS_HOLDS: Duration = Duration::from_mins(10);

const NOW: Progress = Progress::Later(Duration::ZERO);

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn take(&self, work: &Work) -> Result<Progress, HandlerError> {
        let mut phase = phase::load(self.records, work.run.id).await?;
        while phase.taken < work.run.tables {
            let progress = if self.time_left(work) { self.take_table(work, phase.taken).await? } else { NOW };
            if progress != Progress::Over {
                phase::store(self.records, work.run.id, phase).await?;
                return Ok(progress);
            }
            phase.taken += 1;
        }
        phase::store(self.records, work.run.id, phase).await?;
        Ok(Progress::Over)
    }

    async fn take_table(&self, work: &Work, number: u32) -> Result<Progress, HandlerError> {
        let run = &work.run;
        let table = phase::table(self.records, run.id, number).await?;
        let key = record::owner(self.target_name, &table.mapping.target.id);
        loop {
            match taking::take(self.records, run, &key, self.clock.now()).await? {
                Taking::Taken(_) => return Ok(Progress::Over),
                Taking::WaitUntil(at) => match self.wait_until(work.budget, at).await {
                    Progress::Over => {}
                    stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
                },
                Taking::Refused { task } => {
                    let target = &table.mapping.target.id;
                    let what = format!("target table {target} belongs to the unfinished task {task}");
                    let remedy =
                        format!("finish or cancel task {task} first, or leave the table out of this task");
                    return self.fail(work, what, remedy).await;
                }
            }
        }
    }

    /// Checked only until the stamp is fixed: afterwards the rows found may be this run's own.
    pub(crate) async fn check_empty(&self, work: &Work) -> Result<Progress, HandlerError> {
        let fixed: Option<Stored<RunStamp>> = record::load(self.records, &record::stamp(work.run.id)).await?;
        let may_be_filled =
            !work.task.migration.copies() || work.task.tables_on_target.if_not_empty == NotEmptyPolicy::Allow;
        if fixed.is_some() || may_be_filled {
            return Ok(Progress::Over);
        }
        let mut phase = phase::load(self.records, work.run.id).await?;
        let now = self.clock.now();
        if phase.checked == 0 || phase.checked_since.until(now) > EMPTINESS_HOLDS {
            (phase.checked, phase.checked_since) = (0, now);
        }
        while phase.checked < work.run.tables {
            if !self.time_left(work) {
                phase::store(self.records, work.run.id, phase).await?;
                return Ok(NOW);
            }
            let table = phase::table(self.records, work.run.id, phase.checked).await?.mapping.target.id;
            if !self.target.is_empty(&table).await? {
                // A planner that fell behind may find rows that its successor's copiers wrote: they came after S.
                let key = record::stamp(work.run.id);
                if record::load::<RunStamp>(self.records, &key).await?.is_some() {
                    return Ok(NOW);
                }
                let what = format!("target table {table} is not empty");
                let remedy = "empty it, or set `tables_on_target: { if_not_empty: allow }`".to_owned();
                return self.fail(work, what, remedy).await;
            }
            phase.checked += 1;
        }
        phase::store(self.records, work.run.id, phase).await?;
        Ok(Progress::Over)
    }

    /// Puts S if absent, then tells every owner record, before anything can be written at S.
    pub(crate) async fn fix_stamp(&self, work: &Work) -> Result<Progress, HandlerError> {
        let run = &work.run;
        let key = record::stamp(run.id);
        let mut phase = phase::load(self.records, run.id).await?;
        let stamp = match record::load::<RunStamp>(self.records, &key).await? {
            Some(stored) => stored.value,
            None => {
                let chosen = self.choose_stamp(work).await?;
                if self.records.commit(vec![record::put_new(key, &chosen)]).await? == Commit::Conflict {
                    return Ok(NOW);
                }
                chosen
            }
        };
        let Some(stamp) = stamp.stamp() else { return Ok(Progress::Over) };
        while phase.stamped < run.tables {
            if !self.time_left(work) {
                phase::store(self.records, run.id, phase).await?;
                return Ok(NOW);
            }
            let table = phase::table(self.records, run.id, phase.stamped).await?.mapping.target.id;
            let key = record::owner(self.target_name, &table);
            let stored: Stored<Owner> = record::must_load(self.records, &key).await?;
            if stored.value.run != run.id {
                let what = format!("target table {table} was taken by task {}", stored.value.task);
                return self.fail(work, what, "run one task per target table".to_owned()).await;
            }
            let owner =
                Owner { highest_stamp: stored.value.highest_stamp.max(stamp), ..stored.value.clone() };
            let write = record::put(key, &owner, stored.unchanged());
            if self.records.commit(vec![write]).await? == Commit::Stored {
                phase.stamped += 1;
            }
        }
        phase::store(self.records, run.id, phase).await?;
        Ok(Progress::Over)
    }

    async fn choose_stamp(&self, work: &Work) -> Result<RunStamp, HandlerError> {
        let run = &work.run;
        if run.tables == 0
            || !run.capabilities.as_ref().is_some_and(migration::capabilities::Capabilities::stamped)
        {
            return Ok(RunStamp::Unstamped);
        }
        let mut highest = UnixMs(0);
        for number in 0..run.tables {
            let table = phase::table(self.records, run.id, number).await?.mapping.target.id;
            let owner: Stored<Owner> =
                record::must_load(self.records, &record::owner(self.target_name, &table)).await?;
            highest = highest.max(owner.value.highest_stamp);
        }
        let margin = work.task.tuning.stamp_margin.duration();
        let target_now = self.target_now(work).await?;
        Ok(RunStamp::At { stamp: stamp::choose(target_now, margin, highest) })
    }

    pub(crate) async fn target_now(&self, work: &Work) -> Result<UnixMs, HandlerError> {
        let database = work.run.probe_database.clone().ok_or_else(|| {
            HandlerError::Inconsistent("the run has a clock but no probe database".to_owned())
        })?;
        Ok(self.target.target_now(work.run.id, &database).await?)
    }

    pub(crate) async fn fail(
        &self,
        work: &Work,
        what: String,
        remedy: String,
    ) -> Result<Progress, HandlerError> {
        if !self.is_lost(work).await? {
            let failure = Failure { what, remedy, at: self.clock.now() };
            run_store::fail_run(self.records, work.run.id, failure).await?;
        }
        Ok(Progress::Ended)
    }
}
