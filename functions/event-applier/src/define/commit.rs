//! Passing the barrier: one transaction for the reader's state and every table the definition concerns.

use std::time::Duration;

use migration::barrier::PassedDefinition;
use migration::definition::{CopyEffect, Effect, GhostEffect, Passage};
use migration::limits::TRANSACTION_WRITES_MAX;
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, Commit, Expect, Queue, RecordKey, TargetCatalog, TargetClock, TargetDefiner,
    Write,
};
use migration::recopy::Recopy;
use migration::record::{self, Stored, TableNumber};
use migration::run::Run;
use migration::schema::{SchemaVersion, TableMapping};
use migration::table_plan::{TablePlan, TableProgress, TableRecord};

use super::hold::unknown;
use super::{Definer, Held, Step};

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    pub(crate) async fn commit(&self, held: &mut Held, passage: &Passage) -> Result<Step, HandlerError> {
        let now = self.clock.now();
        let open = &held.open;
        let (run, barrier) = (open.run.value.id, &open.barrier);
        let next = open.reader.value.behind_barrier(barrier, now);
        let Ok(released) = held.lease.value.release(held.lease.value.token) else {
            return Ok(Step::Later(Duration::ZERO));
        };
        let passed = PassedDefinition {
            position: barrier.position,
            statement: barrier.statement.clone(),
            notes: passage.notes.clone(),
            at: now,
        };
        let mut writes = vec![
            record::put(record::definition_lease(run), &released, held.lease.unchanged()),
            record::put(record::reader(run), &next, open.reader.unchanged()),
            record::put_new(record::passed(run, next.schema), &passed),
        ];
        writes.extend(self.effects(held, passage, next.schema).await?);
        writes.extend(ghosts(held, passage));
        if writes.len() > TRANSACTION_WRITES_MAX {
            return Err(HandlerError::Inconsistent(
                "one statement of the source concerns more tables than one transaction holds".to_owned(),
            ));
        }
        if self.records.commit(writes).await? == Commit::Conflict {
            return Ok(Step::Later(Duration::ZERO));
        }
        held.released = true;
        message::send(self.queue, &[Message::Read { run }]).await?;
        // Chunks were closed, or are to be cut: the planner looks at the end of the copy either way.
        message::send(self.queue, &[Message::Plan { run }]).await?;
        Ok(Step::Over)
    }

    async fn effects(
        &self,
        held: &Held,
        passage: &Passage,
        schema: SchemaVersion,
    ) -> Result<Vec<Write>, HandlerError> {
        let open = &held.open;
        let mut run = open.run.value.clone();
        let mut writes = Vec::new();
        for effect in &passage.effects {
            match effect {
                Effect::Enters { mapping } => writes.extend(entering(&mut run, mapping, schema)),
                Effect::Changes { table, mapping, copy, .. } => {
                    let stored = open.tables.get(table).ok_or_else(|| unknown(*table))?;
                    let (generation, chunks_from) = (stored.value.generation, stored.value.chunks_from);
                    let mapping = (**mapping).clone();
                    let number = *table;
                    let next = TableRecord { number, mapping, generation, chunks_from, held: false, schema };
                    writes.push(record::put(record::table(run.id, number), &next, stored.unchanged()));
                    if *copy == CopyEffect::Again {
                        writes.extend(self.copied_again(&run, &next).await?);
                    }
                }
                Effect::Leaves { table } => {
                    let stored = open.tables.get(table).ok_or_else(|| unknown(*table))?;
                    let key = record::table(run.id, *table);
                    writes.push(Write::Delete { key, expect: stored.version });
                    writes.extend(self.forgotten(&run, *table).await?);
                }
            }
        }
        let key = record::run(run.id);
        let is_changed = run.tables != open.run.value.tables;
        writes.push(if is_changed {
            record::put(key, &run, open.run.unchanged())
        } else {
            Write::Check { key, expect: open.run.unchanged() }
        });
        Ok(writes)
    }

    /// The plan begins again behind the numbers given out already; what was copied so far counts no more.
    async fn copied_again(&self, run: &Run, table: &TableRecord) -> Result<Vec<Write>, HandlerError> {
        let (plan, progress) = (record::plan(run.id, table.number), record::progress(run.id, table.number));
        let before: Option<Stored<TablePlan>> = record::load(self.records, &plan).await?;
        let chunks = before.as_ref().map_or(0, |plan| plan.value.chunks);
        let expect = record::as_found(before.as_ref());
        let again = record::put(plan, &TablePlan { chunks, ..TablePlan::default() }, expect);
        let recopy = record::recopy(run.id, table.number);
        let (counted, copied) = (self.unchanged(&progress).await?, self.unchanged(&recopy).await?);
        Ok(vec![
            again,
            record::put(progress, &TableProgress { chunks, ..TableProgress::default() }, counted),
            record::put(recopy, &Recopy::wanted(table.generation), copied),
        ])
    }

    async fn unchanged(&self, key: &RecordKey) -> Result<Expect, HandlerError> {
        let found = self.records.get(key).await?;
        Ok(found.map_or(Expect::Absent, |found| Expect::Version(found.version)))
    }

    async fn forgotten(&self, run: &Run, table: TableNumber) -> Result<Vec<Write>, HandlerError> {
        let mut writes = Vec::new();
        for key in
            [record::plan(run.id, table), record::progress(run.id, table), record::recopy(run.id, table)]
        {
            if let Some(found) = self.records.get(&key).await? {
                writes.push(Write::Delete { key, expect: found.version });
            }
        }
        Ok(writes)
    }
}

/// A table that has no rows before the definition: nothing of it is to be copied.
fn entering(run: &mut Run, mapping: &TableMapping, schema: SchemaVersion) -> [Write; 3] {
    let number = TableNumber(run.tables);
    run.tables += 1;
    let table = TableRecord { schema, ..TableRecord::new(number, mapping.clone()) };
    let plan = TablePlan { complete: true, ..TablePlan::default() };
    [
        record::put_new(record::table(run.id, number), &table),
        record::put_new(record::plan(run.id, number), &plan),
        record::put_new(record::progress(run.id, number), &TableProgress::default()),
    ]
}

fn ghosts(held: &Held, passage: &Passage) -> Vec<Write> {
    let open = &held.open;
    let run = open.run.value.id;
    let of = |effect: &GhostEffect| match effect {
        GhostEffect::Put(ghost) => {
            let version = open.ghosts.get(&ghost.table.id);
            let expect = version.map_or(Expect::Absent, |version| Expect::Version(*version));
            Some(record::put(record::ghost(run, &ghost.table.id), &**ghost, expect))
        }
        GhostEffect::Gone(table) => {
            let version = open.ghosts.get(table)?;
            Some(Write::Delete { key: record::ghost(run, table), expect: *version })
        }
    };
    passage.ghosts.iter().filter_map(of).collect()
}
