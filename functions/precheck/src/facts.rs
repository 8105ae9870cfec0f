//! What both ends have answered, as far as judging several subjects needs it together.

use std::collections::{BTreeMap, BTreeSet};

use migration::ident::{DatabaseName, TableId};
use migration::port::PortError;
use migration::schema::{SourceTable, TargetTable};
use migration::task::TableSelection;

/// A selected table of the source with what the document makes of it.
#[derive(Debug, Clone)]
pub(crate) struct Selected {
    /// As the source describes it.
    pub(crate) source: SourceTable,
    /// As the document wants it.
    pub(crate) selection: TableSelection,
}

impl Selected {
    /// The target table.
    pub(crate) fn target(&self) -> TableId {
        TableId {
            database: self.selection.target_database.clone(),
            table: self.selection.target_table.clone(),
        }
    }
}

/// What the target holds of the tables asked for.
#[derive(Debug, Default)]
pub(crate) struct TargetState {
    /// Databases that exist.
    pub(crate) databases: BTreeSet<DatabaseName>,
    /// Tables that exist.
    pub(crate) tables: BTreeMap<TableId, TargetTable>,
    /// Existing tables that hold rows.
    pub(crate) filled: BTreeSet<TableId>,
    /// Target tables another unfinished task owns, with that task's name.
    pub(crate) owned: BTreeMap<TableId, String>,
}

/// A refusal in words: the adapter's summary, with the server's number once.
pub(crate) fn refusal(error: &PortError) -> String {
    match error.code {
        Some(code) if !error.summary.contains(&code.to_string()) => {
            format!("{} (error {code})", error.summary)
        }
        Some(_) | None => error.summary.clone(),
    }
}
