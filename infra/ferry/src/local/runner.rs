//! One message: its handler, what its end means for the run's troubles, and when it comes again.

use std::time::Duration;

use binlog_reader::handler::Reader;
use binlog_reader::pace::ReaderPace;
use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;
use clock::SystemClock;
use embedded::{ObjectFolder, Store};
use event_applier::define::Definer;
use migration::budget::Budget;
use migration::delivery::{self, Due, Settled, activity_of};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, Delivery, Inbox, QueueName};
use migration::retry_budget::Activity;
use migration::run::RunId;
use mysql::Images;

use crate::connect::Ends;
use crate::local::bells::RingingQueue;
use crate::local::hold::Hold;

/// How long an invocation may live.
const INVOCATION: Duration = Duration::from_secs(5);
/// How long a precheck may live: it asks whole tables questions, and holds no lease.
const PRECHECK: Duration = Duration::from_mins(5);
/// How much longer than its invocation a message stays invisible: past the timeout of the last statement.
pub(crate) const SETTLING: Duration = Duration::from_secs(7);

/// How long cleaning up after a cancelled run may take: past the end of every lease.
const CLEAN_UP: Duration = Duration::from_secs(30);

/// What every worker shares.
pub(crate) struct Runner {
    pub(crate) store: Store<SystemClock>,
    /// The queues of `store`, for sending.
    pub(crate) queue: RingingQueue,
    pub(crate) objects: ObjectFolder,
    pub(crate) ends: Ends,
    pub(crate) images: Images,
    pub(crate) clock: SystemClock,
    pub(crate) run: RunId,
    /// Whether the task follows the log.
    pub(crate) follows: bool,
    pub(crate) hold: Hold,
}

/// How long an invocation for a message of this queue may live.
pub(crate) fn lifetime(queue: QueueName) -> Duration {
    match queue {
        QueueName::Precheck => PRECHECK,
        QueueName::Plan | QueueName::Copy | QueueName::Read | QueueName::Changes => INVOCATION,
    }
}

/// Logs why an invocation failed.
pub(crate) fn tell_failure(activity: Activity, handled: &Result<Outcome, HandlerError>) {
    if let Err(error) = handled {
        tracing::warn!(%error, %activity, "an invocation failed");
    }
}

impl Runner {
    /// Drops the probe's table of a run that was cancelled. Where it cannot be done now the next `run` does it.
    pub(crate) async fn clean_up_if_cancelled(&self) {
        let deadline = self.clock.now().plus(CLEAN_UP);
        loop {
            let budget = Budget { deadline };
            match self.handle_within(Message::Plan { run: self.run }, budget).await {
                Ok(Outcome::Again { after }) if self.clock.now().plus(after) < deadline => {
                    self.clock.sleep(after).await;
                }
                Ok(_) => return,
                Err(error) => return tracing::warn!(%error, "the probe's table stays for now"),
            }
        }
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
        let (activity, handled) = (activity_of(&message), self.handle(message).await);
        tell_failure(activity, &handled);
        let now = self.clock.now();
        let settled = delivery::settle(&self.store, self.run, activity, Due::Troubled, handled, now).await?;
        self.hold_by(queue, settled);
        match settled.outcome() {
            Outcome::Done => self.store.delete(queue, &delivery.receipt).await?,
            Outcome::Again { after } => {
                self.store.change_visibility(queue, &delivery.receipt, after).await?;
            }
        }
        Ok(())
    }

    /// Leaves a queue alone whose work fails, until its next try is due.
    pub(crate) fn hold_by(&self, queue: QueueName, settled: Settled) {
        match settled {
            Settled::Worked(_) => self.hold.over(queue),
            Settled::Failed(wait) => self.hold.until(queue, self.clock.now().plus(wait)),
            Settled::Idle(_) => {}
        }
    }

    async fn handle(&self, message: Message) -> Result<Outcome, HandlerError> {
        let budget = Budget { deadline: self.clock.now().plus(lifetime(message.queue())) };
        self.handle_within(message, budget).await
    }

    async fn handle_within(&self, message: Message, budget: Budget) -> Result<Outcome, HandlerError> {
        let (records, queue, clock) = (&self.store, &self.queue, &self.clock);
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
            Message::Read { run } => {
                let (objects, images, pace) = (&self.objects, &self.images, ReaderPace::default());
                let log = source;
                let reader = Reader { records, queue, objects, log, images, clock, target_name, pace };
                Box::pin(reader.handle(run, budget)).await
            }
            Message::Define { run, .. } => {
                let definer = Definer { records, queue, target, clock, target_name };
                Box::pin(definer.handle(run, budget)).await
            }
            Message::Copy { run, chunk } => {
                let log = source;
                let copier = Copier { records, queue, source, sink: target, log, clock, target_name };
                Box::pin(copier.handle(run, chunk, budget)).await
            }
        }
    }
}
