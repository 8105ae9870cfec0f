//! One invocation: its deadline, its messages, and the answer that says which of them come again.
//!
//! # Why nothing is deleted that was not done with
//!
//! 1. SQS deletes every message that the answer does not name. So the answer is built from what is known to be done: a message
//!    is named unless its handler ended with it, and a record that cannot be named fails the whole event.
//! 2. Handlers get a deadline before the one of Lambda ([`Deadline`]) and end in good order by it. One that does not, or
//!    panics, is given up ([`Host::handled`]) while there is time to answer: the other messages of the event are not
//!    punished, and the failure is counted against the run. Giving up is no worse than a kill, which any
//!    instruction must stand.
//! 3. Where even that fails, Lambda kills the environment, and every message comes again after its visibility timeout.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures_util::FutureExt;
use lambda_runtime::{Error, LambdaEvent};
use migration::budget::Budget;
use migration::outcome::HandlerError;
use migration::port::Clock;
use migration::time::UnixMs;
use serde::Deserialize;
use tracing::Instrument;

use crate::ends::Ends;
use crate::function::Function;
use crate::platform::Platform;
use crate::record::Record;
use crate::tick::TickInput;
use crate::usage::Ledger;

/// What is kept of an invocation's time for ending in good order: a sixth, within these.
const MARGIN: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(15);
/// What is kept for counting the failure, and for the answer, where a handler does not end: a fifteenth, within these.
const LAST_MOMENT: std::ops::RangeInclusive<Duration> = Duration::from_millis(400)..=Duration::from_secs(2);
/// How long storing what was used may take, at most.
const USAGE: Duration = Duration::from_secs(1);

/// What invokes a function.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Payload {
    /// An event source mapping.
    Messages(SqsEvent),
    /// The schedule.
    Tick(TickInput),
}

/// A function in its environment.
pub(crate) struct Host<F> {
    pub(crate) function: F,
    pub(crate) platform: Platform,
    pub(crate) ends: Ends,
    pub(crate) ledger: Ledger,
}

/// When an invocation must end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    /// In good order.
    pub(crate) budget: Budget,
    /// At all.
    pub(crate) last: UnixMs,
}

impl Deadline {
    /// From the time at which Lambda kills.
    fn of(now: UnixMs, kill_at: UnixMs) -> Self {
        let margin = (now.until(kill_at) / 6).clamp(*MARGIN.start(), *MARGIN.end());
        let last_moment = (now.until(kill_at) / 15).clamp(*LAST_MOMENT.start(), *LAST_MOMENT.end());
        Self { budget: Budget { deadline: kill_at.minus(margin) }, last: kill_at.minus(last_moment) }
    }
}

impl<F: Function> Host<F> {
    pub(crate) fn new(function: F, platform: Platform) -> Self {
        Self { function, platform, ends: Ends::new(F::QUEUE), ledger: Ledger::default() }
    }

    /// Handles an event.
    pub(crate) async fn invoke(
        self: Arc<Self>,
        event: LambdaEvent<Payload>,
    ) -> Result<SqsBatchResponse, Error> {
        let (payload, context) = event.into_parts();
        let started = self.platform.clock.now();
        let deadline = Deadline::of(started, UnixMs(context.deadline));
        let span = tracing::info_span!("invocation", function = F::NAME, request = %context.request_id);
        async {
            let mut response = SqsBatchResponse::default();
            match payload {
                Payload::Messages(event) => {
                    response.set_failures(self.deliver_all(event, deadline, started).await?);
                }
                Payload::Tick(_) => self.tick(deadline).await?,
            }
            // It is only told: it must not cost the answer.
            let left = USAGE.min(self.platform.clock.now().until(deadline.last));
            if tokio::time::timeout(left, self.store_usage()).await.is_err() {
                tracing::debug!("what was used is not stored");
            }
            Ok(response)
        }
        .instrument(span)
        .await
    }

    /// The messages that are not done with.
    async fn deliver_all(
        &self,
        event: SqsEvent,
        deadline: Deadline,
        now: UnixMs,
    ) -> Result<Vec<String>, Error> {
        let records: Result<Vec<Record>, _> =
            event.records.into_iter().map(|record| Record::of(record, now)).collect();
        let records = records?;
        if F::QUEUE.is_fifo() {
            return Ok(self.deliver_groups(&records, deadline).await);
        }
        let mut left = Vec::new();
        for record in &records {
            if !self.deliver(record, deadline).await {
                left.push(record.id.clone());
            }
        }
        Ok(left)
    }

    /// What a handler ends with; an error where it panics or does not end while there is time to answer.
    pub(crate) async fn handled<T>(
        &self,
        deadline: Deadline,
        handling: impl Future<Output = T> + Send,
    ) -> Result<T, HandlerError> {
        ended_within(self.platform.clock.now().until(deadline.last), handling).await
    }
}

async fn ended_within<T>(
    left: Duration,
    handling: impl Future<Output = T> + Send,
) -> Result<T, HandlerError> {
    match tokio::time::timeout(left, AssertUnwindSafe(handling).catch_unwind()).await {
        Ok(Ok(ended)) => Ok(ended),
        Ok(Err(_panic)) => Err(HandlerError::Died("it panicked")),
        Err(_elapsed) => Err(HandlerError::Died("it did not end in time")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Deadline, Duration, HandlerError, Payload, UnixMs, ended_within};

    #[tokio::test]
    async fn a_handler_that_panics_or_hangs_is_given_up_and_one_that_ends_is_not() {
        let left = Duration::from_secs(5);
        assert_eq!(ended_within(left, async { 7 }).await.ok(), Some(7));
        let panicked = ended_within(left, async { assert!(left.is_zero(), "not zero") }).await;
        assert!(matches!(panicked, Err(HandlerError::Died("it panicked"))));
        let hung = ended_within(Duration::ZERO, std::future::pending::<()>()).await;
        assert!(matches!(hung, Err(HandlerError::Died("it did not end in time"))));
    }

    #[test]
    fn a_handler_is_told_to_end_before_lambda_kills() {
        for (timeout, margin) in [(900, 15_000), (60, 10_000), (30, 5_000), (3, 1_000)] {
            let kill_at = UnixMs(1_000).plus(Duration::from_secs(timeout));
            let deadline = Deadline::of(UnixMs(1_000), kill_at);
            assert_eq!(deadline.budget.deadline.until(kill_at).as_millis(), margin, "{timeout} s");
            assert!(deadline.last > deadline.budget.deadline && deadline.last < kill_at);
        }
    }

    #[test]
    fn events_of_queues_and_of_the_schedule_are_told_apart() {
        let read = |text: &str| serde_json::from_str::<Payload>(text);
        assert!(matches!(read(r#"{"Records":[]}"#), Ok(Payload::Messages(_))));
        assert!(matches!(read(r#"{"version":1,"kind":"tick"}"#), Ok(Payload::Tick(_))));
        assert!(read(r#"{"version":2}"#).is_err());
    }
}
