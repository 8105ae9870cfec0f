//! Sending, with an outcome for each message. The rules stand in [`super`].

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use migration::port::{Outgoing, PortError, QueueName, SendOutcome, Surface, admit_message};
use migration::retry::Retry;

use crate::classify::{by_code, failed};
use crate::queues::SqsQueues;
use crate::queues::pack::first_request;
use crate::waits::waits;

/// No request is repeated later than this after the call began.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of every message, in order.
pub(crate) async fn send(queues: &SqsQueues, queue: QueueName, messages: &[Outgoing]) -> Vec<SendOutcome> {
    let mut sending = Sending {
        queues,
        queue,
        messages,
        began: Instant::now(),
        outcomes: messages.iter().map(|_| None).collect(),
        broken: BTreeSet::new(),
    };
    let mut waiting = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        match admit_message(queue, message) {
            Ok(()) => waiting.push(place),
            Err(error) => sending.set(place, SendOutcome::Failed(error)),
        }
    }
    let mut is_reachable = true;
    while is_reachable && !waiting.is_empty() {
        let count = first_request(waiting.iter().map(|place| sending.message(*place).body.len()));
        let request: Vec<usize> = waiting.drain(..count).collect();
        is_reachable = sending.request(request).await;
        waiting.retain(|place| !sending.is_broken(*place));
    }
    let outcomes = sending.outcomes.into_iter();
    outcomes.map(|outcome| outcome.unwrap_or_else(|| SendOutcome::Failed(not_tried()))).collect()
}

struct Sending<'a> {
    queues: &'a SqsQueues,
    queue: QueueName,
    messages: &'a [Outgoing],
    began: Instant,
    /// None where a message was never tried.
    outcomes: Vec<Option<SendOutcome>>,
    /// Groups of which a message failed.
    broken: BTreeSet<&'a str>,
}

impl<'a> Sending<'a> {
    fn message(&self, place: usize) -> &'a Outgoing {
        self.messages.get(place).expect("invariant: places are those of the messages")
    }

    fn group(&self, place: usize) -> Option<&'a str> {
        self.message(place).group.as_deref()
    }

    fn is_broken(&self, place: usize) -> bool {
        self.group(place).is_some_and(|group| self.broken.contains(group))
    }

    fn set(&mut self, place: usize, outcome: SendOutcome) {
        if let Some(slot) = self.outcomes.get_mut(place) {
            *slot = Some(outcome);
        }
    }

    /// Sends these messages in one request, and again what is worth it; false where the service cannot be used.
    async fn request(&mut self, mut places: Vec<usize>) -> bool {
        let mut waits = waits();
        loop {
            let (failures, is_reachable) = self.attempt(&places).await;
            let sent = places.iter().filter(|place| failures.iter().all(|(failed, _)| failed != *place));
            let sent: Vec<usize> = sent.copied().collect();
            let again: Vec<usize> = failures
                .iter()
                .filter(|(place, error)| error.is_transient() && !self.is_overtaken(*place, &sent))
                .map(|(place, _)| *place)
                .collect();
            for place in sent {
                self.set(place, SendOutcome::Sent);
            }
            for (place, error) in failures {
                self.set(place, SendOutcome::Failed(error));
            }
            let wait = waits.next().filter(|_| !again.is_empty() && self.began.elapsed() < PATIENCE);
            let Some(wait) = wait else {
                self.note_broken(&places);
                return is_reachable;
            };
            let (tried, keep) = (places, again);
            places = keep;
            self.note_broken(&tried.into_iter().filter(|place| !places.contains(place)).collect::<Vec<_>>());
            places.retain(|place| !self.is_broken(*place));
            if places.is_empty() {
                return is_reachable;
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether a later message of its group is in the queue already.
    fn is_overtaken(&self, place: usize, sent: &[usize]) -> bool {
        let group = self.group(place);
        group.is_some() && sent.iter().any(|other| *other > place && self.group(*other) == group)
    }

    fn note_broken(&mut self, places: &[usize]) {
        for place in places {
            if let (Some(group), Some(Some(SendOutcome::Failed(_)))) =
                (self.group(*place), self.outcomes.get(*place))
            {
                self.broken.insert(group);
            }
        }
    }

    /// One request: the messages that failed, in order, and whether the service answered at all.
    async fn attempt(&self, places: &[usize]) -> (Vec<(usize, PortError)>, bool) {
        let queues = self.queues;
        queues
            .units
            .queue_request(self.queue, places.iter().map(|place| self.message(*place).body.len()).sum());
        let entries: Result<Vec<_>, _> =
            places.iter().map(|place| entry(*place, self.message(*place))).collect();
        let entries = entries.expect("invariant: every entry has an id and a body");
        let request = queues.client.send_message_batch().queue_url(queues.urls.of(self.queue));
        match request.set_entries(Some(entries)).send().await {
            Ok(answer) => {
                let failure = |place: &usize| {
                    let id = place.to_string();
                    answer
                        .failed()
                        .iter()
                        .find(|failed| failed.id() == id)
                        .map(|failed| (*place, refused(failed)))
                };
                (places.iter().filter_map(failure).collect(), true)
            }
            Err(error) => {
                let error = |_: &usize| failed(Surface::Queue, "SendMessageBatch", &error);
                (places.iter().map(|place| (*place, error(place))).collect(), false)
            }
        }
    }
}

fn entry(
    place: usize,
    message: &Outgoing,
) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    let seconds = whole_seconds(message.delay);
    SendMessageBatchRequestEntry::builder()
        .id(place.to_string())
        .message_body(&message.body)
        .set_delay_seconds(Some(seconds).filter(|seconds| *seconds > 0))
        .set_message_group_id(message.group.clone())
        .set_message_deduplication_id(message.deduplication.clone())
        .build()
}

/// Whole seconds, rather too long than too short.
pub(crate) fn whole_seconds(span: Duration) -> i32 {
    let begun = u64::from(span.subsec_nanos() > 0);
    i32::try_from(span.as_secs().saturating_add(begun)).unwrap_or(i32::MAX)
}

/// An entry of a request that failed.
pub(crate) fn refused(entry: &BatchResultErrorEntry) -> PortError {
    let (retry, effect) = by_code(entry.code(), if entry.sender_fault() { 400 } else { 500 });
    PortError {
        retry,
        effect,
        ..PortError::permanent(Surface::Queue, format!("a message was refused: {}", entry.code()))
    }
}

fn not_tried() -> PortError {
    let summary = "not sent, because an earlier message could not be sent";
    PortError { retry: Retry::Now, ..PortError::permanent(Surface::Queue, summary) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::whole_seconds;

    #[test]
    fn a_span_is_rounded_up() {
        assert_eq!(whole_seconds(Duration::ZERO), 0);
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_secs(900)), 900);
    }
}
