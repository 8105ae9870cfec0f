//! Queues, as the poller of an event source and a test need them.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::aws_http::AwsHttp;
use crate::error::CloudError;
use crate::settings::QueueSettings;

/// Of one call that sends or deletes.
const AT_ONCE: usize = 10;

/// A received message, with the names of the SQS API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Received {
    /// The message's id, the same at every delivery.
    pub message_id: String,
    /// Names this delivery.
    pub receipt_handle: String,
    /// The body.
    pub body: String,
    /// MD5 of the body.
    #[serde(rename = "MD5OfBody", default)]
    pub md5_of_body: String,
    /// `ApproximateReceiveCount` and its like.
    #[serde(default)]
    pub attributes: Map<String, Value>,
}

/// The queues of a server.
#[derive(Debug, Clone)]
pub struct Sqs {
    http: AwsHttp,
    urls: String,
}

impl Sqs {
    /// Queues whose URL is `urls/NAME`.
    pub(crate) fn new(endpoint: &str, region: &str, account: &str) -> Self {
        Self { http: AwsHttp::new(endpoint, "sqs", region), urls: format!("{endpoint}/{account}") }
    }

    async fn call(&self, action: &str, queue: &str, mut body: Value) -> Result<Value, CloudError> {
        body["QueueUrl"] = format!("{}/{queue}", self.urls).into();
        self.http.call(&format!("AmazonSQS.{action}"), &body).await
    }

    /// Makes a queue.
    ///
    /// # Errors
    /// Where the server refuses.
    pub(crate) async fn create(&self, queue: &QueueSettings) -> Result<(), CloudError> {
        let mut attributes = queue.attributes.clone();
        // A standard queue must not be told that it is none.
        attributes.retain(|name, value| name != "FifoQueue" || value == "true");
        let body = json!({"QueueName": queue.name, "Attributes": attributes});
        self.http.call("AmazonSQS.CreateQueue", &body).await.map(drop)
    }

    /// Up to ten messages, waiting so long for the first.
    pub(crate) async fn receive(
        &self,
        queue: &str,
        most: usize,
        wait: Duration,
    ) -> Result<Vec<Received>, CloudError> {
        let body = json!({
            "MaxNumberOfMessages": most.min(AT_ONCE),
            "WaitTimeSeconds": wait.as_secs(),
            "AttributeNames": ["All"],
        });
        let mut answer = self.call("ReceiveMessage", queue, body).await?;
        let messages = answer.get_mut("Messages").map_or(Value::Null, Value::take);
        let messages: Option<Vec<Received>> = serde_json::from_value(messages).map_err(|_| {
            CloudError::Call { action: "ReceiveMessage".to_owned(), why: "odd form".to_owned() }
        })?;
        Ok(messages.unwrap_or_default())
    }

    /// Deletes what was received; a delivery that is over is no error.
    pub(crate) async fn delete(&self, queue: &str, messages: &[&Received]) -> Result<(), CloudError> {
        for some in messages.chunks(AT_ONCE) {
            let entries: Vec<Value> = some
                .iter()
                .enumerate()
                .map(|(at, message)| json!({"Id": at.to_string(), "ReceiptHandle": message.receipt_handle}))
                .collect();
            self.call("DeleteMessageBatch", queue, json!({"Entries": entries})).await?;
        }
        Ok(())
    }

    /// Sends a message; group and deduplication id for a FIFO queue.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn send(&self, queue: &str, body: &str, fifo: Option<(&str, &str)>) -> Result<(), CloudError> {
        let mut request = json!({"MessageBody": body});
        if let Some((group, deduplication)) = fifo {
            request["MessageGroupId"] = group.into();
            request["MessageDeduplicationId"] = deduplication.into();
        }
        self.call("SendMessage", queue, request).await.map(drop)
    }

    /// Throws every message away.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn purge(&self, queue: &str) -> Result<(), CloudError> {
        self.call("PurgeQueue", queue, json!({})).await.map(drop)
    }

    /// How many messages there are: visible, in flight or delayed.
    ///
    /// # Errors
    /// Where the server refuses.
    pub async fn depth(&self, queue: &str) -> Result<u64, CloudError> {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ];
        let answer = self.call("GetQueueAttributes", queue, json!({"AttributeNames": names})).await?;
        let count =
            |name: &str| answer["Attributes"][name].as_str().and_then(|count| count.parse::<u64>().ok());
        Ok(names.iter().filter_map(|name| count(name)).sum())
    }
}
