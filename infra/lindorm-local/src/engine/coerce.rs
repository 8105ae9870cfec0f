//! From a literal or parameter to the bytes a cell stores, with every range check.
//!
//! A value is never clamped or rounded silently. Stored forms: little-endian numbers, text and bytes as they are, days, seconds,
//! milliseconds since 1970 in UTC.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use crate::answer::{ColumnKind, Datum, SqlError};
use crate::engine::calendar::{self, Reading};
use crate::engine::decimal;
use crate::engine::{Assumptions, EmptyValue, ExcessFraction, Misuse, Support, TextAsBytes};
use crate::refusal;
use crate::sql::bytes_of_hex;

/// What a value is read by, besides its column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conversion<'a> {
    pub(crate) assumptions: &'a Assumptions,
    pub(crate) zone_ms: i64,
    /// The longest value of a non-key column, in bytes.
    pub(crate) longest: usize,
}

/// Appends the stored form of a value. False, and nothing appended, if the column becomes NULL.
pub(crate) fn store(
    name: &str,
    kind: ColumnKind,
    value: &Datum<'_>,
    conversion: Conversion<'_>,
    out: &mut Vec<u8>,
) -> Result<bool, SqlError> {
    if *value == Datum::Null {
        return Ok(false);
    }
    let wrong = || refusal::wrong_value(word(kind), name);
    match kind {
        ColumnKind::Boolean => out.push(u8::from(boolean(value, conversion).ok_or_else(wrong)?)),
        ColumnKind::TinyInt => out.extend(integer::<i8>(name, kind, value)?.to_le_bytes()),
        ColumnKind::SmallInt => out.extend(integer::<i16>(name, kind, value)?.to_le_bytes()),
        ColumnKind::Integer => out.extend(integer::<i32>(name, kind, value)?.to_le_bytes()),
        ColumnKind::BigInt => out.extend(integer::<i64>(name, kind, value)?.to_le_bytes()),
        ColumnKind::BigIntUnsigned => out.extend(integer::<u64>(name, kind, value)?.to_le_bytes()),
        ColumnKind::Float => out.extend(single(name, value)?.to_le_bytes()),
        ColumnKind::Double => out.extend(double(name, kind, value)?.to_le_bytes()),
        ColumnKind::Decimal { precision, scale } => {
            let excess = conversion.assumptions.excess_scale;
            match decimal::read(&number_text(value).ok_or_else(wrong)?, precision, scale, excess) {
                Ok(unscaled) => out.extend(unscaled.to_le_bytes()),
                Err(decimal::Fault::NotANumber) => return Err(wrong()),
                Err(decimal::Fault::OutOfRange) => return Err(refusal::out_of_range(name)),
            }
        }
        ColumnKind::Varchar { length } => {
            return varchar(name, length, text(value).ok_or_else(wrong)?, conversion, out);
        }
        ColumnKind::Char { length } => {
            let text = text(value).ok_or_else(wrong)?;
            let missing =
                (length as usize).checked_sub(characters(text)).ok_or_else(|| refusal::too_long(name))?;
            out.extend(text.as_bytes());
            out.resize(out.len() + missing, b' ');
        }
        ColumnKind::Binary { length } => {
            let end = out.len() + length as usize;
            bytes(value, conversion, out).ok_or_else(wrong)?;
            out.resize(end, 0);
        }
        ColumnKind::Varbinary => {
            let start = out.len();
            bytes(value, conversion, out).ok_or_else(wrong)?;
            if out.len() == start && conversion.assumptions.empty_bytes == EmptyValue::Null {
                return Ok(false);
            }
        }
        ColumnKind::Date => out.extend(day(value).ok_or_else(|| refusal::bad_moment(name))?.to_le_bytes()),
        ColumnKind::Time => out.extend(second(value).ok_or_else(|| refusal::bad_moment(name))?.to_le_bytes()),
        ColumnKind::Timestamp => {
            let instant = moment(value, conversion);
            out.extend(instant.ok_or_else(|| refusal::bad_moment(name))?.to_le_bytes());
        }
        ColumnKind::Json => {
            let text = text(value).ok_or_else(wrong)?;
            serde_json::from_str::<IgnoredAny>(text).map_err(|_| refusal::bad_json(name))?;
            out.extend(text.as_bytes());
        }
    }
    Ok(true)
}

/// A text of at most so many characters.
fn varchar(
    name: &str,
    length: Option<u32>,
    text: &str,
    conversion: Conversion<'_>,
    out: &mut Vec<u8>,
) -> Result<bool, SqlError> {
    let enforced = conversion.assumptions.varchar_length == Misuse::Refused;
    if enforced && length.is_some_and(|length| characters(text) > length as usize) {
        return Err(refusal::too_long(name));
    }
    out.extend(text.as_bytes());
    Ok(!(text.is_empty() && conversion.assumptions.empty_text == EmptyValue::Null))
}

/// The type's word in an error.
fn word(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Boolean => "boolean",
        ColumnKind::TinyInt
        | ColumnKind::SmallInt
        | ColumnKind::Integer
        | ColumnKind::BigInt
        | ColumnKind::BigIntUnsigned => "integer",
        ColumnKind::Float | ColumnKind::Double => "double",
        ColumnKind::Decimal { .. } => "decimal",
        ColumnKind::Varchar { .. } | ColumnKind::Char { .. } => "string",
        ColumnKind::Binary { .. } | ColumnKind::Varbinary => "binary",
        ColumnKind::Date => "date",
        ColumnKind::Time => "time",
        ColumnKind::Timestamp => "timestamp",
        ColumnKind::Json => "json",
    }
}

