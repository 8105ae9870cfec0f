//! What the probe measured of the target, and the strategies that follow.
//!
//! A measurement that was not conclusive counts as "no": the conservative branch is taken, and the report says so.

use serde::{Deserialize, Serialize};

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Measured {
    /// Shown.
    Yes,
    /// Shown not to be so.
    No,
    /// Not shown either way.
    Inconclusive {
        /// Why, in words for the report.
        why: String,
    },
}

impl Measured {
    /// Whether it was shown.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        match self {
            Self::Yes => true,
            Self::No | Self::Inconclusive { .. } => false,
        }
    }
}

/// Everything a strategy depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// A cell written without a stamp gets the target's time, and it can be read back: the run has a clock.
    pub clock: Measured,
    /// A cell written with `_l_ts_(N)` carries N, and a greater stamp wins whatever the order.
    pub stamp: Measured,
    /// A row whose non-key columns are all NULL exists.
    pub null_rows: Measured,
    /// Names with characters outside letters, digits, `.`, `-`, `_` are accepted.
    pub odd_names: Measured,
}

impl Capabilities {
    /// What counts where no probe table could be made.
    #[must_use]
    pub fn unknown(why: &str) -> Self {
        let unknown = || Measured::Inconclusive { why: why.to_owned() };
        Self { clock: unknown(), stamp: unknown(), null_rows: unknown(), odd_names: unknown() }
    }

    /// Whether snapshot rows carry the stamp S (design section 4); else the run is sequential.
    #[must_use]
    pub fn stamped(&self) -> bool {
        self.clock.is_shown() && self.stamp.is_shown()
    }
}
