//! Queues as SQS promises them, and no more: at least once, a visibility timeout, a receive count, dead letters.
//!
//! A queue is only transport: every message may be lost with the whole queue and the task still completes from
//! the checkpoint table (invariant 4).

use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::port::error::PortError;

/// The queues of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueName {
    /// Wakes precheck.
    Precheck,
    /// Wakes the chunk-planner.
    Plan,
    /// One message a chunk.
    Copy,
    /// Wakes the binlog-reader.
    Read,
    /// Lane batches, FIFO, one message group a lane.
    Changes,
}

impl QueueName {
    /// Every queue.
    pub const ALL: [Self; 5] = [Self::Precheck, Self::Plan, Self::Copy, Self::Read, Self::Changes];

    /// Whether order within a group is kept.
    #[must_use]
    pub fn is_fifo(self) -> bool {
        match self {
            Self::Changes => true,
            Self::Precheck | Self::Plan | Self::Copy | Self::Read => false,
        }
    }

    /// The name in logs, tables and resource names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Precheck => "precheck",
            Self::Plan => "plan",
            Self::Copy => "copy",
            Self::Read => "read",
            Self::Changes => "changes.fifo",
        }
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Text of at most 1 MiB.
    pub body: String,
    /// How long it stays invisible, up to 15 minutes; not on a FIFO queue.
    pub delay: Duration,
    /// The message group; exactly on FIFO queues.
    pub group: Option<String>,
    /// A second message with this id within 5 minutes is accepted and dropped; exactly on FIFO queues.
    pub deduplication: Option<String>,
}

impl Outgoing {
    /// A message for a standard queue, visible at once.
    #[must_use]
    pub fn plain(body: String) -> Self {
        Self { body, delay: Duration::ZERO, group: None, deduplication: None }
    }
}

/// What became of one message.
#[derive(Debug)]
pub enum SendOutcome {
    /// Durable in the queue.
    Sent,
    /// Not in the queue, or unknown, by its error.
    Failed(PortError),
}

/// Names one delivery; a later delivery of the same message has another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Receipt(pub String);

/// A received message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// For deleting it or changing its visibility.
    pub receipt: Receipt,
    /// The body as sent.
    pub body: String,
    /// The message group of a FIFO queue.
    pub group: Option<String>,
    /// How often it has been received, this time included.
    pub receive_count: u32,
}

/// Sends.
///
/// *Idempotence*: only by deduplication id on FIFO queues. *Order*: kept within a FIFO group, in the order of
/// the slice; none otherwise. *Durability*: `Sent` survives a crash. An outcome for each message, in order.
pub trait Queue: Send + Sync {
    /// Sends up to any number of messages; the adapter batches.
    fn send(
        &self,
        queue: QueueName,
        messages: &[Outgoing],
    ) -> impl Future<Output = Result<Vec<SendOutcome>, PortError>> + Send;

    /// Messages waiting, delayed or in flight; approximate while others work on the queue.
    fn depth(&self, queue: QueueName) -> impl Future<Output = Result<u64, PortError>> + Send;
}

/// Receives; on AWS the event source mapping does this, elsewhere the local runner.
///
/// May deliver twice. A message received more often than the queue's bound goes to its dead letters.
pub trait Inbox: Send + Sync {
    /// Up to `most` visible messages, made invisible for `visibility`; of a FIFO group none while one is in flight.
    fn receive(
        &self,
        queue: QueueName,
        most: u32,
        visibility: Duration,
    ) -> impl Future<Output = Result<Vec<Delivery>, PortError>> + Send;

    /// Removes a message; a receipt that is no longer the newest removes nothing and is no error.
    fn delete(
        &self,
        queue: QueueName,
        receipt: &Receipt,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Makes a message visible again after `visibility` from now.
    fn change_visibility(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
