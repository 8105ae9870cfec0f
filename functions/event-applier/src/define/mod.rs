//! Carries a definition of the source over to the target, when every lane has reached it.
//!
//! # Why a definition takes effect in its place, and nothing else does, whatever is killed
//!
//! 1. *In its place* (protocol H2). It is judged and executed only while its barrier is open, which is looked at again
//!    under the lease. Every statement follows a transaction that checks the reader's record and the run's unchanged,
//!    so the barrier still stands, nothing is outstanding, and nobody has paused the run. Nothing behind the definition
//!    is shipped before the reader's record says that it was passed.
//! 2. *One executor* (H18). The lease ends no earlier than the timeout of a definition after its holder's last
//!    statement was sent: the port refuses a statement that could take effect later (`settled_by`), so it does no harm
//!    that an executor was frozen in front of it. After an answer that leaves the outcome open, and after a crash, the
//!    lease is left to run out; so whoever comes next knows that no earlier statement can take effect any more, and then
//!    *looks* at the target.
//! 3. *Looking decides*. A statement is sent only where the target is found not to be as wanted, and what became of it
//!    is told by the target: "exists already" and "is not there" are no answers. A TRUNCATE is done when the table
//!    reads empty: nobody writes to it, because lanes and copiers have stopped.
//! 4. *Copiers* (H7). First the table's record is stored as held, a generation further. From then on no chunk of it is
//!    cut or taken, and a copier that holds one loses it at its next step. Then every lease of its chunks has to end;
//!    so no page of the time before can land any more. Then chunks that are void are closed, and only then the
//!    target is touched. Chunks that go on need no new number: the record says from which generation on they count, and
//!    whoever takes one reads it by the mapping of that moment.
//! 5. *Passing is one transaction*: the reader's state behind the barrier, the tables' new records, plans of tables that
//!    are copied again, and the lease given back. Before it, the judgement can be asked again and says the same,
//!    and every step above finds what it has done already. After it, the barrier is gone.
//! 6. *Rejects* of rows that are void now, or are copied again, go when the target is as wanted, in as many transactions
//!    as they need: nobody adds one meanwhile, because lanes and copiers have stopped, and each removal stands for itself.
//! 7. *New tables* are taken like any other: owner record, former owner's leases, emptiness. They need no copy, because
//!    everything in them is behind the definition; but what is written must lie above the stamps of former owners.

mod clear;
mod commit;
mod entry;
mod execute;
mod hold;
mod second_copy;
mod take;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use migration::barrier::Barrier;
use migration::budget::Budget;
use migration::capabilities::Capabilities;
use migration::definition::{self, Circumstances, Followed, Passage};
use migration::ident::TableId;
use migration::lease::Lease;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{CheckpointTable, Clock, Queue, TargetCatalog, TargetClock, TargetDefiner, Version};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored, TableNumber};
use migration::run::{Failure, Run, RunId};
use migration::run_store;
use migration::schema::TargetTable;
use migration::table_plan::TableRecord;
use migration::task::Task;

/// What the executor of definitions works with.
#[derive(Debug)]
pub struct Definer<'a, R, Q, T, C> {
    /// The checkpoint table.
    pub records: &'a R,
    /// The queues.
    pub queue: &'a Q,
    /// The target.
    pub target: &'a T,
    /// The clock of this machine.
    pub clock: &'a C,
    /// Names the target instance in owner records, for example `host:port`.
    pub target_name: &'a str,
}

/// Whether a part of the work is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is; go on with the next.
    Over,
    /// It is not; come again after this time.
    Later(Duration),
    /// The run has failed, or the barrier is not this executor's any more.
    Ended,
}

/// An open barrier and what it concerns, as loaded.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) run: Stored<Run>,
    pub(crate) task: Task,
    pub(crate) reader: Stored<ReaderState>,
    pub(crate) barrier: Barrier,
    /// Whether copied rows carry a stamp.
    pub(crate) stamped: bool,
    pub(crate) tables: BTreeMap<TableNumber, Stored<TableRecord>>,
    /// By source name, with their versions.
    pub(crate) ghosts: BTreeMap<TableId, Version>,
    pub(crate) followed: Followed,
}

