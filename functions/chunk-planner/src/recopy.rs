//! Tables that are copied again while the log is followed, each taken stage by stage; `migration::recopy` argues for it.

use std::time::Duration;

use migration::mutation::{self, Rule};
use migration::outcome::HandlerError;
use migration::owner::Owner;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, LogEnd, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe, Write,
};
use migration::recopy::{Recopy, Stage};
use migration::record::{self, Stored, TableNumber};
use migration::run::RunId;
use migration::stamp::{self, RunStamp};
use migration::table_plan::{TablePlan, TableRecord};
use migration::time::UnixMs;

use crate::handler::{Planner, Progress, Work};

/// Between two looks at the source, and while a definition holds the table.
const PAUSE: Duration = Duration::from_millis(500);
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
    /// How long until the next look at a table that is to be copied again; none where every table is cut to its end.
    pub(crate) async fn copy_again(&self, work: &Work) -> Result<Option<Duration>, HandlerError> {
        let mut soonest: Option<Duration> = None;
        for table in self.incomplete(work.run.id).await? {
            let wait = match self.copy_table_again(work, table).await? {
                Progress::Later(wait) => wait,
                Progress::Over | Progress::Ended => continue,
            };
            soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait)));
        }
        Ok(soonest)
    }

    async fn copy_table_again(&self, work: &Work, number: TableNumber) -> Result<Progress, HandlerError> {
        let run = work.run.id;
        while self.time_left(work) {
            let table: Option<Stored<TableRecord>> =
                record::load(self.records, &record::table(run, number)).await?;
            let Some(table) = table else { return Ok(Progress::Over) };
            if table.value.held {
                return Ok(Progress::Later(PAUSE));
            }
            let recopy: Option<Stored<Recopy>> =
                record::load(self.records, &record::recopy(run, number)).await?;
            let Some(recopy) = recopy else { return self.cut_table(work, &table).await };
            let step = match &recopy.value.stage {
                Stage::Wanted => self.fix_second_stamp(work, &table, &recopy).await?,
                Stage::Stamped { stamp } => self.pass_second_gate(work, number, &recopy, *stamp).await?,
                Stage::Passed { stamp, end } => {
                    self.see_everything(run, number, &recopy, *stamp, end).await?
                }
                Stage::Open { .. } => return self.cut_table(work, &table).await,
            };
            if let Some(wait) = step {
                return Ok(Progress::Later(wait));
            }
        }
        Ok(NOW)
    }

    /// S' with the owner record that knows it, in one transaction; none where the next stage may be looked at.
    async fn fix_second_stamp(
        &self,
        work: &Work,
        table: &Stored<TableRecord>,
        recopy: &Stored<Recopy>,
    ) -> Result<Option<Duration>, HandlerError> {
        let run = work.run.id;
        let target = &table.value.mapping.target.id;
        let key = record::owner(self.target_name, target);
        let owner: Stored<Owner> = record::must_load(self.records, &key).await?;
        if owner.value.run != run {
            let what = format!("target table {target} was taken by task {}", owner.value.task);
            self.fail(work, what, "run one task per target table".to_owned()).await?;
            return Ok(Some(Duration::ZERO));
        }
        let margin = work.task.tuning.stamp_margin.duration();
        let stamp = stamp::choose(self.target_now(work).await?, margin, owner.value.highest_stamp);
        let known = Owner { highest_stamp: stamp, ..owner.value.clone() };
        let number = table.value.number;
        let writes = vec![
            record::put(key, &known, owner.unchanged()),
            record::put(
                record::recopy(run, number),
                &recopy.value.at(Stage::Stamped { stamp }),
                recopy.unchanged(),
            ),
            Write::Check { key: record::table(run, number), expect: table.unchanged() },
        ];
        self.records.commit(writes).await?;
        Ok(None)
    }

    async fn pass_second_gate(
        &self,
        work: &Work,
        table: TableNumber,
        recopy: &Stored<Recopy>,
        stamp: UnixMs,
    ) -> Result<Option<Duration>, HandlerError> {
        let margin = work.task.tuning.stamp_margin.duration();
        let target_now = self.target_now(work).await?;
        let is_open = stamp::gate_is_open(RunStamp::At { stamp }, margin, target_now);
        if !is_open && !mutation::is_left_out(Rule::RecopyGate) {
            return Ok(Some(target_now.until(stamp.plus(margin)) + Duration::from_millis(1)));
        }
        // Asked for after the clock was: everything shipped by then lies before it.
        let end = self.log.end().await?;
        self.advance_to(work.run.id, table, recopy, Stage::Passed { stamp, end }).await?;
        Ok(None)
    }

    async fn see_everything(
        &self,
        run: RunId,
        table: TableNumber,
        recopy: &Stored<Recopy>,
        stamp: UnixMs,
        end: &LogEnd,
    ) -> Result<Option<Duration>, HandlerError> {
        if self.log.is_visible(end).await? || mutation::is_left_out(Rule::RecopyVisible) {
            self.advance_to(run, table, recopy, Stage::Open { stamp }).await?;
            return Ok(None);
        }
        // Another server shows what it has by its own end.
        let now = self.log.end().await?;
        if now.server_uuid != end.server_uuid {
            self.advance_to(run, table, recopy, Stage::Passed { stamp, end: now }).await?;
        }
        Ok(Some(PAUSE))
    }

    /// Stores the next stage; losing against another planner or a definition only means to look again.
    async fn advance_to(
        &self,
        run: RunId,
        table: TableNumber,
        recopy: &Stored<Recopy>,
        stage: Stage,
    ) -> Result<(), HandlerError> {
        let write = record::put(record::recopy(run, table), &recopy.value.at(stage), recopy.unchanged());
        self.records.commit(vec![write]).await?;
        Ok(())
    }

    /// The tables that are not cut to their end.
    pub(crate) async fn incomplete(&self, run: RunId) -> Result<Vec<TableNumber>, HandlerError> {
        let plans =
            record::load_all::<TablePlan>(self.records, &record::run_partition(run), record::PLANS).await?;
        let incomplete = plans.iter().filter(|(_, plan)| !plan.value.complete);
        let number = |sort: &str| sort.strip_prefix(record::PLANS)?.parse().ok().map(TableNumber);
        Ok(incomplete.filter_map(|(key, _)| number(&key.sort)).collect())
    }
}
