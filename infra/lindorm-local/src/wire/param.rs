//! The parameters of COM_STMT_EXECUTE: from the binary protocol to values that borrow the packet.
//!
//! This is the hottest loop of the server: a hundred-row statement brings a thousand parameters. Nothing is copied and
//! nothing allocated but the list itself. Text is handed on as bytes; the engine checks it where a column wants text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::answer::{Datum, SqlError};
use crate::wire::cursor::Cursor;
use crate::wire::protocol::column_type;
use crate::wire::refusal;

/// The type a client gave a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ParamType {
    number: u8,
    unsigned: bool,
}

/// Parameters that came ahead by COM_STMT_SEND_LONG_DATA, by position.
pub(super) type LongData = BTreeMap<u16, Vec<u8>>;

/// Reads the parameters behind the fixed part of the packet. A client may leave out the types when it has sent them
/// before; `types` remembers them.
///
/// # Errors
/// A packet that ends early or has a type no value can come from.
pub(super) fn read<'a>(
    payload: &'a [u8],
    count: usize,
    types: &mut Vec<ParamType>,
    long_data: &'a LongData,
) -> Result<Vec<Datum<'a>>, SqlError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut cursor = Cursor::new(payload);
    let nulls = cursor.take(count.div_ceil(8)).ok_or_else(refusal::malformed_packet)?;
    if cursor.u8().ok_or_else(refusal::malformed_packet)? == 1 {
        let given = cursor.take(count * 2).ok_or_else(refusal::malformed_packet)?;
        types.clear();
        types.extend(
            given.chunks_exact(2).map(|pair| ParamType { number: pair[0], unsigned: pair[1] & 0x80 != 0 }),
        );
    }
    if types.len() != count {
        return Err(refusal::malformed_packet());
    }
    let mut params = Vec::with_capacity(count);
    for (position, kind) in types.iter().enumerate() {
        if nulls[position / 8] & (1 << (position % 8)) != 0 {
            params.push(Datum::Null);
            continue;
        }
        if !long_data.is_empty()
            && let Some(bytes) = u16::try_from(position).ok().and_then(|position| long_data.get(&position))
        {
            params.push(Datum::Bytes(Cow::Borrowed(bytes)));
            continue;
        }
        match value(&mut cursor, *kind) {
            Ok(Some(datum)) => params.push(datum),
            Ok(None) => return Err(refusal::malformed_packet()),
            Err(UnknownType) => return Err(refusal::parameter_type(position, kind.number)),
        }
    }
    Ok(params)
}

struct UnknownType;

/// One value; `None` when the packet ends inside it or it is no value of its type.
#[inline]
fn value<'a>(cursor: &mut Cursor<'a>, kind: ParamType) -> Result<Option<Datum<'a>>, UnknownType> {
    Ok(match kind.number {
        column_type::TINY => cursor.array().map(|bytes| {
            if kind.unsigned {
                Datum::UInt(u64::from(u8::from_le_bytes(bytes)))
            } else {
                Datum::Int(i64::from(i8::from_le_bytes(bytes)))
            }
        }),
        column_type::SHORT | column_type::YEAR => cursor.array().map(|bytes| {
            if kind.unsigned {
                Datum::UInt(u64::from(u16::from_le_bytes(bytes)))
            } else {
                Datum::Int(i64::from(i16::from_le_bytes(bytes)))
            }
        }),
        column_type::LONG | column_type::INT24 => cursor.array().map(|bytes| {
            if kind.unsigned {
                Datum::UInt(u64::from(u32::from_le_bytes(bytes)))
            } else {
                Datum::Int(i64::from(i32::from_le_bytes(bytes)))
            }
        }),
        column_type::LONGLONG => cursor.array().map(|bytes| {
            if kind.unsigned {
                Datum::UInt(u64::from_le_bytes(bytes))
            } else {
                Datum::Int(i64::from_le_bytes(bytes))
            }
        }),
        column_type::FLOAT => cursor.array().map(|bytes| Datum::Float(f32::from_le_bytes(bytes))),
        column_type::DOUBLE => cursor.array().map(|bytes| Datum::Double(f64::from_le_bytes(bytes))),
        column_type::NULL => Some(Datum::Null),
        column_type::VARCHAR
        | column_type::VAR_STRING
        | column_type::STRING
        | column_type::ENUM
        | column_type::SET
        | column_type::JSON
        | column_type::TINY_BLOB
        | column_type::MEDIUM_BLOB
        | column_type::LONG_BLOB
        | column_type::BLOB
        | column_type::BIT
        | column_type::GEOMETRY => cursor.bytes().map(|bytes| Datum::Bytes(Cow::Borrowed(bytes))),
        column_type::DECIMAL | column_type::NEWDECIMAL => cursor
            .bytes()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .map(|text| Datum::Decimal(Cow::Borrowed(text))),
        column_type::DATE => cursor.bytes().and_then(date),
        column_type::DATETIME | column_type::TIMESTAMP => cursor.bytes().and_then(date_time),
        column_type::TIME => cursor.bytes().and_then(time),
        _ => return Err(UnknownType),
    })
}

