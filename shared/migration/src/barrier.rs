//! A definition of the source that every lane must have reached before it is executed on the target.

use serde::{Deserialize, Serialize};

use crate::gtid::Gtid;
use crate::lane_progress::Epoch;
use crate::position::{LogPlace, Position};
use crate::schema::TableChange;
use crate::time::UnixMs;

/// A declared barrier, part of the reader's record; [`crate::reader_state`] argues for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barrier {
    /// The definition's own position.
    pub position: Position,
    /// The stored position: everything before the definition.
    pub stored: Position,
    /// The epoch it was declared in.
    pub epoch: Epoch,
    /// Where reading goes on behind it.
    pub next: LogPlace,
    /// The definition's transaction.
    pub gtid: Option<Gtid>,
    /// Whether rows of the same transaction follow: its GTID is executed only behind them.
    #[serde(default)]
    pub goes_on: bool,
    /// When it was committed.
    pub committed_at: UnixMs,
    /// What it changes of the tables this run follows.
    pub changes: Vec<TableChange>,
    /// The statement, shortened, for reports.
    pub statement: String,
}

/// A definition that was passed, for reports: `run#ID` / `passed#N`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedDefinition {
    /// Its position.
    pub position: Position,
    /// The statement, shortened.
    pub statement: String,
    /// What the owner should know of how it was carried.
    pub notes: Vec<String>,
    /// When it was passed.
    pub at: UnixMs,
}
