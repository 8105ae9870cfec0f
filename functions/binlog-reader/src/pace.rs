//! How much is read before it is shipped, and how long is waited for what.

use std::time::Duration;

/// Sizes and times that change speed and memory, never the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderPace {
    /// Longest time a row waits for others before it is shipped.
    pub flush_after: Duration,
    /// Bytes of a lane's batch before compression; as many for every lane are held in all.
    pub batch_bytes: usize,
    /// Operations of a lane's batch.
    pub batch_operations: u32,
    /// Batches shipped and not applied beyond which nothing more is read.
    pub batches_outstanding_max: u64,
    /// How long a lane may stand still with a batch in flight: twice the queue's visibility timeout.
    pub stall_patience: Duration,
    /// How often a record is looked at that is waited for, and how long one look at the log waits.
    pub wait: Duration,
    /// Whether the reader sends itself the next message. One that does not is woken by the tick alone, and ends as soon as the
    /// source has nothing more: for moves that may lag by a tick and should cost nothing in between.
    pub renews: bool,
}

impl Default for ReaderPace {
    fn default() -> Self {
        Self {
            flush_after: Duration::from_millis(200),
            batch_bytes: 256 << 10,
            batch_operations: 2_000,
            batches_outstanding_max: 128,
            stall_patience: Duration::from_secs(60),
            wait: Duration::from_millis(100),
            renews: true,
        }
    }
}
