//! How long a value is as the target counts it, as SQL: strings in UTF-8, JSON and decimals as text, all else by kind.
//!
//! Asked with a bound: where the stored bytes alone tell on which side of the bound a value lies, nothing is converted.
//! That saves the source the work, and beyond the server's largest packet a conversion would yield NULL.

use migration::schema::{SourceColumn, SourceType};

use crate::key_column::is_utf8;
use crate::quoting::quoted;

/// No character of a MySQL character set grows or shrinks by more than this in UTF-8.
const GROWTH: u64 = 4;
/// The text of a JSON value is less than this many times its binary form (a control character takes six bytes).
const JSON_GROWTH: u64 = 8;
/// Bytes of UTF-8 a character takes at most.
const CHARACTER_BYTES: u64 = 4;

/// Whether a column's type allows a value of more than `bytes` bytes.
pub(crate) fn may_exceed(column: &SourceColumn, bytes: u64) -> bool {
    match &column.column_type {
        SourceType::Text { bytes_max } if is_stored_as_counted(column) => *bytes_max > bytes,
        SourceType::Text { bytes_max } => bytes_max.saturating_mul(GROWTH) > bytes,
        SourceType::Varchar { chars, .. } => u64::from(*chars) * CHARACTER_BYTES > bytes,
        SourceType::Enum { labels } => labels.iter().any(|label| label.len() as u64 > bytes),
        SourceType::Set { labels } => labels.iter().map(|label| label.len() as u64 + 1).sum::<u64>() > bytes,
        SourceType::Blob { bytes_max } | SourceType::Vector { bytes_max } => *bytes_max > bytes,
        SourceType::Binary { bytes: length } | SourceType::Varbinary { bytes_max: length } => {
            u64::from(*length) > bytes
        }
        // A sign, a point and a leading zero besides the digits.
        SourceType::Decimal { precision, .. } => u64::from(*precision) + 3 > bytes,
        SourceType::Geometry | SourceType::Json | SourceType::Unknown { .. } => true,
        SourceType::Integer { .. }
        | SourceType::Float
        | SourceType::Double
        | SourceType::Bit { .. }
        | SourceType::Date
        | SourceType::DateTime { .. }
        | SourceType::Timestamp { .. }
        | SourceType::Time { .. }
        | SourceType::Year => fixed_length(&column.column_type) > bytes,
    }
}

/// The expression of a value's length on the right side of `bound`, and exact near it.
pub(crate) fn value_length(column: &SourceColumn, bound: u64) -> String {
    let name = quoted(column.name.as_str());
    let exact = exact_length(column);
    if is_string(&column.column_type) && !is_stored_as_counted(column) {
        let (short, long) = (bound / GROWTH, bound.saturating_mul(GROWTH));
        return format!(
            "CASE WHEN OCTET_LENGTH({name}) <= {short} OR OCTET_LENGTH({name}) > {long} \
             THEN OCTET_LENGTH({name}) ELSE {exact} END"
        );
    }
    if column.column_type == SourceType::Json {
        let (stored, short) = (format!("JSON_STORAGE_SIZE({name})"), bound / JSON_GROWTH);
        return format!("CASE WHEN {stored} <= {short} THEN {stored} ELSE {exact} END");
    }
    exact
}

/// The expression of a value's exact length.
pub(crate) fn exact_length(column: &SourceColumn) -> String {
    let name = quoted(column.name.as_str());
    match &column.column_type {
        SourceType::Varchar { .. }
        | SourceType::Text { .. }
        | SourceType::Enum { .. }
        | SourceType::Set { .. }
            if !is_stored_as_counted(column) =>
        {
            format!("OCTET_LENGTH(CONVERT({name} USING utf8mb4))")
        }
        SourceType::Varchar { .. }
        | SourceType::Text { .. }
        | SourceType::Enum { .. }
        | SourceType::Set { .. }
        | SourceType::Decimal { .. }
        | SourceType::Binary { .. }
        | SourceType::Varbinary { .. }
        | SourceType::Blob { .. }
        | SourceType::Geometry
        | SourceType::Vector { .. }
        | SourceType::Json
        | SourceType::Unknown { .. } => format!("OCTET_LENGTH({name})"),
        SourceType::Integer { .. }
        | SourceType::Float
        | SourceType::Double
        | SourceType::Bit { .. }
        | SourceType::Date
        | SourceType::DateTime { .. }
        | SourceType::Timestamp { .. }
        | SourceType::Time { .. }
        | SourceType::Year => fixed_length(&column.column_type).to_string(),
    }
}

