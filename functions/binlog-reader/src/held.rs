//! What an invocation holds while it reads.

use std::time::Duration;

use migration::budget::Budget;
use migration::lane_progress::LaneProgress;
use migration::lease::Lease;
use migration::reader_state::ReaderState;
use migration::record::Stored;
use migration::run::Run;
use migration::task::Task;
use migration::time::UnixMs;

use crate::tables::Tables;

/// Time kept for ending in good order: a tenth of the invocation, within these.
const RESERVE: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(5);

/// The reader's right and what it knows.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) run: Run,
    pub(crate) task: Task,
    pub(crate) tables: Tables,
    pub(crate) lease: Stored<Lease>,
    pub(crate) state: Stored<ReaderState>,
    /// As they were when last loaded; lanes only move on.
    pub(crate) lanes: Vec<LaneProgress>,
    /// The lease before this one was not given back.
    pub(crate) ran_out: bool,
    /// Something was sent, or may have been, that no store covers: the lease must not be given back.
    pub(crate) unsettled: bool,
    pub(crate) budget: Budget,
    reserve: Duration,
    /// When the run's record was looked at last.
    pub(crate) looked_at: UnixMs,
}

impl Held {
    /// Right after the lease was taken.
    pub(crate) fn new(
        run: Run,
        task: Task,
        lease: Stored<Lease>,
        state: Stored<ReaderState>,
        budget: Budget,
        now: UnixMs,
    ) -> Self {
        let reserve = (budget.left(now) / 10).clamp(*RESERVE.start(), *RESERVE.end());
        Self {
            run,
            task,
            tables: Tables::default(),
            lease,
            state,
            lanes: Vec::new(),
            ran_out: false,
            unsettled: false,
            budget,
            reserve,
            looked_at: now,
        }
    }

    /// Whether the invocation must end in good order now.
    pub(crate) fn is_over(&self, now: UnixMs) -> bool {
        self.budget.left(now) <= self.reserve
    }
}
