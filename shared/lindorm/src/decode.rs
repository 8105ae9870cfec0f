//! From a column of a result to the target value the sink wrote: the inverse of `bind`, by the column's type.
//!
//! A server may answer a type in more than one protocol form, so each form that is exact is read; anything else is a
//! fault, never a guess. CHAR comes back padded; its padding is taken off, because nobody can tell it from the value.
//! Statements that are not prepared are answered in text; there a FLOAT is read as the nearest single of its digits, and
//! a DECIMAL may come in scientific notation, as decimals of many zeros do from a server in Java.

use migration::schema::TargetType;
use migration::value::{Date, DateTime, TargetValue, Time};
use mysql_async::Value;

/// More digits than any DECIMAL has on either side of its point.
const DECIMAL_DIGITS: i32 = 100;

/// The value of a column; none where it is not of the column's type.
pub(crate) fn decode(value: Value, column: TargetType) -> Option<TargetValue> {
    if value == Value::NULL {
        return Some(TargetValue::Null);
    }
    match column {
        TargetType::Boolean => boolean(&value).map(TargetValue::Boolean),
        TargetType::TinyInt | TargetType::SmallInt | TargetType::Integer | TargetType::BigInt => {
            integer(&value).map(TargetValue::Int)
        }
        TargetType::Float => match value {
            Value::Float(number) => Some(TargetValue::Float(number)),
            other => text(other)?.parse().ok().map(TargetValue::Float),
        },
        TargetType::Double => match value {
            Value::Double(number) => Some(TargetValue::Double(number)),
            Value::Float(number) => Some(TargetValue::Double(f64::from(number))),
            other => text(other)?.parse().ok().map(TargetValue::Double),
        },
        TargetType::Decimal { .. } => match value {
            Value::Int(number) => Some(TargetValue::Decimal(number.to_string())),
            Value::UInt(number) => Some(TargetValue::Decimal(number.to_string())),
            other => plain_digits(text(other)?).map(TargetValue::Decimal),
        },
        TargetType::Varchar { .. } => text(value).map(TargetValue::Text),
        TargetType::Char { .. } => {
            text(value).map(|text| TargetValue::Text(text.trim_end_matches(' ').to_owned()))
        }
        TargetType::Binary { .. } | TargetType::Varbinary => match value {
            Value::Bytes(bytes) => Some(TargetValue::Bytes(bytes)),
            _ => None,
        },
        TargetType::Date => match value {
            Value::Date(year, month, day, 0, 0, 0, 0) => Some(TargetValue::Date(Date { year, month, day })),
            other => read_date(&text(other)?).map(TargetValue::Date),
        },
        TargetType::Time => time(value).map(TargetValue::Time),
        TargetType::Timestamp => timestamp(value).map(TargetValue::Timestamp),
        TargetType::Json => text(value).map(TargetValue::Json),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Bytes(bytes) => String::from_utf8(bytes).ok(),
        Value::NULL
        | Value::Int(_)
        | Value::UInt(_)
        | Value::Float(_)
        | Value::Double(_)
        | Value::Date(..)
        | Value::Time(..) => None,
    }
}

/// A number without exponent: `1.5E-3` as `0.0015`.
fn plain_digits(number: String) -> Option<String> {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return Some(number) };
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // Where the point stands among the digits; a bound far above any DECIMAL keeps a wild exponent from filling memory.
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    if !(-DECIMAL_DIGITS..=DECIMAL_DIGITS).contains(&point) {
        return None;
    }
    let leading = usize::try_from(1 - point).unwrap_or(0);
    digits.insert_str(0, &"0".repeat(leading));
    let whole = usize::try_from(point.max(1)).ok()?;
    let missing = whole.saturating_sub(digits.len());
    digits.push_str(&"0".repeat(missing));
    let (whole, fraction) = digits.split_at_checked(whole)?;
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Int(0) | Value::UInt(0) => Some(false),
        Value::Int(1) | Value::UInt(1) => Some(true),
        Value::Bytes(bytes) => match bytes.to_ascii_lowercase().as_slice() {
            b"true" | b"1" | [1] => Some(true),
            b"false" | b"0" | [0] => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// An integer in any form.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::UInt(number) => i64::try_from(*number).ok(),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
        _ => None,
    }
}

fn time(value: Value) -> Option<Time> {
    match value {
        Value::Time(false, 0, hours, minutes, seconds, 0) => {
            Some(Time { negative: false, hours: u16::from(hours), minutes, seconds, micros: 0 })
        }
        other => {
            let text = text(other)?;
            let mut parts = text.splitn(3, ':');
            let (hours, minutes) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let seconds = parts.next()?;
            let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let seconds = seconds.parse().ok()?;
            fraction.bytes().all(|digit| digit == b'0').then_some(Time {
                negative: false,
                hours,
                minutes,
                seconds,
                micros: 0,
            })
        }
    }
}

fn timestamp(value: Value) -> Option<i64> {
    let at = match value {
        Value::Int(ms) => return Some(ms),
        Value::Date(year, month, day, hour, minute, second, micros) => {
            DateTime { date: Date { year, month, day }, hour, minute, second, micros }
        }
        other => {
            let text = text(other)?;
            // Milliseconds, which is the type's other documented form.
            if let Ok(ms) = text.parse::<i64>() {
                return Some(ms);
            }
            read_moment(&text)?
        }
    };
    (at.micros % 1_000 == 0).then(|| at.unix_ms())
}

