//! Whether a column that was modified still fits its target column, and whether rows that exist look the same.
//!
//! Rows that exist change with a MODIFY without an event in the log (protocol H14). So a pair is equal only where it stands
//! in the list here: every value the old type held is one the new type holds, and is written to the target alike.

use crate::schema::{SourceColumn, SourceType, TargetType};

/// What a MODIFY means for rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rendering {
    /// They are the same on the target.
    Same,
    /// They may be others: they are copied again.
    Other,
}

/// Whether every row reads on the target as before. `strict`: the statement failed rather than change a value.
pub(super) fn rendering(old: &SourceColumn, new: &SourceColumn, strict: bool) -> Rendering {
    let null_stays = new.nullable || !old.nullable || strict;
    let computed = old.generated.is_some() || new.generated.is_some();
    if null_stays && !computed && is_equal(old, new, strict) { Rendering::Same } else { Rendering::Other }
}

fn is_equal(old: &SourceColumn, new: &SourceColumn, strict: bool) -> bool {
    use SourceType as T;
    match (&old.column_type, &new.column_type) {
        (T::Integer { .. }, T::Integer { .. }) => strict || within(&old.column_type, &new.column_type),
        // Display widths and scales of FLOAT and DOUBLE round values.
        (T::Float, T::Float) | (T::Double, T::Double) => old.spelling == new.spelling,
        (T::Decimal { precision, scale }, T::Decimal { precision: wider, scale: same }) => {
            scale == same && (wider >= precision || strict)
        }
        (T::Varchar { .. } | T::Text { .. }, T::Varchar { .. } | T::Text { .. }) => longer(old, new),
        (T::Enum { labels }, T::Enum { labels: more }) | (T::Set { labels }, T::Set { labels: more }) => {
            more.starts_with(labels) && charset_kept(old, new)
        }
        (T::Varbinary { bytes_max }, T::Varbinary { bytes_max: more }) => more >= bytes_max,
        (T::Varbinary { bytes_max }, T::Blob { bytes_max: more }) => *more >= u64::from(*bytes_max),
        (T::Blob { bytes_max }, T::Blob { bytes_max: more })
        | (T::Vector { bytes_max }, T::Vector { bytes_max: more }) => more >= bytes_max,
        (T::Bit { bits }, T::Bit { bits: more }) => more >= bits || strict,
        (one, other) => one == other,
    }
}

/// Characters stay characters, none is cut off, and spaces at the end stay.
fn longer(old: &SourceColumn, new: &SourceColumn) -> bool {
    let long_enough = match (&old.column_type, &new.column_type) {
        (SourceType::Varchar { chars, fixed }, SourceType::Varchar { chars: more, fixed: padded }) => {
            more >= chars && (*fixed || !*padded)
        }
        (SourceType::Varchar { chars, .. }, SourceType::Text { bytes_max }) => {
            *bytes_max >= u64::from(*chars) * 4
        }
        (SourceType::Text { bytes_max }, SourceType::Text { bytes_max: more }) => more >= bytes_max,
        _ => false,
    };
    long_enough && charset_kept(old, new)
}

/// The same characters: in the same character set, or in one that has all of them.
fn charset_kept(old: &SourceColumn, new: &SourceColumn) -> bool {
    match (old.charset.as_deref(), new.charset.as_deref()) {
        (Some("binary"), other) | (other, Some("binary")) => other == Some("binary"),
        (Some(_), Some("utf8mb4")) => true,
        (old, new) => old.is_some() && old == new,
    }
}

/// Whether the target type holds every value of the source type. Types that convert by their kind alone do.
pub(super) fn holds(target: TargetType, source: &SourceType) -> bool {
    let bounds = match target {
        TargetType::TinyInt => i8::MIN.into()..=i8::MAX.into(),
        TargetType::SmallInt => i16::MIN.into()..=i16::MAX.into(),
        TargetType::Integer => i32::MIN.into()..=i32::MAX.into(),
        TargetType::BigInt => i64::MIN.into()..=i64::MAX.into(),
        TargetType::Varchar { chars: Some(most) } => {
            return match source {
                SourceType::Varchar { chars, .. } => *chars <= most,
                SourceType::Text { bytes_max } => *bytes_max <= u64::from(most),
                _ => true,
            };
        }
        _ => return true,
    };
    let (least, greatest) = range(source);
    bounds.contains(&least) && bounds.contains(&greatest)
}

fn within(old: &SourceType, new: &SourceType) -> bool {
    let ((least, greatest), (new_least, new_greatest)) = (range(old), range(new));
    new_least <= least && greatest <= new_greatest
}

/// The least and the greatest whole number of a type.
fn range(source: &SourceType) -> (i128, i128) {
    match source {
        SourceType::Integer { bytes, unsigned: true } => (0, (1 << (8 * u32::from(*bytes))) - 1),
        SourceType::Integer { bytes, unsigned: false } => {
            let half = 1_i128 << (8 * u32::from(*bytes) - 1);
            (-half, half - 1)
        }
        SourceType::Bit { bits } => (0, (1 << u32::from(*bits)) - 1),
        SourceType::Year => (0, 2155),
        _ => (0, 0),
    }
}
