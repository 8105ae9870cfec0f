//! What the template says to every function, from environment variables.

use std::num::ParseIntError;
use std::str::ParseBoolError;
use std::time::Duration;

/// The settings of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Environment {
    /// The stack's name: a dimension of metrics.
    pub(crate) stack: String,
    /// The checkpoint table.
    pub(crate) table: String,
    /// The bucket of task documents and of batches too large for a message.
    pub(crate) bucket: String,
    /// Where changes go that cannot be read.
    pub(crate) changes_dead: String,
    /// How long a batch of changes stays invisible while it is worked on.
    pub(crate) changes_visibility: Duration,
    /// The longest time one invocation reads the log.
    pub(crate) reader_span: Duration,
    /// Whether the reader sends itself the next message.
    pub(crate) reader_renews: bool,
    /// The function's memory in MB, as Lambda says it.
    pub(crate) memory_mb: u64,
}

/// A variable that is not as the template sets it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// There is none.
    #[error("the environment variable {name} is not set: deploy the function by the template")]
    Missing {
        /// Which.
        name: &'static str,
    },
    /// Not a number.
    #[error("the environment variable {name} is not a whole number")]
    Number {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        cause: ParseIntError,
    },
    /// Neither true nor false.
    #[error("the environment variable {name} is neither true nor false")]
    Choice {
        /// Which.
        name: &'static str,
        /// Why.
        #[source]
        cause: ParseBoolError,
    },
}

impl Environment {
    /// Reads the variables by `variable`.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let text =
            |name| variable(name).filter(|text| !text.is_empty()).ok_or(EnvironmentError::Missing { name });
        let number =
            |name| text(name)?.parse::<u64>().map_err(|cause| EnvironmentError::Number { name, cause });
        let choice =
            |name| text(name)?.parse::<bool>().map_err(|cause| EnvironmentError::Choice { name, cause });
        Ok(Self {
            stack: text("FERRY_STACK")?,
            table: text("FERRY_TABLE")?,
            bucket: text("FERRY_BUCKET")?,
            changes_dead: text("FERRY_QUEUE_CHANGES_DEAD")?,
            changes_visibility: Duration::from_secs(number("FERRY_CHANGES_VISIBILITY_SECONDS")?),
            reader_span: Duration::from_secs(number("FERRY_READER_SECONDS")?),
            reader_renews: choice("FERRY_READER_RENEWS")?,
            memory_mb: number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Environment};

    fn set(name: &str) -> Option<String> {
        let value = match name {
            "FERRY_CHANGES_VISIBILITY_SECONDS" => "180",
            "FERRY_READER_SECONDS" => "900",
            "FERRY_READER_RENEWS" => "true",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" => "512",
            "FERRY_STACK" => "ferry",
            _ => "x",
        };
        Some(value.to_owned())
    }

    #[test]
    fn the_variables_of_the_template_are_read() {
        let read = Environment::read(set).unwrap();
        assert_eq!((read.stack.as_str(), read.memory_mb, read.reader_renews), ("ferry", 512, true));
        assert_eq!(read.changes_visibility, Duration::from_secs(180));
    }

    #[test]
    fn a_variable_that_is_missing_or_wrong_is_named() {
        let without = |missing: &'static str| {
            Environment::read(|name| set(name).filter(|_| name != missing)).unwrap_err().to_string()
        };
        assert!(without("FERRY_TABLE").contains("FERRY_TABLE is not set"));
        let wrong =
            Environment::read(
                |name| {
                    if name == "FERRY_READER_RENEWS" { Some("yes".to_owned()) } else { set(name) }
                },
            );
        assert!(wrong.unwrap_err().to_string().contains("FERRY_READER_RENEWS is neither true nor false"));
    }
}
