//! How far a lane is applied, and which batch it takes next.
//!
//! # Why no change is applied twice out of turn, or skipped
//!
//! 1. A lane takes the next batch of its epoch, or the first batch of a greater epoch; an epoch starts where every lane
//!    is known to be applied (see [`crate::reader_state`]). Anything older is deleted. Anything later than the next
//!    shows that a batch was lost: it is deleted too, and the gap is recorded, which asks the reader for a new epoch.
//! 2. Rows at or before the lane's applied position are skipped. This filter carries correctness: a new epoch ships
//!    again what some lanes have applied, and an older prefix must not be written over a newer row.
//! 3. The record is written after the target acknowledged the batch, in a transaction that checks the lane's lease.
//!    A holder that dies in between leaves a batch that is applied again as a whole, with the same final rows.
//! 4. `last_write` is when the lane's newest statement was acknowledged: whoever takes the lane over waits the spacing
//!    from there, and from the end of the former lease, before writing (protocol H3).

use serde::{Deserialize, Serialize};

use crate::position::Position;
use crate::time::UnixMs;

/// Counts the starts of shipping, from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// `run#ID` / `lane#NNNNN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneProgress {
    /// The epoch of the newest batch applied.
    pub epoch: Epoch,
    /// Its number in the epoch.
    pub seq: u64,
    /// Every operation of this lane at or before it is applied.
    pub applied: Position,
    /// When the newest statement was acknowledged, by the holder's clock.
    pub last_write: UnixMs,
    /// The epoch in which a batch was found missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Epoch>,
    /// When the newest applied change was committed at the source.
    #[serde(default)]
    pub committed_at: UnixMs,
    /// Operations applied so far, for display only.
    #[serde(default)]
    pub operations: u64,
    /// Rows written without any value outside the key into a table without a marker, on a target that is not shown to keep
    /// such rows: they may not exist there. For display only; a row applied again counts again.
    #[serde(default)]
    pub only_nulls: u64,
}

/// What a lane does with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Apply it.
    Take,
    /// It was applied, or belongs to an earlier epoch: delete the message.
    Stale,
    /// A batch before it is missing: record the gap and delete the message.
    Gap,
}

impl LaneProgress {
    /// A lane that has applied everything up to the run's start.
    #[must_use]
    pub fn starting_at(start: Position) -> Self {
        Self {
            epoch: Epoch(0),
            seq: 0,
            applied: start,
            last_write: UnixMs(0),
            gap: None,
            committed_at: UnixMs(0),
            operations: 0,
            only_nulls: 0,
        }
    }

    /// Whether a batch is the next one.
    #[must_use]
    pub fn judge(&self, epoch: Epoch, seq: u64) -> Verdict {
        match (epoch.cmp(&self.epoch), seq) {
            (std::cmp::Ordering::Less, _) => Verdict::Stale,
            (std::cmp::Ordering::Equal, seq) if seq <= self.seq => Verdict::Stale,
            (std::cmp::Ordering::Equal, seq) if seq == self.seq + 1 => Verdict::Take,
            (std::cmp::Ordering::Greater, 1) => Verdict::Take,
            (std::cmp::Ordering::Equal | std::cmp::Ordering::Greater, _) => Verdict::Gap,
        }
    }

    /// Whether an operation has been applied before.
    #[must_use]
    pub fn covers(&self, position: Position) -> bool {
        position.is_covered_by(self.applied)
    }

    /// The record after a batch up to `last` was applied.
    #[must_use]
    pub fn applied(self, epoch: Epoch, seq: u64, last: Position, at: UnixMs) -> Self {
        Self { epoch, seq, applied: self.applied.max(last), last_write: at, gap: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::{Epoch, LaneProgress, Verdict};
    use crate::position::{LogPlace, Position, Timeline};
    use crate::time::UnixMs;

    fn at(offset: u64) -> Position {
        Position::boundary(Timeline(0), LogPlace { file: 1, offset })
    }

    #[test]
    fn a_lane_takes_the_next_batch_or_the_first_of_a_later_epoch() {
        let lane = LaneProgress { epoch: Epoch(3), seq: 5, ..LaneProgress::starting_at(at(4)) };
        let verdicts = [(3, 5), (3, 6), (3, 7), (2, 6), (4, 1), (4, 2), (9, 1)];
        let verdicts = verdicts.map(|(epoch, seq)| lane.judge(Epoch(epoch), seq));
        use Verdict::{Gap, Stale, Take};
        assert_eq!(verdicts, [Stale, Take, Gap, Stale, Take, Gap, Take]);
    }

    #[test]
    fn applying_never_lowers_the_position_and_closes_the_gap() {
        let lane = LaneProgress { gap: Some(Epoch(1)), ..LaneProgress::starting_at(at(100)) };
        let lane = lane.applied(Epoch(2), 1, at(50), UnixMs(7));
        assert_eq!((lane.applied, lane.gap, lane.last_write), (at(100), None, UnixMs(7)));
        assert!(lane.covers(at(100)) && !lane.covers(at(100).row(1, 0)));
    }
}
