//! A target table as cells: what each row's columns hold, and under which stamps.

use std::collections::{BTreeMap, BTreeSet};

use migration::ident::{ColumnName, TableId};
use migration::port::{PortError, Surface};
use migration::schema::{MARKER_COLUMN, TableMapping, TargetColumn, TargetTable};
use migration::time::UnixMs;
use migration::value::{Digest, TargetRow, TargetValue, row_digest};

/// A table with its cells.
pub(crate) struct StoredTable {
    definition: TargetTable,
    /// Names of columns dropped since the table was compacted.
    dropped: BTreeSet<String>,
    rows: BTreeMap<Digest, StoredRow>,
}

struct StoredRow {
    /// Values of the key, in the table's key order.
    key: Vec<TargetValue>,
    /// Cells stamped at or before this are hidden.
    deleted_at: Option<UnixMs>,
    cells: BTreeMap<String, (UnixMs, TargetValue)>,
}

/// Where the columns of a mapping stand: key first, in the table's key order.
#[derive(Clone)]
pub(crate) struct Columns {
    key: Vec<usize>,
    values: Vec<(usize, String)>,
    marker: bool,
}

/// Rows that are written once the clock says so.
pub(crate) struct LateWrite {
    /// When.
    pub(crate) at: UnixMs,
    /// Where.
    pub(crate) table: TableId,
    /// Which columns.
    pub(crate) columns: Columns,
    /// Under which stamp.
    pub(crate) stamp: UnixMs,
    /// What.
    pub(crate) rows: Vec<TargetRow>,
}

/// Keys that are deleted once the clock says so.
pub(crate) struct LateDelete {
    /// When.
    pub(crate) at: UnixMs,
    /// Where.
    pub(crate) table: TableId,
    /// Under which stamp.
    pub(crate) stamp: UnixMs,
    /// What.
    pub(crate) keys: Vec<TargetRow>,
}

/// A statement that takes effect when it likes.
pub(crate) enum Late {
    /// An UPSERT.
    Write(LateWrite),
    /// A DELETE.
    Delete(LateDelete),
}

impl Late {
    /// When it takes effect.
    pub(crate) fn at(&self) -> UnixMs {
        match self {
            Self::Write(write) => write.at,
            Self::Delete(delete) => delete.at,
        }
    }

    /// The table it is about.
    pub(crate) fn table(&self) -> &TableId {
        match self {
            Self::Write(write) => &write.table,
            Self::Delete(delete) => &delete.table,
        }
    }

    /// Takes effect.
    pub(crate) fn apply(&self, table: &mut StoredTable) {
        match self {
            Self::Write(write) => write.apply(table),
            Self::Delete(delete) => delete.keys.iter().for_each(|key| table.delete(key, delete.stamp)),
        }
    }
}

impl LateWrite {
    /// Writes the rows.
    pub(crate) fn apply(&self, table: &mut StoredTable) {
        for row in &self.rows {
            table.upsert(&self.columns, row, self.stamp);
        }
    }
}

impl StoredTable {
    /// An empty table.
    pub(crate) fn new(definition: TargetTable) -> Self {
        Self { definition, dropped: BTreeSet::new(), rows: BTreeMap::new() }
    }

    /// How it was defined.
    pub(crate) fn definition(&self) -> &TargetTable {
        &self.definition
    }

    /// Makes a column; its cells start empty, which is why the name of a dropped one is refused.
    pub(crate) fn add_column(&mut self, column: &TargetColumn) -> Result<(), PortError> {
        if self.definition.column(&column.name).is_some() {
            return Err(refused(1060, "the column is there already"));
        }
        if self.dropped.contains(column.name.as_str()) {
            return Err(refused(1235, "the dropped column of this name is not compacted yet"));
        }
        self.definition.columns.push(column.clone());
        Ok(())
    }

    /// Removes a column with its cells.
    pub(crate) fn drop_column(&mut self, column: &ColumnName) -> Result<(), PortError> {
        let found = self.definition.column(column).is_some_and(|found| found.key_position.is_none());
        if !found {
            return Err(refused(1091, "the column is not there, or is part of the key"));
        }
        self.definition.columns.retain(|found| &found.name != column);
        self.dropped.insert(column.as_str().to_owned());
        for row in self.rows.values_mut() {
            row.cells.remove(column.as_str());
        }
        Ok(())
    }

