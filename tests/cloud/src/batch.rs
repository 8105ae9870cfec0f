//! What a function is handed for messages of a queue, and what its answer means for them.

use serde_json::{Value, json};

use crate::settings::Mapping;
use crate::sqs::Received;

/// The most bytes of an event.
const EVENT_BYTES_MAX: usize = 6 * 1024 * 1024;
/// What an event has around its records.
const EVENT_FRAME_BYTES: usize = "{\"Records\":[]}".len();

/// Messages of one invocation, with its event.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The messages.
    pub(crate) messages: Vec<Received>,
    /// The event.
    pub(crate) event: String,
}

/// Cuts what was received into batches that an event can hold, in order.
pub(crate) fn batches(received: Vec<Received>, mapping: &Mapping, arn: &str, region: &str) -> Vec<Batch> {
    let mut made: Vec<(Vec<Received>, Vec<String>)> = Vec::new();
    let mut bytes = 0;
    for message in received {
        let record = record(&message, arn, region).to_string();
        let fits = bytes + record.len() < EVENT_BYTES_MAX;
        match made.last_mut() {
            Some((messages, records)) if fits && messages.len() < mapping.batch_size => {
                bytes += record.len() + 1;
                messages.push(message);
                records.push(record);
            }
            _ => {
                bytes = EVENT_FRAME_BYTES + record.len() + 1;
                made.push((vec![message], vec![record]));
            }
        }
    }
    made.into_iter()
        .map(|(messages, records)| Batch {
            messages,
            event: format!("{{\"Records\":[{}]}}", records.join(",")),
        })
        .collect()
}

fn record(message: &Received, arn: &str, region: &str) -> Value {
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.attributes,
        "messageAttributes": {},
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    })
}

impl Batch {
    /// The messages that a success with this response deletes; none of them where the response is not understood.
    ///
    /// The rules are those of Lambda: an empty answer is a success, a list that names something else fails the batch, and
    /// without `ReportBatchItemFailures` in the mapping nobody looks at the response.
    pub(crate) fn done(&self, response: &str, reports_failures: bool) -> Option<Vec<&Received>> {
        if !reports_failures {
            return Some(self.messages.iter().collect());
        }
        let failed = failures(response)?;
        let known = |id: &String| self.messages.iter().any(|message| message.message_id == *id);
        if !failed.iter().all(known) {
            return None;
        }
        Some(self.messages.iter().filter(|message| !failed.contains(&message.message_id)).collect())
    }
}

/// The ids in a response; none where it is malformed.
fn failures(response: &str) -> Option<Vec<String>> {
    if response.trim().is_empty() {
        return Some(Vec::new());
    }
    let response: Value = serde_json::from_str(response).ok()?;
    match response {
        Value::Null => Some(Vec::new()),
        Value::Object(fields) => match fields.get("batchItemFailures") {
            None if fields.is_empty() => Some(Vec::new()),
            Some(Value::Null) => Some(Vec::new()),
            Some(Value::Array(items)) => {
                let id = |item: &Value| item.get("itemIdentifier")?.as_str().map(str::to_owned);
                items.iter().map(id).collect()
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Map, Value};

    use super::{Batch, EVENT_BYTES_MAX, batches};
    use crate::settings::Mapping;
    use crate::sqs::Received;

    fn received(id: &str, body: &str) -> Received {
        Received {
            message_id: id.to_owned(),
            receipt_handle: "r".to_owned(),
            body: body.to_owned(),
            md5_of_body: String::new(),
            attributes: Map::new(),
        }
    }

    fn mapping(batch_size: usize) -> Mapping {
        Mapping {
            function: "f".to_owned(),
            queue: "q".to_owned(),
            batch_size,
            window: Duration::ZERO,
            maximum_concurrency: None,
            reports_failures: true,
        }
    }

    fn done(response: &str) -> Option<Vec<String>> {
        let messages = vec![received("1", "a"), received("2", "b")];
        let batch = Batch { messages, event: String::new() };
        let done = batch.done(response, true)?;
        Some(done.iter().map(|message| message.message_id.clone()).collect())
    }

    #[test]
    fn reported_messages_stay_and_a_response_that_is_not_understood_keeps_all() {
        let all = Some(vec!["1".to_owned(), "2".to_owned()]);
        for success in ["", "null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#] {
            assert_eq!(done(success), all, "{success}");
        }
        assert_eq!(done(r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#), Some(vec!["2".to_owned()]));
        for malformed in [
            "{",
            "true",
            "[]",
            r#"{"other":1}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"1"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"3"}]}"#,
        ] {
            assert_eq!(done(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn a_batch_is_cut_at_its_size_and_at_six_megabytes_after_escaping() {
        let many: Vec<Received> = (0..5).map(|id| received(&id.to_string(), "a")).collect();
        let sizes = |batches: Vec<Batch>| -> Vec<usize> {
            for batch in &batches {
                assert!(batch.event.len() <= EVENT_BYTES_MAX);
                let event: Value = serde_json::from_str(&batch.event).unwrap();
                assert_eq!(event["Records"].as_array().unwrap().len(), batch.messages.len());
            }
            batches.iter().map(|batch| batch.messages.len()).collect()
        };
        assert_eq!(sizes(batches(many, &mapping(2), "arn", "region")), [2, 2, 1]);
        // A quote takes two bytes in JSON.
        let wide = "\"".repeat(1 << 20);
        let many: Vec<Received> = (0..5).map(|id| received(&id.to_string(), &wide)).collect();
        assert_eq!(sizes(batches(many, &mapping(10), "arn", "region")), [2, 2, 1]);
    }
}
