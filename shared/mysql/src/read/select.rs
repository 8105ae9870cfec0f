//! What is selected of a table: its mapped columns in the mapping's order, lengths where values may be too long, and
//! key values a row does not tell by itself.
//!
//! A value longer than the target takes is never fetched: where a column's type allows one, the server sends NULL in
//! its place, and its length beside it. Lengths count as the target counts them: strings in UTF-8, JSON as text.

use migration::key::{KeyTuple, KeyValue};
use migration::limits::VALUE_BYTES_MAX;
use migration::port::PortError;
use migration::schema::{SourceColumn, SourceKey, SourceTable, SourceType, TableMapping};
use migration::value::{SourceRow, SourceValue};
use mysql_async::Value;

use crate::classify::fault;
use crate::key_column::KeyColumn;
use crate::quoting::{quoted, quoted_table};
use crate::read::decoder::Decoder;
use crate::value_length::{may_exceed, value_length};

/// The key columns of a table, in key order.
pub(crate) fn key_columns(table: &SourceTable, key: &SourceKey) -> Result<Vec<KeyColumn>, PortError> {
    let found = key.columns.iter().map(|name| {
        let column = table.column(name);
        column.ok_or_else(|| fault(format!("table {} has no column {name}, which its key names", table.id)))
    });
    found.map(|column| column.and_then(KeyColumn::of)).collect()
}

/// `FROM` with the key's index forced, so that no plan sorts or scans.
pub(crate) fn from_by_key(table: &TableMapping) -> String {
    format!(" FROM {} FORCE INDEX ({})", quoted_table(&table.source.id), quoted(&table.key.index))
}

/// `ORDER BY` the key.
pub(crate) fn order_by(key: &[KeyColumn]) -> String {
    let names: Vec<&str> = key.iter().map(|column| column.quoted.as_str()).collect();
    format!(" ORDER BY {}", names.join(", "))
}

/// How a table's rows are selected and read.
#[derive(Debug)]
pub(crate) struct RowReader {
    columns: Vec<ColumnReader>,
    key: Vec<(KeyColumn, KeySource)>,
    expressions: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct ColumnReader {
    decoder: Decoder,
    /// Whether the column's length follows it.
    guarded: bool,
}

#[derive(Debug, Clone, Copy)]
enum KeySource {
    /// The row's value at this place tells it.
    Row(usize),
    /// It is selected at this place behind all columns.
    Beside(usize),
}

/// A row, and the key values it does not tell.
#[derive(Debug)]
pub(crate) struct ReadRow {
    pub(crate) values: SourceRow,
    pub(crate) beside: Vec<Value>,
}

impl RowReader {
    /// The reader of a mapped table.
    ///
    /// # Errors
    /// Where the mapping names a column the table has not, or one of an unknown type.
    pub(crate) fn of(table: &TableMapping) -> Result<Self, PortError> {
        let mut columns = Vec::with_capacity(table.columns.len());
        let mut expressions = Vec::with_capacity(table.columns.len() + 1);
        for mapped in &table.columns {
            let id = &table.source.id;
            let column = table.source.column(&mapped.source);
            let column =
                column.ok_or_else(|| fault(format!("table {id} has no column {}", mapped.source)))?;
            let decoder = Decoder::of(&column.column_type).ok_or_else(|| {
                fault(format!("column {} of {id} has the unknown type {}", column.name, column.spelling))
            })?;
            let most = VALUE_BYTES_MAX as u64;
            let guard = may_exceed(column, most).then(|| value_length(column, most));
            let expression = value_expression(column);
            match &guard {
                None => expressions.push(expression),
                Some(length) => {
                    expressions.push(format!("IF({length} > {VALUE_BYTES_MAX}, NULL, {expression})"));
                    expressions.push(length.clone());
                }
            }
            columns.push(ColumnReader { decoder, guarded: guard.is_some() });
        }
        let mut key = Vec::new();
        let mut beside = 0;
        for column in key_columns(&table.source, &table.key)? {
            let place = table.columns.iter().position(|mapped| &mapped.source == column.name());
            let source = match place {
                Some(place) if column.is_told_by_value() => KeySource::Row(place),
                Some(_) | None => {
                    expressions.push(column.selected());
                    beside += 1;
                    KeySource::Beside(beside - 1)
                }
            };
            key.push((column, source));
        }
        Ok(Self { columns, key, expressions })
    }

    /// The columns, for `SELECT`.
    pub(crate) fn select_list(&self) -> String {
        self.expressions.join(", ")
    }

    /// The key columns.
    pub(crate) fn key(&self) -> Vec<KeyColumn> {
        self.key.iter().map(|(column, _)| column.clone()).collect()
    }

    /// Reads a row as selected.
    ///
    /// # Errors
    /// The place of the column whose value is not of its type, counted in the mapping's order.
    pub(crate) fn read(&self, values: Vec<Value>) -> Result<ReadRow, usize> {
        let mut values = values.into_iter();
        let mut row = Vec::with_capacity(self.columns.len());
        for (at, column) in self.columns.iter().enumerate() {
            let decoded = values.next().and_then(|value| column.decoder.decode(value)).ok_or(at)?;
            row.push(if column.guarded {
                values.next().and_then(|length| guarded(decoded, &length)).ok_or(at)?
            } else {
                decoded
            });
        }
        Ok(ReadRow { values: row, beside: values.collect() })
    }

    /// The key of a row that was read.
    pub(crate) fn key_of(&self, row: &SourceRow, beside: &[Value]) -> Result<KeyTuple, PortError> {
        let missing = || fault("a row has fewer values than were selected");
        let value = |(column, source): &(KeyColumn, KeySource)| match source {
            KeySource::Row(at) => column.key_of(row.get(*at).ok_or_else(missing)?),
            KeySource::Beside(at) => column.decode(beside.get(*at).ok_or_else(missing)?.clone()),
        };
        let values: Result<Vec<KeyValue>, PortError> = self.key.iter().map(value).collect();
        values.map(KeyTuple)
    }
}

/// A value whose length came along: NULL with a length above the bound was not fetched.
fn guarded(value: SourceValue, length: &Value) -> Option<SourceValue> {
    let length = match length {
        Value::NULL => None,
        Value::Int(length) => Some(u64::try_from(*length).ok()?),
        Value::UInt(length) => Some(*length),
        _ => return None,
    };
    match (value, length) {
        (SourceValue::Null, None) => Some(SourceValue::Null),
        (SourceValue::Null, Some(bytes)) if bytes > VALUE_BYTES_MAX as u64 => {
            Some(SourceValue::NotFetched { bytes })
        }
        // A value that became NULL although it is short was lost on the way.
        (SourceValue::Null, Some(_)) => None,
        (value, _) => Some(value),
    }
}

fn value_expression(column: &SourceColumn) -> String {
    let name = quoted(column.name.as_str());
    match &column.column_type {
        // ZEROFILL pads the text with zeros the log does not have.
        SourceType::Decimal { precision, scale } if column.spelling.contains("zerofill") => {
            format!("CAST({name} AS DECIMAL({precision},{scale}))")
        }
        _ => name,
    }
}
