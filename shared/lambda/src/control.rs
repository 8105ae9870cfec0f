//! A control message: its handler, what its end means for the run's troubles, and when it comes again.
//!
//! On a standard queue a message that must come again is sent anew with its delay, and the old one is done with: its
//! receive count starts again, so only what kills its function, cannot be read, or cannot be settled five times in a row reaches
//! the dead letters; the tick sends what a run owes in place of the last two. The new
//! one is in the queue before the old one is deleted; a crash between the two leaves both, which is harmless.
//! On the FIFO queue it keeps its place: its visibility is changed, and the answer names it.

use std::error::Error;
use std::time::Duration;

use migration::budget::Budget;
use migration::delivery::{self, Due, activity_of};
use migration::message::{self, Message, Received};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, QueueName, Receipt};
use migration::run::State;
use migration::run_store;
use tracing::Instrument;

use crate::function::{Function, misdirected};
use crate::host::{Deadline, Host};
use crate::record::Record;
use crate::work::Work;

/// After a delivery that could not even be counted, because the table or the queue did not answer.
const BACK_OFF: Duration = Duration::from_secs(5);
/// Between two receives of a message that nobody can read, on its way to the dead letters.
const UNREADABLE_AGAIN: Duration = Duration::from_secs(1);
const BACK_OFF_MAX: Duration = Duration::from_mins(2);

impl<F: Function> Host<F> {
    /// Whether the message is done with.
    pub(crate) async fn deliver(&self, record: &Record, deadline: Deadline) -> bool {
        let received = match Received::parse(&record.body) {
            Ok(received) if received.message.queue() == F::QUEUE => received,
            Ok(_) => {
                return self.leave_to_dead_letters(record, &misdirected(F::NAME)).await;
            }
            Err(_) if F::QUEUE == QueueName::Precheck => return self.take_in(record).await,
            Err(error) => {
                return self.leave_to_dead_letters(record, &error).await;
            }
        };
        let (run, attempt) = (received.message.run(), record.receive_count);
        let span = tracing::info_span!("message", %run, kind = received.message.name(), attempt);
        let delivered = self.deliver_control(record, received, deadline).instrument(span);
        match delivered.await {
            Ok(is_done) => is_done,
            Err(error) => {
                tracing::error!(%error, "a message cannot be settled and comes again");
                self.put_off(&[record], back_off(record.receive_count)).await;
                false
            }
        }
    }

    /// Nobody can do anything with it: it comes again soon and often, until its queue gives it up.
    pub(crate) async fn leave_to_dead_letters(&self, record: &Record, error: &(impl Error + Sync)) -> bool {
        tracing::error!(%error, message = record.id, "a message is left to the dead letters");
        self.put_off(&[record], UNREADABLE_AGAIN).await;
        false
    }

    async fn deliver_control(
        &self,
        record: &Record,
        received: Received,
        deadline: Deadline,
    ) -> Result<bool, HandlerError> {
        let message = received.message;
        let (run, activity) = (message.run(), activity_of(&message));
        let (records, clock) = (&self.platform.records, &self.platform.clock);
        let started = clock.now();
        let due = delivery::due(records, run, activity, started).await?;
        if let Due::NotBefore(after) = due {
            return self.come_again(record, received, Duration::ZERO, after).await;
        }
        let handled = self.handle(message, deadline).await;
        let now = clock.now();
        if let Err(error) = &handled {
            tracing::warn!(%error, %activity, "an invocation failed");
            self.ends.forget(run);
        }
        let settled = delivery::settle(records, run, activity, due, handled, now).await?;
        self.ledger.spent(run, self.platform.environment.memory_mb, started.until(now));
        tracing::info!(took_ms = started.until(now).as_millis(), outcome = ?settled.outcome(), "handled");
        match settled.outcome() {
            Outcome::Done => Ok(true),
            Outcome::Again { after } => self.come_again(record, received, started.until(now), after).await,
        }
    }

    async fn handle(&self, message: Message, deadline: Deadline) -> Result<Outcome, HandlerError> {
        let run = message.run();
        // Before anybody signs in: a login that fails must not keep the messages of a run alive that nobody works at.
        let Some(stored) = run_store::load_run(&self.platform.records, run).await? else {
            return Ok(Outcome::Done);
        };
        let cleans_up = stored.value.state == State::Cancelled && matches!(message, Message::Plan { .. });
        if !stored.value.state.is_live() && !cleans_up {
            return Ok(Outcome::Done);
        }
        let Some(task) = self.ends.task(&self.platform, &stored.value).await? else {
            return Ok(Outcome::Done);
        };
        let budget = self.budget_for(&message, deadline);
        let work = Work::new(&self.platform, &self.ends, &stored.value, task, budget);
        match self.handled(deadline, Box::pin(self.function.handle(&work, message))).await? {
            // No person is waited for by a run that is over: what is left of it stays, and this is told.
            Err(error) if cleans_up && error.is_final() => {
                tracing::warn!(%error, "what is left of a cancelled run cannot be cleared away");
                Ok(Outcome::Done)
            }
            handled => handled,
        }
    }

    /// A read may be shorter than its function could be.
    fn budget_for(&self, message: &Message, deadline: Deadline) -> Budget {
        let Message::Read { .. } = message else { return deadline.budget };
        let longest = self.platform.clock.now().plus(self.platform.environment.reader_span);
        Budget { deadline: deadline.budget.deadline.min(longest) }
    }

    /// Has the message come again; whether the one at hand is done with.
    async fn come_again(
        &self,
        record: &Record,
        received: Received,
        worked: Duration,
        after: Duration,
    ) -> Result<bool, HandlerError> {
        if F::QUEUE.is_fifo() {
            self.put_off(&[record], after).await;
            return Ok(false);
        }
        let (since, now) = (received.since.unwrap_or(record.sent_at), self.platform.clock.now());
        if let Some(again) = delivery::again(&received.message, since, now, worked, after) {
            message::send_all(&self.platform.queue, F::QUEUE, &[again]).await?;
        }
        Ok(true)
    }

    /// Makes messages visible again after this time. Where that fails they come after their visibility timeout.
    pub(crate) async fn put_off(&self, records: &[&Record], after: Duration) {
        let receipts: Vec<Receipt> = records.iter().map(|record| record.receipt.clone()).collect();
        let changed = self.platform.queue.change_visibility_of(F::QUEUE, &receipts, after).await;
        if let Err(error) = changed {
            tracing::warn!(%error, "a visibility timeout could not be changed");
        }
    }
}

/// Doubles with every delivery.
pub(crate) fn back_off(receive_count: u32) -> Duration {
    BACK_OFF.saturating_mul(1 << receive_count.saturating_sub(1).min(8)).min(BACK_OFF_MAX)
}

#[cfg(test)]
mod tests {
    use super::{Duration, back_off};

    #[test]
    fn what_could_not_be_settled_waits_longer_each_time() {
        let waits = [1, 2, 3, 9, 900].map(|count| back_off(count).as_secs());
        assert_eq!(waits, [5, 10, 20, 120, 120]);
        assert_eq!(back_off(0), Duration::from_secs(5));
    }
}
