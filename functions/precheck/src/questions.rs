//! Which questions about the rows a table's types make necessary, and what the answers mean.
//!
//! A scan of the source costs its owner something, so nothing is asked that the declared types already answer. A
//! question that is not answered in time leaves the matter to the policy for bad rows at run time, and is told.

use migration::capabilities::{Capabilities, Measured};
use migration::finding::{Finding, Level};
use migration::limits::{KEY_BYTES_MAX, VALUE_BYTES_MAX};
use migration::port::SourceQuestion;
use migration::schema::{ColumnMapping, SourceColumn, SourceType, TableMapping, TargetType};
use migration::task::BadRowPolicy;
use migration::value::{Conversion, ZeroDates};

use crate::codes::Code;
use crate::draft::{Draft, counted};

/// The most bytes a character of any MySQL character set takes in UTF-8.
const CHARACTER_BYTES_MAX: u64 = 4;

/// What to ask of a table, after what the probe showed.
pub(crate) fn of(mapping: &TableMapping, measured: &Capabilities) -> Vec<SourceQuestion> {
    let mut questions = Vec::new();
    let (key, values): (Vec<_>, Vec<_>) = mapping
        .columns
        .iter()
        .filter_map(|column| Some((column, mapping.source.column(&column.source)?)))
        .partition(|(column, _)| column.in_key);
    if key.iter().map(|(_, column)| key_bytes(&column.column_type)).sum::<u64>() > KEY_BYTES_MAX as u64 {
        questions.push(SourceQuestion::KeyLongerThan { bytes: KEY_BYTES_MAX as u64 });
    }
    if key.iter().any(|(_, column)| can_hold_nul(&column.column_type)) {
        questions.push(SourceQuestion::NulInKey);
    }
    for (mapped, column) in &key {
        if zero_dates_become_null(&column.column_type, mapped.conversion) {
            questions.push(SourceQuestion::ZeroDates { column: column.name.clone() });
        }
    }
    for (_, column) in &values {
        if value_bytes(&column.column_type) > VALUE_BYTES_MAX as u64 {
            let (column, bytes) = (column.name.clone(), VALUE_BYTES_MAX as u64);
            questions.push(SourceQuestion::LongerThan { column, bytes });
        }
    }
    if may_vanish(mapping, &values, measured.null_rows.is_shown()) {
        let columns = values.iter().map(|(_, column)| column.name.clone()).collect();
        questions.push(SourceQuestion::AllNull { columns });
    }
    let emptied = key.iter().chain(&values).filter(|(mapped, column)| becomes_null(mapped, column, measured));
    let columns: Vec<_> = emptied.map(|(_, column)| column.name.clone()).collect();
    if !columns.is_empty() {
        questions.push(SourceQuestion::Empty { columns });
    }
    questions
}

/// Whether a row of the table may have no cell at all on the target.
fn may_vanish(
    mapping: &TableMapping,
    values: &[(&ColumnMapping, &SourceColumn)],
    null_rows_exist: bool,
) -> bool {
    let can_be_null = |(mapped, column): &(&ColumnMapping, &SourceColumn)| {
        column.nullable || mapped.conversion.nulls_zero_dates()
    };
    !mapping.marker && !null_rows_exist && !values.is_empty() && values.iter().all(can_be_null)
}

/// Whether an empty value of the column was shown to become NULL.
fn becomes_null(mapped: &ColumnMapping, column: &SourceColumn, measured: &Capabilities) -> bool {
    let can_be_empty = matches!(
        column.column_type,
        SourceType::Varchar { .. }
            | SourceType::Text { .. }
            | SourceType::Enum { .. }
            | SourceType::Set { .. }
            | SourceType::Varbinary { .. }
            | SourceType::Blob { .. }
    );
    let is_lost = match mapped.target_type {
        TargetType::Varchar { .. } => measured.empty_text == Measured::No,
        TargetType::Varbinary => measured.empty_bytes == Measured::No,
        _ => false,
    };
    can_be_empty && is_lost
}

/// The finding of an answer; none where nothing is wrong.
pub(crate) fn judge(
    mapping: &TableMapping,
    question: &SourceQuestion,
    answer: Option<u64>,
    on_bad_row: BadRowPolicy,
) -> Option<Finding> {
    let (code, what, remedy) = wording(question);
    let subject = match question {
        SourceQuestion::LongerThan { column, .. } | SourceQuestion::ZeroDates { column } => {
            format!("{}.{column}", mapping.source.id)
        }
        SourceQuestion::KeyLongerThan { .. }
        | SourceQuestion::NulInKey
        | SourceQuestion::AllNull { .. }
        | SourceQuestion::Empty { .. } => mapping.source.id.to_string(),
    };
    let count = match answer {
        Some(0) => return None,
        Some(count) => count,
        None => {
            let finding = Draft::alert(
                Code::NotScanned,
                &subject,
                format!("not known whether rows hold {what}"),
            )
            .remedy("such a row is treated by `on_bad_row` when it is copied; accept the finding to go on")
            .done();
            return Some(finding);
        }
    };
    let evidence = format!("{} with {what}", counted(count, "row"));
    let draft = match level(question, on_bad_row) {
        Level::Fail => Draft::fail(code, &subject, evidence).remedy(remedy),
        Level::Alert | Level::Pass => Draft::alert(code, &subject, evidence).remedy(match question {
            SourceQuestion::AllNull { .. } | SourceQuestion::Empty { .. } => remedy,
            _ => "`on_bad_row: reject` leaves these rows out and records them; accept the finding, or mend the rows",
        }),
    };
    Some(draft.done())
}

