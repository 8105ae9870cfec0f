//! Dates and times as the log stores them: packed, most significant byte first, with a fraction of its own length.
//!
//! What no server stores (a minute 63, a year 12000) is refused, never carried over.

use migration::value::{Date, DateTime, Time};

use crate::row_image::take::{big, little};

const SECONDS_OF_DAY: u64 = 86_400;

/// DATE: three bytes, the least significant first.
pub(crate) fn date(bytes: &[u8]) -> Option<Date> {
    let packed = little(bytes);
    let month = u8::try_from(packed >> 5 & 15).ok()?;
    let day = u8::try_from(packed & 31).ok()?;
    let year = u16::try_from(packed >> 9).ok()?;
    (bytes.len() == 3 && month <= 12 && year <= 9999).then_some(Date { year, month, day })
}

/// DATETIME(digits).
pub(crate) fn date_time(bytes: &[u8], digits: u8) -> Option<DateTime> {
    let (whole, fraction) = bytes.split_at_checked(5)?;
    let whole = big(whole).checked_sub(1 << 39)?;
    date_time_of(whole, micros(fraction, digits)?)
}

/// TIMESTAMP(digits), in UTC; second zero is MySQL's zero date.
pub(crate) fn timestamp(bytes: &[u8], digits: u8) -> Option<DateTime> {
    let (seconds, fraction) = bytes.split_at_checked(4)?;
    let seconds = big(seconds);
    let micros = micros(fraction, digits)?;
    if seconds == 0 {
        let date = Date { year: 0, month: 0, day: 0 };
        return Some(DateTime { date, hour: 0, minute: 0, second: 0, micros: 0 });
    }
    let of_day = u32::try_from(seconds % SECONDS_OF_DAY).ok()?;
    Some(DateTime {
        date: day_of(seconds / SECONDS_OF_DAY)?,
        hour: u8::try_from(of_day / 3600).ok()?,
        minute: u8::try_from(of_day / 60 % 60).ok()?,
        second: u8::try_from(of_day % 60).ok()?,
        micros,
    })
}

/// TIME(digits): below zero the whole value, fraction included, counts down from the offset.
pub(crate) fn time(bytes: &[u8], digits: u8) -> Option<Time> {
    let bits = u32::try_from(bytes.len()).ok().filter(|count| (3..=6).contains(count))? * 8;
    let stored = i64::try_from(big(bytes)).ok()? - (1_i64 << (bits - 1));
    let (magnitude, fraction_bits) = (stored.unsigned_abs(), bits - 24);
    let fraction = magnitude & ((1 << fraction_bits) - 1);
    let whole = magnitude >> fraction_bits;
    time_of(whole, stored < 0, scaled(fraction, digits)?)
}

/// A DATE or DATETIME as JSON holds it.
pub(crate) fn packed_date_time(packed: i64) -> Option<DateTime> {
    let packed = u64::try_from(packed).ok()?;
    date_time_of(packed >> 24, u32::try_from(packed & 0xff_ffff).ok()?)
}

/// A TIME as JSON holds it.
pub(crate) fn packed_time(packed: i64) -> Option<Time> {
    let magnitude = packed.unsigned_abs();
    time_of(magnitude >> 24, packed < 0, u32::try_from(magnitude & 0xff_ffff).ok()?)
}

/// From year × 13 + month, day (5 bits), hour (5 bits), minute and second (6 bits each).
fn date_time_of(whole: u64, micros: u32) -> Option<DateTime> {
    let year_month = whole >> 22;
    let year = u16::try_from(year_month / 13).ok().filter(|year| *year <= 9999)?;
    let part = |shift: u32, bits: u32| u8::try_from(whole >> shift & ((1 << bits) - 1)).ok();
    let date = Date { year, month: u8::try_from(year_month % 13).ok()?, day: part(17, 5)? };
    let (hour, minute, second) = (part(12, 5)?, part(6, 6)?, part(0, 6)?);
    let real = hour < 24 && minute < 60 && second < 60 && micros < 1_000_000;
    real.then_some(DateTime { date, hour, minute, second, micros })
}

/// From an unused bit, hours (10 bits), minutes and seconds (6 bits each).
fn time_of(whole: u64, negative: bool, micros: u32) -> Option<Time> {
    let hours = u16::try_from(whole >> 12).ok()?;
    let minutes = u8::try_from(whole >> 6 & 63).ok()?;
    let seconds = u8::try_from(whole & 63).ok()?;
    let real = hours <= 838 && minutes < 60 && seconds < 60 && micros < 1_000_000;
    real.then_some(Time { negative, hours, minutes, seconds, micros })
}

fn micros(fraction: &[u8], digits: u8) -> Option<u32> {
    scaled(big(fraction), digits)
}

/// A fraction is stored in hundredths, ten-thousandths or millionths.
fn scaled(fraction: u64, digits: u8) -> Option<u32> {
    let micros = match digits {
        0 => (fraction == 0).then_some(0),
        1 | 2 => fraction.checked_mul(10_000),
        3 | 4 => fraction.checked_mul(100),
        5 | 6 => Some(fraction),
        _ => None,
    };
    micros.and_then(|micros| u32::try_from(micros).ok()).filter(|micros| *micros < 1_000_000)
}

/// The day so many days after 1970-01-01, in the Gregorian calendar with years starting in March.
fn day_of(days: u64) -> Option<Date> {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    Some(Date {
        year: u16::try_from(year).ok()?,
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use migration::value::{Date, DateTime, Time};

    use super::{date, date_time, day_of, time, timestamp};

    #[test]
    fn a_negative_time_borrows_its_fraction_from_the_whole() {
        let half = Time { negative: true, hours: 0, minutes: 0, seconds: 0, micros: 500_000 };
        assert_eq!(time(&[0x7f, 0xff, 0xff, 0xce], 2), Some(half));
        let longest = Time { negative: true, hours: 838, minutes: 59, seconds: 59, micros: 0 };
        assert_eq!(time(&[0x4b, 0x91, 0x05], 0), Some(longest));
    }

    #[test]
    fn every_day_of_two_centuries_is_the_day_its_own_count_says() {
        for days in 0..73_000 {
            let date = day_of(days).unwrap();
            assert_eq!(u64::try_from(date.days_since_epoch()).unwrap(), days);
        }
    }

    #[test]
    fn zero_and_unreal_dates_are_values() {
        let zero = Date { year: 0, month: 0, day: 0 };
        assert_eq!(date(&[0, 0, 0]), Some(zero));
        assert_eq!(date(&[0x5f, 0xce, 0x0f]), Some(Date { year: 2023, month: 2, day: 31 }));
        let midnight = DateTime { date: zero, hour: 0, minute: 0, second: 0, micros: 0 };
        assert_eq!(date_time(&[0x80, 0, 0, 0, 0], 0), Some(midnight));
        assert_eq!(timestamp(&[0, 0, 0, 0], 0), Some(midnight));
    }

    #[test]
    fn what_no_server_stores_is_refused() {
        assert_eq!(date_time(&[0x80, 0, 0, 0, 63], 0), None);
        assert_eq!(date_time(&[0x7f, 0, 0, 0, 0], 0), None);
        assert_eq!(date(&[0xff, 0xff, 0xff]), None);
        assert_eq!(time(&[0xff, 0xff, 0xff], 0), None);
        assert_eq!(timestamp(&[1, 0, 0, 0, 100], 2), None);
    }
}