/// Whether values are text of a character set.
pub(crate) fn is_string(column_type: &SourceType) -> bool {
    matches!(
        column_type,
        SourceType::Varchar { .. }
            | SourceType::Text { .. }
            | SourceType::Enum { .. }
            | SourceType::Set { .. }
    )
}

/// Whether the stored bytes are those of the UTF-8 text.
fn is_stored_as_counted(column: &SourceColumn) -> bool {
    column.charset.as_deref().is_some_and(is_utf8)
}

fn fixed_length(column_type: &SourceType) -> u64 {
    match column_type {
        SourceType::Float | SourceType::Date => 4,
        SourceType::DateTime { .. } | SourceType::Timestamp { .. } | SourceType::Time { .. } => 12,
        SourceType::Integer { .. }
        | SourceType::Double
        | SourceType::Bit { .. }
        | SourceType::Year
        | SourceType::Decimal { .. }
        | SourceType::Varchar { .. }
        | SourceType::Text { .. }
        | SourceType::Enum { .. }
        | SourceType::Set { .. }
        | SourceType::Binary { .. }
        | SourceType::Varbinary { .. }
        | SourceType::Blob { .. }
        | SourceType::Geometry
        | SourceType::Vector { .. }
        | SourceType::Json
        | SourceType::Unknown { .. } => 8,
    }
}

#[cfg(test)]
mod tests {
    use migration::ident::ColumnName;
    use migration::limits::VALUE_BYTES_MAX;
    use migration::schema::{SourceColumn, SourceType};

    use super::{may_exceed, value_length};

    fn column(column_type: SourceType, charset: Option<&str>) -> SourceColumn {
        SourceColumn {
            name: ColumnName::new("c").unwrap(),
            column_type,
            spelling: String::new(),
            nullable: true,
            charset: charset.map(str::to_owned),
            collation: None,
            generated: None,
            invisible: false,
        }
    }

    #[test]
    fn only_types_that_allow_a_value_over_the_targets_bound_are_guarded() {
        let exceeds =
            |column_type, charset| may_exceed(&column(column_type, charset), VALUE_BYTES_MAX as u64);
        assert!(exceeds(SourceType::Text { bytes_max: 0xff_ffff }, Some("utf8mb4")));
        assert!(exceeds(SourceType::Blob { bytes_max: 0xffff_ffff }, None));
        assert!(exceeds(SourceType::Json, None));
        assert!(exceeds(SourceType::Geometry, None));
        assert!(!exceeds(SourceType::Text { bytes_max: 0xffff }, Some("latin1")));
        assert!(!exceeds(SourceType::Blob { bytes_max: 0xffff }, None));
        assert!(!exceeds(SourceType::Varchar { chars: 65_535, fixed: false }, Some("latin1")));
        assert!(!exceeds(SourceType::Integer { bytes: 8, unsigned: true }, None));
    }

    #[test]
    fn strings_are_converted_only_where_their_bytes_do_not_decide() {
        let text = column(SourceType::Text { bytes_max: 0xff_ffff }, Some("utf8mb4"));
        insta::assert_snapshot!(value_length(&text, 100), @"OCTET_LENGTH(`c`)");
        let text = column(SourceType::Text { bytes_max: 0xff_ffff }, Some("latin1"));
        insta::assert_snapshot!(
            value_length(&text, 100),
            @"CASE WHEN OCTET_LENGTH(`c`) <= 25 OR OCTET_LENGTH(`c`) > 400 THEN OCTET_LENGTH(`c`) ELSE OCTET_LENGTH(CONVERT(`c` USING utf8mb4)) END"
        );
        insta::assert_snapshot!(
            value_length(&column(SourceType::Json, None), 800),
            @"CASE WHEN JSON_STORAGE_SIZE(`c`) <= 100 THEN JSON_STORAGE_SIZE(`c`) ELSE OCTET_LENGTH(`c`) END"
        );
    }
}
