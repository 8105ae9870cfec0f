//! A message as an event source mapping hands it over.

use aws_lambda_events::sqs::SqsMessage;
use migration::port::Receipt;
use migration::time::UnixMs;

/// What is needed of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Names it in the answer.
    pub(crate) id: String,
    /// For changing its visibility.
    pub(crate) receipt: Receipt,
    pub(crate) body: String,
    /// Of a FIFO queue.
    pub(crate) group: Option<String>,
    /// How often it was received, this time included.
    pub(crate) receive_count: u32,
    /// When it was sent.
    pub(crate) sent_at: UnixMs,
}

/// A record without what every message of SQS has.
#[derive(Debug, thiserror::Error)]
#[error("a record of the event has no message id or no receipt handle")]
pub(crate) struct Nameless;

impl Record {
    /// From the event. An answer that leaves a message out would have it deleted, so one that cannot be named is an error of
    /// the whole event.
    pub(crate) fn of(message: SqsMessage, now: UnixMs) -> Result<Self, Nameless> {
        let attribute = |name: &str| message.attributes.get(name);
        let number = |name: &str| attribute(name).and_then(|text| text.parse::<u64>().ok());
        let receive_count = number("ApproximateReceiveCount").and_then(|count| u32::try_from(count).ok());
        let sent_at = number("SentTimestamp").map_or(now, UnixMs);
        let group = attribute("MessageGroupId").cloned();
        Ok(Self {
            id: message.message_id.ok_or(Nameless)?,
            receipt: Receipt(message.receipt_handle.ok_or(Nameless)?),
            body: message.body.unwrap_or_default(),
            group,
            receive_count: receive_count.unwrap_or(1),
            sent_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::sqs::SqsEvent;
    use serde_json::json;

    use super::{Record, UnixMs};

    #[test]
    fn a_record_has_what_sqs_says_of_its_message() {
        let event = json!({ "Records": [{
            "messageId": "m-1", "receiptHandle": "r-1", "body": "{}",
            "attributes": { "ApproximateReceiveCount": "3", "SentTimestamp": "17", "MessageGroupId": "g" },
        }, { "body": "{}" }] });
        let event: SqsEvent = serde_json::from_value(event).unwrap();
        let mut read = event.records.into_iter().map(|record| Record::of(record, UnixMs(20)));
        let record = read.next().unwrap().unwrap();
        assert_eq!((record.id.as_str(), record.receive_count, record.sent_at), ("m-1", 3, UnixMs(17)));
        assert_eq!(record.group.as_deref(), Some("g"));
        assert!(read.next().unwrap().is_err());
    }
}
