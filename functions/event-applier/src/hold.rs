//! Taking a lane: what is read before, and what is held while it is worked on.

use std::time::Duration;

use migration::batch::Envelope;
use migration::budget::Budget;
use migration::lane::Lane;
use migration::lane_progress::{LaneProgress, Verdict};
use migration::lease::Lease;
use migration::limits::{DDL_TIMEOUT, LEASE_SPAN_MAX, STATEMENT_TIMEOUT};
use migration::mutation::{Rule, is_left_out};
use migration::outcome::HandlerError;
use migration::port::{
    CheckpointTable, Clock, Commit, Deleter, Expect, ObjectStore, Queue, RowImages, Sink, Version, Write,
};
use migration::recent_keys::RecentKeys;
use migration::record::{self, Stored};
use migration::run::Run;
use migration::run_store;
use migration::statement_form::{StatementForm, TimeoutHint};
use migration::task::Task;
use migration::time::UnixMs;

use crate::handler::{Applier, Stop};
use crate::spacing::Spacing;

/// What an invocation holds while it applies.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) run: Run,
    pub(crate) task: Task,
    pub(crate) lane: Lane,
    pub(crate) lease: Stored<Lease>,
    /// As it is stored.
    pub(crate) progress: Stored<LaneProgress>,
    /// As it will be when everything taken so far is recorded; what batches are judged by.
    pub(crate) expected: LaneProgress,
    pub(crate) spacing: Spacing,
    /// The condition under which the list of recent keys is replaced.
    pub(crate) recent: Expect,
    /// When the newest statement of this invocation was acknowledged.
    pub(crate) last_write: UnixMs,
    pub(crate) form: StatementForm,
    /// How long a statement of this run may take effect after it was sent.
    pub(crate) timeout: Duration,
    /// Whether writing NULL leaves nothing of a column.
    pub(crate) null_erases: bool,
    /// Whether the target has acknowledged something that no record covers.
    pub(crate) unrecorded: bool,
    pub(crate) budget: Budget,
}

/// How an invocation begins.
pub(crate) enum Entry {
    /// The lane is this invocation's.
    Held(Box<Held>),
    /// Somebody else has it for so long.
    Busy(Duration),
    /// The run does not follow the log, or is another: its messages are deleted.
    Unwanted,
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
    pub(crate) async fn enter(&self, batches: &[Envelope], budget: Budget) -> Result<Entry, Stop> {
        let Some(head) = batches.first().map(|batch| batch.head) else { return Ok(Entry::Unwanted) };
        let (id, lane) = (head.run, head.lane);
        let Some(run) = run_store::load_run(self.records, id).await? else { return Ok(Entry::Unwanted) };
        if !run.value.state.follows() {
            return Ok(Entry::Unwanted);
        }
        let Some(task) = run_store::load_task(self.records, &run.value).await? else {
            return Ok(Entry::Unwanted);
        };
        let seen: Stored<LaneProgress> = record::must_load(self.records, &record::lane(id, lane)).await?;
        let is_stale = |batch: &Envelope| {
            seen.value.judge(batch.head.epoch, batch.head.seq) == Verdict::Stale
                && !is_left_out(Rule::StaleBatches)
        };
        if batches.iter().all(is_stale) {
            return Ok(Entry::Unwanted);
        }
        let form = run.value.statement_form();
        let timeout = match form.delete_timeout {
            TimeoutHint::Given => STATEMENT_TIMEOUT,
            TimeoutHint::Left => DDL_TIMEOUT,
        };
        let key = record::lane_lease(id, lane);
        let stored: Option<Stored<Lease>> = record::load(self.records, &key).await?;
        let before = stored.as_ref().map_or_else(Lease::unheld, |stored| stored.value);
        let now = self.clock.now();
        let before = if is_left_out(Rule::LaneLease) { Lease { until: UnixMs(0), ..before } } else { before };
        let lease = match before.acquire_for(now, budget.deadline, timeout) {
            Ok(lease) => lease,
            Err(busy) => return Ok(Entry::Busy(now.until(busy.until))),
        };
        let expect = record::as_found(stored.as_ref());
        let writes = vec![
            record::put(key.clone(), &lease, expect),
            Write::Check { key: record::run(id), expect: run.unchanged() },
        ];
        if self.records.commit(writes).await? == Commit::Conflict {
            return Ok(Entry::Busy(Duration::ZERO));
        }
        // Read again under the lease: its former holder may have recorded more meanwhile.
        let progress: Stored<LaneProgress> = record::must_load(self.records, &record::lane(id, lane)).await?;
        let version = match expect {
            Expect::Absent => Version(1),
            Expect::Version(version) => Version(version.0 + 1),
        };
        let span = task.tuning.write_spacing.duration();
        let recent: Option<Stored<RecentKeys>> =
            record::load(self.records, &record::recent(id, lane)).await?;
        let listed = recent.as_ref().and_then(|recent| recent.value.of(&progress.value));
        let recent_expect = record::as_found(recent.as_ref());
        let spacing = Spacing::after(before, progress.value.last_write, listed, span);
        let null_erases = run.value.capabilities.as_ref().is_some_and(|measured| measured.null_erases());
        Ok(Entry::Held(Box::new(Held {
            run: run.value,
            task,
            lane,
            lease: Stored { value: lease, version },
            expected: progress.value,
            progress,
            spacing,
            recent: recent_expect,
            last_write: UnixMs(0),
            form,
            timeout,
            null_erases,
            unrecorded: false,
            budget,
        })))
    }

    /// Until when everything sent now has taken effect or timed out: the lease's end, prolonged where it is near.
    pub(crate) async fn settled_by(&self, held: &mut Held) -> Result<UnixMs, Stop> {
        if is_left_out(Rule::LeaseBeyondStatement) {
            return Ok(UnixMs(u64::MAX));
        }
        let (now, deadline) = (self.clock.now(), held.budget.deadline);
        let wanted = now.plus(held.timeout).plus(LEASE_SPAN_MAX / 2);
        if held.lease.value.until < wanted && now < deadline {
            let token = held.lease.value.token;
            let renewed = held.lease.value.renew_for(token, now, deadline, held.timeout);
            let Ok(lease) = renewed else { return Err(Stop::Again(Duration::ZERO)) };
            if lease.until > held.lease.value.until {
                let key = record::lane_lease(held.run.id, held.lane);
                let writes = vec![record::put(key, &lease, held.lease.unchanged())];
                if self.records.commit(writes).await? == Commit::Conflict {
                    return Err(Stop::Again(Duration::ZERO));
                }
                held.lease = held.lease.next(lease);
            }
        }
        if now.plus(held.timeout) > held.lease.value.until {
            return Err(Stop::Again(Duration::ZERO));
        }
        Ok(held.lease.value.until)
    }
}

/// What a table or an image is at fault with; it stops the run.
pub(crate) fn fault(what: impl Into<String>) -> Stop {
    Stop::Failed(HandlerError::Inconsistent(what.into()))
}