fn date(bytes: &[u8]) -> Option<Datum<'static>> {
    match date_time(bytes)? {
        Datum::DateTime { year, month, day, .. } => Some(Datum::Date { year, month, day }),
        _ => None,
    }
}

/// A day with a time of day: nothing, a day, seconds or microseconds are sent, whatever is not zero.
fn date_time(bytes: &[u8]) -> Option<Datum<'static>> {
    if !matches!(bytes.len(), 0 | 4 | 7 | 11) {
        return None;
    }
    let mut full = [0_u8; 11];
    full[..bytes.len()].copy_from_slice(bytes);
    let [y0, y1, month, day, hour, minute, second, u0, u1, u2, u3] = full;
    Some(Datum::DateTime {
        year: u16::from_le_bytes([y0, y1]),
        month,
        day,
        hour,
        minute,
        second,
        micros: u32::from_le_bytes([u0, u1, u2, u3]),
    })
}

/// A duration: nothing, whole seconds or microseconds; days are folded into hours.
fn time(bytes: &[u8]) -> Option<Datum<'static>> {
    if !matches!(bytes.len(), 0 | 8 | 12) {
        return None;
    }
    let mut full = [0_u8; 12];
    full[..bytes.len()].copy_from_slice(bytes);
    let [negative, d0, d1, d2, d3, hours, minutes, seconds, u0, u1, u2, u3] = full;
    let days = u32::from_le_bytes([d0, d1, d2, d3]);
    Some(Datum::Time {
        negative: negative != 0,
        hours: days.checked_mul(24)?.checked_add(u32::from(hours))?,
        minutes,
        seconds,
        micros: u32::from_le_bytes([u0, u1, u2, u3]),
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{LongData, read};
    use crate::answer::Datum;

    fn packet(types: &[[u8; 2]], nulls: &[u8], values: &[u8]) -> Vec<u8> {
        [nulls, &[1], types.concat().as_slice(), values].concat()
    }

    #[test]
    fn integers_keep_their_sign_or_the_lack_of_it() {
        let bytes = packet(&[[1, 0], [1, 0x80], [8, 0], [8, 0x80]], &[0], &[0xff; 18]);
        let (mut types, none) = (Vec::new(), LongData::new());
        let params = read(&bytes, 4, &mut types, &none).unwrap();
        assert_eq!(params, [Datum::Int(-1), Datum::UInt(255), Datum::Int(-1), Datum::UInt(u64::MAX)]);
    }

    #[test]
    fn types_sent_before_are_remembered() {
        let (mut types, none) = (Vec::new(), LongData::new());
        let first = packet(&[[253, 0]], &[0], &[2, b'a', b'b']);
        assert_eq!(read(&first, 1, &mut types, &none).unwrap(), [Datum::Bytes(Cow::Borrowed(&b"ab"[..]))]);
        let second = [0, 0, 1, b'c'];
        assert_eq!(read(&second, 1, &mut types, &none).unwrap(), [Datum::Bytes(Cow::Borrowed(&b"c"[..]))]);
        assert!(read(&second, 1, &mut Vec::new(), &none).is_err());
    }

    #[test]
    fn a_null_bit_takes_no_bytes_and_long_data_neither() {
        let bytes = packet(&[[8, 0], [252, 0], [3, 0]], &[0b001], &[5, 0, 0, 0]);
        let mut long_data = LongData::new();
        long_data.insert(1, b"long".to_vec());
        let mut types = Vec::new();
        let params = read(&bytes, 3, &mut types, &long_data).unwrap();
        assert_eq!(params, [Datum::Null, Datum::Bytes(Cow::Borrowed(&b"long"[..])), Datum::Int(5)]);
    }

    #[test]
    fn shortened_times_are_filled_with_zeros_and_days_become_hours() {
        let values = [&[4, 0xe8, 0x07, 2, 29][..], &[8, 1, 2, 0, 0, 0, 3, 4, 5], &[0]].concat();
        let bytes = packet(&[[12, 0], [11, 0], [11, 0]], &[0], &values);
        let (mut types, none) = (Vec::new(), LongData::new());
        let params = read(&bytes, 3, &mut types, &none).unwrap();
        let day = Datum::DateTime { year: 2024, month: 2, day: 29, hour: 0, minute: 0, second: 0, micros: 0 };
        let long = Datum::Time { negative: true, hours: 51, minutes: 4, seconds: 5, micros: 0 };
        let zero = Datum::Time { negative: false, hours: 0, minutes: 0, seconds: 0, micros: 0 };
        assert_eq!(params, [day, long, zero]);
    }

    #[test]
    fn a_torn_packet_and_an_unknown_type_are_errors() {
        let (mut types, none) = (Vec::new(), LongData::new());
        let bytes = packet(&[[8, 0]], &[0], &[1, 2, 3]);
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end], 1, &mut types, &none).unwrap_err().code, 1835);
        }
        let bytes = packet(&[[200, 0]], &[0], &[1]);
        assert_eq!(read(&bytes, 1, &mut types, &none).unwrap_err().code, 1210);
    }
}