/// The code of a question's finding.
pub(crate) fn code(question: &SourceQuestion) -> Code {
    wording(question).0
}

fn level(question: &SourceQuestion, on_bad_row: BadRowPolicy) -> Level {
    match (question, on_bad_row) {
        (SourceQuestion::ZeroDates { .. }, BadRowPolicy::Fail | BadRowPolicy::Reject) => Level::Fail,
        (
            SourceQuestion::AllNull { .. } | SourceQuestion::Empty { .. },
            BadRowPolicy::Fail | BadRowPolicy::Reject,
        ) => Level::Alert,
        (
            SourceQuestion::LongerThan { .. }
            | SourceQuestion::KeyLongerThan { .. }
            | SourceQuestion::NulInKey,
            policy,
        ) => match policy {
            BadRowPolicy::Fail => Level::Fail,
            BadRowPolicy::Reject => Level::Alert,
        },
    }
}

fn wording(question: &SourceQuestion) -> (Code, String, &'static str) {
    let leave_out =
        "shorten the values, leave the column out with `columns.exclude`, or set `on_bad_row: reject`";
    match question {
        SourceQuestion::LongerThan { bytes, .. } => {
            (Code::ValueSize, format!("a value of more than {bytes} bytes"), leave_out)
        }
        SourceQuestion::KeyLongerThan { bytes } => (
            Code::KeySize,
            format!("a key of more than {bytes} bytes"),
            "shorten the keys, leave the table out, or set `on_bad_row: reject`",
        ),
        SourceQuestion::NulInKey => (
            Code::KeyNul,
            "the character U+0000 in a string of the key".to_owned(),
            "mend the keys, leave the table out, or set `on_bad_row: reject`",
        ),
        SourceQuestion::ZeroDates { .. } => (
            Code::KeyZeroDate,
            "a zero date in the key".to_owned(),
            "mend the keys, or set `zero_dates: text` and let Ferry make the table",
        ),
        SourceQuestion::AllNull { .. } => (
            Code::NullRows,
            "NULL in every column besides the key, which would not exist on the target".to_owned(),
            "give the target table a column `ferry_row` TINYINT, let Ferry make the table, or accept the finding",
        ),
        SourceQuestion::Empty { .. } => (
            Code::EmptyValues,
            "an empty text or VARBINARY, which the target makes NULL".to_owned(),
            "accept the finding if NULL will do in their place, or leave the columns out with `columns.exclude`",
        ),
    }
}

/// Whether a zero date of the column has no form on the target but NULL.
pub(crate) fn zero_dates_become_null(source: &SourceType, conversion: Conversion) -> bool {
    let dated =
        matches!(source, SourceType::Date | SourceType::DateTime { .. } | SourceType::Timestamp { .. });
    dated && !matches!(conversion, Conversion::Text { zero_dates: ZeroDates::Text, .. })
}

fn can_hold_nul(source: &SourceType) -> bool {
    matches!(
        source,
        SourceType::Varchar { .. }
            | SourceType::Text { .. }
            | SourceType::Enum { .. }
            | SourceType::Set { .. }
    )
}

/// Bytes of the largest key value of this type.
fn key_bytes(source: &SourceType) -> u64 {
    match source {
        SourceType::Varchar { chars, .. } => u64::from(*chars) * CHARACTER_BYTES_MAX,
        SourceType::Enum { labels } => labels.iter().map(|label| label.len() as u64).max().unwrap_or(0),
        SourceType::Set { labels } => labels.iter().map(|label| label.len() as u64 + 1).sum(),
        SourceType::Binary { bytes } | SourceType::Varbinary { bytes_max: bytes } => u64::from(*bytes),
        SourceType::Text { .. }
        | SourceType::Blob { .. }
        | SourceType::Vector { .. }
        | SourceType::Geometry
        | SourceType::Json
        | SourceType::Unknown { .. } => value_bytes(source),
        SourceType::Decimal { precision, .. } => u64::from(*precision) + 3,
        SourceType::Integer { .. }
        | SourceType::Float
        | SourceType::Double
        | SourceType::Bit { .. }
        | SourceType::Year => 20,
        SourceType::Date
        | SourceType::DateTime { .. }
        | SourceType::Timestamp { .. }
        | SourceType::Time { .. } => 26,
    }
}

/// Bytes of the largest value of this type.
fn value_bytes(source: &SourceType) -> u64 {
    match source {
        // A byte of a one-byte character set can become three in UTF-8; the limit is asked of the source's bytes.
        SourceType::Text { bytes_max }
        | SourceType::Blob { bytes_max }
        | SourceType::Vector { bytes_max } => *bytes_max,
        SourceType::Geometry | SourceType::Json | SourceType::Unknown { .. } => u64::from(u32::MAX),
        SourceType::Varchar { .. }
        | SourceType::Enum { .. }
        | SourceType::Set { .. }
        | SourceType::Binary { .. }
        | SourceType::Varbinary { .. }
        | SourceType::Decimal { .. }
        | SourceType::Integer { .. }
        | SourceType::Float
        | SourceType::Double
        | SourceType::Bit { .. }
        | SourceType::Year
        | SourceType::Date
        | SourceType::DateTime { .. }
        | SourceType::Timestamp { .. }
        | SourceType::Time { .. } => 0,
    }
}
