//! The workers of the queues and the tick: who looks when, and how they end.

use std::sync::Arc;
use std::time::Duration;

use migration::port::{Clock, Inbox, QueueName};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::local::runner::{Runner, SETTLING, lifetime};

/// How long a worker waits before it looks at an empty queue again.
const POLL: Duration = Duration::from_millis(50);
/// Between two ticks.
const TICK: Duration = Duration::from_secs(1);

/// The running workers.
pub(crate) struct Workers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts one worker for each control queue, `copiers` for the chunks, and the tick.
    pub(crate) fn start(runner: &Arc<Runner>, copiers: usize) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for (queue, count) in [(QueueName::Precheck, 1), (QueueName::Plan, 1), (QueueName::Copy, copiers)] {
            for _ in 0..count {
                tasks.spawn(work(Arc::clone(runner), queue, stopped.clone()));
            }
        }
        tasks.spawn(tick(Arc::clone(runner), stopped));
        Self { stop, tasks }
    }

    /// Lets every worker end what it has in hand, and returns when they have.
    pub(crate) async fn drain(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn tick(runner: Arc<Runner>, mut stopped: watch::Receiver<bool>) {
    // A process that was killed may have taken the message with it: it stays invisible for minutes, and nobody else
    // works on it. So the first tick sends without looking; a message too many finds nothing to do.
    let mut waiting_counts = false;
    while !*stopped.borrow() {
        match runner.wake(waiting_counts).await {
            Ok(()) => waiting_counts = true,
            Err(error) => tracing::warn!(%error, "tick failed"),
        }
        tokio::select! {
            () = runner.clock.sleep(TICK) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn work(runner: Arc<Runner>, queue: QueueName, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let received = if runner.hold.is_held(queue, runner.clock.now()) {
            Vec::new()
        } else {
            let received = runner.store.receive(queue, 1, lifetime(queue) + SETTLING).await;
            received.unwrap_or_else(|error| {
                tracing::error!(%error, %queue, "cannot receive");
                Vec::new()
            })
        };
        let Some(delivery) = received.into_iter().next() else {
            tokio::select! {
                () = runner.clock.sleep(POLL) => {}
                _ = stopped.changed() => {}
            }
            continue;
        };
        if let Err(error) = runner.deliver(queue, &delivery).await {
            tracing::error!(%error, %queue, "cannot settle a message");
        }
    }
}
