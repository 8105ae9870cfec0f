//! Where the queues of a deployment are.

use migration::port::{PortError, QueueName, Surface};
use migration::retry::Retry;

use crate::classify::failed;
use crate::clients::Clients;

/// One URL a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueUrls {
    /// Of the queue that wakes precheck.
    pub precheck: String,
    /// Of the queue that wakes the chunk-planner.
    pub plan: String,
    /// Of the queue of chunks.
    pub copy: String,
    /// Of the queue that wakes the binlog-reader.
    pub read: String,
    /// Of the FIFO queue of lane batches.
    pub changes: String,
}

impl QueueUrls {
    /// The URL of a queue.
    #[must_use]
    pub fn of(&self, queue: QueueName) -> &str {
        match queue {
            QueueName::Precheck => &self.precheck,
            QueueName::Plan => &self.plan,
            QueueName::Copy => &self.copy,
            QueueName::Read => &self.read,
            QueueName::Changes => &self.changes,
        }
    }

    /// The URLs in this process's environment: `FERRY_QUEUE_PRECHECK`, `..._PLAN`, `..._COPY`, `..._READ`, `..._CHANGES`.
    ///
    /// # Errors
    /// Fails where one of them is not set.
    pub fn from_env() -> Result<Self, PortError> {
        Self::from(|name| std::env::var(name).ok())
    }

    /// The same by another way to look a variable up.
    fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Self, PortError> {
        let url = |name| {
            let missing = || operator(format!("the environment variable {name} is not set"));
            variable(name).filter(|url| !url.is_empty()).ok_or_else(missing)
        };
        Ok(Self {
            precheck: url("FERRY_QUEUE_PRECHECK")?,
            plan: url("FERRY_QUEUE_PLAN")?,
            copy: url("FERRY_QUEUE_COPY")?,
            read: url("FERRY_QUEUE_READ")?,
            changes: url("FERRY_QUEUE_CHANGES")?,
        })
    }

    /// The URLs of a stack's queues, `STACK-precheck` and so on, as SQS tells them.
    pub(crate) async fn named(clients: &Clients, stack: &str) -> Result<Self, PortError> {
        let url = async |queue: QueueName| {
            clients.units.queue_request(queue, 0);
            let answer = clients.sqs.get_queue_url().queue_name(format!("{stack}-{queue}")).send().await;
            let answer = answer.map_err(|error| PortError {
                summary: format!("the queue {stack}-{queue} cannot be found"),
                ..failed(Surface::Queue, "GetQueueUrl", &error)
            })?;
            answer.queue_url.ok_or_else(|| operator(format!("SQS tells no URL of {stack}-{queue}")))
        };
        Ok(Self {
            precheck: url(QueueName::Precheck).await?,
            plan: url(QueueName::Plan).await?,
            copy: url(QueueName::Copy).await?,
            read: url(QueueName::Read).await?,
            changes: url(QueueName::Changes).await?,
        })
    }
}

fn operator(summary: String) -> PortError {
    PortError { retry: Retry::Operator, ..PortError::permanent(Surface::Queue, summary) }
}

#[cfg(test)]
mod tests {
    use migration::port::QueueName;

    use super::QueueUrls;

    #[test]
    fn every_queue_has_a_variable_of_its_own() {
        let urls = QueueUrls::from(|name| Some(format!("url of {name}"))).unwrap();
        let mut seen: Vec<&str> = QueueName::ALL.into_iter().map(|queue| urls.of(queue)).collect();
        seen.dedup();
        assert_eq!(seen.len(), QueueName::ALL.len());
        assert_eq!(urls.of(QueueName::Changes), "url of FERRY_QUEUE_CHANGES");
        let error = QueueUrls::from(|name| (name != "FERRY_QUEUE_COPY").then(String::new)).unwrap_err();
        assert!(error.to_string().contains("FERRY_QUEUE_PRECHECK"), "an empty one is not set: {error}");
    }
}
