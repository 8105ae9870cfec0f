//! What JSON itself has no form for, and MySQL keeps by its own type: decimals, temporal values, bytes.

use crate::row_image::decimal::{decimal_text, stored_bytes};
use crate::row_image::json::string::push_quoted;
use crate::row_image::temporal::{packed_date_time, packed_time};

/// Digits the server's base64 has on a line.
const LINE: usize = 76;
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the value of a field type.
pub(super) fn push(out: &mut String, field_type: u8, bytes: &[u8]) -> Option<()> {
    let packed = || bytes.try_into().ok().map(i64::from_le_bytes);
    match field_type {
        246 => {
            let ([precision, scale], digits) = bytes.split_first_chunk()?;
            stored_bytes(*precision, *scale)?;
            out.push_str(&decimal_text(digits, *precision, *scale)?);
        }
        10 => push_quoted(out, &packed_date_time(packed()?)?.date.to_string()),
        11 => push_quoted(out, &packed_time(packed()?)?.text(6)),
        7 | 12 => push_quoted(out, &packed_date_time(packed()?)?.text(6)),
        other => push_quoted(out, &format!("base64:type{other}:{}", base64(bytes))),
    }
    Some(())
}

/// Base64 as the server writes it, broken into lines.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4 + bytes.len() / 57);
    for (number, group) in bytes.chunks(3).enumerate() {
        if number > 0 && number * 4 % LINE == 0 {
            text.push('\n');
        }
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * at) & 63];
            text.push(if at > group.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, push};

    #[test]
    fn bytes_are_base64_in_lines_of_76_digits() {
        assert_eq!(base64(&[0, 255]), "AP8=");
        assert_eq!(base64(&[5]), "BQ==");
        assert_eq!(base64(b"abc"), "YWJj");
        assert_eq!(base64(&[0; 58]).split('\n').map(str::len).collect::<Vec<_>>(), [76, 4]);
    }

    #[test]
    fn decimals_keep_their_scale_and_bounds() {
        let mut out = String::new();
        push(&mut out, 246, &[10, 3, 0x80, 0, 0, 1, 1, 0xf4]).unwrap();
        assert_eq!(out, "1.500");
        assert_eq!(push(&mut out, 246, &[200, 3, 0]), None);
        assert_eq!(push(&mut out, 12, &[0; 7]), None);
    }
}
