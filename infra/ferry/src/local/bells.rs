//! A queue that wakes the workers of this process when it takes a message, so that a change waits for no look.
//!
//! Only this process hears it; what another one sends, and what becomes visible again, is found by looking.

use std::sync::Arc;

use clock::SystemClock;
use embedded::Store;
use migration::port::{Outgoing, PortError, Queue, QueueName, SendOutcome};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// A bell for every queue.
#[derive(Debug, Default)]
struct Bells([Notify; QueueName::ALL.len()]);

/// The queues of a data folder with a bell each.
#[derive(Debug, Clone)]
pub(crate) struct RingingQueue {
    store: Store<SystemClock>,
    bells: Arc<Bells>,
}

impl RingingQueue {
    pub(crate) fn new(store: Store<SystemClock>) -> Self {
        Self { store, bells: Arc::default() }
    }

    fn bell(&self, queue: QueueName) -> &Notify {
        let at = QueueName::ALL.iter().position(|name| *name == queue);
        let at = at.expect("invariant: the list has every queue");
        self.bells.0.get(at).expect("invariant: one bell a queue")
    }

    /// Completes when a message is sent from now on, once it has been enabled.
    pub(crate) fn rung(&self, queue: QueueName) -> Notified<'_> {
        self.bell(queue).notified()
    }
}

impl Queue for RingingQueue {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        let sent = self.store.send(queue, messages).await;
        self.bell(queue).notify_waiters();
        sent
    }

    async fn depth(&self, queue: QueueName) -> Result<u64, PortError> {
        self.store.depth(queue).await
    }
}
