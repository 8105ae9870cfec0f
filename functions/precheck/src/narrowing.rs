//! Pairs of types that can be carried exactly, but not for every value the source type allows.
//!
//! A value that does not fit is a bad row at run time and nothing is lost silently; precheck says so beforehand.
//! Only existing target tables can be narrower: the types Ferry chooses hold everything.

use migration::finding::Finding;
use migration::schema::{SourceType, TableMapping, TargetType};
use migration::value::Conversion;

use crate::codes::Code;
use crate::draft::Draft;
use crate::quote;

/// Judges the columns of a table that exists on the target.
pub(crate) fn judge(mapping: &TableMapping) -> Vec<Finding> {
    let mut findings = Vec::new();
    for column in &mapping.columns {
        let Some(source) = mapping.source.column(&column.source) else { continue };
        let subject = format!("{}.{}", mapping.source.id, column.source);
        if let (SourceType::Decimal { .. }, TargetType::Decimal { precision_scale: None }) =
            (&source.column_type, column.target_type)
        {
            let evidence = format!(
                "{} into DECIMAL of a precision the target does not show; it must be the same",
                source.spelling
            );
            let statement = format!("SHOW CREATE TABLE {};", quote::table(&mapping.target.id));
            findings.push(
                Draft::alert(Code::DecimalPrecision, &subject, evidence)
                    .remedy("look at the target column's precision, then accept the finding")
                    .statement(statement)
                    .done(),
            );
        }
        if let Some(beyond) = beyond(&source.column_type, column.conversion) {
            let evidence = format!("{} into {}: {beyond}", source.spelling, column.target_type);
            findings.push(
                Draft::alert(Code::TargetNarrower, &subject, evidence)
                    .remedy("such a value is a bad row (`on_bad_row`); widen the target column, or accept the finding")
                    .done(),
            );
        }
    }
    findings
}

/// What of the source type the target column cannot hold.
fn beyond(source: &SourceType, conversion: Conversion) -> Option<String> {
    match conversion {
        Conversion::Integer { min, max } => {
            let (low, high) = integer_range(source)?;
            (low < i128::from(min) || high > i128::from(max))
                .then(|| format!("the source allows {low} to {high}, the target {min} to {max}"))
        }
        Conversion::Boolean => match source {
            SourceType::Bit { bits: 1 } => None,
            _ => Some("only 0 and 1 can be carried".to_owned()),
        },
        Conversion::Text { chars_max: Some(most), .. } => {
            let longest = longest_text(source);
            (longest > u64::from(most))
                .then(|| format!("the source allows {longest} characters, the target {most}"))
        }
        Conversion::Time => Some("only times from 00:00:00 to 23:59:59 can be carried".to_owned()),
        Conversion::Text { chars_max: None, .. }
        | Conversion::Decimal
        | Conversion::Float
        | Conversion::Double
        | Conversion::Bytes { .. }
        | Conversion::Date { .. }
        | Conversion::Timestamp { .. }
        | Conversion::Json => None,
    }
}

fn integer_range(source: &SourceType) -> Option<(i128, i128)> {
    match source {
        SourceType::Integer { bytes, unsigned } => {
            let bits = u32::from(*bytes) * 8;
            Some(if *unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) })
        }
        SourceType::Year => Some((0, 2155)),
        SourceType::Bit { bits } => Some((0, (1 << u32::from(*bits)) - 1)),
        _ => None,
    }
}

/// Characters of the longest text the source column can give; for a TEXT type its bytes, which is never less.
fn longest_text(source: &SourceType) -> u64 {
    let fraction = |digits: u8| if digits == 0 { 0 } else { u64::from(digits) + 1 };
    let chars =
        |labels: &[String]| labels.iter().map(|label| label.chars().count() as u64).collect::<Vec<_>>();
    match source {
        SourceType::Varchar { chars, .. } => u64::from(*chars),
        SourceType::Text { bytes_max }
        | SourceType::Blob { bytes_max }
        | SourceType::Vector { bytes_max } => *bytes_max,
        SourceType::Enum { labels } => chars(labels).into_iter().max().unwrap_or(0),
        SourceType::Set { labels } => {
            let all = chars(labels);
            all.iter().sum::<u64>() + (all.len() as u64).saturating_sub(1)
        }
        // Sign, point, and the zero before it.
        SourceType::Decimal { precision, .. } => u64::from(*precision) + 3,
        SourceType::Integer { bytes: 1, .. } => 4,
        SourceType::Integer { bytes: 2, .. } => 6,
        SourceType::Integer { bytes: 3, .. } => 8,
        SourceType::Integer { bytes: 4, .. } => 11,
        SourceType::Integer { .. } | SourceType::Bit { .. } => 20,
        SourceType::Year => 4,
        SourceType::Date => 10,
        SourceType::DateTime { digits } | SourceType::Timestamp { digits } => 19 + fraction(*digits),
        SourceType::Time { digits } => 10 + fraction(*digits),
        SourceType::Binary { bytes } | SourceType::Varbinary { bytes_max: bytes } => u64::from(*bytes),
        SourceType::Float | SourceType::Double => 24,
        SourceType::Geometry | SourceType::Json | SourceType::Unknown { .. } => u64::from(u32::MAX),
    }
}
