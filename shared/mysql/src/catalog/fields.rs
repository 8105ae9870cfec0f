//! The fields of a catalog row, by place.
//!
//! Servers differ in whether a catalog column is text, bytes or a number; what is missing or NULL is none.

use mysql_async::{Row, Value};

/// A row of the catalog.
pub(crate) struct Fields(Vec<Value>);

impl Fields {
    pub(crate) fn of(row: Row) -> Self {
        Self(row.unwrap())
    }

    /// The text at a place; numbers in decimal.
    pub(crate) fn text(&self, at: usize) -> Option<String> {
        match self.0.get(at)? {
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Value::Int(number) => Some(number.to_string()),
            Value::UInt(number) => Some(number.to_string()),
            Value::NULL | Value::Float(_) | Value::Double(_) | Value::Date(..) | Value::Time(..) => None,
        }
    }

    /// The number at a place; text where it is one.
    pub(crate) fn number(&self, at: usize) -> Option<u64> {
        match self.0.get(at)? {
            Value::Int(number) => u64::try_from(*number).ok(),
            Value::UInt(number) => Some(*number),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
            Value::NULL | Value::Float(_) | Value::Double(_) | Value::Date(..) | Value::Time(..) => None,
        }
    }

    /// The text at a place, empty where there is none.
    pub(crate) fn text_or_empty(&self, at: usize) -> String {
        self.text(at).unwrap_or_default()
    }
}
