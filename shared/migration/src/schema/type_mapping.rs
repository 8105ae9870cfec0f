//! Which target type a source column gets, and which pairs of types can be carried exactly.
//!
//! The table is design section 6. A pair that is not listed is not carried: no silent loss.

use crate::limits::DECIMAL_PRECISION_MAX;
use crate::schema::source::SourceType;
use crate::schema::target::TargetType;
use crate::value::{Conversion, ZeroDates};

const VARCHAR: TargetType = TargetType::Varchar { chars: None };

/// Where a column stands in the target's key, as far as its type depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Not in the key.
    Value,
    /// In the key, other key columns follow.
    KeyInside,
    /// The last key column.
    KeyLast,
}

/// The type Ferry gives a column of a table it creates; none where the source type is unknown or cannot be a key.
#[must_use]
pub fn default_type(source: &SourceType, place: Place, zero_dates: ZeroDates) -> Option<TargetType> {
    let target = match source {
        SourceType::Integer { bytes, unsigned } => match (bytes, unsigned) {
            (1, false) => TargetType::TinyInt,
            (1, true) | (2, false) => TargetType::SmallInt,
            (2 | 3, true) | (3 | 4, false) => TargetType::Integer,
            (4, true) | (8, false) => TargetType::BigInt,
            _ => TargetType::Decimal { precision_scale: Some((20, 0)) },
        },
        SourceType::Float => TargetType::Float,
        SourceType::Double => TargetType::Double,
        SourceType::Decimal { precision, scale } if *precision <= DECIMAL_PRECISION_MAX => {
            TargetType::Decimal { precision_scale: Some((*precision, *scale)) }
        }
        SourceType::Decimal { .. }
        | SourceType::Varchar { .. }
        | SourceType::Text { .. }
        | SourceType::Enum { .. }
        | SourceType::Set { .. }
        | SourceType::DateTime { .. }
        | SourceType::Time { .. } => VARCHAR,
        // VARBINARY may only end a key; a fixed length is exact in BINARY(n), which may stand anywhere in it.
        SourceType::Binary { bytes } if place == Place::KeyInside => {
            TargetType::Binary { bytes: Some(*bytes) }
        }
        SourceType::Varbinary { .. } | SourceType::Blob { .. } if place == Place::KeyInside => return None,
        SourceType::Binary { .. }
        | SourceType::Varbinary { .. }
        | SourceType::Blob { .. }
        | SourceType::Geometry
        | SourceType::Vector { .. } => TargetType::Varbinary,
        SourceType::Bit { bits: 1 } => TargetType::Boolean,
        SourceType::Bit { bits: 64 } => TargetType::Decimal { precision_scale: Some((20, 0)) },
        SourceType::Bit { .. } => TargetType::BigInt,
        SourceType::Date if zero_dates == ZeroDates::Text => VARCHAR,
        SourceType::Date => TargetType::Date,
        SourceType::Timestamp { digits } if *digits <= 3 && zero_dates != ZeroDates::Text => {
            TargetType::Timestamp
        }
        SourceType::Timestamp { .. } => VARCHAR,
        SourceType::Year => TargetType::Integer,
        SourceType::Json if place != Place::Value => return None,
        SourceType::Json => TargetType::Json,
        SourceType::Unknown { .. } => return None,
    };
    Some(target)
}

/// How a source type is carried into a target type; none where it cannot be carried exactly.
#[must_use]
pub fn conversion_into(source: &SourceType, target: TargetType, zero_dates: ZeroDates) -> Option<Conversion> {
    match target {
        TargetType::TinyInt => integer(source, i64::from(i8::MIN), i64::from(i8::MAX)),
        TargetType::SmallInt => integer(source, i64::from(i16::MIN), i64::from(i16::MAX)),
        TargetType::Integer => integer(source, i64::from(i32::MIN), i64::from(i32::MAX)),
        TargetType::BigInt => integer(source, i64::MIN, i64::MAX),
        TargetType::Boolean => match source {
            SourceType::Integer { bytes: 1, .. } | SourceType::Bit { bits: 1 } => Some(Conversion::Boolean),
            _ => None,
        },
        TargetType::Float => matches!(source, SourceType::Float).then_some(Conversion::Float),
        TargetType::Double => {
            matches!(source, SourceType::Float | SourceType::Double).then_some(Conversion::Double)
        }
        TargetType::Decimal { precision_scale } => decimal(source, precision_scale),
        TargetType::Varchar { chars } => text(source, chars, zero_dates),
        // CHAR pads with spaces, so only values that fill it would read back equal.
        TargetType::Char { .. } => None,
        TargetType::Binary { bytes: Some(length) } => match source {
            SourceType::Binary { bytes } if *bytes == length => {
                Some(Conversion::Bytes { length: Some(length) })
            }
            _ => None,
        },
        TargetType::Binary { bytes: None } => None,
        TargetType::Varbinary => is_bytes(source).then_some(Conversion::Bytes { length: None }),
        TargetType::Date => matches!(source, SourceType::Date).then_some(Conversion::Date { zero_dates }),
        TargetType::Time => matches!(source, SourceType::Time { digits: 0 }).then_some(Conversion::Time),
        TargetType::Timestamp => match source {
            SourceType::Timestamp { digits } | SourceType::DateTime { digits } if *digits <= 3 => {
                Some(Conversion::Timestamp { zero_dates })
            }
            _ => None,
        },
        TargetType::Json => matches!(source, SourceType::Json).then_some(Conversion::Json),
    }
}

