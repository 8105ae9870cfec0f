//! What goes into and comes out of the engine: values, columns, answers and errors.
//!
//! The wire side codes against this file alone. Values borrow where they can, so that neither a bound parameter nor a result cell
//! costs an allocation. This file never knows the wire protocol: it says what a column is, not which MySQL type number shows it.

use std::borrow::Cow;

/// One value: a bound parameter on the way in, a cell on the way out.
///
/// `DateTime` is a wall clock reading in the session's time zone in both directions; the engine does the zone arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// No value.
    Null,
    /// BOOLEAN.
    Bool(bool),
    /// Any signed integer.
    Int(i64),
    /// An unsigned integer.
    UInt(u64),
    /// FLOAT, four bytes.
    Float(f32),
    /// DOUBLE, eight bytes.
    Double(f64),
    /// Text that is known to be UTF-8.
    Text(Cow<'a, str>),
    /// Bytes, also text whose character set is not known (a parameter of a string type).
    Bytes(Cow<'a, [u8]>),
    /// DECIMAL in plain notation, with exactly the column's scale on the way out.
    Decimal(Cow<'a, str>),
    /// A calendar day.
    Date {
        /// Year 1 to 9999.
        year: u16,
        /// Month 1 to 12.
        month: u8,
        /// Day 1 to 31.
        day: u8,
    },
    /// A time of day or a duration.
    Time {
        /// True for a negative duration.
        negative: bool,
        /// Hours, above 23 for a duration.
        hours: u32,
        /// Minutes.
        minutes: u8,
        /// Seconds.
        seconds: u8,
        /// Microseconds.
        micros: u32,
    },
    /// A day with a time of day, read on a clock in the session's time zone.
    DateTime {
        /// Year 1 to 9999.
        year: u16,
        /// Month 1 to 12.
        month: u8,
        /// Day 1 to 31.
        day: u8,
        /// Hour 0 to 23.
        hour: u8,
        /// Minute.
        minute: u8,
        /// Second.
        second: u8,
        /// Microseconds; a multiple of 1000 on the way out.
        micros: u32,
    },
}

impl Datum<'_> {
    /// The same value owning its text or bytes.
    #[must_use]
    pub fn into_owned(self) -> Datum<'static> {
        match self {
            Datum::Null => Datum::Null,
            Datum::Bool(v) => Datum::Bool(v),
            Datum::Int(v) => Datum::Int(v),
            Datum::UInt(v) => Datum::UInt(v),
            Datum::Float(v) => Datum::Float(v),
            Datum::Double(v) => Datum::Double(v),
            Datum::Text(v) => Datum::Text(Cow::Owned(v.into_owned())),
            Datum::Bytes(v) => Datum::Bytes(Cow::Owned(v.into_owned())),
            Datum::Decimal(v) => Datum::Decimal(Cow::Owned(v.into_owned())),
            Datum::Date { year, month, day } => Datum::Date { year, month, day },
            Datum::Time { negative, hours, minutes, seconds, micros } => {
                Datum::Time { negative, hours, minutes, seconds, micros }
            }
            Datum::DateTime { year, month, day, hour, minute, second, micros } => {
                Datum::DateTime { year, month, day, hour, minute, second, micros }
            }
        }
    }
}

/// The type of a column, of a table or of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// BOOLEAN.
    Boolean,
    /// TINYINT, 1 byte.
    TinyInt,
    /// SMALLINT, 2 bytes.
    SmallInt,
    /// INTEGER, 4 bytes.
    Integer,
    /// BIGINT, 8 bytes.
    BigInt,
    /// BIGINT UNSIGNED, 8 bytes.
    BigIntUnsigned,
    /// FLOAT, 4 bytes.
    Float,
    /// DOUBLE, 8 bytes.
    Double,
    /// DECIMAL(precision, scale).
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// VARCHAR, UTF-8 text, with or without a length in characters.
    Varchar {
        /// The declared length.
        length: Option<u32>,
    },
    /// CHAR(n), UTF-8 text.
    Char {
        /// The declared length in characters.
        length: u32,
    },
    /// BINARY(n).
    Binary {
        /// The declared length in bytes.
        length: u32,
    },
    /// VARBINARY.
    Varbinary,
    /// DATE.
    Date,
    /// TIME, whole seconds within a day.
    Time,
    /// TIMESTAMP, milliseconds.
    Timestamp,
    /// JSON text.
    Json,
}

/// One column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name a client sees.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
}

/// What a statement gives back.
pub enum Answer {
    /// A statement without rows.
    Done {
        /// The number for the OK packet.
        affected: u64,
    },
    /// A statement with rows.
    Rows {
        /// The columns.
        columns: Vec<Column>,
        /// The rows, produced batch by batch.
        rows: Box<dyn RowStream>,
    },
}

/// Rows produced in bounded batches. No lock is held between two calls, so a slow client stalls nobody.
pub trait RowStream: Send {
    /// Shows the next batch (at most some hundred rows) to `each`, one row at a time, as many values as there are columns.
    /// `Ok(false)` means that the stream is over; the rows shown by that same call still count.
    ///
    /// # Errors
    /// A statement that fails half way, for instance by its timeout.
    fn next_batch(&mut self, each: &mut dyn FnMut(&[Datum<'_>])) -> Result<bool, SqlError>;
}

/// A refused or failed statement, as a MySQL client sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} ({state}): {message}")]
pub struct SqlError {
    /// The error number.
    pub code: u16,
    /// The SQLSTATE, five characters.
    pub state: &'static str,
    /// The text, never with cell values.
    pub message: String,
    /// The same in Chinese, for a server whose ERROR_LANG is `zh_CN`.
    pub chinese: String,
}
