//! The queues in memory: what SQS promises and no more.
//!
//! A FIFO receipt whose visibility has run out deletes nothing, as on SQS; a standard one deletes until the message
//! is received again. One receive call may hand out several messages of one FIFO group, in order, as SQS does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::limits::{DEDUPLICATION_SPAN, MESSAGE_RETENTION, RECEIVE_MESSAGES_MAX};
use migration::port::{
    Clock, Delivery, Inbox, Outgoing, PortError, Queue, QueueName, Receipt, SendOutcome, Surface,
    admit_message, admit_visibility,
};
use migration::retry::Retry;
use migration::time::UnixMs;

use crate::clock::ManualClock;
use crate::faults::{Call, Faults, Step, after, before};
use crate::random::Random;

/// Deliveries before a message goes to the dead letters, unless set otherwise.
const RECEIVES_MAX: u32 = 5;

/// A message received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its body.
    pub body: String,
    /// Its group, on a FIFO queue.
    pub group: Option<String>,
    /// How often it was delivered.
    pub receive_count: u32,
}

/// A handle to the queues of a deployment; clones share them.
#[derive(Debug, Clone)]
pub struct MemoryQueue {
    clock: ManualClock,
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    next_id: u64,
    messages: BTreeMap<(QueueName, u64), Message>,
    dead: BTreeMap<QueueName, Vec<DeadLetter>>,
    remembered: BTreeMap<(QueueName, String), UnixMs>,
    receives_max: BTreeMap<QueueName, u32>,
    loses: Option<(u64, Random)>,
}

#[derive(Debug)]
struct Message {
    body: String,
    group: Option<String>,
    sent_at: UnixMs,
    visible_at: UnixMs,
    receive_count: u32,
}

impl MemoryQueue {
    /// Empty queues.
    #[must_use]
    pub fn new(clock: ManualClock, faults: Faults) -> Self {
        Self { clock, faults, state: Arc::default() }
    }

    /// Sets how often a message of the queue is delivered before it goes to the dead letters.
    pub fn set_receives_max(&self, queue: QueueName, most: u32) {
        self.state().receives_max.insert(queue, most);
    }

    /// The dead letters of a queue, oldest first; counts as no call.
    #[must_use]
    pub fn dead_letters(&self, queue: QueueName) -> Vec<DeadLetter> {
        self.state().dead.get(&queue).cloned().unwrap_or_default()
    }

    /// The bodies in a queue in send order, invisible ones included; counts as no call.
    #[must_use]
    pub fn bodies(&self, queue: QueueName) -> Vec<String> {
        let state = self.state();
        state.messages.range(all_of(queue)).map(|(_, message)| message.body.clone()).collect()
    }

    /// Loses every message, as a purged queue does; the task must still complete (invariant 4).
    pub fn purge(&self) {
        self.state().messages.clear();
    }