/// An open barrier under this executor's lease.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) open: Open,
    pub(crate) lease: Stored<Lease>,
    /// A statement was sent and its outcome is not known: the lease must run out.
    pub(crate) uncertain: bool,
    /// The lease was given back.
    pub(crate) released: bool,
    pub(crate) budget: Budget,
}

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    /// Handles one message.
    ///
    /// # Errors
    /// [`HandlerError`] for the platform to try again; what needs a person fails the run and is no error here.
    pub async fn handle(&self, run: RunId, budget: Budget) -> Result<Outcome, HandlerError> {
        match self.work(run, budget).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => run_store::settle(self.records, run, error, self.clock.now()).await,
        }
    }

    async fn work(&self, run: RunId, budget: Budget) -> Result<Outcome, HandlerError> {
        let mut held = match self.enter(run, budget).await? {
            entry::Entry::Held(held) => held,
            entry::Entry::Leave(outcome) => return Ok(outcome),
        };
        let result = match self.judge(&held.open).await {
            Ok(Ok(passage)) => self.pass(&mut held, &passage).await,
            Ok(Err(refusal)) => self.refuse(&held, refusal).await,
            Err(error) => Err(error),
        };
        let result = match result {
            Err(error) if error.is_final() && self.is_lost(&held).await? => Ok(Step::Ended),
            result => result,
        };
        self.leave(&held, result).await
    }

    /// Gives the lease back, unless it must run out.
    async fn leave(&self, held: &Held, result: Result<Step, HandlerError>) -> Result<Outcome, HandlerError> {
        if !held.uncertain && !held.released {
            self.release(held).await?;
        }
        match result? {
            Step::Over | Step::Ended => Ok(Outcome::Done),
            Step::Later(after) => Ok(Outcome::Again { after }),
        }
    }

    /// Whether another executor has taken over: what this one finds may be behind the definition, and fails no run.
    async fn is_lost(&self, held: &Held) -> Result<bool, HandlerError> {
        let key = record::definition_lease(held.open.run.value.id);
        run_store::is_lost(self.records, &key, held.lease.value.token).await
    }

    async fn refuse(&self, held: &Held, refusal: definition::Refusal) -> Result<Step, HandlerError> {
        if self.is_lost(held).await? {
            return Ok(Step::Ended);
        }
        let (open, barrier) = (&held.open, &held.open.barrier);
        let what = format!("{} (the statement at {}: {})", refusal.what, barrier.position, barrier.statement);
        let failure = Failure { what, remedy: refusal.remedy, at: self.clock.now() };
        run_store::fail_run(self.records, open.run.value.id, failure).await?;
        Ok(Step::Ended)
    }

    async fn pass(&self, held: &mut Held, passage: &Passage) -> Result<Step, HandlerError> {
        for part in [Part::Take, Part::Hold, Part::Wait, Part::Close, Part::Execute, Part::Clear] {
            let step = match part {
                Part::Take => self.take_all(held, passage).await?,
                Part::Hold => self.hold_all(held, passage).await?,
                Part::Wait => self.wait_for_copiers(held, passage).await?,
                Part::Close => self.close_all(held, passage).await?,
                Part::Execute => self.execute_all(held, passage).await?,
                Part::Clear => self.clear_all(held, passage).await?,
            };
            if step != Step::Over {
                return Ok(step);
            }
        }
        self.commit(held, passage).await
    }

    async fn judge(&self, open: &Open) -> Result<Result<Passage, definition::Refusal>, HandlerError> {
        let changes = &open.barrier.changes;
        let mut existing: BTreeMap<TableId, TargetTable> = BTreeMap::new();
        for table in definition::targets(changes, &open.followed, &open.task) {
            if let Some(found) = self.target.describe(&table).await? {
                existing.insert(table, found);
            }
        }
        let unknown = Capabilities::default();
        let circumstances = Circumstances {
            task: &open.task,
            capabilities: open.run.value.capabilities.as_ref().unwrap_or(&unknown),
            stamped: open.stamped,
            existing: &existing,
        };
        match definition::judge(changes, &open.followed, circumstances) {
            Ok(passage) => self.copyable(open, passage).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}

enum Part {
    Take,
    Hold,
    Wait,
    Close,
    Execute,
    Clear,
}
