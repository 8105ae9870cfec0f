//! One invocation of the copier: one message, one chunk, as many pages as the time allows.
//!
//! # Why nothing is lost or written out of turn
//!
//! 1. The lease is taken in a transaction that checks the owner record and the table record unchanged since they
//!    were read. So a run that lost the table gets no new lease, and neither does a table that a definition holds: the
//!    record is looked at before the lease is taken, else definitions would starve (protocol H7).
//! 2. No page is written without a lease whose end lies beyond the statement timeout of its last statement, and
//!    none that is older than 30 s ([`migration::stamp`], 5).
//! 3. A page's rows count only after the transaction that moves the cursor, which checks the lease record's
//!    version and the table record's; losing it ends the invocation at once.
//! 4. Where the log is followed, a page is read from the server it is followed on and no other (`crate::server`), and what
//!    it may show is stored before it is written ([`migration::shown`]).
//! 5. The lease is released only where every statement was answered. After any error it is left to run out.

use std::time::Duration;

use migration::budget::Budget;
use migration::chunk::{Chunk, Pacing, may_be_explained};
use migration::gtid::GtidSet;
use migration::lease::Lease;
use migration::message::{self, Message};
use migration::mutation::{Rule, is_left_out};
use migration::outcome::{HandlerError, Outcome};
use migration::owner::Owner;
use migration::port::{ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, RowSource, Sink, Write};
use migration::recopy::Recopy;
use migration::record::{self, ChunkId, Stored};
use migration::run::{Failure, Run, RunId};
use migration::run_store;
use migration::stamp::{self, RunStamp};
use migration::statement_form::StatementForm;
use migration::table_plan::TableRecord;
use migration::task::Task;
use migration::time::UnixMs;

use crate::advance::Advance;
use crate::page::PageEnd;

/// Time the first page of an invocation is given, before there is a measurement.
const FIRST_PAGE: Duration = Duration::from_millis(500);

/// How long a chunk is left alone whose table a definition holds, or is waited for.
pub(crate) const HELD_PAUSE: Duration = Duration::from_secs(1);

/// What the copier works with.
#[derive(Debug)]
pub struct Copier<'a, R, Q, S, K, L, C> {
    /// The checkpoint table.
    pub records: &'a R,
    /// The queues.
    pub queue: &'a Q,
    /// The source.
    pub source: &'a S,
    /// The target.
    pub sink: &'a K,
    /// The source's log.
    pub log: &'a L,
    /// The clock of this machine.
    pub clock: &'a C,
    /// Names the target instance in owner records, for example `host:port`.
    pub target_name: &'a str,
}

/// What an invocation holds while it copies.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) run: Run,
    pub(crate) task: Task,
    pub(crate) table: Stored<TableRecord>,
    pub(crate) chunk: Stored<Chunk>,
    pub(crate) lease: Stored<Lease>,
    /// The table is still this run's.
    pub(crate) owned: Write,
    pub(crate) stamp: Option<UnixMs>,
    /// Whether changes of the log are applied while chunks are copied.
    pub(crate) beside_log: bool,
    /// The server whose log is followed, by its `@@server_uuid`; no page is read from another.
    pub(crate) server: Option<String>,
    /// What is stored of what pages of this share may show.
    pub(crate) shown: GtidSet,
    pub(crate) form: StatementForm,
    pub(crate) budget: Budget,
}

enum Entry {
    Held(Box<Held>),
    Leave(Outcome),
}

