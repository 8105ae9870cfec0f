//! From a target value to a literal in a statement's text.
//!
//! For targets on which bound values, or hints beside them, do not do what they should. One documented form per type
//! (`lindorm.md` 1.3, 5.2), and never a form that depends on something the server may have set otherwise:
//!
//! - FLOAT and DOUBLE in scientific notation, with the fewest digits that read back to the same DOUBLE. A FLOAT is
//!   written as the DOUBLE of the same value, so that a server which reads a DOUBLE first rounds nothing.
//! - TIMESTAMP as quoted text in the session's time zone, which every session proves to be UTC. The integer form is
//!   documented too, but for no moment before 1970, and text is what is bound: one spelling of a moment in all forms.
//! - DECIMAL as plain digits; whatever else the text holds is quoted, so that only a number ever stands bare.
//! - Bytes as `x'..'`, never as text.
//!
//! A number that is not finite has no literal; MySQL holds none, and the word written for it is refused by the target.
//! What comes out holds cell values: it goes into a statement and nowhere else.

use std::fmt::Write as _;

use migration::statement_form::Escaping;
use migration::value::TargetValue;

use crate::bind::timestamp_text;

const INTO_MEMORY: &str = "invariant: writing into memory cannot fail";

/// Appends the literal of one value.
pub(crate) fn write_literal(sql: &mut String, value: &TargetValue, escaping: Escaping) {
    match value {
        TargetValue::Null => sql.push_str("NULL"),
        TargetValue::Boolean(flag) => sql.push_str(if *flag { "true" } else { "false" }),
        TargetValue::Int(number) => write!(sql, "{number}").expect(INTO_MEMORY),
        TargetValue::Float(number) => write!(sql, "{:e}", f64::from(*number)).expect(INTO_MEMORY),
        TargetValue::Double(number) => write!(sql, "{number:e}").expect(INTO_MEMORY),
        TargetValue::Decimal(digits) if is_plain_number(digits) => sql.push_str(digits),
        TargetValue::Decimal(text) | TargetValue::Text(text) | TargetValue::Json(text) => {
            write_text(sql, text, escaping);
        }
        TargetValue::Bytes(bytes) => write_bytes(sql, bytes),
        TargetValue::Date(date) => write!(sql, "'{date}'").expect(INTO_MEMORY),
        TargetValue::Time(time) => write!(sql, "'{}'", time.text(0)).expect(INTO_MEMORY),
        TargetValue::Timestamp(ms) => write!(sql, "'{}'", timestamp_text(*ms)).expect(INTO_MEMORY),
    }
}

/// Whether the text is an optional minus, digits, and at most one point between digits.
fn is_plain_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

fn write_text(sql: &mut String, text: &str, escaping: Escaping) {
    let (quote, backslash) = match escaping {
        Escaping::QuotesDoubled => ("''", "\\"),
        Escaping::BothDoubled => ("''", "\\\\"),
        Escaping::Backslashes => ("\\'", "\\\\"),
    };
    sql.reserve(text.len() + 2);
    sql.push('\'');
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '\\']) {
        let (plain, special) = rest.split_at(at);
        sql.push_str(plain);
        sql.push_str(if special.starts_with('\'') { quote } else { backslash });
        // Both characters are one byte.
        rest = special.get(1..).unwrap_or_default();
    }
    sql.push_str(rest);
    sql.push('\'');
}

fn write_bytes(sql: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
    sql.reserve(bytes.len() * 2 + 3);
    sql.push_str("x'");
    for byte in bytes {
        sql.push(digit(byte >> 4));
        sql.push(digit(byte & 15));
    }
    sql.push('\'');
}

#[cfg(test)]
mod tests {
    use migration::statement_form::Escaping;
    use migration::value::{Date, TargetValue, Time};

    use super::write_literal;

    fn literal(value: &TargetValue, escaping: Escaping) -> String {
        let mut sql = String::new();
        write_literal(&mut sql, value, escaping);
        sql
    }

    #[test]
    fn each_type_has_its_documented_literal() {
        let time = Time { negative: false, hours: 8, minutes: 1, seconds: 2, micros: 0 };
        let literals = [
            (TargetValue::Null, "NULL"),
            (TargetValue::Boolean(true), "true"),
            (TargetValue::Int(i64::MIN), "-9223372036854775808"),
            (TargetValue::Double(1.5), "1.5e0"),
            (TargetValue::Double(-0.000_25), "-2.5e-4"),
            (TargetValue::Float(0.1), "1.0000000149011612e-1"),
            (TargetValue::Decimal("-0.50".to_owned()), "-0.50"),
            (TargetValue::Bytes(vec![]), "x''"),
            (TargetValue::Bytes(vec![0, 39, 0xef]), "x'0027ef'"),
            (TargetValue::Date(Date { year: 1, month: 2, day: 3 }), "'0001-02-03'"),
            (TargetValue::Time(time), "'08:01:02'"),
            (TargetValue::Timestamp(-1), "'1969-12-31 23:59:59.999'"),
            (TargetValue::Json(r#"{"a":1}"#.to_owned()), r#"'{"a":1}'"#),
        ];
        for (value, expected) in literals {
            assert_eq!(literal(&value, Escaping::QuotesDoubled), expected);
        }
    }

    #[test]
    fn quotes_and_backslashes_are_written_as_the_escaping_says() {
        let text = TargetValue::Text("'é\\'\\".to_owned());
        assert_eq!(literal(&text, Escaping::QuotesDoubled), r"'''é\''\'");
        assert_eq!(literal(&text, Escaping::BothDoubled), r"'''é\\''\\'");
        assert_eq!(literal(&text, Escaping::Backslashes), r"'\'é\\\'\\'");
    }

    #[test]
    fn numbers_read_back_to_the_same_bits_by_way_of_a_double() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let double = f64::from_bits(state);
            let single = f32::from_bits(u32::try_from(state >> 32).unwrap());
            if double.is_finite() {
                let read: f64 = literal(&TargetValue::Double(double), Escaping::Backslashes).parse().unwrap();
                assert_eq!(read.to_bits(), double.to_bits());
            }
            if single.is_finite() {
                let text = literal(&TargetValue::Float(single), Escaping::Backslashes);
                let (direct, wide): (f32, f64) = (text.parse().unwrap(), text.parse().unwrap());
                assert_eq!(direct.to_bits(), single.to_bits());
                assert_eq!(wide.to_bits(), f64::from(single).to_bits());
            }
        }
    }

    #[test]
    fn a_decimal_that_is_no_plain_number_never_stands_bare() {
        for text in ["1); DELETE", "", "-", "1.", ".5", "1e3", "1,2"] {
            let written = literal(&TargetValue::Decimal(text.to_owned()), Escaping::QuotesDoubled);
            assert_eq!(written, format!("'{text}'"));
        }
    }
}
