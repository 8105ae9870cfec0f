//! DECIMAL as an unscaled 128-bit integer; its column knows the scale.

use crate::engine::ExcessScale;

/// Why a text is no value of a DECIMAL column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not a number.
    NotANumber,
    /// Too many digits before or after the point.
    OutOfRange,
}

/// Reads a number with an optional exponent into `scale` fraction digits.
pub(crate) fn read(text: &str, precision: u8, scale: u8, excess: ExcessScale) -> Result<i128, Fault> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| Fault::NotANumber)?),
        None => (text, 0),
    };
    let (negative, unsigned) = match mantissa.as_bytes().first() {
        Some(b'-') => (true, &mantissa[1..]),
        Some(b'+') => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let only_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !only_digits(whole) || !only_digits(fraction) {
        return Err(Fault::NotANumber);
    }
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(i64::from(exponent));
    let kept = point.saturating_add(i64::from(scale));
    let mut value = 0_i128;
    let mut beyond = 0_u8;
    let mut lost = false;
    for (index, digit) in (0_i64..).zip(&digits) {
        if index < kept {
            value = push_digit(value, *digit)?;
        } else {
            lost |= *digit != 0;
            if index == kept {
                beyond = *digit;
            }
        }
    }
    let written = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if value != 0 {
        for _ in written..kept {
            value = push_digit(value, 0)?;
        }
    }
    if lost {
        match excess {
            ExcessScale::Refused => return Err(Fault::OutOfRange),
            ExcessScale::Rounded => value += i128::from(beyond >= 5),
            ExcessScale::Truncated => {}
        }
    }
    if value >= 10_i128.pow(u32::from(precision)) {
        return Err(Fault::OutOfRange);
    }
    Ok(if negative { -value } else { value })
}

fn push_digit(value: i128, digit: u8) -> Result<i128, Fault> {
    value.checked_mul(10).and_then(|v| v.checked_add(i128::from(digit))).ok_or(Fault::OutOfRange)
}

/// Writes a value with exactly `scale` fraction digits.
pub(crate) fn shown(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::{Fault, read, shown};
    use crate::engine::ExcessScale;

    #[test]
    fn a_decimal_keeps_its_digits() {
        for text in ["0.00", "-12.30", "99999999999999999999999999999999.99"] {
            let value = read(text, 38, 2, ExcessScale::Refused).expect("within range");
            assert_eq!(shown(value, 2), text);
        }
        assert_eq!(read("1.5e2", 5, 2, ExcessScale::Refused), Ok(15_000));
        assert_eq!(read("0.500", 3, 1, ExcessScale::Refused), Ok(5));
    }

    #[test]
    fn digits_a_column_has_no_room_for_are_refused_or_dropped_by_choice() {
        assert_eq!(read("1000.00", 5, 2, ExcessScale::Refused), Err(Fault::OutOfRange));
        assert_eq!(read("1.005", 5, 2, ExcessScale::Refused), Err(Fault::OutOfRange));
        assert_eq!(read("-1.005", 5, 2, ExcessScale::Rounded), Ok(-101));
        assert_eq!(read("1.009", 5, 2, ExcessScale::Truncated), Ok(100));
        assert_eq!(read("1.0.0", 5, 2, ExcessScale::Refused), Err(Fault::NotANumber));
    }
}
