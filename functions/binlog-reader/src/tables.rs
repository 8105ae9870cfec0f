//! Which tables the run follows, by their names in the log.

use std::collections::HashMap;
use std::sync::Arc;

use migration::ident::TableId;
use migration::outcome::HandlerError;
use migration::port::CheckpointTable;
use migration::record;
use migration::run::RunId;
use migration::schema::TableChange;
use migration::table_plan::TableRecord;
use migration::task::{Task, UnsupportedDdl};

/// The run's tables as they are at the reader's position.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    by_source: HashMap<TableId, Arc<TableRecord>>,
}

/// What a table of the log is to the run.
#[derive(Debug)]
pub(crate) enum Standing {
    /// Its rows are routed.
    Followed(Arc<TableRecord>),
    /// Its rows are passed over.
    Other,
    /// The task selects it, and nobody has decided what becomes of it.
    Undecided,
}

impl Tables {
    /// The tables behind the newest definition that was passed.
    pub(crate) async fn load(records: &impl CheckpointTable, run: RunId) -> Result<Self, HandlerError> {
        let partition = record::run_partition(run);
        let found = record::load_all::<TableRecord>(records, &partition, record::TABLES).await?;
        let by_source = found
            .into_iter()
            .map(|(_, stored)| (stored.value.mapping.source.id.clone(), Arc::new(stored.value)));
        Ok(Self { by_source: by_source.collect() })
    }

    /// All records.
    pub(crate) fn records(&self) -> impl Iterator<Item = &TableRecord> {
        self.by_source.values().map(AsRef::as_ref)
    }

    /// What a table is to the run. A table that is selected got its record from precheck, or from the definition that
    /// made it; where definitions that cannot be carried are ignored, one without a record was.
    pub(crate) fn standing(&self, task: &Task, table: &TableId) -> Standing {
        if let Some(record) = self.by_source.get(table) {
            return Standing::Followed(Arc::clone(record));
        }
        let is_selected = task.mapped(&table.database, &table.table).is_some();
        match (is_selected, task.on_ddl.unsupported) {
            (true, UnsupportedDdl::Stop) => Standing::Undecided,
            (true, UnsupportedDdl::Ignore) | (false, _) => Standing::Other,
        }
    }

    /// Whether a table's rows or definition matter to the run.
    pub(crate) fn concerns(&self, task: &Task, table: &TableId) -> bool {
        self.by_source.contains_key(table) || task.mapped(&table.database, &table.table).is_some()
    }

    /// Whether a change may concern the run; one of a table that is not named may.
    pub(crate) fn is_touched(&self, task: &Task, change: &TableChange) -> bool {
        let tables = change.tables();
        tables.is_empty() || tables.iter().any(|table| self.concerns(task, table))
    }
}
