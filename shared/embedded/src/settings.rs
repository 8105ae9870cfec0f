//! What a process decides about its queues.

use std::collections::BTreeMap;

use migration::port::QueueName;

/// Deliveries of a message before it goes to the dead letters, unless set otherwise.
const RECEIVES_MAX: u32 = 5;

/// Which queues of the data folder a process works on, and how.
#[derive(Debug, Clone)]
pub struct QueueSettings {
    scope: String,
    receives_max: BTreeMap<QueueName, u32>,
}

impl QueueSettings {
    /// The queues of `scope`: processes that name the same scope share them. One that serves a single task names
    /// the task, so that it never receives what belongs to a task of another process. Checkpoint records are
    /// shared whatever the scope.
    #[must_use]
    pub fn new(scope: impl Into<String>) -> Self {
        Self { scope: scope.into(), receives_max: BTreeMap::new() }
    }

    /// Sets how often a message of the queue is delivered before it goes to the dead letters; 5 otherwise.
    #[must_use]
    pub fn with_receives_max(mut self, queue: QueueName, most: u32) -> Self {
        self.receives_max.insert(queue, most);
        self
    }

    pub(crate) fn receives_max(&self, queue: QueueName) -> u32 {
        self.receives_max.get(&queue).copied().unwrap_or(RECEIVES_MAX)
    }

    /// The queue's name in the file.
    pub(crate) fn stored_name(&self, queue: QueueName) -> String {
        format!("{}/{queue}", self.scope)
    }
}
