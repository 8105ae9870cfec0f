//! Reads a whole target table in its own key order, page by page, within bounded memory.
//!
//! Made for verification: only the mapped columns are read, the marker column is not, and every value is decoded to what
//! the sink wrote. The limit of a page follows the size of the rows seen, and a page that grows too large is cut short,
//! which loses nothing: the next one continues behind its last row.

use migration::ident::{ColumnName, TableId};
use migration::limits::{PAGE_BYTES_MAX, STATEMENT_ROWS_MAX};
use migration::port::PortError;
use migration::schema::{TableMapping, TargetType};
use migration::statement_form::{StatementForm, ValueForm};
use migration::value::{TargetRow, TargetValue};
use mysql_async::Row;

use crate::cut::row_bytes;
use crate::decode::decode;
use crate::failure::unexpected;
use crate::keyset::{KeyColumn, Step, behind};
use crate::request::Request;
use crate::statement::page_select;
use crate::target::Target;

/// Rows of the first page, before the size of rows is known.
const FIRST_LIMIT: usize = 64;

/// A walk over a table. Not a snapshot: each page shows the table at its own moment.
pub struct RowScan {
    target: Target,
    table: TableId,
    columns: Columns,
    key: Vec<KeyColumn>,
    step: Step,
    /// The key of the last row given.
    cursor: Vec<TargetValue>,
    limit: usize,
    values: ValueForm,
}

/// The columns of a mapping as they are read.
pub(crate) struct Columns {
    pub(crate) names: Vec<ColumnName>,
    types: Vec<TargetType>,
    pub(crate) key: usize,
}

impl Columns {
    pub(crate) fn of(mapping: &TableMapping) -> Self {
        Self {
            names: mapping.columns.iter().map(|column| column.target.clone()).collect(),
            types: mapping.columns.iter().map(|column| column.target_type).collect(),
            key: mapping.columns.iter().filter(|column| column.in_key).count(),
        }
    }

    /// The key columns, which come first.
    pub(crate) fn key_names(&self) -> &[ColumnName] {
        self.names.get(..self.key).unwrap_or_default()
    }

    /// A row as the sink wrote it.
    pub(crate) fn decode(&self, row: Row, doing: &str) -> Result<TargetRow, PortError> {
        let decoded =
            row.unwrap().into_iter().zip(&self.types).zip(&self.names).map(|((value, column), name)| {
                let fault =
                    || unexpected(doing, &format!("column {name} does not hold a value of type {column}"));
                decode(value, *column).ok_or_else(fault)
            });
        decoded.collect()
    }
}

impl Target {
    /// Begins to read a table in the target's key order.
    ///
    /// # Errors
    /// Where the table cannot be described.
    pub async fn scan(&self, mapping: &TableMapping, form: StatementForm) -> Result<RowScan, PortError> {
        let table = mapping.target.id.clone();
        let doing = format!("describing {table}");
        let lines =
            self.described(&table).await?.ok_or_else(|| unexpected(&doing, "the table does not exist"))?;
        let key = lines.into_iter().filter(|line| line.in_key);
        let key: Vec<KeyColumn> =
            key.map(|line| KeyColumn { name: line.name, descending: line.descending }).collect();
        let columns = Columns::of(mapping);
        if !key
            .iter()
            .map(|column| column.name.as_str())
            .eq(columns.key_names().iter().map(ColumnName::as_str))
        {
            return Err(unexpected(&doing, "the table's key is not the mapping's"));
        }
        let (step, cursor) = (Step::Start, Vec::new());
        let (target, limit, values) = (self.clone(), FIRST_LIMIT, form.values);
        Ok(RowScan { target, table, columns, key, step, cursor, limit, values })
    }
}

impl RowScan {
    /// The next rows in key order, at least one; none when the table is read. After an error the same page may be asked
    /// for again.
    ///
    /// # Errors
    /// What stood against reading; transient errors were tried again before.
    pub async fn next_page(&mut self) -> Result<Option<Vec<TargetRow>>, PortError> {
        let doing = format!("reading {}", self.table);
        while self.step != Step::Over {
            let rows = self.target.read_within(&self.request(), PAGE_BYTES_MAX).await;
            let rows = rows.map_err(|failure| failure.into_port(&doing))?;
            let rows: Result<Vec<TargetRow>, PortError> =
                rows.into_iter().map(|row| self.columns.decode(row, &doing)).collect();
            let rows = rows?;
            let last = rows.last().and_then(|row| row.get(..self.columns.key));
            if last.is_some_and(|last| last == self.cursor.as_slice()) {
                return Err(unexpected(&doing, "the rows do not come in key order"));
            }
            self.step = self.step.after(last.is_some(), self.key.len());
            if let Some(last) = last {
                self.cursor = last.to_vec();
                self.limit = next_limit(self.limit, &rows);
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    fn request(&self) -> Request {
        let bound = match self.step {
            Step::Start | Step::Over => Vec::new(),
            Step::Behind(columns) => behind(&self.key, columns, &self.cursor),
        };
        page_select(&self.table, &self.columns.names, &bound, self.limit, self.values)
    }
}

/// A power of two, so that few statements are prepared, that keeps a page of rows like these within half its bound.
fn next_limit(limit: usize, rows: &[TargetRow]) -> usize {
    let bytes: usize = rows.iter().map(|row| row_bytes(row)).sum();
    let each = (bytes / rows.len().max(1)).max(1);
    let fitting = (PAGE_BYTES_MAX / 2 / each).clamp(1, STATEMENT_ROWS_MAX);
    (1 << fitting.ilog2()).min(limit.saturating_mul(8))
}

#[cfg(test)]
mod tests {
    use migration::limits::{PAGE_BYTES_MAX, STATEMENT_ROWS_MAX};
    use migration::value::TargetValue;

    use super::next_limit;

    #[test]
    fn the_limit_grows_in_steps_and_keeps_pages_of_large_rows_small() {
        let rows = |bytes: usize| vec![vec![TargetValue::Bytes(vec![0; bytes])]; 4];
        assert_eq!(next_limit(64, &rows(1)), 512);
        assert_eq!(next_limit(512, &rows(1)), 1_024);
        assert!(next_limit(1_024, &rows(1)) <= STATEMENT_ROWS_MAX);
        assert_eq!(next_limit(1_024, &rows(1 << 20)), 2);
        assert_eq!(next_limit(1_024, &rows(PAGE_BYTES_MAX)), 1);
    }
}