fn read_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let date = Date {
        year: parts.next()?.parse().ok()?,
        month: parts.next()?.parse().ok()?,
        day: parts.next()?.parse().ok()?,
    };
    (!date.is_unreal()).then_some(date)
}

fn read_moment(text: &str) -> Option<DateTime> {
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let date = read_date(date)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.splitn(3, ':');
    let mut part = || parts.next()?.parse::<u8>().ok();
    let (hour, minute, second) = (part()?, part()?, part()?);
    if fraction.len() > 6 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let micros = format!("{fraction:0<6}").parse().ok()?;
    Some(DateTime { date, hour, minute, second, micros })
}

#[cfg(test)]
mod tests {
    use migration::schema::TargetType;
    use migration::value::{Date, TargetValue, Time};
    use mysql_async::Value;

    use super::decode;
    use crate::bind::bind;

    #[test]
    fn what_was_bound_is_read_back() {
        let decimal = TargetType::Decimal { precision_scale: Some((38, 4)) };
        let pairs = [
            (TargetValue::Null, TargetType::Json),
            (TargetValue::Boolean(true), TargetType::Boolean),
            (TargetValue::Boolean(false), TargetType::Boolean),
            (TargetValue::Int(i64::MIN), TargetType::BigInt),
            (TargetValue::Float(0.1), TargetType::Float),
            (TargetValue::Double(-0.1), TargetType::Double),
            (TargetValue::Decimal("-1.2300".to_owned()), decimal),
            (TargetValue::Text("größe  ".to_owned()), TargetType::Varchar { chars: None }),
            (TargetValue::Bytes(vec![0, 1, 255]), TargetType::Varbinary),
            (TargetValue::Date(Date { year: 1, month: 1, day: 1 }), TargetType::Date),
            (
                TargetValue::Time(Time { negative: false, hours: 23, minutes: 59, seconds: 1, micros: 0 }),
                TargetType::Time,
            ),
            (TargetValue::Timestamp(-1), TargetType::Timestamp),
            (TargetValue::Timestamp(253_402_300_799_999), TargetType::Timestamp),
            (TargetValue::Json("{\"a\":1}".to_owned()), TargetType::Json),
        ];
        for (value, column) in pairs {
            assert_eq!(decode(bind(&value), column), Some(value));
        }
    }

    #[test]
    fn binary_protocol_forms_are_read_too() {
        assert_eq!(decode(Value::Int(1), TargetType::Boolean), Some(TargetValue::Boolean(true)));
        let day = Value::Date(2024, 2, 29, 0, 0, 0, 0);
        assert_eq!(
            decode(day, TargetType::Date),
            Some(TargetValue::Date(Date { year: 2024, month: 2, day: 29 }))
        );
        let moment = Value::Date(1970, 1, 1, 0, 0, 1, 5_000);
        assert_eq!(decode(moment, TargetType::Timestamp), Some(TargetValue::Timestamp(1_005)));
    }

    #[test]
    fn answers_in_text_are_read_exactly() {
        let read = |text: &str, column| decode(Value::Bytes(text.as_bytes().to_vec()), column);
        let decimal = |text: &str| Some(TargetValue::Decimal(text.to_owned()));
        let type_of = TargetType::Decimal { precision_scale: Some((38, 10)) };
        for (text, plain) in [
            ("-12.50", "-12.50"),
            ("0E-10", "0.0000000000"),
            ("1E-10", "0.0000000001"),
            ("-1.25e-3", "-0.00125"),
            ("1.25E+1", "12.5"),
            ("1.25E+2", "125"),
            ("5E3", "5000"),
        ] {
            assert_eq!(read(text, type_of), decimal(plain));
        }
        assert_eq!((read("E5", type_of), read("1E999999999", type_of)), (None, None));
        for (text, flag) in [("1", true), ("0", false), ("true", true), ("FALSE", false), ("\u{1}", true)] {
            assert_eq!(read(text, TargetType::Boolean), Some(TargetValue::Boolean(flag)));
        }
        assert_eq!(read("1.0E10", TargetType::Float), Some(TargetValue::Float(1e10)));
        assert_eq!(read("0.10000000149011612", TargetType::Float), Some(TargetValue::Float(0.1)));
        assert_eq!(read("-1e-7", TargetType::Double), Some(TargetValue::Double(-1e-7)));
        assert_eq!(read("-9223372036854775808", TargetType::BigInt), Some(TargetValue::Int(i64::MIN)));
        for text in ["1970-01-01 00:00:01.005", "1970-01-01T00:00:01.005", "1005"] {
            assert_eq!(read(text, TargetType::Timestamp), Some(TargetValue::Timestamp(1_005)));
        }
        let bytes = vec![0, b'\'', 0xff];
        assert_eq!(
            decode(Value::Bytes(bytes.clone()), TargetType::Varbinary),
            Some(TargetValue::Bytes(bytes))
        );
    }

    #[test]
    fn a_value_of_another_type_or_more_exact_than_its_type_is_a_fault() {
        assert_eq!(decode(Value::Int(2), TargetType::Boolean), None);
        assert_eq!(decode(Value::Bytes(vec![0xff]), TargetType::Varchar { chars: None }), None);
        assert_eq!(decode(Value::Date(1970, 1, 1, 0, 0, 0, 1), TargetType::Timestamp), None);
        assert_eq!(decode(Value::Double(1.5), TargetType::BigInt), None);
    }
}
