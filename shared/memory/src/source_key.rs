//! The key of a row held in memory, and the order this imagined server keeps keys in.

use std::cmp::Ordering;

use migration::key::{KeyTuple, KeyValue};
use migration::schema::{SourceKey, SourceTable, SourceType};
use migration::value::{SourceRow, SourceValue};

/// The key of a row that stands in the source's column order.
///
/// # Panics
/// Where the row does not fit the table, or a key value is NULL: the test is wrong.
pub(crate) fn key_of(table: &SourceTable, key: &SourceKey, row: &SourceRow) -> KeyTuple {
    assert_eq!(row.len(), table.columns.len(), "a row of {} has another number of columns", table.id);
    let value_of = |name| {
        let at = table.columns.iter().position(|column| &column.name == name);
        let at = at.expect("invariant: the source table has its key's columns");
        key_value(&table.columns[at].column_type, &row[at])
    };
    KeyTuple(key.columns.iter().map(value_of).collect())
}

fn key_value(column_type: &SourceType, value: &SourceValue) -> KeyValue {
    match value {
        SourceValue::Int(number) => KeyValue::Int(*number),
        SourceValue::UInt(number) | SourceValue::Bit(number) => KeyValue::UInt(*number),
        SourceValue::Float(number) => KeyValue::DoubleBits(f64::from(*number).to_bits()),
        SourceValue::Double(number) => KeyValue::DoubleBits(number.to_bits()),
        SourceValue::Decimal(text) | SourceValue::Json(text) => KeyValue::Text(text.clone()),
        SourceValue::Text(text) => match column_type {
            SourceType::Enum { labels } => KeyValue::UInt(label_number(labels, text)),
            SourceType::Set { labels } => {
                let members = text.split(',').filter(|member| !member.is_empty());
                KeyValue::UInt(members.map(|member| 1 << (label_number(labels, member) - 1)).sum())
            }
            _ => KeyValue::Bytes(text.as_bytes().to_vec()),
        },
        SourceValue::Bytes(bytes) => KeyValue::Bytes(bytes.clone()),
        SourceValue::Date(date) => KeyValue::Text(date.to_string()),
        SourceValue::DateTime(at) => KeyValue::Text(at.text(6)),
        SourceValue::Time(time) => KeyValue::Text(time.text(6)),
        SourceValue::Null | SourceValue::NotFetched { .. } => panic!("a key value is missing"),
    }
}

fn label_number(labels: &[String], label: &str) -> u64 {
    let at =
        labels.iter().position(|known| known == label).expect("invariant: the test uses a declared label");
    at as u64 + 1
}

/// The server's order of keys; a shorter tuple is a prefix and comes first.
pub(crate) fn compare(one: &KeyTuple, other: &KeyTuple) -> Ordering {
    let pairs = one.0.iter().zip(&other.0);
    let first_difference = pairs.map(|(one, other)| compare_values(one, other)).find(|order| order.is_ne());
    first_difference.unwrap_or_else(|| one.0.len().cmp(&other.0.len()))
}

fn compare_values(one: &KeyValue, other: &KeyValue) -> Ordering {
    match (one, other) {
        (KeyValue::Text(one), KeyValue::Text(other)) => match (one.parse::<f64>(), other.parse::<f64>()) {
            // DECIMAL; a test's decimals are short enough for this.
            (Ok(one), Ok(other)) => one.total_cmp(&other),
            _ => one.cmp(other),
        },
        (KeyValue::Bytes(one), KeyValue::Bytes(other)) => one.cmp(other),
        (one, other) => match (number(one), number(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            (None, None) => double(one).total_cmp(&double(other)),
            _ => panic!("keys of two kinds are compared"),
        },
    }
}

fn number(value: &KeyValue) -> Option<i128> {
    match value {
        KeyValue::Int(number) => Some(i128::from(*number)),
        KeyValue::UInt(number) => Some(i128::from(*number)),
        KeyValue::DoubleBits(_) | KeyValue::Text(_) | KeyValue::Bytes(_) => None,
    }
}

fn double(value: &KeyValue) -> f64 {
    match value {
        KeyValue::DoubleBits(bits) => f64::from_bits(*bits),
        KeyValue::Int(_) | KeyValue::UInt(_) | KeyValue::Text(_) | KeyValue::Bytes(_) => {
            panic!("keys of two kinds are compared")
        }
    }
}
