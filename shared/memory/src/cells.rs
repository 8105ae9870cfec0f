//! A target table as cells: what each row's columns hold, and under which stamps.

use std::collections::{BTreeMap, BTreeSet};

use migration::ident::{ColumnName, TableId};
use migration::port::{PortError, Surface};
use migration::schema::{MARKER_COLUMN, TableMapping, TargetColumn, TargetTable};
use migration::time::UnixMs;
use migration::value::{Digest, TargetRow, TargetValue, row_digest};

use crate::nature::{Nature, Nulls};

/// The cell that is there where a row of NULLs exists.
const ROW_CELL: &str = "";

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
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    key: Vec<usize>,
    values: Vec<(usize, String)>,
    marker: bool,
}

/// Rows that are written, or keys that are deleted, now or once the clock says so.
pub(crate) struct Landing {
    /// When.
    pub(crate) at: UnixMs,
    /// Where.
    pub(crate) table: TableId,
    /// What.
    pub(crate) what: Statement,
}

/// What a statement does.
#[derive(Debug)]
pub(crate) enum Statement {
    /// UPSERT; the node that carries it out stamps it unless a stamp is given.
    Upsert { columns: Columns, stamp: Option<UnixMs>, rows: Vec<TargetRow> },
    /// DELETE.
    Delete { keys: Vec<TargetRow> },
}

impl Statement {
    /// Carries it out; `stamp` asks the clock of any node.
    pub(crate) fn apply(&self, table: &mut StoredTable, nature: &Nature, mut clock: impl FnMut() -> UnixMs) {
        match self {
            Self::Upsert { columns, stamp, rows } => {
                for row in rows {
                    let stamp = stamp.unwrap_or_else(&mut clock);
                    table.upsert(columns, row, stamp, nature);
                }
            }
            Self::Delete { keys } => {
                for key in keys {
                    table.delete(key, clock());
                }
            }
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

    fn upsert(&mut self, columns: &Columns, row: &TargetRow, stamp: UnixMs, nature: &Nature) {
        let value = |at: usize| row.get(at).cloned().expect("invariant: a row has the mapping's columns");
        let stored = self.row(columns.key.iter().map(|at| value(*at)).collect());
        for (at, name) in &columns.values {
            stored.put(name, value(*at), stamp, nature);
        }
        if columns.marker {
            stored.put(MARKER_COLUMN, TargetValue::Int(1), stamp, nature);
        }
        stored.put(ROW_CELL, TargetValue::Boolean(true), stamp, nature);
    }

    /// Hides every cell of the row stamped at or before `stamp`, now and later.
    pub(crate) fn delete(&mut self, key: &[TargetValue], stamp: UnixMs) {
        let row = self.row(key.to_vec());
        row.deleted_at = row.deleted_at.max(Some(stamp));
    }

    /// Forgets what is hidden, and the delete markers that hid it: what arrives later is not hidden any more. Markers
    /// stamped after `until` stay.
    pub(crate) fn compact(&mut self, until: UnixMs) {
        self.dropped.clear();
        for row in self.rows.values_mut() {
            if let Some(hidden) = row.deleted_at.take_if(|hidden| *hidden <= until) {
                row.cells.retain(|_, (stamp, _)| *stamp > hidden);
            }
        }
        self.rows.retain(|_, row| !row.cells.is_empty() || row.deleted_at.is_some());
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
        let is_value =
            |(name, value): &(&String, &TargetValue)| *name != ROW_CELL && **value != TargetValue::Null;
        let exists = if null_rows { !seen.is_empty() } else { seen.iter().any(|cell| is_value(&cell)) };
        if !exists {
            return None;
        }
        let names = self.definition.key().into_iter().map(|column| column.name.as_str().to_owned());
        let mut found: BTreeMap<String, TargetValue> = names.zip(row.key.iter().cloned()).collect();
        found.extend(seen.iter().filter(is_value).map(|(name, value)| (name.clone(), value.clone())));
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
    fn put(&mut self, name: &str, value: TargetValue, stamp: UnixMs, nature: &Nature) {
        let found = self.cells.get(name);
        if value == TargetValue::Null {
            match nature.nulls {
                Nulls::Ignored => return,
                Nulls::Removes => {
                    if found.is_some_and(|(at, _)| *at <= stamp) {
                        self.cells.remove(name);
                    }
                    return;
                }
                Nulls::Hides => {}
            }
        }
        let is_read = found
            .is_none_or(|(at, found)| *at < stamp || (*at == stamp && nature.ties.replaces(found, &value)));
        if is_read {
            self.cells.insert(name.to_owned(), (stamp, value));
        }
    }
}
