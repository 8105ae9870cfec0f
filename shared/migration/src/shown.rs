//! Which transactions copied rows may show.
//!
//! # Why no row of a transaction that was lost stays on the target
//!
//! 1. A page shows rows as they are when it is read, also of transactions that nobody has shipped yet. If the source then
//!    fails and its successor lacks such a transaction, no log will ever take its rows back.
//! 2. So a copier asks, in the session that read a page and after reading it, what that server has executed or is about to;
//!    and stores it here before the page is written. Everything the page can show is in that set.
//! 3. A reader that is to go on with another server first stores that it is about to (`switching`), then loads these
//!    sets, and goes on only where the other server has executed all of them. The copier's transaction checks the
//!    reader's record unchanged, of its own server and not switching. So either the reader sees the set, or the page is
//!    not written.
//! 4. A set that is in the record already needs no new transaction: any switch behind it has seen it, or was made with
//!    a server that has all of it.
//!
//! The sets only grow. Their transactions come into the reader's own proof once they are shipped; they stay here as well.

use serde::{Deserialize, Serialize};

use crate::gtid::GtidSet;
use crate::port::CheckpointTable;
use crate::record::{self, ChunkId, LoadError};
use crate::run::RunId;

/// Records a run has at most, so that copiers seldom meet and a switch loads few.
const SHARES: u32 = 16;

/// `run#ID` / `shown#N`: the union over some of the run's chunks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Executed, or about to be, when the newest page was read.
    pub executed: GtidSet,
}

/// In which of the records a chunk's pages are.
#[must_use]
pub fn share_of(chunk: ChunkId) -> u32 {
    chunk.number.0.wrapping_add(chunk.table.0) % SHARES
}

/// Everything that the run's copied rows may show.
///
/// # Errors
/// [`LoadError`] where a record cannot be loaded.
pub async fn load(records: &impl CheckpointTable, run: RunId) -> Result<GtidSet, LoadError> {
    let found = record::load_all::<Shown>(records, &record::run_partition(run), record::SHOWN).await?;
    let mut all = GtidSet::default();
    for (_, shown) in found {
        all.add_all(&shown.value.executed);
    }
    Ok(all)
}
