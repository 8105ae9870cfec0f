//! How far the cutting of a table into chunks has come, and what is known of its copy.
//!
//! # Why the chunks of a table cover its keys exactly once (protocol H20)
//!
//! 1. The plan holds a cursor, the inclusive end of the newest chunk. A new chunk starts there, exclusively.
//! 2. Putting a chunk and moving the cursor is one transaction under the condition that the plan is unchanged; of two
//!    planners one wins, and the other starts again from the winner's cursor. Boundaries may be cut differently by
//!    each, but only one chunk of a number is ever stored.
//! 3. The last chunk is open-ended, and stored together with `complete`. Nothing is planned after it.
//! 4. A split shrinks a chunk's own end and stores the rest as a new chunk in one transaction with the copier's lease.
//! 5. A chunk's lease record exists exactly while the chunk is not done. So the copy is over when every plan is
//!    complete and no chunk lease is left: there is no counter that could be bumped twice.

use serde::{Deserialize, Serialize};

use crate::chunk::{Chunk, Generation};
use crate::key::{KeyRange, KeyTuple};
use crate::record::{ChunkId, ChunkNumber, TableNumber};
use crate::schema::{SchemaVersion, TableMapping};

/// A table of a run: `run#ID` / `table#T`. It changes with a definition of the source only.
///
/// Whoever cuts, takes or advances a chunk does so in a transaction that checks this record unchanged. So a definition
/// that stores it ends every hold on the table's chunks at the next step, and `held` gives out no new one (protocol H7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRecord {
    /// Its number.
    pub number: TableNumber,
    /// How it is carried.
    pub mapping: TableMapping,
    /// Raised by every definition that concerns rows read before it.
    pub generation: Generation,
    /// Chunks of an earlier generation count no more; those from here on are open, whichever generation they were cut in.
    #[serde(default = "first_generation")]
    pub chunks_from: Generation,
    /// A definition is being executed: no chunk of this table is cut or taken.
    #[serde(default)]
    pub held: bool,
    /// The definitions passed when the mapping was made: images of this table belong to it from there on.
    ///
    /// A batch carries the reader's schema version as it was shipped. A barrier is passed only while no lane is
    /// outstanding, so a batch with a version below this one is stale by its number already; a lane takes a batch whose
    /// version is at least this one, and loads the table again where its own copy is older than the batch.
    #[serde(default)]
    pub schema: SchemaVersion,
}

fn first_generation() -> Generation {
    Generation(0)
}

impl TableRecord {
    /// A table as precheck maps it.
    #[must_use]
    pub fn new(number: TableNumber, mapping: TableMapping) -> Self {
        let (generation, schema) = (Generation(0), SchemaVersion(0));
        Self { number, mapping, generation, chunks_from: generation, held: false, schema }
    }

    /// Whether chunks of this generation still count.
    #[must_use]
    pub fn counts(&self, generation: Generation) -> bool {
        generation >= self.chunks_from
    }

    /// The record while a definition is executed: a generation further, and nobody may take a chunk. `void` says that
    /// nothing cut so far counts any more. A record that is held already stays as it is: one definition, one generation.
    #[must_use]
    pub fn hold(&self, void: bool) -> Self {
        if self.held {
            return self.clone();
        }
        let generation = Generation(self.generation.0 + 1);
        let chunks_from = if void { generation } else { self.chunks_from };
        Self { generation, chunks_from, held: true, ..self.clone() }
    }
}

/// The cutting of a table: `run#ID` / `plan#T`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TablePlan {
    /// End of the newest chunk; none before the first.
    pub cursor: Option<KeyTuple>,
    /// How many chunks there are, splits included.
    pub chunks: u32,
    /// Whether the chunks reach the end of the key space.
    pub complete: bool,
}

/// What is copied of a table: `run#ID` / `progress#T`. For display only; no decision rests on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableProgress {
    /// Chunks done.
    pub chunks: u32,
    /// Rows written by them.
    pub rows: u64,
    /// Bytes of source values read by them.
    pub bytes: u64,
    /// Zero dates that became NULL.
    pub zero_dates: u64,
    /// Rows put on the reject list instead.
    #[serde(default)]
    pub rejected: u64,
}

/// The next chunk of a plan and the plan after it.
///
/// `boundary` is the inclusive end of the new chunk, or none where it is the last and open-ended.
#[must_use]
pub fn cut(
    plan: &TablePlan,
    table: TableNumber,
    generation: Generation,
    boundary: Option<KeyTuple>,
) -> Option<(Chunk, TablePlan)> {
    if plan.complete {
        return None;
    }
    let id = ChunkId { table, number: ChunkNumber(plan.chunks) };
    let range = KeyRange { after: plan.cursor.clone(), through: boundary.clone() };
    let complete = boundary.is_none();
    let after = TablePlan { cursor: boundary, chunks: plan.chunks + 1, complete };
    Some((Chunk::open(id, generation, range), after))
}

/// How many rows make a chunk of about `chunk_bytes`, from the catalog's estimates.
#[must_use]
pub fn rows_per_chunk(rows_estimate: u64, data_bytes: u64, chunk_bytes: u64) -> u64 {
    let row_bytes = (data_bytes / rows_estimate.max(1)).clamp(16, 64 << 20);
    (chunk_bytes / row_bytes).clamp(1, 10_000_000)
}

#[cfg(test)]
mod tests {
    use super::{Generation, TableNumber, TablePlan, cut, rows_per_chunk};
    use crate::key::{KeyTuple, KeyValue};

    #[test]
    fn each_chunk_starts_where_the_one_before_ends_and_the_last_is_open() {
        let key = |n| Some(KeyTuple(vec![KeyValue::Int(n)]));
        let mut plan = TablePlan::default();
        let mut ends = Vec::new();
        for boundary in [key(10), key(20), None] {
            let (chunk, next) = cut(&plan, TableNumber(0), Generation(0), boundary).unwrap();
            ends.push((chunk.range.after, chunk.range.through));
            plan = next;
        }
        assert_eq!(ends, [(None, key(10)), (key(10), key(20)), (key(20), None)]);
        assert!(plan.complete);
        assert!(cut(&plan, TableNumber(0), Generation(0), None).is_none());
    }

    #[test]
    fn chunks_are_sized_by_bytes_within_bounds() {
        assert_eq!(rows_per_chunk(1_000, 100_000, 64 << 20), 671_088);
        assert_eq!(rows_per_chunk(0, 0, 1), 1);
        assert_eq!(rows_per_chunk(1, u64::MAX, 64 << 20), 1);
    }
}
