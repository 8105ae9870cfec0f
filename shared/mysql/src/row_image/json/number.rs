//! A DOUBLE inside JSON as the server writes it: the shortest digits that read back, and never without a point or
//! an exponent, so that it stays a DOUBLE.

/// Positions of the point up to which MySQL writes digits out (`MAX_DECPT_FOR_F_FORMAT` of its `my_gcvt`).
const POINT_MAX: i32 = 15;

/// Appends the number; false for an infinity or NaN, which JSON has not.
pub(super) fn push_double(out: &mut String, number: f64) -> bool {
    if !number.is_finite() {
        return false;
    }
    // `d.ddde-NN`, with the shortest digits that read back.
    let spelled = format!("{number:e}");
    let (sign, unsigned) = spelled.strip_prefix('-').map_or(("", spelled.as_str()), |rest| ("-", rest));
    let (digits, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (first, others) = digits.split_once('.').unwrap_or((digits, ""));
    // Digits before the point, counted as the server counts: 0.1 has none, 0.01 has minus one.
    let point = exponent + 1;
    let count = i32::try_from(1 + others.len()).unwrap_or(i32::MAX);
    out.push_str(sign);
    if point < 1 - POINT_MAX || (point > POINT_MAX && count <= point) {
        out.push_str(digits);
        out.push('e');
        out.push_str(&exponent.to_string());
        return true;
    }
    let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
    if point <= 0 {
        out.push_str("0.");
        zeros(out, -point);
        out.push_str(first);
        out.push_str(others);
    } else if count <= point {
        out.push_str(first);
        out.push_str(others);
        zeros(out, point - count);
        out.push_str(".0");
    } else {
        let split = usize::try_from(point - 1).unwrap_or(0);
        out.push_str(first);
        out.push_str(&others[..split]);
        out.push('.');
        out.push_str(&others[split..]);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::push_double;

    #[test]
    fn doubles_are_written_as_the_server_writes_them() {
        for (number, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e14, "100000000000000.0"),
            (1e15, "1e15"),
            (1_234_567_890_123_456.5, "1234567890123456.5"),
            (1.234_567_890_123_456_8e20, "1.2345678901234568e20"),
            (1e-10, "0.0000000001"),
            (1e-15, "0.000000000000001"),
            (1e-16, "1e-16"),
            (1.25e-16, "1.25e-16"),
            (-123_456.789e3, "-123456789.0"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e308"),
        ] {
            let mut out = String::new();
            assert!(push_double(&mut out, number));
            assert_eq!(out, expected);
        }
        assert!(!push_double(&mut String::new(), f64::NAN));
    }
}
