//! A source table in memory: its definition and its rows, changed as MySQL would change them.

use std::collections::BTreeMap;

use migration::ident::{ColumnName, TableId};
use migration::key::{KeyRange, KeyTuple};
use migration::port::{PortError, Surface};
use migration::schema::{Alteration, ColumnPlace, SourceColumn, SourceTable, TableChange, TableMapping};
use migration::value::{SourceRow, SourceValue};

use crate::source_key::{compare, key_of};

/// The server error for a column that is not there (`ER_BAD_FIELD_ERROR`).
const NO_SUCH_COLUMN: u16 = 1054;

/// A change of one row; rows stand in the order of the source's columns.
#[derive(Debug, Clone, PartialEq)]
pub enum RowChange {
    /// INSERT.
    Insert {
        /// Where.
        table: TableId,
        /// The row.
        row: SourceRow,
    },
    /// UPDATE, of the key too.
    Update {
        /// Where.
        table: TableId,
        /// The row as it was.
        before: SourceRow,
        /// The row as it is.
        after: SourceRow,
    },
    /// DELETE.
    Delete {
        /// Where.
        table: TableId,
        /// The row as it was.
        row: SourceRow,
    },
}

impl RowChange {
    /// The table it is about.
    #[must_use]
    pub fn table(&self) -> &TableId {
        match self {
            Self::Insert { table, .. } | Self::Update { table, .. } | Self::Delete { table, .. } => table,
        }
    }
}

/// Tables by name.
pub(crate) type Tables = BTreeMap<TableId, Table>;

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) source: SourceTable,
    /// The mapping it was added with, where it was added with one.
    pub(crate) mapping: Option<TableMapping>,
    /// In key order, in the order of the source's columns; keys are unique.
    rows: Vec<(KeyTuple, SourceRow)>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(source: SourceTable, mapping: Option<TableMapping>) -> Self {
        Self { source, mapping, rows: Vec::new() }
    }

    /// The row at a key's place, in the order of the source's columns.
    pub(crate) fn put(&mut self, row: SourceRow) -> Option<SourceRow> {
        let key = self.key_of(&row);
        match self.rows.binary_search_by(|(other, _)| compare(other, &key)) {
            Ok(at) => self.rows.get_mut(at).map(|stored| std::mem::replace(&mut stored.1, row)),
            Err(at) => {
                self.rows.insert(at, (key, row));
                None
            }
        }
    }

    fn remove(&mut self, row: &SourceRow) {
        let key = self.key_of(row);
        if let Ok(at) = self.rows.binary_search_by(|(other, _)| compare(other, &key)) {
            self.rows.remove(at);
        }
    }

    fn key_of(&self, row: &SourceRow) -> KeyTuple {
        let own = self.source.key.as_ref();
        let key = self.mapping.as_ref().map(|mapping| &mapping.key).or(own);
        key_of(&self.source, key.expect("invariant: a table with rows has a key"), row)
    }

    /// A row of the mapping's order in the source's order.
    pub(crate) fn unmapped(&self, mapping: &TableMapping, row: &SourceRow) -> SourceRow {
        assert_eq!(
            row.len(),
            mapping.columns.len(),
            "a row of {} has another number of columns",
            self.source.id
        );
        let value = |column: &SourceColumn| {
            let at = mapping.columns.iter().position(|mapped| mapped.source == column.name);
            at.and_then(|at| row.get(at)).cloned().unwrap_or(SourceValue::Null)
        };
        self.source.columns.iter().map(value).collect()
    }

    /// Where the columns of a mapping stand.
    pub(crate) fn places(&self, mapping: &TableMapping) -> Result<Vec<usize>, PortError> {
        let place = |name: &ColumnName| {
            self.source.columns.iter().position(|column| &column.name == name).ok_or_else(|| PortError {
                code: Some(NO_SUCH_COLUMN),
                ..PortError::permanent(Surface::Source, format!("no column {name} in {}", self.source.id))
            })
        };
        mapping.columns.iter().map(|column| place(&column.source)).collect()
    }

    /// All rows, in the source's order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &SourceRow> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// The rows of a range with their keys.
    pub(crate) fn in_range(&self, range: &KeyRange) -> &[(KeyTuple, SourceRow)] {
        let up_to = |bound: &KeyTuple| self.rows.partition_point(|(key, _)| compare(key, bound).is_le());
        let from = range.after.as_ref().map_or(0, up_to);
        let to = range.through.as_ref().map_or(self.rows.len(), up_to);
        self.rows.get(from..to).unwrap_or_default()
    }

    fn alter(&mut self, alteration: &Alteration, fill: &SourceValue) {
        match alteration {
            Alteration::AddColumn { column, place, .. } => {
                let at = match place {
                    ColumnPlace::Unsaid => self.source.columns.len(),
                    ColumnPlace::First => 0,
                    ColumnPlace::After(name) => self.place(name) + 1,
                };
                self.source.columns.insert(at, column.clone());
                for (_, row) in &mut self.rows {
                    row.insert(at, fill.clone());
                }
            }
            Alteration::DropColumn { column } => {
                let at = self.place(column);
                self.source.columns.remove(at);
                for (_, row) in &mut self.rows {
                    row.remove(at);
                }
            }
            Alteration::RenameColumn { from, to } => {
                let at = self.place(from);
                self.source.columns[at].name = to.clone();
            }
            Alteration::ModifyColumn { from, column, .. } => {
                let at = self.place(from);
                self.source.columns[at] = column.clone();
            }
            // Nothing of these matters to the rows held here.
            Alteration::AddKey { .. }
            | Alteration::DropKey { .. }
            | Alteration::RenameKey { .. }
            | Alteration::HideKey { .. }
            | Alteration::DefaultCharset { .. }
            | Alteration::ConvertCharset { .. }
            | Alteration::ShowColumn { .. }
            | Alteration::Cascades { .. }
            | Alteration::Unsupported { .. } => {}
        }
    }

    fn place(&self, name: &ColumnName) -> usize {
        let at = self.source.columns.iter().position(|column| &column.name == name);
        at.expect("invariant: the test's statement names a column of the table")
    }
}

