//! From a target value to a bound parameter.
//!
//! The MySQL protocol has no BOOLEAN, so it is bound as the documented literal's text; whether 0 and 1 are taken is not
//! known (`lindorm.md` 5.2). TIMESTAMP is bound as text in the session's time zone, which every session proves to be UTC;
//! DATE, TIME and DECIMAL are bound as text too: one documented form each, exact for every value.

use migration::value::{Date, DateTime, TargetRow, TargetValue};
use mysql_async::Value;

const DAY_MS: i64 = 86_400_000;

/// The parameter of one value. The value stays with the caller, who needs it again if the statement fails.
pub(crate) fn bind(value: &TargetValue) -> Value {
    match value {
        TargetValue::Null => Value::NULL,
        TargetValue::Boolean(flag) => Value::Bytes(if *flag { b"true".to_vec() } else { b"false".to_vec() }),
        TargetValue::Int(number) => Value::Int(*number),
        TargetValue::Float(number) => Value::Float(*number),
        TargetValue::Double(number) => Value::Double(*number),
        TargetValue::Decimal(text) | TargetValue::Text(text) | TargetValue::Json(text) => {
            Value::Bytes(text.as_bytes().to_vec())
        }
        TargetValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
        TargetValue::Date(date) => Value::Bytes(date.to_string().into_bytes()),
        TargetValue::Time(time) => Value::Bytes(time.text(0).into_bytes()),
        TargetValue::Timestamp(ms) => Value::Bytes(timestamp_text(*ms).into_bytes()),
    }
}

/// The parameters of a statement of several rows.
pub(crate) fn bind_rows(rows: &[TargetRow], columns: usize) -> Vec<Value> {
    let mut values = Vec::with_capacity(rows.len().saturating_mul(columns));
    for row in rows {
        values.extend(row.iter().map(bind));
    }
    values
}

/// `YYYY-MM-DD hh:mm:ss.fff` in UTC.
pub(crate) fn timestamp_text(ms: i64) -> String {
    let date = civil_date(ms.div_euclid(DAY_MS));
    let of_day =
        u32::try_from(ms.rem_euclid(DAY_MS)).expect("invariant: a day has fewer than 2^32 milliseconds");
    let seconds = of_day / 1_000;
    let part = |value: u32| u8::try_from(value).expect("invariant: hours, minutes and seconds are below 60");
    let at = DateTime {
        date,
        hour: part(seconds / 3_600),
        minute: part(seconds / 60 % 60),
        second: part(seconds % 60),
        micros: of_day % 1_000 * 1_000,
    };
    at.text(3)
}

/// The calendar day that many days after 1970-01-01; the inverse of `Date::days_since_epoch`.
fn civil_date(days: i64) -> Date {
    // As there, the year starts in March, so that the leap day comes last.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: u8::try_from(month).expect("invariant: a month is at most 12"),
        day: u8::try_from(day).expect("invariant: a day is at most 31"),
    }
}

#[cfg(test)]
mod tests {
    use migration::value::{Date, TargetValue, Time};
    use mysql_async::Value;

    use super::{bind, civil_date, timestamp_text};

    #[test]
    fn every_day_of_the_calendar_goes_there_and_back() {
        let first = Date { year: 1, month: 1, day: 1 }.days_since_epoch();
        let last = Date { year: 9_999, month: 12, day: 31 }.days_since_epoch();
        for days in first..=last {
            let date = civil_date(days);
            assert!(!date.is_unreal() && date.days_since_epoch() == days, "{date}");
        }
    }

    #[test]
    fn timestamps_keep_their_milliseconds_before_and_after_the_epoch() {
        assert_eq!(timestamp_text(1_724_976_675_354), "2024-08-30 00:11:15.354");
        assert_eq!(timestamp_text(-1), "1969-12-31 23:59:59.999");
        assert_eq!(timestamp_text(-62_135_596_800_000), "0001-01-01 00:00:00.000");
        assert_eq!(timestamp_text(253_402_300_799_999), "9999-12-31 23:59:59.999");
    }

    #[test]
    fn values_without_a_protocol_type_are_bound_as_their_documented_text() {
        let text = |text: &str| Value::Bytes(text.as_bytes().to_vec());
        assert_eq!(bind(&TargetValue::Boolean(true)), text("true"));
        assert_eq!(bind(&TargetValue::Date(Date { year: 2024, month: 2, day: 9 })), text("2024-02-09"));
        let time = Time { negative: false, hours: 8, minutes: 1, seconds: 2, micros: 0 };
        assert_eq!(bind(&TargetValue::Time(time)), text("08:01:02"));
        assert_eq!(bind(&TargetValue::Bytes(vec![0, 255])), Value::Bytes(vec![0, 255]));
    }
}
