//! A run as a page of text: for the end of `run`, and for `status`.

use std::fmt::Write;

use migration::stamp::RunStamp;

use crate::report::snapshot::Snapshot;
use crate::report::wording::{bytes_text, count_text};

/// The run, its tables, and what a person should know or do.
pub(crate) fn snapshot_text(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let run = &snapshot.run;
    let line = &mut text;
    // Writing to a string cannot fail.
    let _ = writeln!(line, "task {}, run {}: {}", run.task, run.id, run.state);
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
