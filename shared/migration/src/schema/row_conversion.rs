//! From a source row to a target row, by a table's mapping: one function for the copy and for verification.
//!
//! Everything a row can fail on before it is sent stands here, the rules of the key included.

use crate::limits::KEY_BYTES_MAX;
use crate::schema::mapping::TableMapping;
use crate::value::{Digest, Refusal, SourceRow, SourceValue, TargetRow, TargetValue, row_digest};

/// A row that cannot be carried. It names no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The digest of its key as far as it could be converted.
    pub key: Digest,
    /// The source column, where one value is the reason.
    pub column: Option<String>,
    /// Why.
    pub refusal: Refusal,
}

impl TableMapping {
    /// Converts a row whose values stand in the mapping's order; `zero_dates` counts those that became NULL.
    ///
    /// # Errors
    /// [`BadRow`] with the first reason found.
    pub fn convert_row(&self, row: SourceRow, zero_dates: &mut u64) -> Result<TargetRow, BadRow> {
        convert_row(self, row, zero_dates)
    }

    /// The digest of a target row's key.
    #[must_use]
    pub fn key_digest(&self, row: &TargetRow) -> Digest {
        row_digest(row.iter().zip(&self.columns).filter(|(_, column)| column.in_key).map(|(value, _)| value))
    }
}

fn convert_row(mapping: &TableMapping, row: SourceRow, zero_dates: &mut u64) -> Result<TargetRow, BadRow> {
    let mut converted = TargetRow::with_capacity(row.len() + 1);
    let mut refused: Option<(usize, Refusal)> = None;
    for (at, (value, column)) in row.into_iter().zip(&mapping.columns).enumerate() {
        let was_date = matches!(value, SourceValue::Date(_) | SourceValue::DateTime(_));
        match column.conversion.convert(value) {
            Ok(TargetValue::Null) if column.in_key => {
                refused = refused.or(Some((at, Refusal::KeyNull)));
                converted.push(TargetValue::Null);
            }
            Ok(value) => {
                *zero_dates += u64::from(was_date && value == TargetValue::Null);
                converted.push(value);
            }
            Err(refusal) => {
                refused = refused.or(Some((at, refusal)));
                converted.push(TargetValue::Null);
            }
        }
    }
    let refused = refused.or_else(|| key_refusal(mapping, &converted));
    match refused {
        None => Ok(converted),
        Some((at, refusal)) => {
            let column = mapping.columns.get(at).map(|column| column.source.to_string());
            Err(BadRow { key: mapping.key_digest(&converted), column, refusal })
        }
    }
}

/// The rules a key has beyond those of its values.
fn key_refusal(mapping: &TableMapping, row: &TargetRow) -> Option<(usize, Refusal)> {
    let key = || row.iter().zip(&mapping.columns).enumerate().filter(|(_, (_, column))| column.in_key);
    let bytes: usize = key().map(|(_, (value, _))| value.bytes()).sum();
    if bytes > KEY_BYTES_MAX {
        return Some((0, Refusal::KeyTooLong { bytes: bytes as u64, most: KEY_BYTES_MAX as u64 }));
    }
    key().find_map(|(at, (value, _))| match value {
        TargetValue::Text(text) if text.contains('\0') => Some((at, Refusal::KeyNul)),
        TargetValue::Null
        | TargetValue::Boolean(_)
        | TargetValue::Int(_)
        | TargetValue::Float(_)
        | TargetValue::Double(_)
        | TargetValue::Decimal(_)
        | TargetValue::Text(_)
        | TargetValue::Bytes(_)
        | TargetValue::Date(_)
        | TargetValue::Time(_)
        | TargetValue::Timestamp(_)
        | TargetValue::Json(_) => None,
    })
}
