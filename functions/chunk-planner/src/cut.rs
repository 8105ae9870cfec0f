//! Cuts tables into chunks, the largest table first, and streams them out while cutting goes on.
//!
//! A chunk is recorded, with its lease record and the plan's new cursor, before its message is sent; a message that
//! is lost is sent again by `wake`. See `migration::table_plan` for why the chunks cover the keys exactly once.

use std::time::Duration;

use migration::chunk::may_be_explained;
use migration::key::KeyRange;
use migration::lease::Lease;
use migration::message::{self, Message};
use migration::mutation::{Rule, is_left_out};
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe, Write,
};
use migration::record::{self, Stored, TableNumber};
use migration::run::{Event, State};
use migration::run_store::{self, Step};
use migration::stamp::RunStamp;
use migration::table_plan::{self, TablePlan, TableRecord};

use crate::handler::{Planner, Progress, Work};
use crate::phase;

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn cut_all(&self, work: &Work) -> Result<Progress, HandlerError> {
        let mut phase = phase::load(self.records, work.run.id).await?;
        while phase.cut < work.run.tables {
            let table = phase::stored_table(self.records, work.run.id, phase.cut).await?;
            let recopy = record::recopy(work.run.id, table.value.number);
            if self.records.get(&recopy).await?.is_some() {
                // Planning ended long ago: a definition has voided the chunks, and the next are cut when their time comes.
                return Ok(Progress::Ended);
            }
            let copies = work.task.migration.copies();
            let cut = if copies {
                self.cut_table(work, &table).await?
            } else {
                self.skip(work, table.value.number).await?
            };
            if cut != Progress::Over {
                phase::store(self.records, work.run.id, phase).await?;
                return Ok(Progress::Later(Duration::ZERO));
            }
            phase.cut += 1;
        }
        phase::store(self.records, work.run.id, phase).await?;
        let now = self.clock.now();
        let cause = match self.start_in_words(work.run.id).await? {
            Some(start) => format!("every table is cut; {start}"),
            None => "every table is cut".to_owned(),
        };
        let step = Step { from: State::Planning, event: Event::PlanningEnded, cause: &cause, now };
        match run_store::move_run(self.records, work.run.id, step, |_| (), &[]).await? {
            Some(_) => Ok(Progress::Over),
            None => Ok(Progress::Later(Duration::ZERO)),
        }
    }

    /// A table whose rows are not copied has no chunk at all.
    async fn skip(&self, work: &Work, number: TableNumber) -> Result<Progress, HandlerError> {
        if !self.time_left(work) {
            return Ok(Progress::Later(Duration::ZERO));
        }
        let key = record::plan(work.run.id, number);
        let plan: Stored<TablePlan> = record::must_load(self.records, &key).await?;
        let whole = TablePlan { complete: true, ..plan.value.clone() };
        match self.records.commit(vec![record::put(key, &whole, plan.unchanged())]).await? {
            Commit::Stored => Ok(Progress::Over),
            Commit::Conflict => Ok(Progress::Later(Duration::ZERO)),
        }
    }

    pub(crate) async fn cut_table(
        &self,
        work: &Work,
        table: &Stored<TableRecord>,
    ) -> Result<Progress, HandlerError> {
        let (number, mapping) = (table.value.number, &table.value.mapping);
        let source = &mapping.source;
        let chunk_bytes = work.task.tuning.chunk_bytes.bytes();
        let rows = table_plan::rows_per_chunk(source.rows_estimate, source.data_bytes, chunk_bytes);
        while self.time_left(work) {
            let key = record::plan(work.run.id, number);
            let plan: Stored<TablePlan> = record::must_load(self.records, &key).await?;
            if plan.value.complete {
                return Ok(Progress::Over);
            }
            let rest = KeyRange { after: plan.value.cursor.clone(), through: None };
            let boundary = match self.sampler.boundary_after(mapping, &rest, rows).await {
                Ok(boundary) => boundary,
                // The copier leaves the rest of the table alone until the log has told of the definition.
                Err(error) if may_be_explained(&error) && self.copies_beside_log(work).await? => None,
                Err(error) => return Err(error.into()),
            };
            if self.record_chunk(work, table, &plan, boundary).await? == Commit::Conflict {
                // Another planner was faster, or a definition has changed the table: look again.
                return Ok(Progress::Later(Duration::ZERO));
            }
        }
        Ok(Progress::Later(Duration::ZERO))
    }

    /// Whether changes of the log are applied while chunks are copied.
    async fn copies_beside_log(&self, work: &Work) -> Result<bool, HandlerError> {
        let stamp: Option<Stored<RunStamp>> = record::load(self.records, &record::stamp(work.run.id)).await?;
        let stamped = stamp.is_some_and(|stamp| stamp.value.stamp().is_some());
        Ok(stamped && work.task.migration.follows())
    }

    async fn record_chunk(
        &self,
        work: &Work,
        table: &Stored<TableRecord>,
        plan: &Stored<TablePlan>,
        boundary: Option<migration::key::KeyTuple>,
    ) -> Result<Commit, HandlerError> {
        let (run, number) = (work.run.id, table.value.number);
        let Some((chunk, next)) = table_plan::cut(&plan.value, number, table.value.generation, boundary)
        else {
            return Ok(Commit::Stored);
        };
        let mut writes = vec![
            Write::Check { key: record::table(run, number), expect: table.unchanged() },
            record::put(record::plan(run, number), &next, plan.unchanged()),
            record::put_new(record::chunk(run, chunk.id), &chunk),
            record::put_new(record::chunk_lease(run, chunk.id), &Lease::unheld()),
        ];
        if is_left_out(Rule::ChunkWithCursor) {
            let chunk = writes.split_off(2);
            if self.records.commit(std::mem::replace(&mut writes, chunk)).await? == Commit::Conflict {
                return Ok(Commit::Conflict);
            }
        }
        let commit = self.records.commit(writes).await?;
        if commit == Commit::Stored {
            message::send(self.queue, &[Message::Copy { run, chunk: chunk.id }]).await?;
        }
        Ok(commit)
    }
}
