//! Which reads are refused as full scans, and which orders come free from the order of keys.

use crate::answer::SqlError;
use crate::engine::condition::Condition;
use crate::engine::schema::{Place, Schema};
use crate::engine::{Assumptions, StorageRefusalCode, Support};
use crate::refusal;
use crate::sql::Comparison;

/// How ORDER BY relates to the order of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrder {
    /// The same, or none was asked for.
    Forward,
    /// The reverse.
    Backward,
    /// Another order.
    None,
}

/// Refuses a condition that bounds neither the first key column (the caller has seen to that) nor the first column of an index.
pub(crate) fn check_efficient(
    condition: Option<&Condition>,
    schema: &Schema,
    assumptions: &Assumptions,
) -> Result<(), SqlError> {
    let refused = || match assumptions.storage_refusal_code {
        StorageRefusalCode::Lindorm => refusal::inefficient(),
        StorageRefusalCode::Mysql => refusal::storage_inefficient(),
    };
    let Some(condition) = condition else {
        return match assumptions.full_scan {
            Support::Accepted => Ok(()),
            Support::Refused => Err(refused()),
        };
    };
    let first_columns = schema.indexes.iter().filter_map(|index| index.columns.first());
    let mut places = first_columns.filter_map(|name| schema.column(name).ok()).map(|column| column.place);
    if places.any(|place| bounds(condition, place)) { Ok(()) } else { Err(refused()) }
}

/// Whether the condition bounds the column.
fn bounds(condition: &Condition, place: Place) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().any(|part| bounds(part, place)),
        Condition::Or(parts) => parts.iter().all(|part| bounds(part, place)),
        Condition::Key(part, comparison, _) => {
            Place::Key(*part) == place && *comparison != Comparison::NotEqual
        }
        Condition::KeyIn { part, negated, .. } => Place::Key(*part) == place && !negated,
        Condition::Cell { slot, comparison, .. } => {
            Place::Cell(*slot) == place && *comparison != Comparison::NotEqual
        }
        Condition::CellIn { slot, negated, .. } => Place::Cell(*slot) == place && !negated,
        Condition::CellIsNull { .. } | Condition::Like { .. } | Condition::Constant(_) => false,
    }
}

/// Finds out whether walking the keys yields the order asked for. Key columns fixed by `=` may be left out of it.
pub(crate) fn key_order(
    order: &[(String, bool)],
    condition: Option<&Condition>,
    schema: &Schema,
) -> Result<KeyOrder, SqlError> {
    let mut direction: Option<bool> = None;
    let mut next = 0;
    let mut in_key_order = true;
    for (name, descending) in order {
        let Place::Key(part) = schema.column(name)?.place else {
            in_key_order = false;
            continue;
        };
        while next < part && is_fixed(condition, next) {
            next += 1;
        }
        let reversed = schema.key[part].descending != *descending;
        let agrees = direction.is_none_or(|direction| direction == reversed) || is_fixed(condition, part);
        in_key_order &= part == next && agrees;
        if !is_fixed(condition, part) {
            direction = Some(reversed);
        }
        next += 1;
    }
    Ok(match (in_key_order, direction) {
        (false, _) => KeyOrder::None,
        (true, Some(true)) => KeyOrder::Backward,
        (true, Some(false) | None) => KeyOrder::Forward,
    })
}

fn is_fixed(condition: Option<&Condition>, part: usize) -> bool {
    match condition {
        Some(Condition::And(parts)) => parts.iter().any(|inner| is_fixed(Some(inner), part)),
        Some(Condition::Key(column, Comparison::Equal, _)) => *column == part,
        _ => false,
    }
}