    /// Removes every row and every delete marker.
    pub(crate) fn truncate(&mut self) {
        self.rows.clear();
    }

    /// Finds the mapping's columns in this table.
    pub(crate) fn place(&self, mapping: &TableMapping) -> Result<Columns, PortError> {
        let unknown = |name: &str| PortError::permanent(Surface::Target, format!("no column {name}"));
        let mut values = Vec::new();
        for (at, column) in mapping.columns.iter().enumerate() {
            let found =
                self.definition.column(&column.target).ok_or_else(|| unknown(column.target.as_str()))?;
            if found.key_position.is_none() {
                values.push((at, column.target.as_str().to_owned()));
            }
        }
        let position = |name: &_| mapping.columns.iter().position(|column| &column.target == name);
        let key = self.definition.key().into_iter().map(|column| &column.name);
        let key =
            key.map(|name| position(name).ok_or_else(|| unknown(name.as_str()))).collect::<Result<_, _>>()?;
        Ok(Columns { key, values, marker: mapping.marker })
    }

    fn row(&mut self, key: Vec<TargetValue>) -> &mut StoredRow {
        let digest = row_digest(&key);
        self.rows.entry(digest).or_insert_with(|| StoredRow { key, deleted_at: None, cells: BTreeMap::new() })
    }

    fn upsert(&mut self, columns: &Columns, row: &TargetRow, stamp: UnixMs) {
        let value = |at: usize| row.get(at).cloned().expect("invariant: a row has the mapping's columns");
        let stored = self.row(columns.key.iter().map(|at| value(*at)).collect());
        for (at, name) in &columns.values {
            stored.put(name, value(*at), stamp);
        }
        if columns.marker {
            stored.put(MARKER_COLUMN, TargetValue::Int(1), stamp);
        }
    }

    /// Hides every cell of the row stamped at or before `stamp`, now and later.
    pub(crate) fn delete(&mut self, key: &[TargetValue], stamp: UnixMs) {
        let row = self.row(key.to_vec());
        row.deleted_at = row.deleted_at.max(Some(stamp));
    }

    /// The rows a SELECT finds, without their NULLs.
    pub(crate) fn rows(&self, null_rows: bool) -> Vec<BTreeMap<String, TargetValue>> {
        self.rows.values().filter_map(|row| self.visible(row, null_rows)).collect()
    }

    fn visible(&self, row: &StoredRow, null_rows: bool) -> Option<BTreeMap<String, TargetValue>> {
        let seen =
            row.cells.iter().filter(|(_, (stamp, _))| row.deleted_at.is_none_or(|hidden| *stamp > hidden));
        let seen: BTreeMap<String, TargetValue> =
            seen.map(|(name, (_, value))| (name.clone(), value.clone())).collect();
        let exists =
            if null_rows { !seen.is_empty() } else { seen.values().any(|value| *value != TargetValue::Null) };
        if !exists {
            return None;
        }
        let names = self.definition.key().into_iter().map(|column| column.name.as_str().to_owned());
        let mut found: BTreeMap<String, TargetValue> = names.zip(row.key.iter().cloned()).collect();
        found.extend(seen.into_iter().filter(|(_, value)| *value != TargetValue::Null));
        Some(found)
    }

    /// The greatest stamp of any cell.
    pub(crate) fn stamp_max(&self) -> Option<UnixMs> {
        self.rows.values().flat_map(|row| row.cells.values()).map(|(stamp, _)| *stamp).max()
    }
}

/// A refusal under the server's number, without effect.
pub(crate) fn refused(code: u16, summary: &str) -> PortError {
    PortError { code: Some(code), ..PortError::permanent(Surface::Target, summary) }
}

impl StoredRow {
    fn put(&mut self, name: &str, value: TargetValue, stamp: UnixMs) {
        let is_newest = self.cells.get(name).is_none_or(|(found, _)| *found <= stamp);
        if is_newest {
            self.cells.insert(name.to_owned(), (stamp, value));
        }
    }
}
