//! The head of a task: which run is its newest, and where the document stands that it was submitted with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::RunId;

/// The newest run of a task: `task` / `NAME`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub struct TaskHead {
    /// The run.
    pub run: RunId,
    /// The task document, complete and without secrets.
    pub document: StoredDocument,
}

/// Where a task document stands.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredDocument {
    /// In the head itself: a small one.
    Here(Value),
    /// In so many records `run#ID` / `document#N`: a large one (see [`crate::submission`]).
    Parts(u32),
}

impl TaskHead {
    /// A head that holds its document itself.
    #[must_use]
    pub fn with(run: RunId, document: Value) -> Self {
        Self { run, document: StoredDocument::Here(document) }
    }
}

/// The record's form. Not an untagged enum: its numbers would pass through a form that loses their digits.
#[derive(Clone, Serialize, Deserialize)]
struct Wire {
    run: RunId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parts: Option<u32>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    document: Value,
}

impl From<Wire> for TaskHead {
    fn from(wire: Wire) -> Self {
        let document = match wire.parts {
            Some(parts) => StoredDocument::Parts(parts),
            None => StoredDocument::Here(wire.document),
        };
        Self { run: wire.run, document }
    }
}

impl From<TaskHead> for Wire {
    fn from(head: TaskHead) -> Self {
        let (parts, document) = match head.document {
            StoredDocument::Parts(parts) => (Some(parts), Value::Null),
            StoredDocument::Here(document) => (None, document),
        };
        Self { run: head.run, parts, document }
    }
}
