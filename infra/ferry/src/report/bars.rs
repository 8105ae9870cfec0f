//! The progress bar of a terminal: rows, bytes, rate, time left.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::snapshot::Snapshot;
use crate::report::wording::{bytes_text, count_text};

/// One bar for the whole run.
#[derive(Debug)]
pub(crate) struct Bars {
    bar: ProgressBar,
}

impl Bars {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(4));
        let style = ProgressStyle::with_template("{prefix:11} [{bar:30}] {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        bar.set_style(style);
        Self { bar }
    }

    pub(crate) fn show(&self, snapshot: &Snapshot, rows_per_second: u64, left: Option<Duration>) {
        let (rows, expected) = (snapshot.rows(), snapshot.rows_expected());
        self.bar.set_prefix(snapshot.run.state.to_string());
        self.bar.set_length(expected.max(1));
        self.bar.set_position(rows.min(expected));
        let left = left.map(|left| format!(", {} left", super::span_text(left))).unwrap_or_default();
        let done = snapshot.tables.iter().filter(|table| table.is_done()).count();
        self.bar.set_message(format!(
            "{done}/{} tables, {} of about {} rows, {}, {} rows/s{left}",
            snapshot.tables.len(),
            count_text(rows),
            count_text(expected),
            bytes_text(snapshot.bytes()),
            count_text(rows_per_second),
        ));
    }

    /// Prints a line above the bar.
    pub(crate) fn line(&self, line: &str) {
        self.bar.suspend(|| println!("{line}"));
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
