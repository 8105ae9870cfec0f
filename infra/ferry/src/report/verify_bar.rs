//! The progress bar of a verification: one table at a time, by the source rows read of it.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;

/// Shown on a terminal only.
#[derive(Debug)]
pub(crate) struct VerifyBar {
    bar: ProgressBar,
}

impl VerifyBar {
    /// A bar that follows the row counts it is told.
    pub(crate) fn start(mut told: watch::Receiver<u64>, json: bool) -> Self {
        let shown = !json && std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr_with_hz(4) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style =
            ProgressStyle::with_template("verifying [{bar:30}] {msg}: {human_pos} of about {human_len} rows")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
        bar.set_style(style);
        let follower = bar.clone();
        // Ends by itself with the last sender.
        tokio::spawn(async move {
            while told.changed().await.is_ok() {
                follower.set_position(*told.borrow_and_update());
            }
        });
        Self { bar }
    }

    /// A table of about so many rows is compared next.
    pub(crate) fn begin(&self, table: &str, rows: u64) {
        self.bar.reset();
        self.bar.set_length(rows.max(1));
        self.bar.set_message(table.to_owned());
    }

    /// Takes the bar away, so that a line can be printed.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
