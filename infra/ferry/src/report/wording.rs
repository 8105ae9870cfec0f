//! Numbers as a person reads them.

use std::time::Duration;

/// `12,345,678`.
pub(crate) fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.4 GiB`.
pub(crate) fn bytes_text(bytes: u64) -> String {
    let mut tenths = bytes.saturating_mul(10);
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if tenths < 10_240 {
            return if unit == "B" {
                format!("{bytes} B")
            } else {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            };
        }
        tenths /= 1_024;
    }
    format!("{}.{} TiB", tenths / 10, tenths % 10)
}

/// `3 h 04 min`, `2 min 05 s`, `7 s`.
pub(crate) fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, bytes_text, count_text, span_text};

    #[test]
    fn numbers_are_grouped_and_carry_units() {
        assert_eq!([0, 999, 1_000, 12_345_678].map(count_text), ["0", "999", "1,000", "12,345,678"]);
        assert_eq!([17, 1_536, 5 << 30, 3 << 40].map(bytes_text), ["17 B", "1.5 KiB", "5.0 GiB", "3.0 TiB"]);
        let spans = [7, 125, 11_040].map(|seconds| span_text(Duration::from_secs(seconds)));
        assert_eq!(spans, ["7 s", "2 min 05 s", "3 h 04 min"]);
    }
}