fn characters(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

fn boolean(value: &Datum<'_>, conversion: Conversion<'_>) -> Option<bool> {
    match value {
        Datum::Bool(value) => Some(*value),
        Datum::Int(number @ 0..=1) if conversion.assumptions.boolean_from_integer == Support::Accepted => {
            Some(*number == 1)
        }
        Datum::UInt(number @ 0..=1) if conversion.assumptions.boolean_from_integer == Support::Accepted => {
            Some(*number == 1)
        }
        Datum::Text(_) | Datum::Bytes(_) => match text(value)?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn integer<T: TryFrom<i128>>(name: &str, kind: ColumnKind, value: &Datum<'_>) -> Result<T, SqlError> {
    let wrong = || refusal::wrong_value(word(kind), name);
    let number = match value {
        Datum::Int(number) => i128::from(*number),
        Datum::UInt(number) => i128::from(*number),
        Datum::Text(_) | Datum::Bytes(_) | Datum::Decimal(_) => {
            let text = number_text(value).ok_or_else(wrong)?;
            let whole = text.split_once('.').map_or(Some(&*text), |(whole, fraction)| {
                fraction.bytes().all(|b| b == b'0').then_some(whole)
            });
            whole.and_then(|whole| whole.parse().ok()).ok_or_else(wrong)?
        }
        Datum::Null
        | Datum::Bool(_)
        | Datum::Float(_)
        | Datum::Double(_)
        | Datum::Date { .. }
        | Datum::Time { .. }
        | Datum::DateTime { .. } => return Err(wrong()),
    };
    T::try_from(number).map_err(|_| refusal::out_of_range(name))
}

fn single(name: &str, value: &Datum<'_>) -> Result<f32, SqlError> {
    if let Datum::Float(value) = value {
        return if value.is_finite() { Ok(*value) } else { Err(refusal::out_of_range(name)) };
    }
    let wide = double(name, ColumnKind::Float, value)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "FLOAT keeps the nearest single; an overflow is found below"
    )]
    let narrow = wide as f32;
    if narrow.is_finite() { Ok(narrow) } else { Err(refusal::out_of_range(name)) }
}

fn double(name: &str, kind: ColumnKind, value: &Datum<'_>) -> Result<f64, SqlError> {
    let wrong = || refusal::wrong_value(word(kind), name);
    let number = match value {
        Datum::Double(value) => *value,
        Datum::Float(value) => f64::from(*value),
        _ => number_text(value).and_then(|text| text.parse::<f64>().ok()).ok_or_else(wrong)?,
    };
    if number.is_finite() { Ok(number) } else { Err(refusal::out_of_range(name)) }
}

/// A number as text, exactly.
fn number_text<'a>(value: &'a Datum<'_>) -> Option<Cow<'a, str>> {
    match value {
        Datum::Int(number) => Some(number.to_string().into()),
        Datum::UInt(number) => Some(number.to_string().into()),
        Datum::Double(number) => Some(number.to_string().into()),
        Datum::Float(number) => Some(number.to_string().into()),
        Datum::Decimal(text) => Some((&**text).into()),
        Datum::Text(_) | Datum::Bytes(_) => text(value).map(Into::into),
        Datum::Null | Datum::Bool(_) | Datum::Date { .. } | Datum::Time { .. } | Datum::DateTime { .. } => {
            None
        }
    }
}

fn text<'a>(value: &'a Datum<'_>) -> Option<&'a str> {
    match value {
        Datum::Text(text) => Some(text),
        Datum::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn bytes(value: &Datum<'_>, conversion: Conversion<'_>, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Datum::Bytes(bytes) => out.extend_from_slice(bytes),
        Datum::Text(text) => match conversion.assumptions.text_as_bytes {
            TextAsBytes::Refused => return None,
            TextAsBytes::Bytes => out.extend(text.as_bytes()),
            TextAsBytes::Hex => out.extend(bytes_of_hex(text)?),
        },
        _ => return None,
    }
    Some(())
}

fn day(value: &Datum<'_>) -> Option<i32> {
    match value {
        Datum::Date { year, month, day }
        | Datum::DateTime { year, month, day, hour: 0, minute: 0, second: 0, micros: 0 } => {
            calendar::day_number(*year, *month, *day)
        }
        _ => calendar::read_day(text(value)?),
    }
}

/// Seconds into the day; a fraction is cut off.
fn second(value: &Datum<'_>) -> Option<u32> {
    let micros = match value {
        Datum::Time { negative: false, hours, minutes, seconds, .. } => {
            calendar::time_of_day(i64::from(*hours), i64::from(*minutes), i64::from(*seconds), 0)? * 1000
        }
        _ => calendar::read_time(text(value)?)?,
    };
    u32::try_from(micros / 1_000_000).ok()
}

/// Milliseconds since 1970 in UTC.
fn moment(value: &Datum<'_>, conversion: Conversion<'_>) -> Option<i64> {
    let (days, micros) = match value {
        Datum::Int(millis) => return calendar::is_showable(*millis).then_some(*millis),
        Datum::DateTime { year, month, day, hour, minute, second, micros } => {
            let whole_ms =
                calendar::time_of_day(i64::from(*hour), i64::from(*minute), i64::from(*second), 0)?;
            (calendar::day_number(*year, *month, *day)?, whole_ms * 1000 + i64::from(*micros))
        }
        Datum::Date { year, month, day } => (calendar::day_number(*year, *month, *day)?, 0),
        _ => calendar::read_reading(text(value)?)?,
    };
    let day_ms = match conversion.assumptions.excess_fraction {
        ExcessFraction::Truncated => micros / 1000,
        ExcessFraction::Rounded => (micros + 500) / 1000,
        ExcessFraction::Refused if micros % 1000 != 0 => return None,
        ExcessFraction::Refused => micros / 1000,
    };
    Some(calendar::instant(Reading { days, day_ms }, conversion.zone_ms))
}
