//! Why an invocation ends before its time.

use migration::outcome::HandlerError;
use migration::port::PortError;
use migration::record::LoadError;

/// Why reading does not go on.
#[derive(Debug)]
pub(crate) enum Halt {
    /// A neighbour failed; the platform tries again.
    Error(HandlerError),
    /// Something only a person can decide: the run fails with it.
    Stop {
        /// What was found, with table and position; no value.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// The run does not follow the log any more.
    Ended,
    /// The next invocation must look again: an epoch has to start, or another server answers.
    Again,
    /// Somebody else reads, or the lease ran out.
    Lost,
}

impl From<HandlerError> for Halt {
    fn from(error: HandlerError) -> Self {
        Self::Error(error)
    }
}

impl From<PortError> for Halt {
    fn from(error: PortError) -> Self {
        Self::Error(error.into())
    }
}

impl From<LoadError> for Halt {
    fn from(error: LoadError) -> Self {
        Self::Error(error.into())
    }
}

impl Halt {
    /// Whether it fails the run.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Stop { .. } => true,
            Self::Error(error) => error.is_final(),
            Self::Ended | Self::Again | Self::Lost => false,
        }
    }

    /// A stop.
    pub(crate) fn stop(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Stop { what: what.into(), remedy: remedy.into() }
    }
}
