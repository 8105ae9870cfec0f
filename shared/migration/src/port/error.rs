//! The error of every port: what failed, when to try again, and whether it had an effect.
//!
//! It never carries a statement's literals, a cell value or a secret.

use std::fmt;

use crate::retry::{Effect, Retry};

/// The number with which MySQL and Lindorm refuse a login; for some statements it says that a right is missing.
pub const LOGIN_REFUSED: u16 = 1045;

/// Which neighbour failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The MySQL source.
    Source,
    /// The Lindorm target.
    Target,
    /// The checkpoint table.
    Checkpoint,
    /// A queue.
    Queue,
    /// The object store.
    Objects,
    /// The store of secrets.
    Secrets,
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Checkpoint => "checkpoint table",
            Self::Queue => "queue",
            Self::Objects => "object store",
            Self::Secrets => "secrets",
        })
    }
}

/// A failed call.
#[derive(Debug, thiserror::Error)]
#[error("{surface}: {summary}")]
pub struct PortError {
    /// Who failed.
    pub surface: Surface,
    /// The server's error number, where there is one.
    pub code: Option<u16>,
    /// What failed, in words of ours and without values.
    pub summary: String,
    /// When the same call may be made again.
    pub retry: Retry,
    /// What it may have done.
    pub effect: Effect,
    /// The cause, for the chain printed at the edge; adapters keep values out of it.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl PortError {
    /// A failure that had no effect and will repeat with the same arguments.
    #[must_use]
    pub fn permanent(surface: Surface, summary: impl Into<String>) -> Self {
        Self {
            surface,
            code: None,
            summary: summary.into(),
            retry: Retry::Never,
            effect: Effect::None,
            cause: None,
        }
    }

    /// Whether the runtime may try again by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.retry {
            Retry::Now | Retry::After(_) => true,
            Retry::Operator | Retry::Never => false,
        }
    }
}
