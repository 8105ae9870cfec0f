//! From a source value to a target value: one function for each pair of types that can be carried exactly.
//!
//! A conversion never rounds, clamps or cuts. What does not fit is a [`Refusal`], and the row policy decides.

use serde::{Deserialize, Serialize};

use crate::limits::VALUE_BYTES_MAX;
use crate::value::calendar::{Date, DateTime};
use crate::value::source::SourceValue;
use crate::value::target::TargetValue;

/// What becomes of a date no calendar has (`0000-00-00`, a zero month or day).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ZeroDates {
    /// It becomes NULL, and is counted.
    #[default]
    Null,
    /// It is carried as MySQL's text, which needs a VARCHAR column.
    Text,
    /// The row is refused.
    Fail,
}

/// How the values of one column are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as")]
pub enum Conversion {
    /// Integer, YEAR or BIT into an integer column with these bounds.
    Integer {
        /// Smallest value the column takes.
        min: i64,
        /// Largest value the column takes.
        max: i64,
    },
    /// TINYINT 0 or 1, or BIT(1), into BOOLEAN.
    Boolean,
    /// Integer, BIT or DECIMAL into DECIMAL.
    Decimal,
    /// FLOAT into FLOAT.
    Float,
    /// FLOAT or DOUBLE into DOUBLE.
    Double,
    /// Any type into VARCHAR or CHAR, as MySQL writes it.
    Text {
        /// Digits of fraction of a temporal column.
        digits: u8,
        /// Longest text in characters, where the target column has a bound.
        chars_max: Option<u32>,
        /// What becomes of a zero date.
        zero_dates: ZeroDates,
    },
    /// Bytes into VARBINARY or BINARY(n).
    Bytes {
        /// Exact length of a BINARY(n) target, which pads and cuts silently otherwise.
        length: Option<u32>,
    },
    /// DATE into DATE.
    Date {
        /// What becomes of a zero date.
        zero_dates: ZeroDates,
    },
    /// TIME without fraction and within a day into TIME.
    Time,
    /// TIMESTAMP or DATETIME of at most three digits into TIMESTAMP, read as UTC.
    Timestamp {
        /// What becomes of a zero date.
        zero_dates: ZeroDates,
    },
    /// JSON into JSON.
    Json,
}

/// Why a value cannot be carried. It names no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Refusal {
    /// Longer than the target stores.
    #[error("the value has {bytes} bytes, the target takes {most}")]
    TooLong {
        /// Its length.
        bytes: u64,
        /// The bound.
        most: u64,
    },
    /// Outside the target column's range.
    #[error("the number is outside the range of the target column")]
    OutOfRange,
    /// A zero date under the policy `fail`, or in a column that cannot hold NULL or text.
    #[error("the date has a zero year, month or day")]
    ZeroDate,
    /// A date the calendar does not have.
    #[error("the date does not exist in the calendar")]
    InvalidDate,
    /// A time the target column cannot hold exactly.
    #[error("the time is negative, beyond 24 h or has a fraction the target column would drop")]
    UnfitTime,
    /// A fraction of a second the target column would drop.
    #[error("the timestamp has digits below a millisecond")]
    UnfitFraction,
    /// All key values together are longer than the target takes.
    #[error("the key has {bytes} bytes, the target takes {most}")]
    KeyTooLong {
        /// Its length.
        bytes: u64,
        /// The bound.
        most: u64,
    },
    /// U+0000 in a string of the key.
    #[error("a string of the key contains the character U+0000")]
    KeyNul,
    /// The value is NULL where the key needs one.
    #[error("a key column is null")]
    KeyNull,
    /// The value's kind is not what the column's type announces.
    #[error("the value is not of its column's type")]
    Kind,
    /// Nothing is left to write besides the key, where the target takes no NULL.
    #[error("every column besides the key is null, and the target takes no null")]
    OnlyNulls,
    /// The target refused the row by itself.
    #[error("the target refused the row with error {code}")]
    Target {
        /// The target's error number.
        code: u16,
    },
}

