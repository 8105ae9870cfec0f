//! Which tables the run follows, by their names in the log.

use std::collections::HashMap;
use std::sync::Arc;

use migration::definition::{self, Followed, Ghost};
use migration::ident::TableId;
use migration::outcome::HandlerError;
use migration::port::CheckpointTable;
use migration::record;
use migration::run::RunId;
use migration::schema::TableChange;
use migration::table_plan::TableRecord;
use migration::task::{Task, UnsupportedDdl};

/// The run's tables, and the ghosts of schema change tools beside them, as they are at the reader's position.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    by_source: HashMap<TableId, Arc<TableRecord>>,
    followed: Followed,
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
        let tables = record::load_all::<TableRecord>(records, &partition, record::TABLES).await?;
        let ghosts = record::load_all::<Ghost>(records, &partition, record::GHOSTS).await?;
        let tables: Vec<TableRecord> = tables.into_iter().map(|(_, stored)| stored.value).collect();
        let ghosts = ghosts.into_iter().map(|(_, stored)| stored.value).collect();
        let named = |table: &TableRecord| (table.mapping.source.id.clone(), Arc::new(table.clone()));
        Ok(Self { by_source: tables.iter().map(named).collect(), followed: Followed { tables, ghosts } })
    }

    /// All records.
    pub(crate) fn records(&self) -> impl Iterator<Item = &TableRecord> {
        self.followed.tables.iter()
    }

    /// What a table is to the run. A table that is selected got its record from precheck, or from the definition that
    /// made it; where definitions that cannot be carried are ignored, one without a record was. What a schema change
    /// tool makes has its schema followed, not its rows: they are the rows of the table it takes the place of.
    pub(crate) fn standing(&self, task: &Task, table: &TableId) -> Standing {
        if let Some(record) = self.by_source.get(table) {
            return Standing::Followed(Arc::clone(record));
        }
        let is_selected = task.mapped(&table.database, &table.table).is_some();
        let is_tools = || definition::belongs_to_tool(table, &self.followed);
        match task.on_ddl.unsupported {
            UnsupportedDdl::Stop if is_selected && !is_tools() => Standing::Undecided,
            UnsupportedDdl::Stop | UnsupportedDdl::Ignore => Standing::Other,
        }
    }

    /// Whether it matters to the run what happens to a table: to its rows, or to the schema of what a tool makes.
    pub(crate) fn concerns(&self, task: &Task, table: &TableId) -> bool {
        let is_ghost = || self.followed.ghosts.iter().any(|ghost| ghost.table.id == *table);
        !matches!(self.standing(task, table), Standing::Other) || is_ghost()
    }

    /// Whether changes of one statement may concern the run. They are judged together: RENAME moves tables by way of
    /// names that mean nothing.
    pub(crate) fn are_touched(&self, task: &Task, changes: &[TableChange]) -> bool {
        changes.iter().any(|change| definition::concerns(change, &self.followed, task))
    }
}
