//! What is kept of every move of a run.

use serde::{Deserialize, Serialize};

use super::State;
use crate::time::UnixMs;

/// One move of a run: `run#ID` / `journal#NNNNNN`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When, by the writer's clock.
    pub at: UnixMs,
    /// From.
    pub from: State,
    /// To.
    pub to: State,
    /// Why.
    pub cause: String,
}
