//! The queues on SQS.
//!
//! # Sending
//!
//! Messages are packed in their order into requests of at most ten and 1 MiB (`pack`), one request after the other.
//! What a request answers is taken message by message: HTTP status 200 with entries in `Failed` is SQS's usual way to
//! be busy. What is worth it is sent again with jitter; on a FIFO queue the deduplication id makes that harmless, on a
//! standard one a second delivery is allowed.
//!
//! *Order in a group*: a message is sent only when everything of its group before it is in the queue. So after a
//! message that failed for good, no later one of its group is sent; and a message that failed while a later one of its
//! group in the same request was taken is not sent again, since it would come behind. Such a message is missing, which
//! receivers notice; it never comes late, which they would not.
//!
//! # Receipts
//!
//! A receipt that is no longer the newest is no error. SQS ignores it, or says so in three ways: a message that is not
//! in flight, a parameter that is not valid (an expired receipt of a FIFO queue), a batch entry with one of these codes.
//! A text that never was a receipt has a code of its own and is refused.

mod bury;
mod inbox;
mod pack;
mod send;
mod urls;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use migration::port::{Outgoing, PortError, Queue, QueueName, SendOutcome, Surface};

use crate::classify::failed;
use crate::clients::Clients;
use crate::units::Units;

pub use urls::QueueUrls;

/// The queues of a deployment; clones share everything.
#[derive(Debug, Clone)]
pub struct SqsQueues {
    client: Client,
    units: Units,
    urls: QueueUrls,
}

impl SqsQueues {
    /// The queues at these URLs; nothing is asked of them yet.
    #[must_use]
    pub fn new(clients: &Clients, urls: QueueUrls) -> Self {
        Self { client: clients.sqs.clone(), units: clients.units.clone(), urls }
    }

    /// The queues of a stack, found by their names.
    ///
    /// # Errors
    /// Fails where one of them does not exist or may not be used.
    pub async fn named(clients: &Clients, stack: &str) -> Result<Self, PortError> {
        Ok(Self::new(clients, QueueUrls::named(clients, stack).await?))
    }

    /// Where the queues are.
    #[must_use]
    pub fn urls(&self) -> &QueueUrls {
        &self.urls
    }
}

impl Queue for SqsQueues {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        Ok(send::send(self, queue, messages).await)
    }

    async fn depth(&self, queue: QueueName) -> Result<u64, PortError> {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        self.units.queue_request(queue, 0);
        let request = self.client.get_queue_attributes().queue_url(self.urls.of(queue));
        let answer = request.set_attribute_names(Some(counts.to_vec())).send().await;
        let answer = answer.map_err(|error| failed(Surface::Queue, "GetQueueAttributes", &error))?;
        let count = |name| answer.attributes()?.get(name)?.parse::<u64>().ok();
        Ok(counts.iter().filter_map(count).sum())
    }
}
