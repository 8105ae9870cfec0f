//! The workers of the queues and the tick: who looks when, and how they end.

use std::sync::Arc;
use std::time::Duration;

use migration::limits::RECEIVE_MESSAGES_MAX;
use migration::port::{Clock, Inbox, QueueName};
use migration::task::Tuning;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::local::changes::deliver_changes;
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
    /// Starts one worker for each control queue, several for chunks and for lanes, and the tick.
    pub(crate) fn start(runner: &Arc<Runner>, tuning: &Tuning) -> Self {
        let (copiers, appliers) = (usize::from(tuning.copiers), usize::from(tuning.appliers));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let counts = [
            (QueueName::Precheck, 1),
            (QueueName::Plan, 1),
            (QueueName::Copy, copiers),
            (QueueName::Read, usize::from(runner.follows)),
            (QueueName::Changes, if runner.follows { appliers } else { 0 }),
        ];
        for (queue, count) in counts {
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
    // The first tick sends without looking: a message too many finds nothing to do.
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
    let most = if queue.is_fifo() { RECEIVE_MESSAGES_MAX } else { 1 };
    while !*stopped.borrow() {
        let mut rung = std::pin::pin!(runner.queue.rung(queue));
        // Enabled before looking: a message sent meanwhile rings.
        rung.as_mut().enable();
        let received = if runner.hold.is_held(queue, runner.clock.now()) {
            Vec::new()
        } else {
            let received = runner.store.receive(queue, most, lifetime(queue) + SETTLING).await;
            received.unwrap_or_else(|error| {
                tracing::error!(%error, %queue, "cannot receive");
                Vec::new()
            })
        };
        if received.is_empty() {
            tokio::select! {
                () = rung => {}
                () = runner.clock.sleep(POLL) => {}
                _ = stopped.changed() => {}
            }
        } else if queue.is_fifo() {
            deliver_changes(&runner, received).await;
        } else {
            for delivery in received {
                if let Err(error) = runner.deliver(queue, &delivery).await {
                    tracing::error!(%error, %queue, "cannot settle a message");
                }
            }
        }
    }
}
