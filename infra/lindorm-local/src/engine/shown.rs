//! From the bytes a cell stores to the value a client sees.

use std::borrow::Cow;

use crate::answer::{ColumnKind, Datum};
use crate::engine::{calendar, decimal};

/// The value of stored bytes; text and bytes are borrowed.
pub(crate) fn show(kind: ColumnKind, stored: &[u8], zone_ms: i64) -> Datum<'_> {
    match kind {
        ColumnKind::Varchar { .. } | ColumnKind::Char { .. } | ColumnKind::Json => {
            match std::str::from_utf8(stored) {
                Ok(text) => Datum::Text(Cow::Borrowed(text)),
                Err(_) => Datum::Bytes(Cow::Borrowed(stored)),
            }
        }
        ColumnKind::Binary { .. } | ColumnKind::Varbinary => Datum::Bytes(Cow::Borrowed(stored)),
        ColumnKind::Boolean
        | ColumnKind::TinyInt
        | ColumnKind::SmallInt
        | ColumnKind::Integer
        | ColumnKind::BigInt
        | ColumnKind::BigIntUnsigned
        | ColumnKind::Float
        | ColumnKind::Double
        | ColumnKind::Decimal { .. }
        | ColumnKind::Date
        | ColumnKind::Time
        | ColumnKind::Timestamp => show_fixed(kind, stored, zone_ms),
    }
}

/// The value of stored bytes of a type of fixed width. Bytes of another width show as NULL, which the writer never leaves.
pub(crate) fn show_fixed(kind: ColumnKind, stored: &[u8], zone_ms: i64) -> Datum<'static> {
    let shown = match kind {
        ColumnKind::Boolean => stored.first().map(|byte| Datum::Bool(*byte != 0)),
        ColumnKind::TinyInt => array(stored).map(|b| Datum::Int(i64::from(i8::from_le_bytes(b)))),
        ColumnKind::SmallInt => array(stored).map(|b| Datum::Int(i64::from(i16::from_le_bytes(b)))),
        ColumnKind::Integer => array(stored).map(|b| Datum::Int(i64::from(i32::from_le_bytes(b)))),
        ColumnKind::BigInt => array(stored).map(|b| Datum::Int(i64::from_le_bytes(b))),
        ColumnKind::BigIntUnsigned => array(stored).map(|b| Datum::UInt(u64::from_le_bytes(b))),
        ColumnKind::Float => array(stored).map(|b| Datum::Float(f32::from_le_bytes(b))),
        ColumnKind::Double => array(stored).map(|b| Datum::Double(f64::from_le_bytes(b))),
        ColumnKind::Decimal { scale, .. } => {
            array(stored).map(|b| Datum::Decimal(Cow::Owned(decimal::shown(i128::from_le_bytes(b), scale))))
        }
        ColumnKind::Date => array(stored).map(|b| {
            let (year, month, day) = calendar::calendar_day(i32::from_le_bytes(b));
            Datum::Date { year, month, day }
        }),
        ColumnKind::Time => array(stored).map(|b| {
            let seconds = u32::from_le_bytes(b);
            Datum::Time {
                negative: false,
                hours: seconds / 3600,
                minutes: narrow(seconds / 60 % 60),
                seconds: narrow(seconds % 60),
                micros: 0,
            }
        }),
        ColumnKind::Timestamp => array(stored).map(|b| moment(i64::from_le_bytes(b), zone_ms)),
        ColumnKind::Varchar { .. }
        | ColumnKind::Char { .. }
        | ColumnKind::Binary { .. }
        | ColumnKind::Varbinary
        | ColumnKind::Json => None,
    };
    shown.unwrap_or(Datum::Null)
}

/// An instant as a clock in the zone shows it.
pub(crate) fn moment(instant_ms: i64, zone_ms: i64) -> Datum<'static> {
    let reading = calendar::reading(instant_ms, zone_ms);
    let (year, month, day) = calendar::calendar_day(reading.days);
    let whole = u32::try_from(reading.day_ms / 1000).unwrap_or(0);
    let millis = u32::try_from(reading.day_ms % 1000).unwrap_or(0);
    Datum::DateTime {
        year,
        month,
        day,
        hour: narrow(whole / 3600),
        minute: narrow(whole / 60 % 60),
        second: narrow(whole % 60),
        micros: millis * 1000,
    }
}

fn array<const N: usize>(stored: &[u8]) -> Option<[u8; N]> {
    stored.try_into().ok()
}

fn narrow(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
