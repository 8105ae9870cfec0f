//! From a condition to the runs of keys it can hold for, and to the question whether the read is efficient.

use crate::engine::condition::Condition;
use crate::engine::key::after_prefix;
use crate::engine::table::KeyRange;
use crate::sql::Comparison;

/// The runs of keys outside of which the condition never holds, sorted and apart from each other.
/// Nothing if the first key column is not bounded.
pub(crate) fn key_ranges(condition: &Condition, key_columns: usize) -> Option<Vec<KeyRange>> {
    let mut ranges = raw_ranges(condition, key_columns)?;
    ranges.sort_by(|left, right| left.low.cmp(&right.low));
    let mut apart: Vec<KeyRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match apart.last_mut() {
            Some(last) if last.high.as_ref().is_none_or(|high| range.low < *high) => {
                if last.high.is_some() && (range.high.is_none() || range.high > last.high) {
                    last.high = range.high;
                }
                last.exact &= range.exact;
            }
            _ => apart.push(range),
        }
    }
    Some(apart)
}

fn raw_ranges(condition: &Condition, key_columns: usize) -> Option<Vec<KeyRange>> {
    match condition {
        Condition::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(raw_ranges(part, key_columns)?);
            }
            Some(all)
        }
        Condition::And(parts) => {
            let mut flat = Vec::new();
            flatten(parts, &mut flat);
            conjunction(&flat, key_columns)
                .or_else(|| flat.iter().find_map(|part| raw_ranges(part, key_columns)))
        }
        Condition::Key(..) | Condition::KeyIn { .. } => conjunction(&[condition], key_columns),
        Condition::Constant(false) => Some(Vec::new()),
        Condition::Cell { .. }
        | Condition::CellIn { .. }
        | Condition::CellIsNull { .. }
        | Condition::Like { .. }
        | Condition::Constant(true) => None,
    }
}

fn flatten<'a>(parts: &'a [Condition], flat: &mut Vec<&'a Condition>) {
    for part in parts {
        match part {
            Condition::And(inner) => flatten(inner, flat),
            other => flat.push(other),
        }
    }
}

/// The runs of a conjunction by its own comparisons of key columns: equal columns first, then one range.
fn conjunction(parts: &[&Condition], key_columns: usize) -> Option<Vec<KeyRange>> {
    let mut prefixes: Vec<Vec<u8>> = vec![Vec::new()];
    let mut fixed = 0;
    while fixed < key_columns {
        let equal = parts.iter().find_map(|part| match part {
            Condition::Key(column, Comparison::Equal, value) if *column == fixed => {
                Some(std::slice::from_ref(value))
            }
            _ => None,
        });
        let listed = || {
            parts.iter().find_map(|part| match part {
                Condition::KeyIn { part: column, values, negated: false } if *column == fixed => {
                    Some(values.as_slice())
                }
                _ => None,
            })
        };
        let Some(values) = equal.or_else(listed) else { break };
        if prefixes.len().saturating_mul(values.len()) > 4_000 {
            break;
        }
        let joined = prefixes
            .iter()
            .flat_map(|prefix| values.iter().map(move |value| [prefix.as_slice(), value].concat()));
        prefixes = joined.collect();
        fixed += 1;
    }
    let comparisons: Vec<(Comparison, &Vec<u8>)> = parts
        .iter()
        .filter_map(|part| match part {
            Condition::Key(column, comparison, value)
                if *column == fixed && *comparison != Comparison::NotEqual =>
            {
                Some((*comparison, value))
            }
            _ => None,
        })
        .collect();
    if fixed == 0 && comparisons.is_empty() {
        return None;
    }
    let exact = fixed == key_columns;
    Some(prefixes.iter().map(|prefix| range_of(prefix, &comparisons, exact)).collect())
}

fn range_of(prefix: &[u8], comparisons: &[(Comparison, &Vec<u8>)], exact: bool) -> KeyRange {
    let mut range = KeyRange { high: after_prefix(prefix), low: prefix.to_vec(), exact };
    for (comparison, value) in comparisons {
        let bound = [prefix, value].concat();
        let (low, high) = match comparison {
            Comparison::Less => (None, Some(bound)),
            Comparison::LessOrEqual => (None, after_prefix(&bound)),
            Comparison::GreaterOrEqual => (Some(bound), None),
            Comparison::Greater => (after_prefix(&bound).or(Some(bound)), None),
            Comparison::Equal | Comparison::NotEqual => (None, None),
        };
        if let Some(low) = low.filter(|low| *low > range.low) {
            range.low = low;
        }
        if let Some(high) = high.filter(|high| range.high.as_ref().is_none_or(|present| high < present)) {
            range.high = Some(high);
        }
    }
    range
}
