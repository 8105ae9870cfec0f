//! What must hold of any schedule of sending, receiving, deleting and giving back.
//!
//! A model knows of each message how often it came and whether somebody holds it. Nobody's hold ends by time here,
//! only by giving back, so that the schedule means the same on a clock that cannot be moved. A case ends by draining
//! the queue: then every message was deleted, or is a dead letter that came as often as the bound says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use migration::port::{Delivery, Inbox, Outgoing, QueueName, Receipt};
use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};

use crate::platform::{LONG, Platform, delete, grouped, receive, send};
use crate::property::check;

/// Empty answers in a row after which a queue counts as drained.
const EMPTY_MAX: u32 = 3;

#[derive(Debug, Clone)]
enum Step {
    Send { group: u8 },
    Receive { most: u32 },
    Delete { held: usize },
    GiveBack { held: usize },
    DeleteByStaleReceipt { stale: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_u8..3).prop_map(|group| Step::Send { group }),
        4 => (1_u32..5).prop_map(|most| Step::Receive { most }),
        3 => (0_usize..8).prop_map(|held| Step::Delete { held }),
        3 => (0_usize..8).prop_map(|held| Step::GiveBack { held }),
        1 => (0_usize..8).prop_map(|stale| Step::DeleteByStaleReceipt { stale }),
    ];
    vec(step, 1..50)
}

#[derive(Debug, Default)]
struct Message {
    group: u8,
    receive_count: u32,
    held: bool,
    newest: Option<Receipt>,
}

/// The messages that are not deleted, in send order, by body.
struct Model<'p, P> {
    platform: &'p P,
    queue: QueueName,
    waiting: BTreeMap<String, Message>,
    stale: Vec<Receipt>,
    sent: u32,
}

/// A standard queue loses nothing, doubles nothing that is held, and brings nothing back that was deleted.
pub fn a_standard_queue_keeps_every_message_until_it_is_deleted<P: Platform>() {
    any_schedule::<P>(QueueName::Copy);
}

/// A FIFO queue besides hands out a group in order and never while one of it is held.
pub fn a_fifo_queue_keeps_the_order_of_each_group<P: Platform>() {
    any_schedule::<P>(QueueName::Changes);
}

fn any_schedule<P: Platform>(queue: QueueName) {
    check::<P, _>(&steps(), &async |platform, name, steps| {
        let mut model = Model { platform, queue, waiting: BTreeMap::new(), stale: Vec::new(), sent: 0 };
        for step in steps {
            model.take(&name, step).await?;
        }
        model.drain(&name).await
    });
}

impl<P: Platform> Model<'_, P> {
    async fn take(&mut self, case: &str, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Send { group } => {
                let body = format!("{case} {:03}", self.sent);
                self.sent += 1;
                let message = if self.queue.is_fifo() {
                    grouped(&format!("{case}-{group}"), &body)
                } else {
                    Outgoing::plain(body.clone())
                };
                send(self.platform, self.queue, &[message]).await;
                self.waiting.insert(body, Message { group, ..Message::default() });
            }
            Step::Receive { most } => {
                let deliveries = receive(self.platform, self.queue, most, LONG).await;
                prop_assert!(deliveries.len() <= most as usize);
                self.received(&deliveries)?;
            }
            Step::Delete { held } => {
                if let Some((body, receipt)) = self.pick_held(held) {
                    delete(self.platform, self.queue, &receipt).await;
                    self.waiting.remove(&body);
                }
            }
            Step::GiveBack { held } => {
                if let Some((body, receipt)) = self.pick_held(held) {
                    self.give_back(&body, &receipt).await;
                }
            }
            Step::DeleteByStaleReceipt { stale } => {
                if !self.stale.is_empty() {
                    delete(self.platform, self.queue, &self.stale[stale % self.stale.len()]).await;
                }
            }
        }
        Ok(())
    }

    fn pick_held(&self, number: usize) -> Option<(String, Receipt)> {
        let held: Vec<_> = self.waiting.iter().filter(|(_, message)| message.held).collect();
        let (body, message) = held.get(number % held.len().max(1))?;
        Some(((*body).clone(), message.newest.clone()?))
    }

    async fn give_back(&mut self, body: &str, receipt: &Receipt) {
        let changed = self.platform.queue().change_visibility(self.queue, receipt, Duration::ZERO).await;
        changed.expect("a change succeeds");
        if let Some(message) = self.waiting.get_mut(body) {
            message.held = false;
        }
    }

    fn received(&mut self, deliveries: &[Delivery]) -> Result<(), TestCaseError> {
        if self.queue.is_fifo() {
            self.check_order(deliveries)?;
        }
        for delivery in deliveries {
            let Some(message) = self.waiting.get_mut(&delivery.body) else {
                return Err(TestCaseError::fail(format!("{} came after it was deleted", delivery.body)));
            };
            prop_assert!(!message.held, "{} came while it was held", delivery.body);
            message.receive_count += 1;
            message.held = true;
            prop_assert_eq!(delivery.receive_count, message.receive_count);
            prop_assert!(message.receive_count <= P::RECEIVES_MAX);
            self.stale.extend(message.newest.replace(delivery.receipt.clone()));
        }
        Ok(())
    }

    fn check_order(&self, deliveries: &[Delivery]) -> Result<(), TestCaseError> {
        let groups: BTreeSet<u8> = deliveries
            .iter()
            .filter_map(|delivery| self.waiting.get(&delivery.body))
            .map(|found| found.group)
            .collect();
        for group in groups {
            let of_group = || self.waiting.iter().filter(|(_, message)| message.group == group);
            prop_assert!(
                of_group().all(|(_, message)| !message.held),
                "a group came while one of it was held"
            );
            let came: Vec<&String> = deliveries
                .iter()
                .map(|delivery| &delivery.body)
                .filter(|body| self.waiting.get(*body).is_some_and(|message| message.group == group))
                .collect();
            // Those that came too often stand among the dead letters by now.
            let alive = of_group().filter(|(_, message)| message.receive_count < P::RECEIVES_MAX);
            let first: Vec<&String> = alive.map(|(body, _)| body).take(came.len()).collect();
            prop_assert_eq!(came, first);
        }
        Ok(())
    }

    async fn drain(&mut self, case: &str) -> Result<(), TestCaseError> {
        while let Some((body, receipt)) = self.pick_held(0) {
            self.give_back(&body, &receipt).await;
        }
        let mut empty = 0;
        while empty < EMPTY_MAX {
            let deliveries = receive(self.platform, self.queue, 10, LONG).await;
            empty = if deliveries.is_empty() { empty + 1 } else { 0 };
            self.received(&deliveries)?;
            for delivery in deliveries {
                delete(self.platform, self.queue, &delivery.receipt).await;
                self.waiting.remove(&delivery.body);
            }
        }
        prop_assert!(self.waiting.values().all(|message| message.receive_count == P::RECEIVES_MAX));
        let dead = self.platform.dead_letters(self.queue).await;
        let dead: BTreeSet<String> = dead
            .into_iter()
            .map(|letter| letter.body)
            .filter(|body| body.starts_with(&format!("{case} ")))
            .collect();
        prop_assert_eq!(dead, self.waiting.keys().cloned().collect::<BTreeSet<String>>());
        Ok(())
    }
}
