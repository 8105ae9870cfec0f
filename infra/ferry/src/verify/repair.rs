//! Makes the target's rows what the source's are. Only while no lease of the task can exist.
//!
//! A row is written without a stamp, so it lies above everything before it. Where a NULL must erase a cell the row is
//! deleted first, also on a target that erases by writing NULL: that is right under every answer of the target, also one
//! that was not measured, and costs one statement for each of the few rows concerned. It is written at least [`SPACING`] after the last delete was acknowledged: a delete marker hides
//! what is stamped at or before it, and target nodes may disagree about the time by that much.

use std::time::Duration;

use anyhow::Context;
use migration::port::Clock;
use migration::time::UnixMs;
use migration::value::{TargetRow, TargetValue};

use crate::verify::confirm::{Difference, compare, key_of};
use crate::verify::pair::Pair;

/// Between two writes of one key (design section 3, spacing).
const SPACING: Duration = Duration::from_millis(250);

/// Repairs these rows and reads them again; everything sent has taken effect or timed out by `settled_by`. Returns how
/// many still differ: rows the target refuses or keeps none of, and cells stamped later than its clock.
pub(crate) async fn repair(
    pair: Pair<'_>,
    clock: &impl Clock,
    differences: &[Difference],
    settled_by: UnixMs,
) -> anyhow::Result<usize> {
    let Pair { ends, mapping, form } = pair;
    let target = &ends.target;
    let doing = || format!("repairing {}", mapping.target.id);
    let mut deleted = false;
    for difference in differences.iter().filter(|difference| must_delete(difference)) {
        if let Some(found) = &difference.found {
            let key = key_of(mapping, found);
            target.delete_row(mapping, &key, form, settled_by).await.with_context(doing)?;
            deleted = true;
        }
    }
    let unwanted = differences.iter().filter(|difference| difference.wanted.is_none());
    let unwanted: Vec<Vec<TargetValue>> =
        unwanted.filter_map(|difference| Some(key_of(mapping, difference.found.as_ref()?))).collect();
    let kept = target.read_rows(mapping, &unwanted, form).await.with_context(doing)?;
    let kept = kept.iter().filter(|row| row.is_some()).count();
    let wanted: Vec<TargetRow> =
        differences.iter().filter_map(|difference| difference.wanted.clone()).collect();
    if wanted.is_empty() {
        return Ok(kept);
    }
    if deleted {
        clock.sleep(SPACING).await;
    }
    // A row the target refuses is among those that still differ.
    target.upsert_rows(mapping, wanted.clone(), form, settled_by).await.with_context(doing)?;
    Ok(kept + compare(pair, &wanted).await?.len())
}

fn must_delete(difference: &Difference) -> bool {
    match (&difference.wanted, &difference.found) {
        (None, _) => true,
        (Some(wanted), Some(found)) => {
            let erased = |(wanted, found): (&TargetValue, &TargetValue)| {
                *wanted == TargetValue::Null && *found != TargetValue::Null
            };
            wanted.iter().zip(found).any(erased)
        }
        (Some(_), None) => false,
    }
}
