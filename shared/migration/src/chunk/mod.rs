//! A chunk: a range of keys of one table, copied by one lease holder at a time.
//!
//! # Why every row of the range is written, whatever is killed
//!
//! 1. The cursor is the end of the contiguous prefix the target has acknowledged. It moves only in a transaction
//!    that checks the lease record's version, after the page up to it was acknowledged.
//! 2. Whoever takes the chunk next starts at the cursor. Rows after it may have been written before; they are
//!    written again with the same stamp.
//! 3. `done` is stored, and the lease record deleted, in one transaction under the same condition, and only where
//!    the page that ended the range was acknowledged, or the range held no more row.

mod pacing;
mod parked;

pub use pacing::Pacing;
pub use parked::{Parked, may_be_explained};

use serde::{Deserialize, Serialize};

use crate::key::{KeyRange, KeyTuple};
use crate::position::Position;
use crate::record::{ChunkId, ChunkNumber};
use crate::table_plan::TablePlan;
use crate::value::{Digest, Refusal};

/// The copy generation of a table; chunks of an older one are not copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u32);

/// Whether a chunk is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Rows after the cursor may be missing on the target.
    Open,
    /// Every row of the range is acknowledged.
    Done,
}

/// `run#ID` / `chunk#T#C`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// Which chunk.
    pub id: ChunkId,
    /// The table's generation it was cut for.
    pub generation: Generation,
    /// Its keys.
    pub range: KeyRange,
    /// The last key of the acknowledged prefix.
    pub cursor: Option<KeyTuple>,
    /// Open or done.
    pub state: State,
    /// Rows acknowledged.
    pub rows: u64,
    /// Bytes of source values read for them.
    pub bytes: u64,
    /// Zero dates that became NULL in them.
    pub zero_dates: u64,
    /// Rows put on the reject list instead.
    #[serde(default)]
    pub rejected: u64,
    /// Rows the first page of the next invocation asks for, where larger ones took too long to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_rows: Option<usize>,
    /// What it waits for, where the source has changed its table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<Parked>,
}

/// A row that was not carried, kept by policy: `run#ID` / `reject#T#DIGEST`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The digest of the row's key as the target would hold it.
    pub key: Digest,
    /// The column, where one value is the reason.
    pub column: Option<String>,
    /// Why.
    pub refusal: Refusal,
    /// The change it came with; none for a copied row, which is older than every change (protocol H21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// What one page brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows acknowledged.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Zero dates that became NULL.
    pub zero_dates: u64,
    /// Rows put on the reject list instead.
    pub rejected: u64,
}

impl Chunk {
    /// A chunk nobody has touched.
    #[must_use]
    pub fn open(id: ChunkId, generation: Generation, range: KeyRange) -> Self {
        Self {
            id,
            generation,
            range,
            cursor: None,
            state: State::Open,
            rows: 0,
            bytes: 0,
            zero_dates: 0,
            rejected: 0,
            page_rows: None,
            parked: None,
        }
    }

    /// The keys still to be copied.
    #[must_use]
    pub fn rest(&self) -> KeyRange {
        KeyRange {
            after: self.cursor.clone().or_else(|| self.range.after.clone()),
            through: self.range.through.clone(),
        }
    }

    /// The chunk after a page whose last key is `last` was acknowledged.
    #[must_use]
    pub fn advanced(mut self, last: KeyTuple, written: Written) -> Self {
        self.cursor = Some(last);
        self.parked = None;
        self.rows += written.rows;
        self.bytes += written.bytes;
        self.zero_dates += written.zero_dates;
        self.rejected += written.rejected;
        self
    }

    /// The chunk when its range holds no row after the cursor.
    #[must_use]
    pub fn done(mut self) -> Self {
        self.state = State::Done;
        self
    }

    /// Gives the keys after `at` to a new chunk: this one, the new one, and the plan that counts it.
    #[must_use]
    pub fn split(mut self, at: KeyTuple, plan: &TablePlan) -> (Self, Self, TablePlan) {
        let id = ChunkId { table: self.id.table, number: ChunkNumber(plan.chunks) };
        let range = KeyRange { after: Some(at.clone()), through: self.range.through.take() };
        let given = Self::open(id, self.generation, range);
        self.range.through = Some(at);
        let plan = TablePlan { chunks: plan.chunks + 1, ..plan.clone() };
        (self, given, plan)
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Generation, Written};
    use crate::key::{KeyRange, KeyTuple, KeyValue};
    use crate::record::{ChunkId, ChunkNumber, TableNumber};
    use crate::table_plan::TablePlan;

    fn key(n: i64) -> KeyTuple {
        KeyTuple(vec![KeyValue::Int(n)])
    }

    fn chunk() -> Chunk {
        let id = ChunkId { table: TableNumber(0), number: ChunkNumber(3) };
        Chunk::open(id, Generation(0), KeyRange { after: Some(key(0)), through: Some(key(100)) })
    }

    #[test]
    fn the_rest_starts_at_the_acknowledged_prefix() {
        assert_eq!(chunk().rest().after, Some(key(0)));
        let advanced =
            chunk().advanced(key(40), Written { rows: 40, bytes: 400, zero_dates: 1, rejected: 2 });
        assert_eq!(advanced.rest(), KeyRange { after: Some(key(40)), through: Some(key(100)) });
        assert_eq!((advanced.rows, advanced.bytes), (40, 400));
        assert_eq!((advanced.zero_dates, advanced.rejected), (1, 2));
    }

    #[test]
    fn a_split_leaves_no_gap_and_no_overlap_and_numbers_the_new_chunk_last() {
        let plan = TablePlan { cursor: None, chunks: 9, complete: true };
        let (kept, given, plan) = chunk().advanced(key(40), Written::default()).split(key(70), &plan);
        assert_eq!(kept.rest(), KeyRange { after: Some(key(40)), through: Some(key(70)) });
        assert_eq!(given.rest(), KeyRange { after: Some(key(70)), through: Some(key(100)) });
        assert_eq!((given.id.number, plan.chunks), (ChunkNumber(9), 10));
    }
}
