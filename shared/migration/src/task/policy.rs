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
}

impl Choice for MigrationMode {
    const ALL: &'static [(&'static str, Self)] = &[("full", Self::Full)];
    const NOT_YET: &'static [&'static str] = &["full_and_incremental", "incremental"];
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
    /// How far the snapshot stamp is set past the target's clock, and how long its gate waits: a bound on the
    /// clock difference of target nodes.
    pub stamp_margin: TimeSpan,
}
