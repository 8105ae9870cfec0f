//! Dates and times as MySQL holds them: zero dates, invalid dates and times beyond a day included.
//!
//! Nothing here knows a time zone; a TIMESTAMP is a [`DateTime`] in UTC because every session says so.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A DATE; all zero is MySQL's zero date, and a zero month or day is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// 0..=9999.
    pub year: u16,
    /// 0..=12.
    pub month: u8,
    /// 0..=31, not checked against the month: `ALLOW_INVALID_DATES` exists.
    pub day: u8,
}

/// A DATETIME, or a TIMESTAMP in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// 0..=23.
    pub hour: u8,
    /// 0..=59.
    pub minute: u8,
    /// 0..=59.
    pub second: u8,
    /// 0..=999,999.
    pub micros: u32,
}

/// A TIME: a signed span up to 838:59:59.999999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Time {
    /// Whether the span is below zero.
    pub negative: bool,
    /// 0..=838.
    pub hours: u16,
    /// 0..=59.
    pub minutes: u8,
    /// 0..=59.
    pub seconds: u8,
    /// 0..=999,999.
    pub micros: u32,
}

impl Date {
    /// Whether no real calendar has this day: a zero part, or a day past the month's end.
    #[must_use]
    pub fn is_unreal(self) -> bool {
        self.is_zero() || self.month > 12 || self.day > self.month_days()
    }

    /// Whether a part is zero: `0000-00-00` and its kin, which the policy for zero dates is about.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.year == 0 || self.month == 0 || self.day == 0
    }

    fn is_leap_year(self) -> bool {
        self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400))
    }

    fn month_days(self) -> u8 {
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.is_leap_year() => 29,
            2 => 28,
            _ => 31,
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar; only meaningful for a real date.
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        // Shifting the year to start in March puts the leap day last, so that month lengths follow one formula.
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }
}

impl DateTime {
    /// Milliseconds since the epoch, reading this as UTC; microseconds below a millisecond are cut off.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        let seconds = self.date.days_since_epoch() * 86_400
            + i64::from(self.hour) * 3_600
            + i64::from(self.minute) * 60
            + i64::from(self.second);
        seconds * 1_000 + i64::from(self.micros / 1_000)
    }

    /// `YYYY-MM-DD hh:mm:ss` with `digits` (0 to 6) digits of fraction, as MySQL writes the column.
    #[must_use]
    pub fn text(self, digits: u8) -> String {
        let mut text = format!("{} {:02}:{:02}:{:02}", self.date, self.hour, self.minute, self.second);
        push_fraction(&mut text, self.micros, digits);
        text
    }
}

impl Time {
    /// `[-]hh:mm:ss` with `digits` digits of fraction; hours take three digits from 100 on, as in MySQL.
    #[must_use]
    pub fn text(self, digits: u8) -> String {
        let sign = if self.negative { "-" } else { "" };
        let mut text = format!("{sign}{:02}:{:02}:{:02}", self.hours, self.minutes, self.seconds);
        push_fraction(&mut text, self.micros, digits);
        text
    }
}

fn push_fraction(text: &mut String, micros: u32, digits: u8) {
    let digits = usize::from(digits.min(6));
    if digits > 0 {
        let all = format!("{micros:06}");
        text.push('.');
        text.push_str(all.get(..digits).unwrap_or(&all));
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, DateTime, Time};

    #[test]
    fn the_epoch_and_known_days_count_right() {
        assert_eq!(Date { year: 1970, month: 1, day: 1 }.days_since_epoch(), 0);
        assert_eq!(Date { year: 2000, month: 2, day: 29 }.days_since_epoch(), 11_016);
        assert_eq!(Date { year: 1, month: 1, day: 1 }.days_since_epoch(), -719_162);
    }

    #[test]
    fn zero_and_invalid_days_are_unreal() {
        for (year, month, day) in [(0, 0, 0), (2024, 0, 1), (2023, 2, 29), (2024, 4, 31)] {
            assert!(Date { year, month, day }.is_unreal());
        }
        assert!(!Date { year: 2024, month: 2, day: 29 }.is_unreal());
    }

    #[test]
    fn fractions_are_written_with_the_columns_own_digits() {
        let date = Date { year: 2024, month: 8, day: 30 };
        let at = DateTime { date, hour: 8, minute: 11, second: 15, micros: 35_400 };
        assert_eq!(at.text(0), "2024-08-30 08:11:15");
        assert_eq!(at.text(3), "2024-08-30 08:11:15.035");
        assert_eq!(at.text(6), "2024-08-30 08:11:15.035400");
        let time = Time { negative: true, hours: 838, minutes: 59, seconds: 59, micros: 1 };
        assert_eq!(time.text(6), "-838:59:59.000001");
    }
}
