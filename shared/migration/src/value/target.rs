//! A value as it is bound into a target statement or read back from one.

use crate::value::calendar::{Date, Time};

/// One column's value of a target row.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetValue {
    /// No cell.
    Null,
    /// BOOLEAN.
    Boolean(bool),
    /// TINYINT to BIGINT.
    Int(i64),
    /// FLOAT.
    Float(f32),
    /// DOUBLE.
    Double(f64),
    /// DECIMAL as text.
    Decimal(String),
    /// VARCHAR or CHAR.
    Text(String),
    /// VARBINARY or BINARY.
    Bytes(Vec<u8>),
    /// DATE.
    Date(Date),
    /// TIME, within a day.
    Time(Time),
    /// TIMESTAMP: milliseconds since the epoch, UTC.
    Timestamp(i64),
    /// JSON text.
    Json(String),
}

/// A row: one value for each column of the table mapping, in the mapping's order.
pub type TargetRow = Vec<TargetValue>;

impl TargetValue {
    /// Roughly how many bytes the value takes in a request; what statement bounds count.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Boolean(_) => 1,
            Self::Float(_) => 4,
            Self::Int(_) | Self::Double(_) | Self::Timestamp(_) => 8,
            Self::Date(_) | Self::Time(_) => 10,
            Self::Decimal(text) | Self::Text(text) | Self::Json(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}
