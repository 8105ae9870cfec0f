//! What passing a definition means: for the target, for the records of the run, and for the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::capabilities::Capabilities;
use crate::ident::{ColumnName, TableId};
use crate::record::TableNumber;
use crate::schema::{Alteration, SourceTable, TableMapping, TargetColumn, TargetTable};
use crate::table_plan::TableRecord;
use crate::task::Task;

/// Something to be done on the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "definition")]
pub enum TargetDefinition {
    /// The table must be there, just so, and without rows.
    CreateTable {
        /// The table.
        table: TargetTable,
    },
    /// The table must not be there.
    DropTable {
        /// The table.
        table: TableId,
    },
    /// The table must have these columns of these types.
    AddColumns {
        /// The table.
        table: TableId,
        /// Columns that are not part of the key.
        columns: Vec<TargetColumn>,
    },
    /// The table must not have this column.
    DropColumn {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
    },
    /// The table must be empty.
    Truncate {
        /// The table.
        table: TableId,
    },
}

/// What becomes of a table of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It is followed from here on. It has no rows before the definition: there is nothing to copy.
    Enters {
        /// How it is carried.
        mapping: Box<TableMapping>,
    },
    /// It is carried in another way from here on.
    Changes {
        /// Its number.
        table: TableNumber,
        /// How it is carried.
        mapping: Box<TableMapping>,
        /// Whether what was read of it before is worthless or does not fit any more: its generation is raised, and
        /// copiers of earlier ones are waited for (protocol H7).
        generation: bool,
        /// What becomes of its copy.
        copy: CopyEffect,
    },
    /// It is followed no more: its generation is raised, its chunks are closed, its record goes.
    Leaves {
        /// Its number.
        table: TableNumber,
    },
}

/// What a definition does to a table's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyEffect {
    /// It goes on; open chunks are read by the new mapping.
    GoesOn,
    /// It is over: the log carries all that is there from here on (TRUNCATE).
    Over,
    /// It begins again under a stamp of its own: rows have changed without an event in the log (protocol H14, H6).
    Again,
}

/// A copy that a schema change tool makes of a followed table, to put it in the table's place at the end. Its rows are not
/// followed, its schema is: `run#ID` / `ghost#DB.TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ghost {
    /// The copy as it is.
    pub table: SourceTable,
    /// The table it is a copy of, by the name it had on the source.
    pub of: TableId,
    /// What was altered of it since it was made after that table; none where it was made otherwise.
    pub alterations: Option<Vec<Alteration>>,
}

/// What becomes of a ghost's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GhostEffect {
    /// It is stored under its table's name.
    Put(Box<Ghost>),
    /// The record under this name goes.
    Gone(TableId),
}

/// All that passing a definition takes, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// On the target, in this order; nothing where no table of the run is touched.
    pub definitions: Vec<TargetDefinition>,
    /// In the run's records, stored together with the reader's state behind the barrier. One entry a table at most.
    pub effects: Vec<Effect>,
    /// In the records of ghosts, in the same transaction.
    pub ghosts: Vec<GhostEffect>,
    /// What the owner should know: attributes that are dropped, what was ignored by policy. Names no value.
    pub notes: Vec<String>,
}

/// Why the task stops at a definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// The source table, where it is known.
    pub table: Option<TableId>,
    /// What cannot be carried.
    pub what: String,
    /// What the owner can do.
    pub remedy: String,
}

/// The tables a definition is judged against.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Followed {
    /// The run's tables.
    pub tables: Vec<TableRecord>,
    /// The ghosts known.
    pub ghosts: Vec<Ghost>,
}

/// What else the judgement depends on.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The task.
    pub task: &'a Task,
    /// What the probe found.
    pub capabilities: &'a Capabilities,
    /// Whether copied rows carry a stamp; where not, nothing can be copied again while the log is followed.
    pub stamped: bool,
    /// The target tables that [`targets`](super::targets) names, as far as they are there.
    pub existing: &'a BTreeMap<TableId, TargetTable>,
}