/// Changes a row.
///
/// # Panics
/// Where the table is not there: the test is wrong.
pub(crate) fn change_row(tables: &mut Tables, change: &RowChange) {
    let table = tables.get_mut(change.table()).expect("invariant: the test changes a table that exists");
    match change {
        RowChange::Insert { row, .. } => {
            assert!(table.put(row.clone()).is_none(), "two rows of {} have one key", table.source.id);
        }
        RowChange::Update { before, after, .. } => {
            table.remove(before);
            table.put(after.clone());
        }
        RowChange::Delete { row, .. } => table.remove(row),
    }
}

/// Carries out a part of a definition; `fill` is what rows hold in a column that is added.
///
/// # Panics
/// Where a table it needs is not there: the test is wrong.
pub(crate) fn define(tables: &mut Tables, change: &TableChange, fill: &SourceValue) {
    match change {
        TableChange::Created { table, .. } => {
            let new = || Table::new(table.as_ref().clone(), None);
            tables.entry(table.id.clone()).or_insert_with(new);
        }
        TableChange::CreatedLike { table, like, .. } => {
            let mut source = tables.get(like).expect("invariant: the table to copy exists").source.clone();
            source.id = table.clone();
            tables.entry(table.clone()).or_insert_with(|| Table::new(source, None));
        }
        TableChange::Dropped { table } => {
            tables.remove(table);
        }
        TableChange::DatabaseDropped { database } => tables.retain(|table, _| &table.database != database),
        TableChange::Truncated { table } => {
            if let Some(table) = tables.get_mut(table) {
                table.rows.clear();
            }
        }
        TableChange::Renamed { from, to } => {
            if let Some(mut table) = tables.remove(from) {
                table.source.id = to.clone();
                tables.insert(to.clone(), table);
            }
        }
        TableChange::Altered { table, alterations } => {
            let table = tables.get_mut(table).expect("invariant: the test alters a table that exists");
            for alteration in alterations {
                table.alter(alteration, fill);
            }
        }
        TableChange::Unsupported { .. } => {}
    }
}