    /// Loses some of the messages sent to FIFO queues from now on: `thousandths` of them, drawn from a seed.
    pub fn lose(&self, thousandths: u64, seed: u64) {
        self.state().loses = Some((thousandths, Random::seeded(seed)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, queue: QueueName, messages: &[Outgoing]) -> Vec<SendOutcome> {
        let now = self.clock.now();
        let mut state = self.state();
        messages
            .iter()
            .map(|message| match admit_message(queue, message) {
                Ok(()) => {
                    state.put(queue, message, now);
                    SendOutcome::Sent
                }
                Err(error) => SendOutcome::Failed(error),
            })
            .collect()
    }
}

fn all_of(queue: QueueName) -> std::ops::RangeInclusive<(QueueName, u64)> {
    (queue, 0)..=(queue, u64::MAX)
}

impl State {
    fn put(&mut self, queue: QueueName, message: &Outgoing, now: UnixMs) {
        self.remembered.retain(|_, until| *until > now);
        if let Some(id) = &message.deduplication {
            let key = (queue, id.clone());
            if self.remembered.contains_key(&key) {
                return;
            }
            self.remembered.insert(key, now.plus(DEDUPLICATION_SPAN));
        }
        if queue.is_fifo()
            && let Some((thousandths, random)) = &mut self.loses
            && random.below(1_000) < *thousandths
        {
            return;
        }
        let stored = Message {
            body: message.body.clone(),
            group: message.group.clone(),
            sent_at: now,
            visible_at: now.plus(message.delay),
            receive_count: 0,
        };
        self.messages.insert((queue, self.next_id), stored);
        self.next_id += 1;
    }

    fn receive(&mut self, queue: QueueName, most: u32, visibility: Duration, now: UnixMs) -> Vec<Delivery> {
        self.messages.retain(|_, message| now < message.sent_at.plus(MESSAGE_RETENTION));
        let receives_max = self.receives_max.get(&queue).copied().unwrap_or(RECEIVES_MAX);
        let blocked: BTreeSet<String> = self
            .messages
            .range(all_of(queue))
            .filter(|(_, message)| now < message.visible_at)
            .filter_map(|(_, message)| message.group.clone())
            .collect();
        let mut waiting: Vec<(UnixMs, u64)> = self
            .messages
            .range(all_of(queue))
            .filter(|(_, message)| message.visible_at <= now)
            .filter(|(_, message)| message.group.as_ref().is_none_or(|group| !blocked.contains(group)))
            .map(|((_, id), message)| (if queue.is_fifo() { UnixMs(0) } else { message.visible_at }, *id))
            .collect();
        waiting.sort_unstable();
        let mut deliveries = Vec::new();
        for (_, id) in waiting {
            if deliveries.len() >= most as usize {
                break;
            }
            let Some(message) = self.messages.get_mut(&(queue, id)) else { continue };
            if message.receive_count >= receives_max {
                self.bury(queue, id);
                continue;
            }
            message.receive_count += 1;
            message.visible_at = now.plus(visibility);
            deliveries.push(Delivery {
                receipt: receipt(id, message.receive_count),
                body: message.body.clone(),
                group: message.group.clone(),
                receive_count: message.receive_count,
            });
        }
        deliveries
    }

    fn bury(&mut self, queue: QueueName, id: u64) {
        if let Some(Message { body, group, receive_count, .. }) = self.messages.remove(&(queue, id)) {
            self.dead.entry(queue).or_default().push(DeadLetter { body, group, receive_count });
        }
    }

    /// The message a receipt still holds.
    fn held(&mut self, queue: QueueName, receipt: &Receipt, now: UnixMs) -> Result<Option<u64>, PortError> {
        let Some((id, count)) = parse_receipt(receipt) else {
            return Err(PortError::permanent(Surface::Queue, "a receipt this queue did not give"));
        };
        let newest = self.messages.get(&(queue, id)).filter(|message| message.receive_count == count);
        Ok(newest.filter(|message| !queue.is_fifo() || now < message.visible_at).map(|_| id))
    }
}

fn receipt(id: u64, count: u32) -> Receipt {
    Receipt(format!("{id}.{count}"))
}

fn parse_receipt(receipt: &Receipt) -> Option<(u64, u32)> {
    let (id, count) = receipt.0.split_once('.')?;
    Some((id.parse().ok()?, count.parse().ok()?))
}

impl Queue for MemoryQueue {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        match self.faults.step(Call::Send) {
            Step::Work => Ok(self.put(queue, messages)),
            Step::Before(retry) => Err(before(Call::Send, retry)),
            Step::Conflict => Err(before(Call::Send, Retry::Now)),
            Step::After(retry) => {
                self.put(queue, messages);
                Err(after(Call::Send, retry))
            }
            Step::Late(_) => {
                self.put(queue, messages);
                Err(after(Call::Send, Retry::Now))
            }
            Step::Half => {
                let (sent, lost) = messages.split_at(messages.len() / 2);
                let mut outcomes = self.put(queue, sent);
                outcomes.extend(lost.iter().map(|_| SendOutcome::Failed(before(Call::Send, Retry::Now))));
                Ok(outcomes)
            }
        }
    }

    async fn depth(&self, queue: QueueName) -> Result<u64, PortError> {
        let now = self.clock.now();
        self.faults.call(Call::Depth, || {
            let state = self.state();
            let kept = state.messages.range(all_of(queue));
            Ok(kept.filter(|(_, message)| now < message.sent_at.plus(MESSAGE_RETENTION)).count() as u64)
        })
    }
}

impl Inbox for MemoryQueue {
    async fn receive(
        &self,
        queue: QueueName,
        most: u32,
        visibility: Duration,
    ) -> Result<Vec<Delivery>, PortError> {
        self.faults.call(Call::Receive, || {
            admit_visibility(visibility)?;
            let now = self.clock.now();
            Ok(self.state().receive(queue, most.min(RECEIVE_MESSAGES_MAX), visibility, now))
        })
    }

    async fn delete(&self, queue: QueueName, receipt: &Receipt) -> Result<(), PortError> {
        self.faults.call(Call::Delete, || {
            let now = self.clock.now();
            let mut state = self.state();
            if let Some(id) = state.held(queue, receipt, now)? {
                state.messages.remove(&(queue, id));
            }
            Ok(())
        })
    }

    async fn change_visibility(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<(), PortError> {
        self.faults.call(Call::ChangeVisibility, || {
            admit_visibility(visibility)?;
            let now = self.clock.now();
            let mut state = self.state();
            if let Some(id) = state.held(queue, receipt, now)?
                && let Some(message) = state.messages.get_mut(&(queue, id))
                && now < message.visible_at
            {
                message.visible_at = now.plus(visibility);
            }
            Ok(())
        })
    }
}
