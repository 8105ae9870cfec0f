//! What a template says, as far as the little cloud acts on it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::error::CloudError;

/// Everything that is created and run.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The functions.
    pub functions: Vec<FunctionSettings>,
    /// The queues that invoke functions.
    pub mappings: Vec<Mapping>,
    /// The queues, dead letters among them and in front.
    pub queues: Vec<QueueSettings>,
    /// The tables.
    pub tables: Vec<TableSettings>,
    /// The buckets' names.
    pub buckets: Vec<String>,
}

impl Settings {
    /// What AWS refuses when a mapping is made: no function, no queue, or one that shows messages again too early.
    pub(crate) fn check(&self) -> Result<(), CloudError> {
        for mapping in &self.mappings {
            let refuse = |why: &str| CloudError::template(format!("the mapping of {}: {why}", mapping.queue));
            let function = self.functions.iter().find(|function| function.name == mapping.function);
            let function = function.ok_or_else(|| refuse("there is no such function"))?;
            let queue = self.queues.iter().find(|queue| queue.name == mapping.queue);
            let queue = queue.ok_or_else(|| refuse("there is no such queue"))?;
            if queue.visibility() < function.timeout {
                return Err(refuse("its visibility is shorter than the function's timeout"));
            }
            let most = if queue.is_fifo() || mapping.window.is_zero() { 10 } else { 10_000 };
            if !(1..=most).contains(&mapping.batch_size) {
                return Err(refuse("its batch size is not taken"));
            }
            if queue.is_fifo() && !mapping.window.is_zero() {
                return Err(refuse("a FIFO queue takes no window"));
            }
            if mapping.maximum_concurrency.is_some_and(|most| !(2..=1_000).contains(&most)) {
                return Err(refuse("its concurrency is not taken"));
            }
        }
        Ok(())
    }
}

/// One function.
#[derive(Debug, Clone)]
pub struct FunctionSettings {
    /// Its name.
    pub name: String,
    /// The program that is its `bootstrap`.
    pub binary: String,
    /// It is killed after so long.
    pub timeout: Duration,
    /// Its memory; told to it, not enforced.
    pub memory_mib: u64,
    /// How many environments there may be; none where the template reserves nothing.
    pub reserved: Option<u32>,
    /// Its variables.
    pub environment: BTreeMap<String, String>,
    /// What invokes it at intervals.
    pub schedules: Vec<Schedule>,
}

/// An event source mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The function's name.
    pub function: String,
    /// The queue's name.
    pub queue: String,
    /// The most messages of one invocation.
    pub batch_size: usize,
    /// How long it waits for a batch to fill.
    pub window: Duration,
    /// How many invocations there may be at once.
    pub maximum_concurrency: Option<u32>,
    /// Whether `batchItemFailures` counts; else a success deletes everything.
    pub reports_failures: bool,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The interval of its expression.
    pub every: Duration,
    /// What it invokes the function with.
    pub input: String,
}

/// One queue.
#[derive(Debug, Clone)]
pub struct QueueSettings {
    /// Its name.
    pub name: String,
    /// As `CreateQueue` takes them.
    pub attributes: BTreeMap<String, String>,
}

impl QueueSettings {
    /// Whether order within a group is kept.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.attributes.get("FifoQueue").is_some_and(|fifo| fifo == "true")
    }

    /// How long a received message stays invisible.
    #[must_use]
    pub fn visibility(&self) -> Duration {
        const DEFAULT: Duration = Duration::from_secs(30);
        let given = self.attributes.get("VisibilityTimeout").and_then(|seconds| seconds.parse().ok());
        given.map_or(DEFAULT, Duration::from_secs)
    }
}

/// One table.
#[derive(Debug, Clone)]
pub struct TableSettings {
    /// Its name.
    pub name: String,
    /// As `CreateTable` takes them.
    pub request: Value,
}
