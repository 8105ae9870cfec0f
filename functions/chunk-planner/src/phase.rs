//! How many tables each part of the planning has dealt with, so that a later invocation goes on there.
//!
//! The counts only save work: every part may be repeated for a table without harm.

use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Commit, RecordKey};
use migration::position::{LogPlace, Timeline};
use migration::record::{self, Stored, TableNumber};
use migration::run::RunId;
use migration::table_plan::TableRecord;
use migration::time::UnixMs;
use serde::{Deserialize, Serialize};

/// `run#ID` / `phase`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phase {
    /// Tables that exist on the target.
    pub(crate) prepared: u32,
    /// Tables owned and settled.
    pub(crate) taken: u32,
    /// Tables found empty, or allowed not to be, since `checked_since`.
    pub(crate) checked: u32,
    /// When the first of them was looked at: an old look is no proof any more.
    #[serde(default)]
    pub(crate) checked_since: UnixMs,
    /// Tables whose owner record knows the stamp.
    pub(crate) stamped: u32,
    /// Tables found as they were at precheck, once the start in the log was fixed.
    #[serde(default)]
    pub(crate) compared: u32,
    /// Whether no table had been added by then.
    #[serde(default)]
    pub(crate) listed: bool,
    /// Tables cut to their end.
    pub(crate) cut: u32,
    /// The source's end when the copy was over.
    #[serde(default)]
    pub(crate) catch_up: Option<CatchUp>,
}

/// An end to be caught up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CatchUp {
    /// The history it is of.
    pub(crate) timeline: Timeline,
    /// Where.
    pub(crate) end: LogPlace,
}

fn key(run: RunId) -> RecordKey {
    RecordKey { partition: record::run_partition(run), sort: "phase".to_owned() }
}

pub(crate) async fn load(records: &impl CheckpointTable, run: RunId) -> Result<Phase, HandlerError> {
    let stored: Option<Stored<Phase>> = record::load(records, &key(run)).await?;
    Ok(stored.map(|stored| stored.value).unwrap_or_default())
}

/// Stores the phase; losing against another planner loses only the saving.
pub(crate) async fn store(
    records: &impl CheckpointTable,
    run: RunId,
    phase: Phase,
) -> Result<Commit, HandlerError> {
    let stored: Option<Stored<Phase>> = record::load(records, &key(run)).await?;
    let expect = record::as_found(stored.as_ref());
    Ok(records.commit(vec![record::put(key(run), &phase, expect)]).await?)
}

/// A table's record, which precheck has stored.
pub(crate) async fn table(
    records: &impl CheckpointTable,
    run: RunId,
    number: u32,
) -> Result<TableRecord, HandlerError> {
    Ok(stored_table(records, run, number).await?.value)
}

/// A table's record with its version.
pub(crate) async fn stored_table(
    records: &impl CheckpointTable,
    run: RunId,
    number: u32,
) -> Result<Stored<TableRecord>, HandlerError> {
    Ok(record::must_load(records, &record::table(run, TableNumber(number))).await?)
}
