//! One statement of a policy.

use serde_json::Value;

use crate::value::{at, list, text, texts};

/// A statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement<'a>(pub(crate) &'a Value);

impl<'a> Statement<'a> {
    /// The statements of a policy's document.
    pub(crate) fn of(document: &'a Value) -> Vec<Self> {
        list(at(document, &["Statement"])).into_iter().map(Self).collect()
    }

    /// Whether it allows; it denies otherwise.
    pub(crate) fn allows(self) -> bool {
        text(at(self.0, &["Effect"])) == "Allow"
    }

    /// What it is about.
    pub(crate) fn actions(self) -> Vec<String> {
        texts(at(self.0, &["Action"]))
    }

    /// On what.
    pub(crate) fn resources(self) -> Vec<String> {
        texts(at(self.0, &["Resource"]))
    }

    /// When.
    pub(crate) fn condition(self) -> &'a Value {
        at(self.0, &["Condition"])
    }

    /// Whether it refuses everything that does not come by TLS.
    pub(crate) fn demands_tls(self, service: &str) -> bool {
        !self.allows()
            && self.actions() == [format!("{service}:*")]
            && *at(self.0, &["Principal"]) == "*"
            && *self.condition() == serde_json::json!({ "Bool": { "aws:SecureTransport": "false" } })
    }
}
