//! A run in words: a line while it goes on, a page at its end and for `status`.

use std::fmt::Write;
use std::time::Duration;

use migration::retry_budget::{Activity, Trouble};
use migration::run::State;
use migration::stamp::RunStamp;
use migration::time::UnixMs;

use crate::report::snapshot::Snapshot;
use crate::report::wording::{bytes_text, count_text, span_text};

/// How far a run is, in a line; while tables are still being taken, what it waits for.
pub(crate) fn progress_text(snapshot: &Snapshot, rows_per_second: u64, left: Option<Duration>) -> String {
    if snapshot.stamp.is_none() && snapshot.run.state == State::Planning {
        return "making and taking the target tables; one that is new to this data folder is taken some 15 s after \
                the start, when no earlier copier can still be writing to it"
            .to_owned();
    }
    let done = snapshot.tables.iter().filter(|table| table.is_done()).count();
    let left = left.map(|left| format!(", about {} left", span_text(left))).unwrap_or_default();
    format!(
        "{done}/{} tables, {} of about {} rows, {}, {} rows/s{left}",
        snapshot.tables.len(),
        count_text(snapshot.rows()),
        count_text(snapshot.rows_expected()),
        bytes_text(snapshot.bytes()),
        count_text(rows_per_second),
    )
}

/// What fails just now, for how long, and when it is tried again.
pub(crate) fn trouble_text(activity: Activity, trouble: &Trouble, now: UnixMs) -> String {
    let next = match now.until(trouble.next_try) {
        Duration::ZERO => "now".to_owned(),
        wait => format!("in {}", span_text(wait)),
    };
    format!(
        "retrying: {activity} fails for {}, {} tries, next {next}: {}",
        span_text(trouble.since.until(now)),
        trouble.count,
        trouble.cause
    )
}

/// The run, its tables, and what a person should know or do.
pub(crate) fn snapshot_text(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let run = &snapshot.run;
    let line = &mut text;
    // Writing to a string cannot fail.
    let _ = writeln!(line, "task {}, run {}: {}", run.task, run.id, snapshot.shown_state());
    if run.state.is_live() {
        for (activity, trouble) in snapshot.troubles.told() {
            let _ = writeln!(line, "  {}", trouble_text(activity, trouble, snapshot.at));
        }
    }
    let width = snapshot.tables.iter().map(|table| table.source.chars().count()).max().unwrap_or(0);
    for table in &snapshot.tables {
        let state = if table.is_done() {
            "done".to_owned()
        } else if table.planned {
            format!("{}/{} chunks", table.chunks_done, table.chunks)
        } else {
            format!("{}/{}+ chunks", table.chunks_done, table.chunks)
        };
        let _ = writeln!(
            line,
            "  {:width$}  {:>14} rows  {:>10}  {state}  -> {}",
            table.source,
            count_text(table.rows),
            bytes_text(table.bytes),
            table.target,
        );
    }
    if !snapshot.tables.is_empty() {
        let _ = writeln!(line, "  {} rows, {}", count_text(snapshot.rows()), bytes_text(snapshot.bytes()));
    }
    if snapshot.stamp == Some(RunStamp::Unstamped) {
        let _ = writeln!(line, "  rows carry the target's own time: stamping them was not possible");
    }
    if let Some(following) = &snapshot.following {
        text.push_str(&following.text(run.state));
    }
    let line = &mut text;
    let zero_dates: u64 = snapshot.tables.iter().map(|table| table.zero_dates).sum();
    if zero_dates > 0 {
        let _ = writeln!(line, "  {} zero dates were written as NULL", count_text(zero_dates));
    }
    if snapshot.rejects > 0 {
        let _ = writeln!(
            line,
            "  {} rows were rejected; `ferry status --json` lists them",
            count_text(snapshot.rejects)
        );
    }
    if let Some(failure) = &run.failure {
        let _ = writeln!(line, "failed: {}\nremedy: {}", failure.what, failure.remedy);
    }
    text
}