impl Conversion {
    /// Carries one value; `Ok` with NULL for NULL, whatever the type.
    ///
    /// # Errors
    /// [`Refusal`] where the target column cannot hold exactly this value.
    #[inline]
    pub fn convert(self, value: SourceValue) -> Result<TargetValue, Refusal> {
        // Most keys; without a call, which would copy the values about.
        if let (Self::Integer { min, max }, SourceValue::Int(number)) = (self, &value)
            && (min..=max).contains(number)
        {
            return Ok(TargetValue::Int(*number));
        }
        self.convert_other(value)
    }

    fn convert_other(self, value: SourceValue) -> Result<TargetValue, Refusal> {
        if matches!(value, SourceValue::Null) {
            return Ok(TargetValue::Null);
        }
        if let SourceValue::NotFetched { bytes } = value {
            return Err(Refusal::TooLong { bytes, most: VALUE_BYTES_MAX as u64 });
        }
        match self {
            Self::Integer { min, max } => match integer(&value)? {
                number if number < i128::from(min) || number > i128::from(max) => Err(Refusal::OutOfRange),
                number => i64::try_from(number).map(TargetValue::Int).map_err(|_| Refusal::OutOfRange),
            },
            Self::Boolean => match integer(&value)? {
                0 => Ok(TargetValue::Boolean(false)),
                1 => Ok(TargetValue::Boolean(true)),
                _ => Err(Refusal::OutOfRange),
            },
            Self::Decimal => match value {
                SourceValue::Decimal(text) => Ok(TargetValue::Decimal(text)),
                other => Ok(TargetValue::Decimal(integer(&other)?.to_string())),
            },
            Self::Float => match value {
                SourceValue::Float(number) => Ok(TargetValue::Float(number)),
                _ => Err(Refusal::Kind),
            },
            Self::Double => match value {
                SourceValue::Float(number) => Ok(TargetValue::Double(f64::from(number))),
                SourceValue::Double(number) => Ok(TargetValue::Double(number)),
                _ => Err(Refusal::Kind),
            },
            Self::Text { digits, chars_max, zero_dates } => text(value, digits, chars_max, zero_dates),
            Self::Bytes { length } => bytes(value, length),
            Self::Date { zero_dates } => match value {
                SourceValue::Date(date) => real_date(date, zero_dates, TargetValue::Date),
                _ => Err(Refusal::Kind),
            },
            Self::Time => time(&value),
            Self::Timestamp { zero_dates } => match value {
                SourceValue::DateTime(at) => timestamp(at, zero_dates),
                _ => Err(Refusal::Kind),
            },
            Self::Json => match value {
                SourceValue::Json(text) => within(text.len()).map(|()| TargetValue::Json(text)),
                _ => Err(Refusal::Kind),
            },
        }
    }

    /// Whether this conversion writes a zero date as NULL, so that the copy can count them.
    #[must_use]
    pub fn nulls_zero_dates(self) -> bool {
        match self {
            Self::Text { zero_dates, .. } | Self::Date { zero_dates } | Self::Timestamp { zero_dates } => {
                zero_dates == ZeroDates::Null
            }
            Self::Integer { .. }
            | Self::Boolean
            | Self::Decimal
            | Self::Float
            | Self::Double
            | Self::Bytes { .. }
            | Self::Time
            | Self::Json => false,
        }
    }
}

fn integer(value: &SourceValue) -> Result<i128, Refusal> {
    match value {
        SourceValue::Int(number) => Ok(i128::from(*number)),
        SourceValue::UInt(number) | SourceValue::Bit(number) => Ok(i128::from(*number)),
        SourceValue::Null
        | SourceValue::Float(_)
        | SourceValue::Double(_)
        | SourceValue::Decimal(_)
        | SourceValue::Text(_)
        | SourceValue::Bytes(_)
        | SourceValue::Date(_)
        | SourceValue::DateTime(_)
        | SourceValue::Time(_)
        | SourceValue::Json(_)
        | SourceValue::NotFetched { .. } => Err(Refusal::Kind),
    }
}

