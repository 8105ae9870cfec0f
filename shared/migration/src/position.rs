//! Positions in the source's log, compared as whole tuples.
//!
//! # Why a position orders every operation, whatever is read again
//!
//! 1. A row is named by where its transaction starts and by its ordinal there, not by the offset of its event: all
//!    rows of a compressed payload share one offset, and a re-cut event has another (protocol H24).
//! 2. A key change is two operations at one ordinal, the delete as part 0 and the upsert as part 1, so that a batch may
//!    end between them (H1).
//! 3. Numbers are compared as numbers: file 999999 comes before file 1000000. Offsets are summed from event lengths in
//!    64 bits by the adapter, never taken from the 32-bit field of an event's header.
//! 4. A row's ordinal starts at 1. So the start of a transaction (ordinal 0) lies behind every row of the transactions
//!    before it and in front of its own rows: "everything at or before" is one comparison, inside a transaction
//!    and between two.
//! 5. The timeline, raised by each accepted switch of the server, is compared first; positions of different timelines
//!    say nothing of the same file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Counts the accepted switches of the source server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeline(pub u32);

/// A place between two events of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogPlace {
    /// The number at the end of the file's name.
    pub file: u64,
    /// Bytes from the file's start.
    pub offset: u64,
}

/// Names one operation, or the boundary in front of a transaction (ordinal 0, part 0).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Which history the places are of.
    #[serde(rename = "t")]
    pub timeline: Timeline,
    /// Where the transaction starts, in front of its GTID event.
    #[serde(rename = "x")]
    pub transaction: LogPlace,
    /// The row's number in the transaction, from 1.
    #[serde(rename = "o")]
    pub ordinal: u64,
    /// 0, and 1 for the upsert of a key change.
    #[serde(rename = "p")]
    pub part: u8,
}

impl Position {
    /// The boundary at a place: behind all that ended there, in front of all that starts there.
    #[must_use]
    pub fn boundary(timeline: Timeline, at: LogPlace) -> Self {
        Self { timeline, transaction: at, ordinal: 0, part: 0 }
    }

    /// The row of this ordinal in the same transaction.
    #[must_use]
    pub fn row(self, ordinal: u64, part: u8) -> Self {
        Self { ordinal, part, ..self }
    }

    /// Whether an operation at `self` is covered by `through` of the same history.
    #[must_use]
    pub fn is_covered_by(self, through: Self) -> bool {
        self.timeline == through.timeline && self <= through
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}:{}", self.file, self.offset)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.timeline.0, self.transaction)?;
        if self.ordinal > 0 {
            write!(f, " row {}.{}", self.ordinal, self.part)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LogPlace, Position, Timeline};

    fn at(file: u64, offset: u64) -> Position {
        Position::boundary(Timeline(0), LogPlace { file, offset })
    }

    #[test]
    fn files_are_compared_as_numbers_and_offsets_beyond_32_bits() {
        assert!(at(999_999, 4) < at(1_000_000, 4));
        assert!(at(7, 4_294_967_300) > at(7, 300));
    }

    #[test]
    fn a_boundary_lies_between_the_rows_before_it_and_its_own() {
        let (first, second) = (at(1, 100), at(1, 200));
        assert!(first < first.row(1, 0) && first.row(9, 1) < second && second < second.row(1, 0));
    }

    #[test]
    fn the_halves_of_a_key_change_are_two_positions() {
        let row = at(1, 100).row(3, 0);
        assert!(row < row.row(3, 1) && row.row(3, 1) < row.row(4, 0));
    }

    #[test]
    fn nothing_of_another_history_is_covered() {
        let old = at(9, 100).row(1, 0);
        let switched = Position { timeline: Timeline(1), ..at(2, 4) };
        assert!(old < switched && !old.is_covered_by(switched) && old.is_covered_by(at(9, 200)));
    }
}
