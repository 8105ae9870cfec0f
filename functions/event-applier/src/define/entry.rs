//! The open barrier, and the lease under which its definition is executed.

use std::time::Duration;

use migration::budget::Budget;
use migration::definition::{Followed, Ghost};
use migration::lane_progress::LaneProgress;
use migration::lease::Lease;
use migration::limits::DDL_TIMEOUT;
use migration::mutation::{self, Rule};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{
    CheckpointTable, Clock, Commit, Queue, TargetCatalog, TargetClock, TargetDefiner, Version, Write,
};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run::RunId;
use migration::run_store;
use migration::stamp::RunStamp;
use migration::table_plan::TableRecord;
use migration::time::UnixMs;

use super::{Definer, Held, Open};

/// What an invocation finds.
pub(crate) enum Entry {
    /// An open barrier, and the lease is this executor's.
    Held(Box<Held>),
    /// Nothing to do, or not now.
    Leave(Outcome),
}

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    pub(crate) async fn enter(&self, run: RunId, budget: Budget) -> Result<Entry, HandlerError> {
        let done = Ok(Entry::Leave(Outcome::Done));
        let Some(open) = self.open_barrier(run).await? else { return done };
        let key = record::definition_lease(run);
        let stored: Option<Stored<Lease>> = record::load(self.records, &key).await?;
        let before = stored.as_ref().map_or_else(Lease::unheld, |stored| stored.value);
        let now = self.clock.now();
        let free = Lease { until: UnixMs(0), ..before };
        let before = if mutation::is_left_out(Rule::DefinitionLease) { free } else { before };
        let acquired = match before.acquire_for(now, budget.deadline, DDL_TIMEOUT) {
            Ok(acquired) => acquired,
            Err(busy) => return Ok(Entry::Leave(Outcome::Again { after: now.until(busy.until) })),
        };
        let expect = record::as_found(stored.as_ref());
        let version = stored.map_or(Version(1), |stored| Version(stored.version.0 + 1));
        let writes = vec![
            record::put(key, &acquired, expect),
            Write::Check { key: record::run(run), expect: open.run.unchanged() },
        ];
        if self.records.commit(writes).await? == Commit::Conflict {
            return Ok(Entry::Leave(Outcome::Again { after: Duration::ZERO }));
        }
        let lease = Stored { value: acquired, version };
        // Looked at again under the lease: whoever held it before may have passed the barrier meanwhile.
        let Some(open) = self.open_barrier(run).await? else {
            self.give_back(run, &lease).await?;
            return done;
        };
        Ok(Entry::Held(Box::new(Held { open, lease, uncertain: false, released: false, budget })))
    }

    async fn open_barrier(&self, id: RunId) -> Result<Option<Open>, HandlerError> {
        let Some(run) = run_store::load_run(self.records, id).await? else { return Ok(None) };
        if !run.value.state.follows() {
            return Ok(None);
        }
        let Some(task) = run_store::load_task(self.records, &run.value).await? else { return Ok(None) };
        let Some(reader) = record::load::<ReaderState>(self.records, &record::reader(id)).await? else {
            return Ok(None);
        };
        let Some(barrier) = reader.value.barrier.clone() else { return Ok(None) };
        let partition = record::run_partition(id);
        let lanes = record::load_all::<LaneProgress>(self.records, &partition, record::LANES).await?;
        let lanes: Vec<LaneProgress> = lanes.into_iter().map(|(_, lane)| lane.value).collect();
        if lanes.len() != reader.value.lanes.len() {
            return Err(HandlerError::Inconsistent("the run's lanes are not those of its reader".to_owned()));
        }
        if !reader.value.barrier_is_open(&lanes) {
            return Ok(None);
        }
        let stamp = record::load::<RunStamp>(self.records, &record::stamp(id)).await?;
        let stamped = stamp.is_some_and(|stamp| stamp.value.stamp().is_some());
        let tables = record::load_all::<TableRecord>(self.records, &partition, record::TABLES).await?;
        let ghosts = record::load_all::<Ghost>(self.records, &partition, record::GHOSTS).await?;
        let followed = Followed {
            tables: tables.iter().map(|(_, table)| table.value.clone()).collect(),
            ghosts: ghosts.iter().map(|(_, ghost)| ghost.value.clone()).collect(),
        };
        let tables = tables.into_iter().map(|(_, table)| (table.value.number, table)).collect();
        let ghosts = ghosts.into_iter().map(|(_, ghost)| (ghost.value.table.id, ghost.version)).collect();
        Ok(Some(Open { run, task, reader, barrier, stamped, tables, ghosts, followed }))
    }

    /// Stores `writes` under the lease, prolonged, while the barrier stands and the run is as it was; whether it did.
    pub(crate) async fn store(&self, held: &mut Held, writes: Vec<Write>) -> Result<bool, HandlerError> {
        let run = held.open.run.value.id;
        let (token, now) = (held.lease.value.token, self.clock.now());
        let renewed = held.lease.value.renew_for(token, now, held.budget.deadline, DDL_TIMEOUT);
        let Ok(renewed) = renewed else { return Ok(false) };
        let mut all = vec![
            record::put(record::definition_lease(run), &renewed, held.lease.unchanged()),
            Write::Check { key: record::reader(run), expect: held.open.reader.unchanged() },
            Write::Check { key: record::run(run), expect: held.open.run.unchanged() },
        ];
        all.extend(writes);
        if self.records.commit(all).await? == Commit::Conflict {
            return Ok(false);
        }
        held.lease = held.lease.next(renewed);
        Ok(true)
    }

    pub(crate) async fn release(&self, held: &Held) -> Result<(), HandlerError> {
        self.give_back(held.open.run.value.id, &held.lease).await
    }

    async fn give_back(&self, run: RunId, lease: &Stored<Lease>) -> Result<(), HandlerError> {
        if let Ok(released) = lease.value.release(lease.value.token) {
            let write = record::put(record::definition_lease(run), &released, lease.unchanged());
            // A conflict means that a later holder has it: then there is nothing to give back.
            self.records.commit(vec![write]).await?;
        }
        Ok(())
    }
}
