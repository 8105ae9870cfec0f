//! Compares every table with the catalog, and with its owner record, once following the log has a start.
//!
//! The mapping was made at precheck. A definition that was executed since then and stands in the log before the start is
//! read by nobody, so the run must not go on with the mapping. One that stands behind the start would be
//! explained by the log, but the catalog does not tell the two apart, and both are rare: the run ends, and another one
//! is checked anew.

use std::collections::BTreeSet;
use std::time::Duration;

use migration::ident::TableId;
use migration::outcome::HandlerError;
use migration::owner::Owner;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe,
};
use migration::record::{self, Stored};
use migration::schema::{SourceTable, TableKind};
use migration::table_plan::TableRecord;

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
    pub(crate) async fn compare_all(&self, work: &Work) -> Result<Progress, HandlerError> {
        let run = &work.run;
        let mut phase = phase::load(self.records, run.id).await?;
        while phase.compared < run.tables {
            if !self.time_left(work) {
                phase::store(self.records, run.id, phase).await?;
                return Ok(Progress::Later(Duration::ZERO));
            }
            let table = phase::table(self.records, run.id, phase.compared).await?;
            if let Some(what) = self.difference(work, &table).await? {
                return self.fail_for_good(work, what).await;
            }
            phase.compared += 1;
        }
        if !phase.listed {
            if let Some(table) = self.newcomer(work).await? {
                return self.fail_for_good(work, format!("table {table} was created since precheck")).await;
            }
            phase.listed = true;
        }
        phase::store(self.records, run.id, phase).await?;
        Ok(Progress::Over)
    }

    async fn difference(&self, work: &Work, table: &TableRecord) -> Result<Option<String>, HandlerError> {
        let key = record::owner(self.target_name, &table.mapping.target.id);
        let owner: Stored<Owner> = record::must_load(self.records, &key).await?;
        if owner.value.run != work.run.id {
            let (target, task) = (&table.mapping.target.id, &owner.value.task);
            return Ok(Some(format!("target table {target} was taken by task {task}")));
        }
        let known = &table.mapping.source;
        let found = self.sampler.describe(std::slice::from_ref(&known.id)).await?;
        Ok(match found.first() {
            None => Some(format!("table {} was dropped or renamed since precheck", known.id)),
            Some(found) if !is_same(known, found) => {
                Some(format!("the definition of table {} changed since precheck", known.id))
            }
            Some(_) => None,
        })
    }

    /// A table that the document selects and the run does not know.
    async fn newcomer(&self, work: &Work) -> Result<Option<TableId>, HandlerError> {
        let tables = record::load_all::<TableRecord>(
            self.records,
            &record::run_partition(work.run.id),
            record::TABLES,
        )
        .await?;
        let known: BTreeSet<&TableId> =
            tables.iter().map(|(_, table)| &table.value.mapping.source.id).collect();
        for item in &work.task.objects {
            let names = self.sampler.table_names(&item.database).await?.unwrap_or_default();
            let unknown: Vec<TableId> = names
                .into_iter()
                .filter(|id| !known.contains(id) && work.task.mapped(&id.database, &id.table).is_some())
                .collect();
            let found = self.sampler.describe(&unknown).await?;
            if let Some(table) = found.into_iter().find(|table| table.kind == TableKind::Base) {
                return Ok(Some(table.id));
            }
        }
        Ok(None)
    }

    async fn fail_for_good(&self, work: &Work, what: String) -> Result<Progress, HandlerError> {
        let remedy = "cancel the task and run it again: it is checked anew".to_owned();
        self.fail(work, what, remedy).await
    }
}

/// Whether rows of the log fit both; statistics and storage options do not matter.
fn is_same(known: &SourceTable, found: &SourceTable) -> bool {
    (known.kind, &known.columns, &known.key) == (found.kind, &found.columns, &found.key)
}
