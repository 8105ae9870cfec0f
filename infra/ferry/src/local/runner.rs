//! Workers that receive, handle and settle messages, and the tick that wakes what is owed.

use std::sync::Arc;
use std::time::Duration;

use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;
use embedded::{Store, SystemClock};
use migration::budget::Budget;
use migration::message::{self, Message};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, Delivery, Inbox, Queue, QueueName};
use migration::retry::{Retry, backoff};
use migration::run::{Failure, RunId, State};
use migration::run_store;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connect::Ends;
use crate::local::no_log::NoLog;
use crate::local::trouble::{LastFailure, Trouble, WINDOW};

/// How long an invocation may live.
const INVOCATION: Duration = Duration::from_secs(5);
/// How long a precheck may live: it asks whole tables questions, and holds no lease.
const PRECHECK: Duration = Duration::from_mins(5);
/// How much longer than its invocation a message stays invisible: past the timeout of the last statement.
const SETTLING: Duration = Duration::from_secs(7);
/// How long a worker waits before it looks at an empty queue again.
const POLL: Duration = Duration::from_millis(50);
/// Between two ticks.
const TICK: Duration = Duration::from_secs(1);

/// What every worker shares.
pub(crate) struct Runner {
    pub(crate) store: Store<SystemClock>,
    pub(crate) ends: Ends,
    pub(crate) clock: SystemClock,
    pub(crate) run: RunId,
    /// For the operator's eyes: what is being tried again.
    pub(crate) last_failure: LastFailure,
}

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
            let trouble = Arc::new(Trouble::default());
            for _ in 0..count {
                tasks.spawn(work(Arc::clone(runner), queue, Arc::clone(&trouble), stopped.clone()));
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

async fn work(
    runner: Arc<Runner>,
    queue: QueueName,
    trouble: Arc<Trouble>,
    mut stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow() {
        let received = match runner.store.receive(queue, 1, lifetime(queue) + SETTLING).await {
            Ok(deliveries) => deliveries,
            Err(error) => {
                tracing::error!(%error, %queue, "cannot receive");
                Vec::new()
            }
        };
        let Some(delivery) = received.into_iter().next() else {
            tokio::select! {
                () = runner.clock.sleep(POLL) => {}
                _ = stopped.changed() => {}
            }
            continue;
        };
        if let Err(error) = runner.deliver(queue, &delivery, &trouble).await {
            tracing::error!(%error, %queue, "cannot settle a message");
        }
    }
}

fn lifetime(queue: QueueName) -> Duration {
    match queue {
        QueueName::Precheck => PRECHECK,
        QueueName::Plan | QueueName::Copy | QueueName::Read | QueueName::Changes => INVOCATION,
    }
}

impl Runner {
    /// Sends the message that the run's state calls for, unless one is waiting and that counts.
    async fn wake(&self, waiting_counts: bool) -> Result<(), HandlerError> {
        let Some(run) = run_store::load_run(&self.store, self.run).await? else { return Ok(()) };
        let message = match run.value.state {
            State::Created | State::Prechecking => Message::Precheck { run: self.run },
            State::Planning | State::Copying | State::CatchingUp | State::Running | State::Finishing => {
                Message::Plan { run: self.run }
            }
            State::PrecheckFailed
            | State::Completed
            | State::Paused
            | State::Retrying
            | State::Failed
            | State::Cancelled => return Ok(()),
        };
        if !waiting_counts || self.store.depth(message.queue()).await? == 0 {
            message::send(&self.store, &[message]).await?;
        }
        Ok(())
    }

    async fn deliver(
        &self,
        queue: QueueName,
        delivery: &Delivery,
        trouble: &Trouble,
    ) -> Result<(), HandlerError> {
        let after = match self.handle(&delivery.body).await {
            Ok(Outcome::Done) => {
                trouble.over();
                return Ok(self.store.delete(queue, &delivery.receipt).await?);
            }
            Ok(Outcome::Again { after }) => {
                trouble.over();
                after
            }
            Err(error) => self.after_error(&error, delivery, trouble).await?,
        };
        Ok(self.store.change_visibility(queue, &delivery.receipt, after).await?)
    }

    async fn handle(&self, body: &str) -> Result<Outcome, HandlerError> {
        let message = Message::parse(body).map_err(|error| HandlerError::Inconsistent(error.to_string()))?;
        if message.run() != self.run {
            return Ok(Outcome::Done);
        }
        let budget = Budget { deadline: self.clock.now().plus(lifetime(message.queue())) };
        let (records, queue, clock) = (&self.store, &self.store, &self.clock);
        let (source, target, target_name) =
            (&self.ends.source, &self.ends.target, self.ends.target_name.as_str());
        match message {
            Message::Precheck { run } => {
                let ports = precheck::Ports { records, queue, source, target, clock, target_name };
                Box::pin(precheck::handle(&ports, run, budget)).await
            }
            Message::Plan { run } => {
                let log = &NoLog;
                let planner = Planner { records, queue, sampler: source, target, log, clock, target_name };
                Box::pin(planner.handle(run, budget)).await
            }
            // Nobody sends these before the log is followed.
            Message::Read { .. } | Message::Define { .. } => Ok(Outcome::Done),
            Message::Copy { run, chunk } => {
                let log = &NoLog;
                let copier = Copier { records, queue, source, sink: target, log, clock, target_name };
                Box::pin(copier.handle(run, chunk, budget)).await
            }
        }
    }

    /// How long to wait before the next try; fails the run where trying again has gone on for too long.
    async fn after_error(
        &self,
        error: &HandlerError,
        delivery: &Delivery,
        trouble: &Trouble,
    ) -> Result<Duration, HandlerError> {
        let now = self.clock.now();
        let lasting = trouble.again(now);
        tracing::warn!(%error, tries = delivery.receive_count, "an invocation failed and is tried again");
        self.last_failure.note(error.to_string());
        if lasting > WINDOW {
            let what = format!("{error}; tried again for {} minutes", lasting.as_secs() / 60);
            let remedy = "mend the cause and run the task again; it goes on where it stopped".to_owned();
            run_store::fail_run(&self.store, self.run, Failure { what, remedy, at: now }).await?;
        }
        let tries = usize::try_from(delivery.receive_count).unwrap_or(usize::MAX);
        let wait = backoff(Duration::from_millis(200), Duration::from_secs(20))
            .nth(tries.min(20))
            .unwrap_or_default();
        Ok(match error.retry() {
            Retry::After(pause) => pause.max(wait),
            Retry::Now | Retry::Operator | Retry::Never => wait,
        })
    }
}
