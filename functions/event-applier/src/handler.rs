//! One invocation of the applier: consecutive messages of one lane, applied in order.
//!
//! # Why every change is applied, in order, and none twice out of turn
//!
//! 1. The lane's lease is taken in a transaction that checks the run's record unchanged, so a run that was paused,
//!    failed or taken back gives out no new one; the lane's record is read under it.
//! 2. A batch is judged by the lane's record ([`migration::lane_progress`]). Of a batch that is taken, operations at or
//!    before the lane's applied position are passed over: a new epoch ships again what some lanes have applied.
//! 3. The record is stored after the target acknowledged everything it covers, in a transaction that checks the lease.
//!    A holder that dies before leaves changes that are applied again, with the same final rows (`fold`).
//! 4. What is not taken is deleted: a batch of another epoch, behind a gap, or of a run that does not follow the log. The
//!    checkpoint table has it shipped again (protocol H17). Only what cannot be read is left to the dead letters.
//! 5. A message is done with only after 3. Where the time is over, the rest comes again, first message first.

use std::time::Duration;

use migration::batch::{Envelope, Payload};
use migration::budget::Budget;
use migration::lane_progress::Verdict;
use migration::mutation::{Rule, is_left_out};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{CheckpointTable, Clock, Deleter, ObjectStore, Queue, RowImages, Sink};
use migration::run::Failure;
use migration::run_store;

use crate::hold::{Entry, Held};

/// What the applier works with.
#[derive(Debug)]
pub struct Applier<'a, R, Q, O, K, I, C> {
    /// The checkpoint table.
    pub records: &'a R,
    /// The queues.
    pub queue: &'a Q,
    /// The object store, for batches too large for a message.
    pub objects: &'a O,
    /// The target.
    pub target: &'a K,
    /// Reads row images.
    pub images: &'a I,
    /// The clock of this machine.
    pub clock: &'a C,
    /// Names the target instance in owner records, for example `host:port`.
    pub target_name: &'a str,
}

/// Why an invocation ends before its last message.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The time is over, or somebody else has the lane: the rest comes again after this time.
    Again(Duration),
    /// The batch cannot be read, whoever tries.
    Undecodable,
    /// A row cannot be carried, and the policy is to fail.
    BadRow(Failure),
    /// Something failed.
    Failed(HandlerError),
}

impl<E: Into<HandlerError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<R, Q, O, K, I, C> Applier<'_, R, Q, O, K, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    K: Sink + Deleter,
    I: RowImages,
    C: Clock,
{
    /// Handles consecutive messages of one lane, oldest first; there is one result for each.
    ///
    /// After the first that is not done with, every later one comes again. An error is for the platform to try again;
    /// what needs a person fails the run and is no error here.
    pub async fn handle(&self, bodies: &[&str], budget: Budget) -> Vec<Result<Outcome, HandlerError>> {
        let mut results = Vec::with_capacity(bodies.len());
        while let Some(rest) = bodies.get(results.len()..).filter(|rest| !rest.is_empty()) {
            let batches = leading(rest);
            let mut done = 0;
            let stop = if batches.is_empty() {
                Err(Stop::Undecodable)
            } else {
                self.lane(&batches, budget, &mut done).await
            };
            results.extend((0..done).map(|_| Ok(Outcome::Done)));
            let Err(stop) = stop else { continue };
            results.push(match stop {
                Stop::Again(after) => Ok(Outcome::Again { after }),
                Stop::Undecodable | Stop::BadRow(_) => {
                    Err(HandlerError::Inconsistent("the message is not a batch of changes".to_owned()))
                }
                Stop::Failed(error) => Err(error),
            });
            let after = Duration::ZERO;
            results.extend((results.len()..bodies.len()).map(|_| Ok(Outcome::Again { after })));
        }
        results
    }

    /// Batches of one lane; `done` counts those that are done with.
    async fn lane(&self, batches: &[Envelope], budget: Budget, done: &mut usize) -> Result<(), Stop> {
        let Some(head) = batches.first().map(|batch| batch.head) else { return Ok(()) };
        let worked = self.work(batches, budget, done).await;
        match worked {
            Ok(()) | Err(Stop::Again(_) | Stop::Undecodable) => return worked,
            Err(Stop::BadRow(failure)) => run_store::fail_run(self.records, head.run, failure).await?,
            Err(Stop::Failed(error)) => {
                run_store::settle(self.records, head.run, error, self.clock.now()).await?;
            }
        }
        // A run that was failed has its messages deleted; the checkpoint table re-creates them.
        *done = batches.len();
        Ok(())
    }

    async fn work(&self, batches: &[Envelope], budget: Budget, done: &mut usize) -> Result<(), Stop> {
        let mut held = match self.enter(batches, budget).await? {
            Entry::Held(held) => held,
            Entry::Busy(after) => return Err(Stop::Again(after)),
            Entry::Unwanted => {
                for batch in batches {
                    self.forget(batch).await;
                }
                *done = batches.len();
                return Ok(());
            }
        };
        let outcome = self.apply_all(&mut held, batches, done).await;
        self.leave(held, outcome).await
    }

    async fn apply_all(&self, held: &mut Held, batches: &[Envelope], done: &mut usize) -> Result<(), Stop> {
        while let Some(rest) = batches.get(*done..).filter(|rest| !rest.is_empty()) {
            let head = &rest[0].head;
            match verdict(held, &rest[0]) {
                Verdict::Stale => {
                    self.forget(&rest[0]).await;
                    *done += 1;
                }
                Verdict::Gap => {
                    self.record_gap(held, head.epoch).await?;
                    self.forget(&rest[0]).await;
                    *done += 1;
                }
                Verdict::Take => self.apply_group(held, rest, done).await?,
            }
        }
        Ok(())
    }

    /// Removes what a batch left in the object store. It is only tidiness: nothing refers to the object any more.
    pub(crate) async fn forget(&self, batch: &Envelope) {
        if let Payload::Object(name) = &batch.payload {
            drop(self.objects.remove(name).await);
        }
    }
}

/// What the lane does with a batch.
pub(crate) fn verdict(held: &Held, batch: &Envelope) -> Verdict {
    let verdict = held.expected.judge(batch.head.epoch, batch.head.seq);
    let is_let_through = match verdict {
        Verdict::Take => true,
        Verdict::Stale => is_left_out(Rule::StaleBatches),
        Verdict::Gap => is_left_out(Rule::Gap),
    };
    if is_let_through { Verdict::Take } else { verdict }
}

/// The batches at the front that can be read and are of one lane.
fn leading(bodies: &[&str]) -> Vec<Envelope> {
    let mut batches: Vec<Envelope> = Vec::with_capacity(bodies.len());
    for body in bodies {
        let Ok(batch) = Envelope::parse(body) else { break };
        let is_of_lane =
            |first: &Envelope| (first.head.run, first.head.lane) == (batch.head.run, batch.head.lane);
        if !batches.first().is_none_or(is_of_lane) {
            break;
        }
        batches.push(batch);
    }
    batches
}
