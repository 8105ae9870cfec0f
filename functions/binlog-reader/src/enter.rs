//! Who may read: the run's state, the gate, the lease; and whether a new epoch starts.
//!
//! # Why one reader ships at a time, and every lost batch is shipped again
//!
//! 1. The lease is taken in a transaction that checks the run's record unchanged since it was seen to follow the log: a
//!    run that was paused, failed or finished gives out no lease.
//! 2. State and lanes are read after the lease was taken: the former holder may have stored meanwhile, and cannot any
//!    more, because every store checks the lease's version.
//! 3. A lease that was given back (its end is 0) says that everything sent is stored: epoch and numbers go on. One that ran
//!    out says that something may have been sent and not stored: a new epoch (protocol O2). So do a gap a lane found in
//!    this epoch, a lane that stands still although nobody holds it (H10), and a run resumed by hand, whose messages
//!    appliers dropped while it stood.
//! 4. The epoch is stored under the lease before anything of it is sent (H11).
//! 5. The gate (section 4 of the design): nothing is shipped before the target's clock is past the stamp. Where rows of
//!    the copy carry no stamp the log is read only after the copy: the run leaves `copying` when every table is cut and
//!    no chunk's lease is left, and a lease exists exactly while its chunk is not done.

use migration::budget::Budget;
use migration::lane::Lane;
use migration::lane_progress::LaneProgress;
use migration::lease::Lease;
use migration::mutation::{self, Rule};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{ChangeLog, CheckpointTable, Clock, Commit, ObjectStore, Queue, RowImages, Write};
use migration::reader_state::{ReaderState, Restart};
use migration::record::{self, Stored};
use migration::run::{Run, RunId, State};
use migration::run_store;
use migration::stamp::{self, RunStamp};
use migration::task::Task;

use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;
use crate::tables::Tables;

/// Whether an invocation reads.
pub(crate) enum Entry {
    /// It holds the lease.
    Held(Box<Held>),
    /// It does not.
    Leave(Outcome),
}

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    pub(crate) async fn enter(&self, id: RunId, budget: Budget) -> Result<Entry, Halt> {
        let done = Ok(Entry::Leave(Outcome::Done));
        let Some(run) = run_store::load_run(self.records, id).await? else { return done };
        if !run.value.state.follows() {
            return done;
        }
        let Some(task) = run_store::load_task(self.records, &run.value).await? else { return done };
        let tables = Tables::load(self.records, id).await?;
        if !task.migration.follows() || !self.may_ship(&run.value, &task, &tables).await? {
            return done;
        }
        let state_key = record::reader(id);
        if record::load::<ReaderState>(self.records, &state_key).await?.is_none() {
            return done;
        }
        let lease_key = record::reader_lease(id);
        let found: Option<Stored<Lease>> = record::load(self.records, &lease_key).await?;
        let before = found.as_ref().map_or_else(Lease::unheld, |lease| lease.value);
        let now = self.clock.now();
        // Whoever holds the lease sends the next message itself.
        let Ok(acquired) = before.acquire(now, budget.deadline) else { return done };
        let expect = record::as_found(found.as_ref());
        let writes = vec![
            record::put(lease_key.clone(), &acquired, expect),
            Write::Check { key: record::run(id), expect: run.unchanged() },
        ];
        if self.records.commit(writes).await? == Commit::Conflict {
            return Err(Halt::Again);
        }
        let lease: Stored<Lease> = record::must_load(self.records, &lease_key).await?;
        if lease.value != acquired {
            return Err(Halt::Lost);
        }
        let state: Stored<ReaderState> = record::must_load(self.records, &state_key).await?;
        let mut held = Held::new(run.value, task, lease, state, budget, now);
        held.ran_out = before.until.0 > 0;
        held.lanes = self.load_lanes(&held).await?;
        held.tables = Tables::load(self.records, id).await?;
        Ok(Entry::Held(Box::new(held)))
    }

    /// Whether changes may be written to the target already.
    async fn may_ship(&self, run: &Run, task: &Task, tables: &Tables) -> Result<bool, Halt> {
        let fixed: Option<Stored<RunStamp>> = record::load(self.records, &record::stamp(run.id)).await?;
        let Some(fixed) = fixed else { return Ok(false) };
        let margin = task.tuning.stamp_margin.duration();
        let is_stamped = fixed.value.stamp().is_some()
            && tables.records().all(|table| stamp::takes_stamps(&table.mapping.target, margin));
        let is_copying = run.state == State::Copying;
        if !is_stamped && is_copying && !mutation::is_left_out(Rule::Sequential) {
            return Ok(false);
        }
        Ok(fixed.value.stamp().is_none() || self.records.get(&record::gate(run.id)).await?.is_some())
    }

    /// The lanes' records, in order.
    pub(crate) async fn load_lanes(&self, held: &Held) -> Result<Vec<LaneProgress>, Halt> {
        let partition = record::run_partition(held.run.id);
        let found = record::load_all::<LaneProgress>(self.records, &partition, record::LANES).await?;
        let is_whole = found.len() == held.state.value.lanes.len()
            && (0u16..).zip(&found).all(|(lane, (key, _))| *key == record::lane(held.run.id, Lane(lane)));
        if !is_whole {
            let what = "the records of the lanes are not those of the reader's state";
            return Err(HandlerError::Inconsistent(what.to_owned()).into());
        }
        Ok(found.into_iter().map(|(_, stored)| stored.value).collect())
    }

    /// Starts a new epoch where there is a reason for one.
    pub(crate) async fn start_epoch_if_needed(&self, held: &mut Held) -> Result<(), Halt> {
        let Some(reason) = self.reason_for_epoch(held).await? else { return Ok(()) };
        let mut next = held.state.value.new_epoch(&held.lanes, self.clock.now());
        if reason == Restart::Resumed {
            next.resumes = held.run.resumes;
        }
        if mutation::is_left_out(Rule::EpochStoredFirst) {
            held.state.value = next;
            return Ok(());
        }
        self.store_state(held, next).await
    }

    async fn reason_for_epoch(&self, held: &mut Held) -> Result<Option<Restart>, Halt> {
        if held.run.resumes != held.state.value.resumes {
            return Ok(Some(Restart::Resumed));
        }
        if held.ran_out && !mutation::is_left_out(Rule::EpochAfterExpiry) {
            return Ok(Some(Restart::LeaseExpired));
        }
        self.reason_in_lanes(held).await
    }

    /// Whether a lane shows that a batch was lost.
    pub(crate) async fn reason_in_lanes(&self, held: &mut Held) -> Result<Option<Restart>, Halt> {
        let state = &mut held.state.value;
        if held.lanes.iter().any(|lane| lane.gap == Some(state.epoch)) {
            return Ok(Some(Restart::Gap));
        }
        let now = self.clock.now();
        for lane in state.watch(&held.lanes, self.pace.stall_patience, now) {
            let key = record::lane_lease(held.run.id, Lane(u16::try_from(lane).unwrap_or(u16::MAX)));
            let lease: Option<Stored<Lease>> = record::load(self.records, &key).await?;
            let is_held = lease.is_some_and(|lease| !lease.value.has_ended(now));
            if !is_held && !mutation::is_left_out(Rule::Stall) {
                return Ok(Some(Restart::Stall));
            }
        }
        Ok(None)
    }
}
