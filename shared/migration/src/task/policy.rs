//! The owner's choices: phases, names, existing tables, bad rows, zero dates, and the few numbers to tune.
//!
//! Each is a closed list of words or a bounded quantity; its default stands in [`super::defaults`].

use serde::Serialize;

use super::choice::Choice;
use super::quantity::{ByteSize, TimeSpan};
use crate::value::ZeroDates;

/// Which phases a task has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationMode {
    /// Copy what is there, then end.
    Full,
    /// Copy what is there, and follow the log from before the copy on.
    FullAndIncremental,
    /// Follow the log from now on.
    Incremental,
}

impl MigrationMode {
    /// Whether rows that are there already are copied.
    #[must_use]
    pub fn copies(self) -> bool {
        matches!(self, Self::Full | Self::FullAndIncremental)
    }

    /// Whether the log is followed.
    #[must_use]
    pub fn follows(self) -> bool {
        matches!(self, Self::FullAndIncremental | Self::Incremental)
    }
}

impl Choice for MigrationMode {
    const ALL: &'static [(&'static str, Self)] = &[
        ("full", Self::Full),
        ("full_and_incremental", Self::FullAndIncremental),
        ("incremental", Self::Incremental),
    ];
}

/// How target names are derived from source names where the document gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Names {
    /// Letter case of derived database, table and column names.
    pub case: NameCase,
}

/// Letter case of derived names. Names written in the document are always taken as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameCase {
    /// As on the source.
    Preserve,
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
}

impl Choice for NameCase {
    const ALL: &'static [(&'static str, Self)] =
        &[("preserve", Self::Preserve), ("lower", Self::Lower), ("upper", Self::Upper)];
}

/// What may be made on the target, and what may already be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TablesOnTarget {
    /// Whether missing databases and tables are created.
    pub create: bool,
    /// What is done about a target table that already holds rows.
    pub if_not_empty: NotEmptyPolicy,
}

/// What is done about a target table that already holds rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEmptyPolicy {
    /// Precheck fails.
    Fail,
    /// The rows stay, and rows of the same key are written over.
    Allow,
}

impl Choice for NotEmptyPolicy {
    const ALL: &'static [(&'static str, Self)] = &[("fail", Self::Fail), ("allow", Self::Allow)];
}

/// What happens to a row that the target cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRowPolicy {
    /// The task stops at it.
    Fail,
    /// The row's key digest and the reason are recorded and counted, and the task goes on.
    Reject,
}

impl Choice for BadRowPolicy {
    const ALL: &'static [(&'static str, Self)] = &[("fail", Self::Fail), ("reject", Self::Reject)];
}

impl Choice for ZeroDates {
    const ALL: &'static [(&'static str, Self)] =
        &[("null", Self::Null), ("text", Self::Text), ("fail", Self::Fail)];
}

/// Sizes and counts that change speed and memory, never the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tuning {
    /// How many bytes of source rows a chunk is meant to hold.
    pub chunk_bytes: ByteSize,
    /// How many chunks are copied at the same time, each over its own pair of connections.
    pub copiers: u16,
    /// How many lanes the changes of the log travel on; fixed for the life of a task.
    pub lanes: u16,
    /// How many lanes are applied at the same time.
    pub appliers: u16,
    /// How far the snapshot stamp is set past the target's clock, and how long its gate waits: a bound on the
    /// clock difference of target nodes.
    pub stamp_margin: TimeSpan,
    /// How far apart two writes of one key are at least: a bound on the clock difference of target nodes, a step back
    /// of their clocks included.
    pub write_spacing: TimeSpan,
}

/// How long a failure that may pass is tried again before the task fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RetryWindows {
    /// Where either end cannot be reached, or a connection was lost.
    pub connections: TimeSpan,
    /// Anything else; the smaller of the two.
    pub other: TimeSpan,
}

/// What happens to definitions of the source that cannot be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OnDdl {
    /// Those that cannot be carried.
    pub unsupported: UnsupportedDdl,
}

/// What happens to a definition that cannot be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsupportedDdl {
    /// The task stops at it.
    Stop,
    /// It is reported, and the target stays as it is.
    Ignore,
}

impl Choice for UnsupportedDdl {
    const ALL: &'static [(&'static str, Self)] = &[("stop", Self::Stop), ("ignore", Self::Ignore)];
}
