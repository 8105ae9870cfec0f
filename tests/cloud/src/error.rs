//! What can go wrong with the little cloud itself. Every caller does the same with all of it: the test ends.
//!
//! What a function does wrong is no error here, but an [`Outcome`](crate::Outcome).

use std::io;

use servers::ServerError;

/// The little cloud cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The template says something that is not understood here.
    #[error("the template: {0}")]
    Template(String),
    /// The template is no YAML.
    #[error("the template is not YAML")]
    Yaml(#[from] serde_saphyr::Error),
    /// A server did not answer, or refused.
    #[error("{action}: {why}")]
    Call {
        /// What was asked.
        action: String,
        /// What came back, without any message of a queue.
        why: String,
    },
    /// A program could not be started.
    #[error(transparent)]
    Program(#[from] ServerError),
    /// A file or a socket failed.
    #[error("cannot {doing}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        #[source]
        cause: io::Error,
    },
}

impl CloudError {
    pub(crate) fn template(what: String) -> Self {
        Self::Template(what)
    }

    /// For `map_err`.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::Io { doing, cause }
    }
}
