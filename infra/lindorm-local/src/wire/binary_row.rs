//! A result row of the binary protocol, the answer to COM_STMT_EXECUTE: every value in the form of its column's type.

use crate::answer::{ColumnKind, Datum};
use crate::wire::output::put_bytes;
use crate::wire::text_row::write_text;

/// A value that does not fit its column, by position: a fault of the engine, told to the client rather than hidden.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit(pub(super) usize);

/// Appends one row.
///
/// # Errors
/// The position of a value that does not fit its column's kind; what was appended so far must be dropped.
pub(super) fn put(
    out: &mut Vec<u8>,
    row: &[Datum<'_>],
    kinds: &[ColumnKind],
    scratch: &mut Vec<u8>,
) -> Result<(), Misfit> {
    out.push(0x00);
    let nulls = out.len();
    // The bitmap's first two bits are reserved.
    out.resize(nulls + (kinds.len() + 2).div_ceil(8), 0);
    for (position, kind) in kinds.iter().enumerate() {
        let datum = row.get(position).ok_or(Misfit(position))?;
        if matches!(datum, Datum::Null) {
            out[nulls + (position + 2) / 8] |= 1 << ((position + 2) % 8);
            continue;
        }
        value(out, datum, *kind, scratch).ok_or(Misfit(position))?;
    }
    Ok(())
}

fn value(out: &mut Vec<u8>, datum: &Datum<'_>, kind: ColumnKind, scratch: &mut Vec<u8>) -> Option<()> {
    match kind {
        ColumnKind::Boolean | ColumnKind::TinyInt => {
            out.extend_from_slice(&i8::try_from(integer(datum)?).ok()?.to_le_bytes());
        }
        ColumnKind::SmallInt => {
            out.extend_from_slice(&i16::try_from(integer(datum)?).ok()?.to_le_bytes());
        }
        ColumnKind::Integer => {
            out.extend_from_slice(&i32::try_from(integer(datum)?).ok()?.to_le_bytes());
        }
        ColumnKind::BigInt => out.extend_from_slice(&integer(datum)?.to_le_bytes()),
        ColumnKind::BigIntUnsigned => match datum {
            Datum::UInt(value) => out.extend_from_slice(&value.to_le_bytes()),
            other => out.extend_from_slice(&u64::try_from(integer(other)?).ok()?.to_le_bytes()),
        },
        ColumnKind::Float => match datum {
            Datum::Float(value) => out.extend_from_slice(&value.to_le_bytes()),
            _ => return None,
        },
        ColumnKind::Double => match datum {
            Datum::Double(value) => out.extend_from_slice(&value.to_le_bytes()),
            Datum::Float(value) => out.extend_from_slice(&f64::from(*value).to_le_bytes()),
            _ => return None,
        },
        ColumnKind::Decimal { .. }
        | ColumnKind::Varchar { .. }
        | ColumnKind::Char { .. }
        | ColumnKind::Binary { .. }
        | ColumnKind::Varbinary
        | ColumnKind::Json => match datum {
            Datum::Text(text) | Datum::Decimal(text) => put_bytes(out, text.as_bytes()),
            Datum::Bytes(bytes) => put_bytes(out, bytes),
            other => {
                scratch.clear();
                write_text(scratch, other);
                put_bytes(out, scratch);
            }
        },
        ColumnKind::Date | ColumnKind::Timestamp => day(out, datum)?,
        ColumnKind::Time => time(out, datum)?,
    }
    Some(())
}

fn integer(datum: &Datum<'_>) -> Option<i64> {
    match datum {
        Datum::Int(value) => Some(*value),
        Datum::UInt(value) => i64::try_from(*value).ok(),
        Datum::Bool(value) => Some(i64::from(*value)),
        Datum::Null
        | Datum::Float(_)
        | Datum::Double(_)
        | Datum::Text(_)
        | Datum::Bytes(_)
        | Datum::Decimal(_)
        | Datum::Date { .. }
        | Datum::Time { .. }
        | Datum::DateTime { .. } => None,
    }
}

/// A day, with as much of the time of day as is not zero.
fn day(out: &mut Vec<u8>, datum: &Datum<'_>) -> Option<()> {
    let (year, month, day, clock, micros) = match datum {
        Datum::Date { year, month, day } => (*year, *month, *day, [0; 3], 0),
        Datum::DateTime { year, month, day, hour, minute, second, micros } => {
            (*year, *month, *day, [*hour, *minute, *second], *micros)
        }
        _ => return None,
    };
    let length = if micros != 0 {
        11
    } else if clock != [0; 3] {
        7
    } else {
        4
    };
    out.push(length);
    out.extend_from_slice(&year.to_le_bytes());
    out.extend_from_slice(&[month, day]);
    if length > 4 {
        out.extend_from_slice(&clock);
    }
    if length > 7 {
        out.extend_from_slice(&micros.to_le_bytes());
    }
    Some(())
}

fn time(out: &mut Vec<u8>, datum: &Datum<'_>) -> Option<()> {
    let Datum::Time { negative, hours, minutes, seconds, micros } = datum else { return None };
    if (*hours, *minutes, *seconds, *micros) == (0, 0, 0, 0) {
        out.push(0);
        return Some(());
    }
    out.push(if *micros == 0 { 8 } else { 12 });
    out.push(u8::from(*negative));
    out.extend_from_slice(&(hours / 24).to_le_bytes());
    out.extend_from_slice(&[u8::try_from(hours % 24).ok()?, *minutes, *seconds]);
    if *micros != 0 {
        out.extend_from_slice(&micros.to_le_bytes());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Misfit, put};
    use crate::answer::{ColumnKind, Datum};

    #[test]
    fn nulls_stand_in_the_bitmap_behind_two_reserved_bits() {
        let kinds = [ColumnKind::TinyInt; 8];
        let mut row = vec![Datum::Null; 7];
        row.push(Datum::Int(-1));
        let mut out = Vec::new();
        put(&mut out, &row, &kinds, &mut Vec::new()).unwrap();
        assert_eq!(out, [0, 0b1111_1100, 0b0000_0001, 0xff]);
    }

    #[test]
    fn a_time_of_day_is_as_short_as_its_zeros_allow() {
        let encoded = |kind, datum| {
            let mut out = Vec::new();
            put(&mut out, &[datum], &[kind], &mut Vec::new()).unwrap();
            out.split_off(2)
        };
        let at = |hour, micros| Datum::DateTime {
            year: 2024,
            month: 1,
            day: 2,
            hour,
            minute: 0,
            second: 0,
            micros,
        };
        assert_eq!(encoded(ColumnKind::Timestamp, at(0, 0)), [4, 0xe8, 7, 1, 2]);
        assert_eq!(encoded(ColumnKind::Timestamp, at(3, 0)), [7, 0xe8, 7, 1, 2, 3, 0, 0]);
        assert_eq!(encoded(ColumnKind::Timestamp, at(0, 9)), [11, 0xe8, 7, 1, 2, 0, 0, 0, 9, 0, 0, 0]);
        let time = Datum::Time { negative: false, hours: 23, minutes: 0, seconds: 0, micros: 0 };
        assert_eq!(encoded(ColumnKind::Time, time), [8, 0, 0, 0, 0, 0, 23, 0, 0]);
    }

    #[test]
    fn a_value_that_does_not_fit_its_column_is_named_by_position() {
        let row = [Datum::Int(1), Datum::Int(40_000)];
        let kinds = [ColumnKind::BigInt, ColumnKind::SmallInt];
        assert_eq!(put(&mut Vec::new(), &row, &kinds, &mut Vec::new()), Err(Misfit(1)));
        let row = [Datum::Text(Cow::Borrowed("x"))];
        assert_eq!(put(&mut Vec::new(), &row, &[ColumnKind::Date], &mut Vec::new()), Err(Misfit(0)));
    }
}
