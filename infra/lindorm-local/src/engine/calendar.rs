//! Days, times and time zones as numbers: proleptic Gregorian arithmetic and the text forms the dialect reads.

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// A reading of a clock: day number since 1970-01-01, milliseconds into the day, both without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) days: i32,
    pub(crate) day_ms: i64,
}

/// The day number of a calendar day, or nothing if the calendar has no such day in the years 1 to 9999.
pub(crate) fn day_number(year: u16, month: u8, day: u8) -> Option<i32> {
    if !(1..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || day == 0
        || day > month_length(year, month)
    {
        return None;
    }
    let (year, month, day) = (i32::from(year), i32::from(month), i32::from(day));
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn month_length(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Year, month and day of a day number within the years 1 to 9999.
pub(crate) fn calendar_day(days: i32) -> (u16, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    let narrow = |value: i32| u8::try_from(value).unwrap_or(0);
    (u16::try_from(year).unwrap_or(0), narrow(month), narrow(day))
}

/// `yyyy-mm-dd`.
pub(crate) fn read_day(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-');
    let year = digits(parts.next()?, 4, 4)?;
    let month = digits(parts.next()?, 1, 2)?;
    let day = digits(parts.next()?, 1, 2)?;
    day_number(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// `hh:mm:ss[.fraction]` within a day, in microseconds; further fraction digits are cut off.
pub(crate) fn read_time(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, f)| (whole, Some(f)));
    let mut parts = whole.splitn(3, ':');
    let hours = digits(parts.next()?, 1, 2)?;
    let minutes = digits(parts.next()?, 1, 2)?;
    let seconds = digits(parts.next()?, 1, 2)?;
    let micros: i64 = match fraction {
        None => 0,
        Some(fraction) => {
            digits(fraction, 1, 9)?;
            let padded = format!("{fraction:0<6}");
            padded.get(..6)?.parse().ok()?
        }
    };
    let whole_ms = time_of_day(i64::from(hours), i64::from(minutes), i64::from(seconds), 0)?;
    Some(whole_ms * 1000 + micros)
}

/// Milliseconds into a day.
pub(crate) fn time_of_day(hours: i64, minutes: i64, seconds: i64, millis: i64) -> Option<i64> {
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    fits.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis)
}

/// `yyyy-mm-dd[ hh:mm:ss[.fraction]]`, a `T` may part the two: day number and microseconds into the day.
pub(crate) fn read_reading(text: &str) -> Option<(i32, i64)> {
    match text.split_once([' ', 'T']) {
        None => Some((read_day(text)?, 0)),
        Some((day, time)) => Some((read_day(day)?, read_time(time)?)),
    }
}

fn digits(text: &str, least: usize, most: usize) -> Option<u32> {
    let fits = text.len() >= least && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// The instant of a reading on a clock that is `offset_ms` ahead of UTC.
pub(crate) fn instant(reading: Reading, offset_ms: i64) -> i64 {
    i64::from(reading.days) * DAY_MS + reading.day_ms - offset_ms
}

/// What a clock that is `offset_ms` ahead of UTC shows at an instant.
pub(crate) fn reading(instant_ms: i64, offset_ms: i64) -> Reading {
    let local = instant_ms.saturating_add(offset_ms);
    let days = i32::try_from(local.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    Reading { days, day_ms: local.rem_euclid(DAY_MS) }
}

/// Whether an instant lies in the years 1 to 9999 of a clock `offset_ms` ahead of UTC, so that every zone can show it.
pub(crate) fn is_showable(instant_ms: i64) -> bool {
    const FIRST: i64 = -719_162 * DAY_MS;
    const LAST: i64 = 2_932_897 * DAY_MS;
    (FIRST - DAY_MS..LAST + DAY_MS).contains(&instant_ms)
}

/// A zone's distance from UTC in milliseconds: `UTC`, `+08:00`, or one of the zones without daylight saving that are known here.
pub(crate) fn zone_offset(name: &str) -> Option<i64> {
    const FIXED: [(&str, i64); 8] = [
        ("utc", 0),
        ("gmt", 0),
        ("z", 0),
        ("etc/utc", 0),
        ("asia/shanghai", 8),
        ("asia/hong_kong", 8),
        ("asia/singapore", 8),
        ("asia/tokyo", 9),
    ];
    let lower = name.to_ascii_lowercase();
    if let Some((_, hours)) = FIXED.iter().find(|(known, _)| *known == lower) {
        return Some(hours * 3_600_000);
    }
    let sign = match name.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = name[1..].split_once(':')?;
    let (hours, minutes) = (i64::from(digits(hours, 1, 2)?), i64::from(digits(minutes, 2, 2)?));
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::{calendar_day, day_number, read_day, read_time, zone_offset};

    #[test]
    fn every_day_of_the_calendar_comes_back_from_its_number() {
        let first = day_number(1, 1, 1).expect("the first day");
        let last = day_number(9999, 12, 31).expect("the last day");
        for days in first..=last {
            let (year, month, day) = calendar_day(days);
            assert_eq!(day_number(year, month, day), Some(days));
        }
        assert_eq!(day_number(1970, 1, 1), Some(0));
    }

    #[test]
    fn days_and_times_outside_the_calendar_are_refused() {
        assert_eq!(read_day("2023-02-29"), None);
        assert_eq!(read_day("0000-00-00"), None);
        assert_eq!(read_time("24:00:00"), None);
        assert_eq!(read_time("08:11:15.3549"), Some(29_475_354_900));
    }

    #[test]
    fn a_zone_is_a_name_or_a_distance() {
        assert_eq!(zone_offset("+08:00"), zone_offset("Asia/Shanghai"));
        assert_eq!(zone_offset("-01:30"), Some(-5_400_000));
        assert_eq!(zone_offset("Mars/Olympus"), None);
    }
}
