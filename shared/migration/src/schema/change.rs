//! What a definition statement of the source changes, as far as Ferry carries it.

use serde::{Deserialize, Serialize};

use crate::ident::{ColumnName, DatabaseName, TableId};
use crate::schema::source::{SourceColumn, SourceKey, SourceTable, StringDefault};

/// Counts the definitions passed by a run's reader; every batch carries the number its images belong to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaVersion(pub u32);

/// One table's part of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum TableChange {
    /// CREATE TABLE with its columns.
    Created {
        /// The table as it is made.
        table: Box<SourceTable>,
        /// Whether IF NOT EXISTS was said.
        if_not_exists: bool,
    },
    /// CREATE TABLE ... LIKE.
    CreatedLike {
        /// The new table.
        table: TableId,
        /// The one it is made after.
        like: TableId,
        /// Whether IF NOT EXISTS was said.
        if_not_exists: bool,
    },
    /// DROP TABLE.
    Dropped {
        /// The table.
        table: TableId,
    },
    /// DROP DATABASE, with all its tables.
    DatabaseDropped {
        /// The database.
        database: DatabaseName,
    },
    /// TRUNCATE TABLE.
    Truncated {
        /// The table.
        table: TableId,
    },
    /// RENAME TABLE, or ALTER TABLE ... RENAME; several of one statement in their order.
    Renamed {
        /// The name before.
        from: TableId,
        /// The name after.
        to: TableId,
    },
    /// ALTER TABLE.
    Altered {
        /// The table.
        table: TableId,
        /// What, in the statement's order.
        alterations: Vec<Alteration>,
    },
    /// Something that cannot be carried.
    Unsupported {
        /// The table, where it is known.
        table: Option<TableId>,
        /// What it is, in words of ours.
        what: String,
    },
}

/// Where a column stands after an ALTER.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnPlace {
    /// Last, or where it was.
    Unsaid,
    /// First.
    First,
    /// Behind this one.
    After(ColumnName),
}

/// What rows that exist already hold in a column that is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingRows {
    /// NULL: nothing is to be done about them.
    Null,
    /// Something else, without an event in the log: the table is copied again.
    Filled,
}

/// One part of an ALTER TABLE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "alter")]
pub enum Alteration {
    /// ADD COLUMN.
    AddColumn {
        /// The column.
        column: SourceColumn,
        /// Where.
        place: ColumnPlace,
        /// What rows hold in it that are there already.
        existing: ExistingRows,
    },
    /// DROP COLUMN.
    DropColumn {
        /// The column.
        column: ColumnName,
    },
    /// RENAME COLUMN.
    RenameColumn {
        /// The name before.
        from: ColumnName,
        /// The name after.
        to: ColumnName,
    },
    /// MODIFY, or CHANGE.
    ModifyColumn {
        /// Its name before.
        from: ColumnName,
        /// The column as it is afterwards, under another name where CHANGE gave it one.
        column: SourceColumn,
        /// Where.
        place: ColumnPlace,
        /// Whether the statement would have failed at a row whose value does not fit; where not, the value was changed.
        #[serde(default)]
        strict: bool,
    },
    /// ALTER COLUMN ... SET VISIBLE or INVISIBLE.
    ShowColumn {
        /// The column.
        column: ColumnName,
        /// Whether `SELECT *` leaves it out from now on.
        invisible: bool,
    },
    /// ADD PRIMARY KEY or ADD UNIQUE over whole columns; also a column that is one by itself.
    AddKey {
        /// The key.
        key: SourceKey,
    },
    /// DROP PRIMARY KEY, or DROP INDEX of whatever index.
    DropKey {
        /// The index; `PRIMARY` for the primary key.
        index: String,
    },
    /// RENAME INDEX.
    RenameKey {
        /// The name before.
        from: String,
        /// The name after.
        to: String,
    },
    /// ALTER INDEX ... INVISIBLE: nobody can be told to use it any more.
    HideKey {
        /// The index.
        index: String,
    },
    /// The character set new string columns get.
    DefaultCharset {
        /// The set and its collation.
        charset: StringDefault,
    },
    /// CONVERT TO CHARACTER SET: of every string column, and of new ones.
    ConvertCharset {
        /// The set and its collation.
        charset: StringDefault,
    },
    /// A foreign key by which rows of this table change without an event in the log.
    Cascades {
        /// Its name, where it is given one.
        constraint: Option<String>,
    },
    /// Something that cannot be carried.
    Unsupported {
        /// What it is, in words of ours.
        what: String,
    },
}

impl TableChange {
    /// The tables it is about, as far as it names any.
    #[must_use]
    pub fn tables(&self) -> Vec<&TableId> {
        match self {
            Self::Created { table, .. } => vec![&table.id],
            Self::CreatedLike { table, like, .. } => vec![table, like],
            Self::Dropped { table } | Self::Truncated { table } | Self::Altered { table, .. } => vec![table],
            Self::Renamed { from, to } => vec![from, to],
            Self::DatabaseDropped { .. } => Vec::new(),
            Self::Unsupported { table, .. } => table.iter().collect(),
        }
    }
}