fn text(
    value: SourceValue,
    digits: u8,
    chars_max: Option<u32>,
    zero_dates: ZeroDates,
) -> Result<TargetValue, Refusal> {
    let text = match value {
        SourceValue::Text(text) | SourceValue::Decimal(text) | SourceValue::Json(text) => text,
        SourceValue::Int(number) => number.to_string(),
        SourceValue::UInt(number) | SourceValue::Bit(number) => number.to_string(),
        // `Display` of Rust writes the shortest text that reads back to the same binary value.
        SourceValue::Float(number) => number.to_string(),
        SourceValue::Double(number) => number.to_string(),
        SourceValue::Time(time) => time.text(digits),
        SourceValue::Date(date) => match zero_or(date, zero_dates)? {
            None => return Ok(TargetValue::Null),
            Some(date) => date.to_string(),
        },
        SourceValue::DateTime(at) => match zero_or(at.date, zero_dates)? {
            None => return Ok(TargetValue::Null),
            Some(_) => at.text(digits),
        },
        SourceValue::Null | SourceValue::Bytes(_) | SourceValue::NotFetched { .. } => {
            return Err(Refusal::Kind);
        }
    };
    within(text.len())?;
    if let Some(most) = chars_max {
        let chars = text.chars().count() as u64;
        if chars > u64::from(most) {
            return Err(Refusal::TooLong { bytes: chars, most: u64::from(most) });
        }
    }
    Ok(TargetValue::Text(text))
}

fn bytes(value: SourceValue, length: Option<u32>) -> Result<TargetValue, Refusal> {
    let SourceValue::Bytes(bytes) = value else { return Err(Refusal::Kind) };
    within(bytes.len())?;
    match length {
        Some(length) if bytes.len() as u64 != u64::from(length) => {
            Err(Refusal::TooLong { bytes: bytes.len() as u64, most: u64::from(length) })
        }
        Some(_) | None => Ok(TargetValue::Bytes(bytes)),
    }
}

fn time(value: &SourceValue) -> Result<TargetValue, Refusal> {
    let SourceValue::Time(time) = value else { return Err(Refusal::Kind) };
    if time.negative || time.hours > 23 || time.micros != 0 {
        return Err(Refusal::UnfitTime);
    }
    Ok(TargetValue::Time(*time))
}

fn timestamp(at: DateTime, zero_dates: ZeroDates) -> Result<TargetValue, Refusal> {
    if !at.micros.is_multiple_of(1_000) {
        return Err(Refusal::UnfitFraction);
    }
    real_date(at.date, zero_dates, |_| TargetValue::Timestamp(at.unix_ms()))
}

fn real_date(
    date: Date,
    zero_dates: ZeroDates,
    carried: impl FnOnce(Date) -> TargetValue,
) -> Result<TargetValue, Refusal> {
    if date.is_zero() {
        return match zero_dates {
            ZeroDates::Null => Ok(TargetValue::Null),
            ZeroDates::Text | ZeroDates::Fail => Err(Refusal::ZeroDate),
        };
    }
    if date.is_unreal() { Err(Refusal::InvalidDate) } else { Ok(carried(date)) }
}

fn zero_or(date: Date, zero_dates: ZeroDates) -> Result<Option<Date>, Refusal> {
    let zero = date.is_zero();
    match zero_dates {
        ZeroDates::Null if zero => Ok(None),
        ZeroDates::Fail if zero => Err(Refusal::ZeroDate),
        ZeroDates::Null | ZeroDates::Text | ZeroDates::Fail => Ok(Some(date)),
    }
}

fn within(bytes: usize) -> Result<(), Refusal> {
    if bytes > VALUE_BYTES_MAX {
        return Err(Refusal::TooLong { bytes: bytes as u64, most: VALUE_BYTES_MAX as u64 });
    }
    Ok(())
}
