//! Precheck's questions, answered for one row held in memory.

use migration::ident::ColumnName;
use migration::port::SourceQuestion;
use migration::schema::TableMapping;
use migration::value::{Date, SourceRow, SourceValue};

/// Whether the row is one of those the question counts.
pub(crate) fn answers(mapping: &TableMapping, question: &SourceQuestion, row: &SourceRow) -> bool {
    let value = |name: &ColumnName| {
        mapping.columns.iter().position(|column| &column.source == name).and_then(|at| row.get(at))
    };
    let key = || mapping.key.columns.iter().filter_map(value);
    match question {
        SourceQuestion::LongerThan { column, bytes } => {
            value(column).is_some_and(|value| length(value) > *bytes)
        }
        SourceQuestion::KeyLongerThan { bytes } => key().map(length).sum::<u64>() > *bytes,
        SourceQuestion::NulInKey => key().any(|value| match value {
            SourceValue::Text(text) => text.contains('\0'),
            _ => false,
        }),
        SourceQuestion::ZeroDates { column } => value(column).is_some_and(has_zero_part),
        SourceQuestion::AllNull { columns } => {
            columns.iter().all(|column| value(column).is_some_and(|value| matches!(value, SourceValue::Null)))
        }
        SourceQuestion::Empty { columns } => columns.iter().filter_map(value).any(|value| match value {
            SourceValue::Text(text) => text.is_empty(),
            SourceValue::Bytes(bytes) => bytes.is_empty(),
            _ => false,
        }),
    }
}

fn length(value: &SourceValue) -> u64 {
    match value {
        SourceValue::Null => 0,
        SourceValue::NotFetched { bytes } => *bytes,
        other => other.bytes() as u64,
    }
}

fn has_zero_part(value: &SourceValue) -> bool {
    let is_zero = |date: &Date| date.year == 0 || date.month == 0 || date.day == 0;
    match value {
        SourceValue::Date(date) => is_zero(date),
        SourceValue::DateTime(at) => is_zero(&at.date),
        _ => false,
    }
}
