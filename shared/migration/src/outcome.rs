//! How an invocation ends, for the platform that called the handler.

use std::time::Duration;

use crate::port::PortError;
use crate::record::LoadError;
use crate::retry::{Effect, Retry};

/// Before what an invocation died of is tried again.
const AFTER_DEATH: Duration = Duration::from_secs(1);

/// What the platform does with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The message has served; delete it. What is still owed stands in the checkpoint table.
    Done,
    /// Deliver the message again after this time.
    Again {
        /// How long it stays invisible.
        after: Duration,
    },
}

/// Why a handler could not end by itself.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// A neighbour failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A checkpoint record could not be loaded.
    #[error(transparent)]
    Load(LoadError),
    /// The invocation did not end by itself; what it was doing is as if it had been killed.
    #[error("an invocation was given up: {0}")]
    Died(&'static str),
    /// Records contradict each other, or a record contradicts the message.
    #[error("{0}")]
    Inconsistent(String),
}

impl From<LoadError> for HandlerError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Port(error) => Self::Port(error),
            other @ (LoadError::Unreadable { .. } | LoadError::Missing { .. }) => Self::Load(other),
        }
    }
}

impl HandlerError {
    /// When the same message may be handled again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Port(error) => error.retry,
            Self::Died(_) => Retry::After(AFTER_DEATH),
            Self::Load(_) | Self::Inconsistent(_) => Retry::Operator,
        }
    }

    /// Whether only a person can mend it, so that it fails the run.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self.retry(), Retry::Operator | Retry::Never)
    }

    /// What the failed call may have done.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::Port(error) => error.effect,
            Self::Died(_) => Effect::Unknown,
            Self::Load(_) | Self::Inconsistent(_) => Effect::None,
        }
    }
}
