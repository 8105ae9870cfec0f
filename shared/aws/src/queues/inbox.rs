//! Receiving, deleting and changing visibility. On AWS the event source mapping receives and deletes; this is for
//! programs that read a queue themselves, and for keeping a message that a function gives back.

use std::time::Duration;

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName};
use migration::limits::RECEIVE_MESSAGES_MAX;
use migration::port::{Delivery, Inbox, PortError, QueueName, Receipt, Surface, admit_visibility};
use migration::retry::{Effect, Retry};

use crate::classify::failed;
use crate::queues::SqsQueues;
use crate::queues::pack::ENTRIES_MAX;
use crate::queues::send::{refused, whole_seconds};

/// Codes by which SQS says that a receipt is no longer the newest.
const STALE: [&str; 4] = [
    "AWS.SimpleQueueService.MessageNotInflight",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "MessageNotInflight",
];

impl SqsQueues {
    /// Makes several messages visible again after `visibility` from now, ten a request.
    ///
    /// # Errors
    /// The first failure; every request is tried.
    pub async fn change_visibility_of(
        &self,
        queue: QueueName,
        receipts: &[Receipt],
        visibility: Duration,
    ) -> Result<(), PortError> {
        admit_visibility(visibility)?;
        let mut outcome = Ok(());
        for receipts in receipts.chunks(ENTRIES_MAX) {
            outcome = outcome.and(self.change_at_most_ten(queue, receipts, visibility).await);
        }
        outcome
    }

    async fn change_at_most_ten(
        &self,
        queue: QueueName,
        receipts: &[Receipt],
        visibility: Duration,
    ) -> Result<(), PortError> {
        self.units.queue_request(queue, 0);
        let entry = |(place, receipt): (usize, &Receipt)| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(place.to_string())
                .receipt_handle(&receipt.0)
                .visibility_timeout(whole_seconds(visibility))
                .build()
                .expect("invariant: an entry has an id and a receipt")
        };
        let request = self.client.change_message_visibility_batch().queue_url(self.urls.of(queue));
        let entries = receipts.iter().enumerate().map(entry).collect();
        let answer = request.set_entries(Some(entries)).send().await;
        let answer =
            answer.map_err(|error| failed(Surface::Queue, "ChangeMessageVisibilityBatch", &error))?;
        answer
            .failed()
            .iter()
            .find(|failed| !STALE.contains(&failed.code()))
            .map_or(Ok(()), |failed| Err(refused(failed)))
    }
}

impl Inbox for SqsQueues {
    async fn receive(
        &self,
        queue: QueueName,
        most: u32,
        visibility: Duration,
    ) -> Result<Vec<Delivery>, PortError> {
        admit_visibility(visibility)?;
        if most == 0 {
            return Ok(Vec::new());
        }
        let attributes =
            [MessageSystemAttributeName::ApproximateReceiveCount, MessageSystemAttributeName::MessageGroupId];
        let answer = self
            .client
            .receive_message()
            .queue_url(self.urls.of(queue))
            .max_number_of_messages(i32::try_from(most.min(RECEIVE_MESSAGES_MAX)).unwrap_or(1))
            .visibility_timeout(whole_seconds(visibility))
            .set_message_system_attribute_names(Some(attributes.to_vec()))
            .send()
            .await;
        let bytes = |message: &Message| message.body().map_or(0, str::len);
        let received = answer.as_ref().map_or(0, |answer| answer.messages().iter().map(bytes).sum());
        self.units.queue_request(queue, received);
        let answer = answer.map_err(|error| failed(Surface::Queue, "ReceiveMessage", &error))?;
        answer.messages.unwrap_or_default().into_iter().map(delivery).collect()
    }

    async fn delete(&self, queue: QueueName, receipt: &Receipt) -> Result<(), PortError> {
        self.units.queue_request(queue, 0);
        let request = self.client.delete_message().queue_url(self.urls.of(queue)).receipt_handle(&receipt.0);
        match request.send().await {
            Err(error) if !is_stale(error.as_service_error()) => {
                Err(failed(Surface::Queue, "DeleteMessage", &error))
            }
            _ => Ok(()),
        }
    }

    async fn change_visibility(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<(), PortError> {
        admit_visibility(visibility)?;
        self.units.queue_request(queue, 0);
        let request = self.client.change_message_visibility().queue_url(self.urls.of(queue));
        let request = request.receipt_handle(&receipt.0).visibility_timeout(whole_seconds(visibility));
        match request.send().await {
            Err(error) if !is_stale(error.as_service_error()) => {
                Err(failed(Surface::Queue, "ChangeMessageVisibility", &error))
            }
            _ => Ok(()),
        }
    }
}

fn is_stale(error: Option<&impl ProvideErrorMetadata>) -> bool {
    error.and_then(ProvideErrorMetadata::code).is_some_and(|code| STALE.contains(&code))
}

fn delivery(mut message: Message) -> Result<Delivery, PortError> {
    let mut attributes = message.attributes.take().unwrap_or_default();
    let count = attributes.remove(&MessageSystemAttributeName::ApproximateReceiveCount);
    let incomplete = || PortError {
        retry: Retry::Now,
        effect: Effect::Unknown,
        ..PortError::permanent(
            Surface::Queue,
            "ReceiveMessage: a message came without body, receipt or count",
        )
    };
    Ok(Delivery {
        receipt: Receipt(message.receipt_handle.ok_or_else(incomplete)?),
        body: message.body.ok_or_else(incomplete)?,
        group: attributes.remove(&MessageSystemAttributeName::MessageGroupId),
        receive_count: count.and_then(|count| count.parse().ok()).ok_or_else(incomplete)?,
    })
}
