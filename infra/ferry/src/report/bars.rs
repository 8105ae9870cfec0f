//! The progress bar of a terminal: rows, bytes, rate, time left.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::snapshot::Snapshot;

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

    pub(crate) fn show(&self, snapshot: &Snapshot, message: &str) {
        let (rows, expected) = (snapshot.rows(), snapshot.rows_expected());
        self.bar.set_prefix(snapshot.shown_state().to_string());
        self.bar.set_length(expected.max(1));
        self.bar.set_position(rows.min(expected));
        self.bar.set_message(message.to_owned());
    }

    /// Prints a line above the bar.
    pub(crate) fn line(&self, line: &str) {
        self.bar.suspend(|| println!("{line}"));
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
