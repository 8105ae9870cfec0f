//! The snapshot stamp S: one number that puts every copied row below every change and above everything older.
//!
//! # Why a copied row never does harm, however late or often it is written
//!
//! 1. The target keeps, for each cell, the greatest stamp, whatever the order of arrival (`lindorm.md` 3).
//! 2. S = max(target clock + margin, highest stamp ever used on the table) + 1. Every cell and delete marker of an
//!    earlier attempt has a stamp at or below the highest stamp or the target clock (which may step back by the
//!    margin at most), so none of them hides a copied row.
//! 3. S is put only if absent, once a run, after every lease of the tables' former owners has ended, after the
//!    emptiness check, and is recorded with each owner before anything is written at S. So no two runs share an S.
//! 4. Nothing unstamped is written for the run, and the run is not `completed`, before the target clock is strictly
//!    past S + margin. So whatever the owner or the log writes afterwards lies above every copied row.
//! 5. A page is written within 30 s of the start of the SELECT that read it; an older page is read again, because a
//!    delete marker that hides it may be compacted away (protocol H9).
//!
//! Ties are never relied upon: 2 adds one, 4 is strict.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::mutation::{self, Rule};
use crate::schema::TargetTable;
use crate::time::UnixMs;

/// How the rows of a run's copy are stamped: `run#ID` / `stamp`, put if absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RunStamp {
    /// Every copied cell carries this stamp.
    At {
        /// S.
        stamp: UnixMs,
    },
    /// The target cannot be stamped: the copy is written with the target's own time.
    Unstamped,
}

impl RunStamp {
    /// The stamp of a statement.
    #[must_use]
    pub fn stamp(self) -> Option<UnixMs> {
        match self {
            Self::At { stamp } => Some(stamp),
            Self::Unstamped => None,
        }
    }
}

/// S for a run whose tables have seen stamps up to `highest`.
#[must_use]
pub fn choose(target_now: UnixMs, margin: Duration, highest: UnixMs) -> UnixMs {
    let margin = if mutation::is_left_out(Rule::StampMargin) { Duration::ZERO } else { margin };
    UnixMs(target_now.plus(margin).max(highest).0.saturating_add(1))
}

/// Whether the gate of `stamp` is open at the target's time.
#[must_use]
pub fn gate_is_open(stamp: RunStamp, margin: Duration, target_now: UnixMs) -> bool {
    match stamp {
        RunStamp::At { stamp } => target_now > stamp.plus(margin),
        RunStamp::Unstamped => true,
    }
}

/// Whether cells of this table may carry a stamp: an index refuses it unless the table is `MUTABLE_ALL`, and a time
/// to live shorter than the margin would drop the rows on arrival (`lindorm.md` 3.4, 3.5).
#[must_use]
pub fn takes_stamps(table: &TargetTable, margin: Duration) -> bool {
    let attribute = |name: &str| table.attributes.get(name).map(String::as_str);
    let indexed = !table.indexes.is_empty() && attribute("MUTABILITY") != Some("MUTABLE_ALL");
    let ttl = attribute("TTL").and_then(|seconds| seconds.parse::<u64>().ok());
    !indexed && ttl.is_none_or(|seconds| seconds > margin.as_secs())
}

#[cfg(test)]
mod tests {
    use super::{Duration, RunStamp, UnixMs, choose, gate_is_open};

    const MARGIN: Duration = Duration::from_secs(2);

    #[test]
    fn the_stamp_lies_above_the_clock_with_margin_and_above_every_earlier_stamp() {
        assert_eq!(choose(UnixMs(10_000), MARGIN, UnixMs(0)), UnixMs(12_001));
        assert_eq!(choose(UnixMs(10_000), MARGIN, UnixMs(50_000)), UnixMs(50_001));
    }

    #[test]
    fn the_gate_opens_strictly_after_the_margin() {
        let stamp = RunStamp::At { stamp: UnixMs(12_001) };
        assert!(!gate_is_open(stamp, MARGIN, UnixMs(14_001)));
        assert!(gate_is_open(stamp, MARGIN, UnixMs(14_002)));
    }
}
