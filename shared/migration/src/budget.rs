//! The time an invocation has left.
//!
//! An invocation may end at any instruction; the budget only lets it stop in good order before that.

use std::time::Duration;

use crate::time::UnixMs;

/// When this invocation must have ended, by the clock of the machine it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The platform ends the invocation at this time.
    pub deadline: UnixMs,
}

impl Budget {
    /// The time left.
    #[must_use]
    pub fn left(self, now: UnixMs) -> Duration {
        now.until(self.deadline)
    }

    /// Whether there is time for another step that takes `step`, keeping as much again in reserve.
    #[must_use]
    pub fn allows(self, now: UnixMs, step: Duration) -> bool {
        self.left(now) >= step.saturating_mul(2)
    }
}
