//! A result row of the text protocol, the answer to COM_QUERY: every value as text with its length before it.

use std::io::Write;

use crate::answer::Datum;
use crate::wire::output::put_bytes;

/// The byte that stands for NULL.
const NULL: u8 = 0xfb;

/// Appends one row.
pub(super) fn put(out: &mut Vec<u8>, row: &[Datum<'_>], scratch: &mut Vec<u8>) {
    for datum in row {
        match datum {
            Datum::Null => out.push(NULL),
            Datum::Text(text) | Datum::Decimal(text) => put_bytes(out, text.as_bytes()),
            Datum::Bytes(bytes) => put_bytes(out, bytes),
            Datum::Bool(_)
            | Datum::Int(_)
            | Datum::UInt(_)
            | Datum::Float(_)
            | Datum::Double(_)
            | Datum::Date { .. }
            | Datum::Time { .. }
            | Datum::DateTime { .. } => {
                scratch.clear();
                write_text(scratch, datum);
                put_bytes(out, scratch);
            }
        }
    }
}

/// Appends a value as the text that MySQL shows for it. NULL has none.
pub(super) fn write_text(out: &mut Vec<u8>, datum: &Datum<'_>) {
    const INTO_MEMORY: &str = "invariant: writing into memory cannot fail";
    match datum {
        Datum::Null => {}
        Datum::Bool(value) => out.push(if *value { b'1' } else { b'0' }),
        Datum::Int(value) => write!(out, "{value}").expect(INTO_MEMORY),
        Datum::UInt(value) => write!(out, "{value}").expect(INTO_MEMORY),
        Datum::Float(value) => {
            let magnitude = f64::from(value.abs());
            if is_plain(magnitude) { write!(out, "{value}") } else { write!(out, "{value:e}") }
                .expect(INTO_MEMORY);
        }
        Datum::Double(value) => {
            if is_plain(value.abs()) { write!(out, "{value}") } else { write!(out, "{value:e}") }
                .expect(INTO_MEMORY);
        }
        Datum::Text(text) | Datum::Decimal(text) => out.extend_from_slice(text.as_bytes()),
        Datum::Bytes(bytes) => out.extend_from_slice(bytes),
        Datum::Date { year, month, day } => {
            write!(out, "{year:04}-{month:02}-{day:02}").expect(INTO_MEMORY);
        }
        Datum::Time { negative, hours, minutes, seconds, micros } => {
            let sign = if *negative { "-" } else { "" };
            write!(out, "{sign}{hours:02}:{minutes:02}:{seconds:02}").expect(INTO_MEMORY);
            if *micros != 0 {
                write!(out, ".{micros:06}").expect(INTO_MEMORY);
            }
        }
        Datum::DateTime { year, month, day, hour, minute, second, micros } => {
            let millis = micros / 1000; // A column keeps milliseconds; the pages show all three digits.
            write!(out, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millis:03}")
                .expect(INTO_MEMORY);
        }
    }
}

/// Whether a number of this magnitude is shown without an exponent: the range in which MySQL does so too.
fn is_plain(magnitude: f64) -> bool {
    magnitude == 0.0 || (1e-5..1e15).contains(&magnitude)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{put, write_text};
    use crate::answer::Datum;

    fn text(datum: &Datum<'_>) -> String {
        let mut out = Vec::new();
        write_text(&mut out, datum);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_shown_as_mysql_shows_them() {
        let shown = [
            (Datum::Bool(true), "1"),
            (Datum::Int(i64::MIN), "-9223372036854775808"),
            (Datum::UInt(u64::MAX), "18446744073709551615"),
            (Datum::Float(0.1), "0.1"),
            (Datum::Double(1e300), "1e300"),
            (Datum::Double(-0.000_001), "-1e-6"),
            (Datum::Double(123_456_789.5), "123456789.5"),
            (Datum::Date { year: 33, month: 4, day: 5 }, "0033-04-05"),
            (
                Datum::Time { negative: true, hours: 838, minutes: 5, seconds: 9, micros: 7 },
                "-838:05:09.000007",
            ),
            (
                Datum::DateTime {
                    year: 2024,
                    month: 8,
                    day: 30,
                    hour: 8,
                    minute: 1,
                    second: 15,
                    micros: 7000,
                },
                "2024-08-30 08:01:15.007",
            ),
        ];
        for (datum, expected) in shown {
            assert_eq!(text(&datum), expected);
        }
    }

    #[test]
    fn a_row_has_lengths_and_a_mark_for_null() {
        let row =
            [Datum::Null, Datum::Int(10), Datum::Text(Cow::Borrowed("")), Datum::Bytes(Cow::Borrowed(&[0]))];
        let mut out = Vec::new();
        put(&mut out, &row, &mut Vec::new());
        assert_eq!(out, [0xfb, 2, b'1', b'0', 0, 1, 0]);
    }
}
