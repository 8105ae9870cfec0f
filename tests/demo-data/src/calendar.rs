//! Days and seconds since 1970 as the text MySQL reads.
//!
//! Exists because the standard library has no calendar and one function does not earn a dependency.
//! Knows no time zone: everything is UTC.

use std::fmt::Write as _;

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// Days since 1970-01-01 as year, month, day (proleptic Gregorian).
///
/// The usual arithmetic on years that begin in March, so that the leap day comes last.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Appends `YYYY-MM-DD`.
pub fn write_date(text: &mut String, days: i64) {
    let (year, month, day) = civil(days);
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
}

/// Appends `YYYY-MM-DD hh:mm:ss` and, if `digits` is not 0, a point and that many digits of the microseconds.
pub fn write_instant(text: &mut String, seconds: i64, micros: u64, digits: u32) {
    write_date(text, seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let _ = write!(text, " {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    if digits > 0 {
        let width = usize::try_from(digits.min(6)).unwrap_or(6);
        let fraction = micros % 1_000_000 / 10_u64.pow(6 - digits.min(6));
        let _ = write!(text, ".{fraction:0width$}");
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, write_date, write_instant};

    #[test]
    fn leap_days_and_century_years_are_right() {
        let date = |days| {
            let mut text = String::new();
            write_date(&mut text, days);
            text
        };
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(date(-25_509), "1900-02-28");
        assert_eq!(date(-25_508), "1900-03-01");
    }

    #[test]
    fn a_fraction_keeps_as_many_digits_as_asked() {
        let instant = |digits| {
            let mut text = String::new();
            write_instant(&mut text, 20_000 * DAY + 3_661, 42_999, digits);
            text
        };
        assert_eq!(instant(0), "2024-10-04 01:01:01");
        assert_eq!(instant(3), "2024-10-04 01:01:01.042");
        assert_eq!(instant(6), "2024-10-04 01:01:01.042999");
    }
}
