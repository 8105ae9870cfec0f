//! The events of `--json`: one object a line, with a `event` field that names it.

use std::io::Write;

use migration::finding::Finding;
use migration::retry_budget::{Activity, Class, Trouble};
use migration::stamp::RunStamp;
use serde::Serialize;

use crate::report::following::FollowingFacts;
use crate::report::snapshot::{Snapshot, TableSnapshot};

/// The events of a run.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum StateEvent<'a> {
    /// The run moved.
    StateChanged { task: String, run: String, from: String, to: String, cause: String, at_ms: u64 },
    /// Figures while copying.
    Progress { task: String, state: String, rows: u64, rows_expected: u64, bytes: u64, rows_per_second: u64 },
    /// A table's figures at the end, and in `status`.
    Table {
        source: String,
        target: String,
        rows: u64,
        rows_estimate: u64,
        bytes: u64,
        bytes_estimate: u64,
        zero_dates: u64,
        rejected: u64,
        chunks: u32,
        chunks_done: u32,
        planned: bool,
    },
    /// What precheck had to say.
    Finding { finding: &'a Finding },
    /// The run as a whole.
    Run {
        task: String,
        run: String,
        state: String,
        tables: u32,
        rows: u64,
        bytes: u64,
        rejects: u64,
        stamp_ms: Option<u64>,
        failure: Option<String>,
        remedy: Option<String>,
    },
    /// How far the target is behind, and what the log waits for.
    Following {
        task: String,
        state: String,
        #[serde(flatten)]
        facts: FollowingFacts,
    },
    /// Something failed that may pass; it is tried again by itself.
    Retrying {
        task: String,
        activity: Activity,
        class: Class,
        cause: String,
        count: u32,
        since_ms: u64,
        next_try_ms: u64,
    },
    /// A signal came; what is in hand is ended.
    Stopping,
}

impl StateEvent<'_> {
    pub(crate) fn run(snapshot: &Snapshot) -> Self {
        let failure = snapshot.run.failure.as_ref();
        Self::Run {
            task: snapshot.run.task.clone(),
            run: snapshot.run.id.to_string(),
            state: snapshot.shown_state().to_string(),
            tables: snapshot.run.tables,
            rows: snapshot.rows(),
            bytes: snapshot.bytes(),
            rejects: snapshot.rejects,
            stamp_ms: snapshot.stamp.and_then(RunStamp::stamp).map(|stamp| stamp.0),
            failure: failure.map(|failure| failure.what.clone()),
            remedy: failure.map(|failure| failure.remedy.clone()),
        }
    }

    pub(crate) fn following(snapshot: &Snapshot) -> Option<Self> {
        let facts = snapshot.following.as_ref()?.facts();
        Some(Self::Following {
            task: snapshot.run.task.clone(),
            state: snapshot.shown_state().to_string(),
            facts,
        })
    }

    pub(crate) fn retrying(snapshot: &Snapshot, activity: Activity, trouble: &Trouble) -> Self {
        Self::Retrying {
            task: snapshot.run.task.clone(),
            activity,
            class: trouble.class,
            cause: trouble.cause.clone(),
            count: trouble.count,
            since_ms: trouble.since.0,
            next_try_ms: trouble.next_try.0,
        }
    }

    pub(crate) fn table(table: &TableSnapshot) -> Self {
        Self::Table {
            source: table.source.clone(),
            target: table.target.clone(),
            rows: table.rows,
            rows_estimate: table.rows_estimate,
            bytes: table.bytes,
            bytes_estimate: table.bytes_estimate,
            zero_dates: table.zero_dates,
            rejected: table.rejected,
            chunks: table.chunks,
            chunks_done: table.chunks_done,
            planned: table.planned,
        }
    }
}

/// Prints one JSON line. A reader that went away ends the printing, not the run.
pub(crate) fn print_line(event: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(event) {
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").is_err() {
            tracing::debug!("nobody reads standard output any more");
        }
    }
}
