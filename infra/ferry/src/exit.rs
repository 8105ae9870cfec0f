//! The exit codes, which scripts rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Failed; the message says what to do.
    Failed,
    /// Bad usage, or a bad task document.
    Usage,
    /// Precheck found a reason not to start.
    PrecheckFailed,
    /// The two sides differ.
    Differences,
    /// Stopped by a signal with the copy unfinished.
    Stopped,
}

impl Exit {
    /// The code as the README lists it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::PrecheckFailed => 3,
            Self::Differences => 4,
            Self::Stopped => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
