//! What is selected on the source, and what it is called on the target.
//!
//! A database is selected whole, narrowed by patterns, and then described table by table where a table
//! differs. How these combine for one table is the matter of [`super::selection`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ident::{ColumnName, DatabaseName, TableName};
use crate::pattern::Pattern;

/// One source database and which of its tables are moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatabaseSelection {
    /// The database on the source.
    pub database: DatabaseName,
    /// Its name on the target, if it is not derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<DatabaseName>,
    /// A table is moved if it matches any of these (at least one) ...
    pub include: Vec<Pattern>,
    /// ... and none of these.
    pub exclude: Vec<Pattern>,
    /// Tables that are moved in a way of their own.
    pub tables: Vec<TableException>,
}

/// A table that is moved under another name or with other columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableException {
    /// The table on the source.
    pub table: TableName,
    /// Its name on the target, if it is not derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TableName>,
    /// What differs about its columns.
    pub columns: Columns,
}

/// What differs about a table's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// Source column to target column.
    pub rename: BTreeMap<ColumnName, ColumnName>,
    /// Source columns that are not moved.
    pub exclude: BTreeSet<ColumnName>,
}
