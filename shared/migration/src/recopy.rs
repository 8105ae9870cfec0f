//! A table that is copied again while the log is followed, because its rows changed without an event in the log.
//!
//! # Why the second copy loses nothing and revives nothing (protocol H6, H22)
//!
//! 1. It starts in the transaction that passes the barrier: the table's generation is raised, every chunk cut before is
//!    void, no copier of theirs holds a lease, and nothing is cut before stage `Open`.
//! 2. S' is chosen as S is ([`crate::stamp`]): above the target's clock with margin and above every stamp the table's owner
//!    knows; the owner record takes it in the transaction that stores it. So S' lies above the cells of the first copy
//!    and above all changes applied until then, and the second copy replaces them.
//! 3. Changes go on being applied meanwhile, and those applied before the clock passes S' may lie below it. So the
//!    second copy must not be older than they are: when the target's clock is found past S' + margin, the log's end is
//!    recorded; it lies behind everything the reader can have shipped by then. Nothing is read before the source shows
//!    everything up to that end to a SELECT. So every row read is at least as new as what it replaces, and a row that
//!    was deleted by then is not read at all.
//! 4. Changes applied from then on lie above S': a page replaces none of them and revives none of their deletes, as
//!    long as it is no older than the bound on a page's age (H9).
//! 5. A row that is there before and after is never missing in between: the second copy overwrites in place.
//! 6. A definition of the table in the middle of it starts it again from 1, with a greater S'.
//!
//! Every step is a transaction on this record's version, so planners that work side by side agree on one S' and one end.
//! Where nothing can be stamped there is no second copy: the definition is judged as one that cannot be carried.

use serde::{Deserialize, Serialize};

use crate::chunk::Generation;
use crate::port::LogEnd;
use crate::time::UnixMs;

/// How far it has come: `run#ID` / `recopy#T`. The record stays, because the stamp is needed as long as chunks are open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recopy {
    /// The generation of the table that is copied.
    pub generation: Generation,
    /// How far.
    pub stage: Stage,
}

/// How far a second copy has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// A definition asks for it.
    Wanted,
    /// S' is fixed and known to the owner record.
    Stamped {
        /// S'.
        stamp: UnixMs,
    },
    /// The target's clock was past S' + margin before the log's end was asked for.
    Passed {
        /// S'.
        stamp: UnixMs,
        /// The log's end then.
        end: LogEnd,
    },
    /// The source has shown everything up to that end: chunks are cut.
    Open {
        /// S'.
        stamp: UnixMs,
    },
}

impl Recopy {
    /// As a definition asks for it.
    #[must_use]
    pub fn wanted(generation: Generation) -> Self {
        Self { generation, stage: Stage::Wanted }
    }

    /// The same copy one stage further.
    #[must_use]
    pub fn at(&self, stage: Stage) -> Self {
        Self { generation: self.generation, stage }
    }

    /// S', where rows may be written.
    #[must_use]
    pub fn stamp(&self) -> Option<UnixMs> {
        match self.stage {
            Stage::Open { stamp } => Some(stamp),
            Stage::Wanted | Stage::Stamped { .. } | Stage::Passed { .. } => None,
        }
    }
}