impl<R, Q, S, K, L, C> Copier<'_, R, Q, S, K, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    S: RowSource + KeySampler,
    K: Sink,
    L: ChangeLog,
    C: Clock,
{
    /// Handles one message.
    ///
    /// # Errors
    /// [`HandlerError`] for the platform to try again; what needs a person fails the run and is no error here.
    pub async fn handle(&self, run: RunId, chunk: ChunkId, budget: Budget) -> Result<Outcome, HandlerError> {
        match self.work(run, chunk, budget).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => run_store::settle(self.records, run, error, self.clock.now()).await,
        }
    }

    async fn work(&self, run: RunId, chunk: ChunkId, budget: Budget) -> Result<Outcome, HandlerError> {
        match self.enter(run, chunk, budget).await? {
            Entry::Leave(outcome) => Ok(outcome),
            Entry::Held(mut held) => match self.copy(&mut held).await {
                // Somebody else has the chunk, or it is done: what this one finds fails no run.
                Err(error) if error.is_final() && self.is_lost(&held).await? => Ok(Outcome::Done),
                copied => copied,
            },
        }
    }

    async fn is_lost(&self, held: &Held) -> Result<bool, HandlerError> {
        let key = record::chunk_lease(held.run.id, held.chunk.value.id);
        run_store::is_lost(self.records, &key, held.lease.value.token).await
    }

    async fn enter(&self, id: RunId, chunk: ChunkId, budget: Budget) -> Result<Entry, HandlerError> {
        let done = Ok(Entry::Leave(Outcome::Done));
        let Some(run) = run_store::load_run(self.records, id).await? else { return done };
        if !run.value.state.copies() {
            return done;
        }
        let run = run.value;
        let Some(task) = run_store::load_task(self.records, &run).await? else { return done };
        let Some(lease) = record::load::<Lease>(self.records, &record::chunk_lease(id, chunk)).await? else {
            // The chunk is done. Should it have been the last, whoever ended it may have died before saying so.
            message::send(self.queue, &[Message::Plan { run: id }]).await?;
            return done;
        };
        let table: Option<Stored<TableRecord>> =
            record::load(self.records, &record::table(id, chunk.table)).await?;
        // A table that is followed no more has no record.
        let Some(table) = table else { return done };
        let stored_chunk: Stored<Chunk> = record::must_load(self.records, &record::chunk(id, chunk)).await?;
        if !table.value.counts(stored_chunk.value.generation) {
            return done;
        }
        if table.value.held || self.is_parked(id, &stored_chunk.value, &table.value).await? {
            return Ok(Entry::Leave(Outcome::Again { after: HELD_PAUSE }));
        }
        let target = &table.value.mapping.target;
        let owner_key = record::owner(self.target_name, &target.id);
        let owner: Stored<Owner> = record::must_load(self.records, &owner_key).await?;
        if owner.value.run != id {
            self.fail_taken(id, &table.value, &owner.value).await?;
            return done;
        }
        let now = self.clock.now();
        let acquired = match lease.value.acquire(now, budget.deadline) {
            Ok(acquired) => acquired,
            Err(busy) => return Ok(Entry::Leave(Outcome::Again { after: now.until(busy.until) })),
        };
        let lease_key = record::chunk_lease(id, chunk);
        let owned = Write::Check { key: owner_key, expect: owner.unchanged() };
        let writes = vec![
            record::put(lease_key.clone(), &acquired, lease.unchanged()),
            owned.clone(),
            Write::Check { key: record::table(id, chunk.table), expect: table.unchanged() },
        ];
        if self.records.commit(writes).await? == Commit::Conflict {
            return Ok(Entry::Leave(Outcome::Again { after: Duration::ZERO }));
        }
        // The chunk is read again under the lease: its former holder may have moved the cursor meanwhile.
        let chunk: Stored<Chunk> = record::must_load(self.records, &record::chunk(id, chunk)).await?;
        let lease: Option<Stored<Lease>> = record::load(self.records, &lease_key).await?;
        let Some(lease) = lease.filter(|lease| lease.value.token == acquired.token) else { return done };
        let fixed: Stored<RunStamp> = record::must_load(self.records, &record::stamp(id)).await?;
        let beside_log = task.migration.follows() && fixed.value.stamp().is_some();
        let Some(fixed) = self.stamp_of(id, &chunk.value, fixed.value.stamp()).await? else { return done };
        let margin = task.tuning.stamp_margin.duration();
        let stamp = fixed.filter(|_| stamp::takes_stamps(target, margin) && !is_left_out(Rule::Stamp));
        let form = run.statement_form();
        let server = self.followed_server(&task, id).await?;
        let shown = GtidSet::default();
        let held =
            Held { run, task, table, chunk, lease, owned, stamp, beside_log, server, shown, form, budget };
        Ok(Entry::Held(Box::new(held)))
    }

    /// The run's stamp, or that of the table where it is copied again; none where it is not yet fixed.
    async fn stamp_of(
        &self,
        run: RunId,
        chunk: &Chunk,
        fixed: Option<UnixMs>,
    ) -> Result<Option<Option<UnixMs>>, HandlerError> {
        let recopy: Option<Stored<Recopy>> =
            record::load(self.records, &record::recopy(run, chunk.id.table)).await?;
        Ok(match recopy.filter(|recopy| chunk.generation >= recopy.value.generation) {
            Some(recopy) => recopy.value.stamp().map(Some),
            None => Some(fixed),
        })
    }

    async fn copy(&self, held: &mut Held) -> Result<Outcome, HandlerError> {
        match self.copy_pages(held).await {
            Err(HandlerError::Port(error)) if may_be_explained(&error) => self.park(held, error).await,
            other => other,
        }
    }

    async fn copy_pages(&self, held: &mut Held) -> Result<Outcome, HandlerError> {
        let mut pacing = Pacing::starting_at(held.chunk.value.page_rows);
        let mut page_time = FIRST_PAGE;
        let mut last_split = self.clock.now();
        loop {
            let started = self.clock.now();
            if !held.budget.allows(started, page_time) {
                self.release(held).await?;
                message::send(self.queue, &[Message::Copy { run: held.run.id, chunk: held.chunk.value.id }])
                    .await?;
                return Ok(Outcome::Done);
            }
            let end = self.copy_page(held, pacing).await?;
            let took = started.until(self.clock.now());
            match end {
                PageEnd::TooOld => {
                    pacing = pacing.after_trouble();
                    if self.take_again(held, pacing).await? == Advance::Lost {
                        return Ok(Outcome::Done);
                    }
                    continue;
                }
                PageEnd::OtherServer(other) => match self.meet(held, other).await? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
                PageEnd::Waits => {
                    self.release(held).await?;
                    return Ok(Outcome::Again { after: HELD_PAUSE });
                }
                PageEnd::RunFailed => return Ok(Outcome::Done),
                PageEnd::Written { page, is_last, rows } => {
                    pacing = pacing.after_page(
                        rows,
                        usize::try_from(page.written.bytes).unwrap_or(usize::MAX),
                        took,
                    );
                    page_time = took.max(FIRST_PAGE / 4);
                    let advance = if is_last {
                        self.complete(held, page).await?
                    } else {
                        self.advance(held, page).await?
                    };
                    match advance {
                        Advance::Stored => {}
                        Advance::Done | Advance::Lost => return Ok(Outcome::Done),
                    }
                }
            }
            if last_split.until(self.clock.now()) >= crate::split::INTERVAL {
                last_split = self.clock.now();
                self.split_if_last(held, pacing).await?;
            }
        }
    }

    pub(crate) async fn release(&self, held: &Held) -> Result<(), HandlerError> {
        if let Ok(released) = held.lease.value.release(held.lease.value.token) {
            let key = record::chunk_lease(held.run.id, held.chunk.value.id);
            // A conflict means that a later holder has it: then there is nothing to give back.
            self.records.commit(vec![record::put(key, &released, held.lease.unchanged())]).await?;
        }
        Ok(())
    }

    async fn fail_taken(&self, run: RunId, table: &TableRecord, owner: &Owner) -> Result<(), HandlerError> {
        let what = format!("target table {} was taken by task {}", table.mapping.target.id, owner.task);
        let remedy =
            "run one task per target table; start this task under a new name to copy again".to_owned();
        run_store::fail_run(self.records, run, Failure { what, remedy, at: self.clock.now() }).await
    }
}