fn integer(source: &SourceType, min: i64, max: i64) -> Option<Conversion> {
    match source {
        SourceType::Integer { .. } | SourceType::Year | SourceType::Bit { .. } => {
            Some(Conversion::Integer { min, max })
        }
        _ => None,
    }
}

fn decimal(source: &SourceType, declared: Option<(u32, u32)>) -> Option<Conversion> {
    let wanted = match source {
        SourceType::Decimal { precision, scale } => {
            return match declared {
                Some(declared) if declared != (*precision, *scale) => None,
                Some(_) | None => Some(Conversion::Decimal),
            };
        }
        SourceType::Integer { bytes, .. } => match bytes {
            1 => 3,
            2 => 5,
            3 => 8,
            4 => 10,
            _ => 20,
        },
        SourceType::Bit { .. } => 20,
        _ => return None,
    };
    match declared {
        Some((precision, 0)) if precision < wanted => None,
        Some((_, 0)) | None => Some(Conversion::Decimal),
        Some(_) => None,
    }
}

fn text(source: &SourceType, chars_max: Option<u32>, zero_dates: ZeroDates) -> Option<Conversion> {
    let digits = match source {
        SourceType::DateTime { digits } | SourceType::Timestamp { digits } | SourceType::Time { digits } => {
            *digits
        }
        SourceType::Integer { .. }
        | SourceType::Decimal { .. }
        | SourceType::Varchar { .. }
        | SourceType::Text { .. }
        | SourceType::Enum { .. }
        | SourceType::Set { .. }
        | SourceType::Bit { .. }
        | SourceType::Date
        | SourceType::Year
        | SourceType::Json => 0,
        // A float's text is not unique, bytes are not text, an unknown type is not carried.
        SourceType::Float
        | SourceType::Double
        | SourceType::Binary { .. }
        | SourceType::Varbinary { .. }
        | SourceType::Blob { .. }
        | SourceType::Geometry
        | SourceType::Vector { .. }
        | SourceType::Unknown { .. } => return None,
    };
    Some(Conversion::Text { digits, chars_max, zero_dates })
}

fn is_bytes(source: &SourceType) -> bool {
    matches!(
        source,
        SourceType::Binary { .. }
            | SourceType::Varbinary { .. }
            | SourceType::Blob { .. }
            | SourceType::Geometry
            | SourceType::Vector { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::{Place, SourceType, TargetType, ZeroDates, conversion_into, default_type};

    #[test]
    fn every_default_type_can_carry_its_source() {
        let all = [
            SourceType::Integer { bytes: 1, unsigned: true },
            SourceType::Integer { bytes: 8, unsigned: true },
            SourceType::Integer { bytes: 3, unsigned: false },
            SourceType::Float,
            SourceType::Double,
            SourceType::Decimal { precision: 38, scale: 4 },
            SourceType::Decimal { precision: 65, scale: 30 },
            SourceType::Varchar { chars: 10, fixed: true },
            SourceType::Text { bytes_max: 255 },
            SourceType::Enum { labels: vec!["a".to_owned()] },
            SourceType::Set { labels: vec!["a".to_owned()] },
            SourceType::Binary { bytes: 16 },
            SourceType::Varbinary { bytes_max: 16 },
            SourceType::Blob { bytes_max: 255 },
            SourceType::Geometry,
            SourceType::Vector { bytes_max: 16 },
            SourceType::Bit { bits: 1 },
            SourceType::Bit { bits: 63 },
            SourceType::Bit { bits: 64 },
            SourceType::Date,
            SourceType::DateTime { digits: 6 },
            SourceType::Timestamp { digits: 3 },
            SourceType::Timestamp { digits: 6 },
            SourceType::Time { digits: 2 },
            SourceType::Year,
            SourceType::Json,
        ];
        for source in &all {
            for zero_dates in [ZeroDates::Null, ZeroDates::Text, ZeroDates::Fail] {
                let target = default_type(source, Place::Value, zero_dates).unwrap();
                assert!(conversion_into(source, target, zero_dates).is_some(), "{source:?} into {target}");
            }
        }
    }

    #[test]
    fn a_decimal_of_another_precision_is_not_carried() {
        let source = SourceType::Decimal { precision: 10, scale: 2 };
        let into = |p, s| {
            conversion_into(&source, TargetType::Decimal { precision_scale: Some((p, s)) }, ZeroDates::Null)
        };
        assert!(into(10, 2).is_some());
        assert!(into(12, 2).is_none());
        assert!(into(10, 3).is_none());
    }
}
