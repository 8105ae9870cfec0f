//! The FIFO queue of changes: batches of lanes in order, and definitions.
//!
//! # Why a lane's batches are never applied out of turn because of a delivery
//!
//! 1. One event may hold messages of several groups. Groups are handled side by side, the messages of one in order.
//! 2. From the first message of a group that must come again on, all later ones of the group are named in the answer, and
//!    their visibility is changed with it: a later one that was deleted would be a gap, and a group stays blocked as long
//!    as one of its messages is in flight.
//! 3. The lane's record carries correctness, not the queue: a batch that comes twice, late or not at all is told by epoch and
//!    number ([`migration::lane_progress`]).
//! 4. A batch that cannot be read is put into the dead letters at once: the queue's bound of receives is far beyond what an
//!    outage of the target takes, and the lane would stand still until it is reached. The gap it leaves has the
//!    reader ship its changes again.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use migration::batch::Envelope;
use migration::delivery::{self, Due};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::Clock;
use migration::retry_budget::Activity;
use migration::run::RunId;
use migration::run_store;
use tracing::Instrument;

use crate::control::back_off;
use crate::function::Function;
use crate::host::{Deadline, Host};
use crate::record::Record;
use crate::work::Work;

/// What a message of the queue is.
enum Content {
    Definition,
    Batch(RunId),
    Unreadable,
}

fn content(body: &str) -> Content {
    if Message::parse(body).is_ok() {
        return Content::Definition;
    }
    Envelope::parse(body).map_or(Content::Unreadable, |envelope| Content::Batch(envelope.head.run))
}

impl<F: Function> Host<F> {
    /// The messages that are not done with, of an event of the FIFO queue.
    pub(crate) async fn deliver_groups(&self, records: &[Record], deadline: Deadline) -> Vec<String> {
        let mut groups: BTreeMap<Option<&str>, Vec<&Record>> = BTreeMap::new();
        for record in records {
            groups.entry(record.group.as_deref()).or_default().push(record);
        }
        let working = groups.into_values().map(|group| Box::pin(self.deliver_group(group, deadline)));
        join_all(working).await.concat()
    }

    async fn deliver_group(&self, group: Vec<&Record>, deadline: Deadline) -> Vec<String> {
        let mut batches: Vec<(RunId, &Record)> = Vec::new();
        for (at, record) in group.iter().enumerate() {
            let is_done = match content(&record.body) {
                Content::Batch(run) => {
                    batches.push((run, record));
                    continue;
                }
                Content::Definition => self.deliver(record, deadline).await,
                Content::Unreadable => self.bury(record).await,
            };
            if !is_done {
                // What was passed by so far comes again too; order within the group is all that counts.
                let mut others: Vec<&Record> = batches.iter().map(|(_, record)| *record).collect();
                others.extend(&group[at + 1..]);
                self.put_off(&others, Duration::ZERO).await;
                return others.iter().chain([record]).map(|record| record.id.clone()).collect();
            }
        }
        let Some((run, _)) = batches.first().copied() else { return Vec::new() };
        let (own, foreign): (Vec<_>, Vec<_>) = batches.into_iter().partition(|(of, _)| *of == run);
        let records: Vec<&Record> = own.into_iter().map(|(_, record)| record).collect();
        let span = tracing::info_span!("batches", %run, group = records[0].group, count = records.len());
        let settled = self.apply(run, &records, deadline).instrument(span).await;
        let mut left = match settled {
            Ok(left) => left,
            Err(error) => {
                tracing::error!(%error, "batches cannot be settled and come again");
                self.put_off(&records, back_off(records[0].receive_count)).await;
                records.iter().map(|record| record.id.clone()).collect()
            }
        };
        // A group is of one run; should one be of two, those of the other come again by themselves.
        left.extend(foreign.into_iter().map(|(_, record)| record.id.clone()));
        left
    }

    /// The batches that are not done with.
    async fn apply(
        &self,
        run: RunId,
        records: &[&Record],
        deadline: Deadline,
    ) -> Result<Vec<String>, HandlerError> {
        let (table, clock) = (&self.platform.records, &self.platform.clock);
        let started = clock.now();
        let due = delivery::due(table, run, Activity::Apply, started).await?;
        let results = match due {
            Due::NotBefore(after) => records.iter().map(|_| Ok(Outcome::Again { after })).collect(),
            Due::Clear | Due::Troubled => self.apply_bodies(run, records, deadline).await,
        };
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            tracing::warn!(%error, activity = %Activity::Apply, "an invocation failed");
            self.ends.forget(run);
        }
        let now = clock.now();
        let ends = delivery::settle_lane(table, run, due, results, now).await?;
        self.ledger.spent(run, self.platform.environment.memory_mb, started.until(now));
        // All behind the first that comes again come again with it, after the same time.
        let first = ends.iter().zip(0..).find_map(|(end, at)| match end.outcome() {
            Outcome::Again { after } => Some((at, after)),
            Outcome::Done => None,
        });
        let (left, after) = first.map_or((&[][..], Duration::ZERO), |(at, after)| (&records[at..], after));
        self.put_off(left, after).await;
        tracing::info!(took_ms = started.until(now).as_millis(), left = left.len(), "applied");
        Ok(left.iter().map(|record| record.id.clone()).collect())
    }

    async fn apply_bodies(
        &self,
        run: RunId,
        records: &[&Record],
        deadline: Deadline,
    ) -> Vec<Result<Outcome, HandlerError>> {
        let applied = async {
            let stored = run_store::load_run(&self.platform.records, run).await?;
            let followed = stored.map(|stored| stored.value).filter(|run| run.state.follows());
            let nothing = || Ok(records.iter().map(|_| Ok(Outcome::Done)).collect());
            let Some(run) = followed else { return nothing() };
            let Some(task) = self.ends.task(&self.platform, &run).await? else { return nothing() };
            let work = Work::new(&self.platform, &self.ends, &run, task, deadline.budget);
            let bodies: Vec<&str> = records.iter().map(|record| record.body.as_str()).collect();
            self.handled(deadline, Box::pin(self.function.apply(&work, &bodies))).await?
        };
        let mut results = applied.await.unwrap_or_else(|error| vec![Err(error)]);
        // One for each, whatever was given up.
        results.resize_with(records.len(), || Ok(Outcome::Again { after: Duration::ZERO }));
        results
    }

    /// Puts what cannot be read into the dead letters; whether it is there.
    async fn bury(&self, record: &Record) -> bool {
        tracing::error!(message = record.id, "a message that cannot be read goes to the dead letters");
        let dead = &self.platform.environment.changes_dead;
        match self.platform.queue.bury(dead, &record.body, &record.id).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "the dead letters take nothing");
                self.put_off(&[record], back_off(record.receive_count)).await;
                false
            }
        }
    }
}
