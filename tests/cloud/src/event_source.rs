//! An event source mapping: receives from a queue, invokes the function, deletes what is done.
//!
//! What Lambda's pollers promise and no more: a message is deleted after a success that does not report it, and never
//! otherwise; it comes again when its visibility is over. At most `MaximumConcurrency` batches are under way. Of a FIFO queue
//! the server hands out no message of a group while one is in flight; one receive may hold several groups, and what does not
//! fit into one event is not handed out after a batch that failed. Lambda's ramp-up and its throttling are not played.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::batch::{Batch, batches};
use crate::error::CloudError;
use crate::fault::Chance;
use crate::function::{Function, Outcome};
use crate::settings::Mapping;
use crate::sqs::{Received, Sqs};

/// Batches at once without `MaximumConcurrency`: where Lambda begins.
const CONCURRENCY: u32 = 5;
/// How long a receive waits for a message.
const WAIT: Duration = Duration::from_secs(5);
/// After a server did not answer.
const REST: Duration = Duration::from_millis(500);

/// Everything a mapping needs.
#[derive(Debug)]
pub(crate) struct EventSource {
    pub(crate) mapping: Mapping,
    pub(crate) is_fifo: bool,
    pub(crate) arn: String,
    pub(crate) region: String,
    pub(crate) function: Arc<Function>,
    pub(crate) sqs: Sqs,
    pub(crate) chance: Arc<Chance>,
}

impl EventSource {
    /// Polls for ever.
    pub(crate) async fn poll(self: Arc<Self>) {
        let most = self.mapping.maximum_concurrency.unwrap_or(CONCURRENCY);
        let room = Arc::new(Semaphore::new(most as usize));
        let mut under_way = JoinSet::new();
        loop {
            let place = Arc::clone(&room).acquire_owned().await;
            let place = place.expect("invariant: the semaphore is never closed");
            while under_way.try_join_next().is_some() {}
            match self.gather().await {
                Ok(received) if received.is_empty() => {}
                Ok(received) => {
                    let source = Arc::clone(&self);
                    under_way.spawn(async move {
                        source.deliver(received).await;
                        drop(place);
                    });
                }
                // A server that is away or has no such queue is asked again.
                Err(_) => sleep(REST).await,
            }
        }
    }

    /// Messages for a batch: what is there, or as many as come within the window.
    async fn gather(&self) -> Result<Vec<Received>, CloudError> {
        let Mapping { queue, batch_size, window, .. } = &self.mapping;
        let mut received = self.sqs.receive(queue, *batch_size, WAIT).await?;
        let until = Instant::now() + *window;
        while !received.is_empty() && received.len() < *batch_size && Instant::now() < until {
            // What is received stays so, whatever the next call answers.
            match self.sqs.receive(queue, batch_size - received.len(), Duration::from_secs(1)).await {
                Ok(more) => received.extend(more),
                Err(_) => break,
            }
        }
        Ok(received)
    }

    async fn deliver(self: &Arc<Self>, received: Vec<Received>) {
        for batch in batches(received, &self.mapping, &self.arn, &self.region) {
            let is_done = self.deliver_batch(&batch).await;
            if self.is_fifo && !is_done {
                break;
            }
        }
    }

    /// Whether all of it is done.
    async fn deliver_batch(&self, batch: &Batch) -> bool {
        if self.chance.is_dropped() {
            self.delete(batch.messages.iter().collect()).await;
            return true;
        }
        let outcome = if self.chance.is_twice() {
            let twin = self.function.invoke(batch.event.clone());
            // What the second one says is not asked; its deletes would be of the same messages.
            let (outcome, _) = tokio::join!(self.function.invoke(batch.event.clone()), twin);
            outcome
        } else {
            self.function.invoke(batch.event.clone()).await
        };
        let Ok(Outcome::Response(response)) = outcome else { return false };
        let Some(done) = batch.done(&response, self.mapping.reports_failures) else { return false };
        let is_all = done.len() == batch.messages.len();
        self.delete(done).await;
        is_all
    }

    async fn delete(&self, messages: Vec<&Received>) {
        // What could not be deleted is delivered again, as on AWS.
        let _ = self.sqs.delete(&self.mapping.queue, &messages).await;
    }
}
