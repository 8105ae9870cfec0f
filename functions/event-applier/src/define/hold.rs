//! Keeps copiers away from the tables a definition concerns, and closes the chunks it makes worthless (protocol H7).

use std::time::Duration;

use migration::chunk::{Chunk, State};
use migration::definition::{CopyEffect, Effect, Passage};
use migration::lease::Lease;
use migration::mutation::{self, Rule};
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, Queue, TargetCatalog, TargetClock, TargetDefiner, Version, Write,
};
use migration::record::{self, Stored, TableNumber};
use migration::table_plan::{TablePlan, TableProgress};
use migration::time::UnixMs;

use super::{Definer, Held, Step};

/// Chunks closed in one transaction, with their leases.
const CLOSED_AT_ONCE: usize = 40;
/// Time kept in reserve when leases are waited for.
const STEP: Duration = Duration::from_millis(500);

/// The tables whose chunks a definition concerns, and whether it makes them void.
pub(crate) fn concerned(passage: &Passage) -> impl Iterator<Item = (TableNumber, bool)> {
    passage.effects.iter().filter_map(|effect| match effect {
        Effect::Changes { table, generation, copy, .. } => match copy {
            CopyEffect::GoesOn => generation.then_some((*table, false)),
            CopyEffect::Over | CopyEffect::Again => Some((*table, true)),
        },
        Effect::Leaves { table } => Some((*table, true)),
        Effect::Enters { .. } => None,
    })
}

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    pub(crate) async fn hold_all(&self, held: &mut Held, passage: &Passage) -> Result<Step, HandlerError> {
        if mutation::is_left_out(Rule::Generation) {
            return Ok(Step::Over);
        }
        let run = held.open.run.value.id;
        for (number, void) in concerned(passage) {
            let Some(table) = held.open.tables.get(&number) else { return Err(unknown(number)) };
            if table.value.held {
                continue;
            }
            let (stopped, version) = (table.value.hold(void), Version(table.version.0 + 1));
            let write = record::put(record::table(run, number), &stopped, table.unchanged());
            if !self.store(held, vec![write]).await? {
                return Ok(Step::Later(Duration::ZERO));
            }
            held.open.tables.insert(number, Stored { value: stopped, version });
        }
        Ok(Step::Over)
    }

    pub(crate) async fn wait_for_copiers(
        &self,
        held: &Held,
        passage: &Passage,
    ) -> Result<Step, HandlerError> {
        if mutation::is_left_out(Rule::GenerationWait) {
            return Ok(Step::Over);
        }
        let partition = record::run_partition(held.open.run.value.id);
        loop {
            let mut until = UnixMs(0);
            for (number, _) in concerned(passage) {
                let prefix = record::chunk_leases_of(number);
                let leases = record::load_all::<Lease>(self.records, &partition, &prefix).await?;
                until = leases.iter().map(|(_, lease)| lease.value.until).fold(until, UnixMs::max);
            }
            let now = self.clock.now();
            if until <= now {
                return Ok(Step::Over);
            }
            let wait = now.until(until);
            if !held.budget.allows(now, wait + STEP) {
                return Ok(Step::Later(wait));
            }
            self.clock.sleep(wait).await;
        }
    }

    pub(crate) async fn close_all(&self, held: &mut Held, passage: &Passage) -> Result<Step, HandlerError> {
        for (number, void) in concerned(passage) {
            if void && self.close(held, number).await? != Step::Over {
                return Ok(Step::Later(Duration::ZERO));
            }
        }
        Ok(Step::Over)
    }

    async fn close(&self, held: &mut Held, table: TableNumber) -> Result<Step, HandlerError> {
        let run = held.open.run.value.id;
        let prefix = record::chunk_leases_of(table);
        let leases = record::load_all::<Lease>(self.records, &record::run_partition(run), &prefix).await?;
        for part in leases.chunks(CLOSED_AT_ONCE) {
            let mut writes = Vec::with_capacity(2 * part.len());
            for (key, lease) in part {
                writes.push(Write::Delete { key: key.clone(), expect: lease.version });
                let Some(id) = record::chunk_of_lease(key) else { continue };
                let chunk: Stored<Chunk> = record::must_load(self.records, &record::chunk(run, id)).await?;
                if chunk.value.state == State::Open {
                    let unchanged = chunk.unchanged();
                    writes.push(record::put(record::chunk(run, id), &chunk.value.done(), unchanged));
                }
            }
            if !self.store(held, writes).await? {
                return Ok(Step::Later(Duration::ZERO));
            }
        }
        let (key, counted) = (record::plan(run, table), record::progress(run, table));
        let plan: Option<Stored<TablePlan>> = record::load(self.records, &key).await?;
        let progress: Option<Stored<TableProgress>> = record::load(self.records, &counted).await?;
        let mut writes = Vec::new();
        let chunks = plan.as_ref().map_or(0, |plan| plan.value.chunks);
        if let Some(progress) = progress.filter(|progress| progress.value.chunks != chunks) {
            let all = TableProgress { chunks, ..progress.value };
            writes.push(record::put(counted, &all, progress.unchanged()));
        }
        if let Some(plan) = plan.filter(|plan| !plan.value.complete) {
            let complete = TablePlan { complete: true, ..plan.value.clone() };
            writes.push(record::put(key, &complete, plan.unchanged()));
        }
        if !writes.is_empty() && !self.store(held, writes).await? {
            return Ok(Step::Later(Duration::ZERO));
        }
        Ok(Step::Over)
    }
}

pub(crate) fn unknown(table: TableNumber) -> HandlerError {
    HandlerError::Inconsistent(format!("a definition concerns table {}, which has no record", table.0))
}
