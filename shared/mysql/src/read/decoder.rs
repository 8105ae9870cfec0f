//! From the driver's value to the domain's, chosen once for each column.
//!
//! The binary protocol gives every type exactly; strings and bytes are moved, never copied. A value of another kind
//! than the column announces is refused, never guessed at.

use migration::schema::SourceType;
use migration::value::{Date, DateTime, SourceValue, Time};
use mysql_async::Value;

/// What a column's values become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoder {
    Int,
    UInt,
    Float,
    Double,
    Decimal,
    Text,
    Bytes,
    Bit,
    Date,
    DateTime,
    Time,
    Json,
}

impl Decoder {
    /// The decoder for a type; none for a type that is not known.
    pub(crate) fn of(column_type: &SourceType) -> Option<Self> {
        Some(match column_type {
            SourceType::Integer { unsigned: true, .. } => Self::UInt,
            SourceType::Integer { unsigned: false, .. } | SourceType::Year => Self::Int,
            SourceType::Float => Self::Float,
            SourceType::Double => Self::Double,
            SourceType::Decimal { .. } => Self::Decimal,
            SourceType::Varchar { .. }
            | SourceType::Text { .. }
            | SourceType::Enum { .. }
            | SourceType::Set { .. } => Self::Text,
            SourceType::Binary { .. }
            | SourceType::Varbinary { .. }
            | SourceType::Blob { .. }
            | SourceType::Geometry
            | SourceType::Vector { .. } => Self::Bytes,
            SourceType::Bit { .. } => Self::Bit,
            SourceType::Date => Self::Date,
            SourceType::DateTime { .. } | SourceType::Timestamp { .. } => Self::DateTime,
            SourceType::Time { .. } => Self::Time,
            SourceType::Json => Self::Json,
            SourceType::Unknown { .. } => return None,
        })
    }

    /// The domain value; none where the driver's value is not of this kind.
    pub(crate) fn decode(self, value: Value) -> Option<SourceValue> {
        match (self, value) {
            (_, Value::NULL) => Some(SourceValue::Null),
            (Self::Int, Value::Int(number)) => Some(SourceValue::Int(number)),
            // The driver hands small unsigned numbers out as signed ones.
            (Self::UInt, Value::Int(number)) => u64::try_from(number).ok().map(SourceValue::UInt),
            (Self::UInt, Value::UInt(number)) => Some(SourceValue::UInt(number)),
            (Self::Float, Value::Float(number)) => Some(SourceValue::Float(number)),
            (Self::Double, Value::Double(number)) => Some(SourceValue::Double(number)),
            (Self::Decimal, Value::Bytes(bytes)) => String::from_utf8(bytes).ok().map(SourceValue::Decimal),
            (Self::Text, Value::Bytes(bytes)) => String::from_utf8(bytes).ok().map(SourceValue::Text),
            (Self::Json, Value::Bytes(bytes)) => String::from_utf8(bytes).ok().map(SourceValue::Json),
            (Self::Bytes, Value::Bytes(bytes)) => Some(SourceValue::Bytes(bytes)),
            (Self::Bit, Value::Bytes(bytes)) => bit(&bytes).map(SourceValue::Bit),
            (Self::Date, Value::Date(year, month, day, 0, 0, 0, 0)) => {
                Some(SourceValue::Date(Date { year, month, day }))
            }
            (Self::DateTime, Value::Date(year, month, day, hour, minute, second, micros)) => {
                let date = Date { year, month, day };
                Some(SourceValue::DateTime(DateTime { date, hour, minute, second, micros }))
            }
            (Self::Time, Value::Time(negative, days, hours, minutes, seconds, micros)) => {
                let hours = u16::try_from(u64::from(days) * 24 + u64::from(hours)).ok()?;
                Some(SourceValue::Time(Time { negative, hours, minutes, seconds, micros }))
            }
            (
                Self::Int
                | Self::UInt
                | Self::Float
                | Self::Double
                | Self::Decimal
                | Self::Text
                | Self::Bytes
                | Self::Bit
                | Self::Date
                | Self::DateTime
                | Self::Time
                | Self::Json,
                _,
            ) => None,
        }
    }
}

/// BIT(n) arrives as up to eight bytes, the most significant first.
fn bit(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use migration::value::{Date, SourceValue, Time};
    use mysql_async::Value;

    use super::Decoder;

    #[test]
    fn unsigned_numbers_stay_unsigned_however_small() {
        assert_eq!(Decoder::UInt.decode(Value::Int(5)), Some(SourceValue::UInt(5)));
        assert_eq!(Decoder::UInt.decode(Value::UInt(u64::MAX)), Some(SourceValue::UInt(u64::MAX)));
        assert_eq!(Decoder::UInt.decode(Value::Int(-5)), None);
    }

    #[test]
    fn bits_are_a_number_with_the_first_byte_on_top() {
        assert_eq!(Decoder::Bit.decode(Value::Bytes(vec![1, 2])), Some(SourceValue::Bit(258)));
        assert_eq!(Decoder::Bit.decode(Value::Bytes(vec![255; 8])), Some(SourceValue::Bit(u64::MAX)));
        assert_eq!(Decoder::Bit.decode(Value::Bytes(vec![1; 9])), None);
    }

    #[test]
    fn times_beyond_a_day_count_their_days_as_hours() {
        let value = Value::Time(true, 34, 22, 59, 59, 999_999);
        let time = Time { negative: true, hours: 838, minutes: 59, seconds: 59, micros: 999_999 };
        assert_eq!(Decoder::Time.decode(value), Some(SourceValue::Time(time)));
    }

    #[test]
    fn a_zero_date_is_a_value_and_null_is_null_for_every_type() {
        let zero = Date { year: 0, month: 0, day: 0 };
        assert_eq!(Decoder::Date.decode(Value::Date(0, 0, 0, 0, 0, 0, 0)), Some(SourceValue::Date(zero)));
        assert_eq!(Decoder::Json.decode(Value::NULL), Some(SourceValue::Null));
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        assert_eq!(Decoder::Int.decode(Value::Bytes(b"1".to_vec())), None);
        assert_eq!(Decoder::Text.decode(Value::Bytes(vec![0xff])), None);
        assert_eq!(Decoder::Date.decode(Value::Date(2024, 1, 1, 1, 0, 0, 0)), None);
    }
}
