//! A value as the source holds it, by whichever road it came.

use crate::value::calendar::{Date, DateTime, Time};

/// One column's value of a source row.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceValue {
    /// SQL NULL.
    Null,
    /// A signed integer, YEAR included.
    Int(i64),
    /// An unsigned integer.
    UInt(u64),
    /// FLOAT.
    Float(f32),
    /// DOUBLE.
    Double(f64),
    /// DECIMAL in MySQL's own text.
    Decimal(String),
    /// A string in UTF-8: CHAR to LONGTEXT, the label of an ENUM, the comma list of a SET.
    Text(String),
    /// Bytes: BINARY padded to its length, VARBINARY, BLOB, geometry (SRID + WKB), VECTOR.
    Bytes(Vec<u8>),
    /// BIT(n) as a number.
    Bit(u64),
    /// DATE.
    Date(Date),
    /// DATETIME, or TIMESTAMP in UTC.
    DateTime(DateTime),
    /// TIME.
    Time(Time),
    /// JSON in MySQL's own text.
    Json(String),
    /// A value longer than the target takes, which was therefore not fetched.
    NotFetched {
        /// Its length at the source in bytes.
        bytes: u64,
    },
}

/// A row: one value for each column of the table mapping, in the mapping's order.
pub type SourceRow = Vec<SourceValue>;

impl SourceValue {
    /// Roughly how many bytes the value takes on the wire; used to bound pages and statements.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Null => 1,
            Self::Float(_) | Self::Date(_) => 4,
            Self::Int(_) | Self::UInt(_) | Self::Double(_) | Self::Bit(_) | Self::NotFetched { .. } => 8,
            Self::DateTime(_) | Self::Time(_) => 12,
            Self::Decimal(text) | Self::Text(text) | Self::Json(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}
