//! One message: its handler, what its end means for the run's troubles, and when it comes again.

use std::time::Duration;

use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;
use embedded::{Store, SystemClock};
use migration::budget::Budget;
use migration::message::{self, Message};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, Delivery, Inbox, Queue, QueueName};
use migration::retry_budget::Activity;
use migration::run::{RunId, State};
use migration::{run_store, trouble_store};

use crate::connect::Ends;
use crate::local::hold::Hold;

/// How long an invocation may live.
const INVOCATION: Duration = Duration::from_secs(5);
/// How long a precheck may live: it asks whole tables questions, and holds no lease.
const PRECHECK: Duration = Duration::from_mins(5);
/// How much longer than its invocation a message stays invisible: past the timeout of the last statement.
pub(crate) const SETTLING: Duration = Duration::from_secs(7);

/// What every worker shares.
pub(crate) struct Runner {
    pub(crate) store: Store<SystemClock>,
    pub(crate) ends: Ends,
    pub(crate) clock: SystemClock,
    pub(crate) run: RunId,
    pub(crate) hold: Hold,
}

/// How long an invocation for a message of this queue may live.
pub(crate) fn lifetime(queue: QueueName) -> Duration {
    match queue {
        QueueName::Precheck => PRECHECK,
        QueueName::Plan | QueueName::Copy | QueueName::Read | QueueName::Changes => INVOCATION,
    }
}

fn activity(message: &Message) -> Activity {
    match message {
        Message::Precheck { .. } => Activity::Precheck,
        Message::Plan { .. } => Activity::Plan,
        Message::Copy { .. } => Activity::Copy,
        Message::Read { .. } => Activity::Read,
        Message::Define { .. } => Activity::Define,
    }
}

impl Runner {
    /// Sends the message that the run's state calls for, unless one is waiting and that counts, or its work fails just now and
    /// is not due.
    pub(crate) async fn wake(&self, waiting_counts: bool) -> Result<(), HandlerError> {
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
        let now = self.clock.now();
        trouble_store::forget_overdue(&self.store, self.run, now).await?;
        let troubles = trouble_store::troubles(&self.store, self.run).await?;
        // What failed before this process started is tried at once.
        let is_due = !waiting_counts || troubles.may_try(activity(&message), now);
        if is_due && (!waiting_counts || self.store.depth(message.queue()).await? == 0) {
            message::send(&self.store, &[message]).await?;
        }
        Ok(())
    }

    /// Handles a message and settles it.
    pub(crate) async fn deliver(&self, queue: QueueName, delivery: &Delivery) -> Result<(), HandlerError> {
        let message = match Message::parse(&delivery.body) {
            Ok(message) if message.run() == self.run => message,
            Ok(_) => return Ok(self.store.delete(queue, &delivery.receipt).await?),
            Err(error) => {
                // What the run owes stands in its records, and is sent again in a form of this version.
                tracing::error!(%error, %queue, "a message that cannot be read is dropped");
                return Ok(self.store.delete(queue, &delivery.receipt).await?);
            }
        };
        let activity = activity(&message);
        let after = match self.handle(message).await {
            Ok(outcome) => {
                if activity.has_worked(outcome) {
                    self.hold.over(queue);
                    trouble_store::succeeded(&self.store, self.run, activity, self.clock.now()).await?;
                }
                match outcome {
                    Outcome::Done => return Ok(self.store.delete(queue, &delivery.receipt).await?),
                    Outcome::Again { after } => after,
                }
            }
            Err(error) => self.failed(queue, activity, &error).await?,
        };
        Ok(self.store.change_visibility(queue, &delivery.receipt, after).await?)
    }

    async fn handle(&self, message: Message) -> Result<Outcome, HandlerError> {
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
                let (sampler, log) = (source, source);
                let planner = Planner { records, queue, sampler, target, log, clock, target_name };
                Box::pin(planner.handle(run, budget)).await
            }
            // Nobody sends these before the log is followed.
            Message::Read { .. } | Message::Define { .. } => Ok(Outcome::Done),
            Message::Copy { run, chunk } => {
                let log = source;
                let copier = Copier { records, queue, source, sink: target, log, clock, target_name };
                Box::pin(copier.handle(run, chunk, budget)).await
            }
        }
    }

    /// Counts a failure and says how long to wait before the next try; the run is failed where its window has passed.
    async fn failed(
        &self,
        queue: QueueName,
        activity: Activity,
        error: &HandlerError,
    ) -> Result<Duration, HandlerError> {
        let now = self.clock.now();
        tracing::warn!(%error, %activity, "an invocation failed");
        let wait = trouble_store::failed(&self.store, self.run, activity, error, now).await?;
        self.hold.until(queue, now.plus(wait));
        Ok(wait)
    }
}
