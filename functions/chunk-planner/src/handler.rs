//! One invocation of the planner: take its lease, do what the run's state asks for, hand on or end.
//!
//! # Why two planners do no harm
//!
//! 1. A lease keeps them apart in the ordinary case. A planner that finds it held has nothing to do: the holder
//!    works, and should it die, the next tick sends a new message.
//! 2. A zombie planner changes no record: everything it stores is conditional on records it has read
//!    (see `migration::table_plan` and `migration::owner`). The messages it sends name chunks that exist.
//! 3. A zombie's CREATE TABLE creates what the run wants, or nothing.
//! 4. A zombie fails no run: what it finds may be long past. The tables' records may be behind a definition by then.

use std::time::Duration;

use migration::budget::Budget;
use migration::lease::{FencingToken, Lease};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe,
};
use migration::record::{self, Stored};
use migration::run::{Run, RunId, State};
use migration::run_store;
use migration::task::Task;
use migration::time::UnixMs;

/// Time one step of planning needs; no step starts with less than twice this left.
const STEP: Duration = Duration::from_millis(700);

/// What the planner works with.
#[derive(Debug)]
pub struct Planner<'a, R, Q, K, T, L, C> {
    /// The checkpoint table.
    pub records: &'a R,
    /// The queues.
    pub queue: &'a Q,
    /// The source.
    pub sampler: &'a K,
    /// The target.
    pub target: &'a T,
    /// The source's log.
    pub log: &'a L,
    /// The clock of this machine.
    pub clock: &'a C,
    /// Names the target instance in owner records, for example `host:port`.
    pub target_name: &'a str,
}

/// Whether a part of the work is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It is; go on with the next.
    Over,
    /// It is not; come again after this time.
    Later(Duration),
    /// The run has ended or failed meanwhile.
    Ended,
}

/// A run with its task, as this invocation has loaded them.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) run: Run,
    pub(crate) task: Task,
    pub(crate) budget: Budget,
    /// Of its lease.
    pub(crate) token: FencingToken,
}

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    /// Handles one wake-up.
    ///
    /// # Errors
    /// [`HandlerError`] for the platform to try again; what needs a person fails the run and is no error here.
    pub async fn handle(&self, run: RunId, budget: Budget) -> Result<Outcome, HandlerError> {
        match self.work(run, budget).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => run_store::settle(self.records, run, error, self.clock.now()).await,
        }
    }

    async fn work(&self, id: RunId, budget: Budget) -> Result<Outcome, HandlerError> {
        let Some(stored) = run_store::load_run(self.records, id).await? else { return Ok(Outcome::Done) };
        let run = stored.value;
        match run.state {
            State::Planning | State::Copying | State::CatchingUp | State::Running | State::Finishing => {}
            State::Cancelled => return self.clean_up(&run, budget).await,
            State::Created
            | State::Prechecking
            | State::PrecheckFailed
            | State::Completed
            | State::Paused
            | State::Retrying
            | State::Failed => return Ok(Outcome::Done),
        }
        let Some(task) = run_store::load_task(self.records, &run).await? else { return Ok(Outcome::Done) };
        let Some(lease) = self.acquire(id, budget).await? else { return Ok(Outcome::Done) };
        let work = Work { run, task, budget, token: lease.value.token };
        let result = match self.advance(&work).await {
            Err(error) if error.is_final() && self.is_lost(&work).await? => Ok(Progress::Ended),
            result => result,
        };
        self.release(id, lease).await?;
        match result? {
            Progress::Later(after) => Ok(Outcome::Again { after }),
            // Whoever ended the last chunk meanwhile found the lease held, and that message is gone.
            Progress::Over | Progress::Ended if self.owes_end_of_copy(id).await? => {
                Ok(Outcome::Again { after: Duration::ZERO })
            }
            Progress::Over | Progress::Ended => Ok(Outcome::Done),
        }
    }

    async fn advance(&self, work: &Work) -> Result<Progress, HandlerError> {
        let mut state = work.run.state;
        if state == State::Planning {
            match self.plan(work).await? {
                Progress::Over => state = State::Copying,
                stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
            }
        }
        if state == State::Copying {
            self.wake_owed(work).await?;
            let again = if work.task.migration.follows() { self.copy_again(work).await? } else { None };
            match self.end_copy(work).await? {
                Progress::Over if work.task.migration.follows() => state = State::CatchingUp,
                Progress::Over => {}
                Progress::Ended => return Ok(again.map_or(Progress::Ended, Progress::Later)),
                Progress::Later(wait) => {
                    return Ok(Progress::Later(again.map_or(wait, |again| again.min(wait))));
                }
            }
        }
        if matches!(state, State::CatchingUp | State::Running) {
            match self.follow(work, state).await? {
                Progress::Over => {}
                stop @ (Progress::Later(_) | Progress::Ended) => return Ok(stop),
            }
        }
        self.finish(work).await
    }

    async fn plan(&self, work: &Work) -> Result<Progress, HandlerError> {
        let follows = work.task.migration.follows();
        for part in Part::ALL.into_iter().filter(|part| follows || !part.is_about_the_log()) {
            let progress = match part {
                Part::Prepare => self.prepare(work).await?,
                Part::Take => self.take(work).await?,
                Part::CheckEmpty => self.check_empty(work).await?,
                Part::Stamp => self.fix_stamp(work).await?,
                Part::Start => self.fix_start(work).await?,
                Part::Compare => self.compare_all(work).await?,
                Part::Cut => self.cut_all(work).await?,
            };
            if progress != Progress::Over {
                return Ok(progress);
            }
        }
        Ok(Progress::Over)
    }

    async fn acquire(&self, run: RunId, budget: Budget) -> Result<Option<Stored<Lease>>, HandlerError> {
        let key = record::planner_lease(run);
        let stored: Option<Stored<Lease>> = record::load(self.records, &key).await?;
        let now = self.clock.now();
        let (lease, write) = match stored {
            None => {
                let Ok(lease) = Lease::unheld().acquire(now, budget.deadline) else { return Ok(None) };
                (lease, record::put_new(key.clone(), &lease))
            }
            Some(stored) => {
                let Ok(lease) = stored.value.acquire(now, budget.deadline) else { return Ok(None) };
                (lease, record::put(key.clone(), &lease, stored.unchanged()))
            }
        };
        match self.records.commit(vec![write]).await? {
            Commit::Conflict => Ok(None),
            Commit::Stored => {
                let stored: Stored<Lease> = record::must_load(self.records, &key).await?;
                Ok((stored.value.token == lease.token).then_some(stored))
            }
        }
    }

    async fn release(&self, run: RunId, held: Stored<Lease>) -> Result<(), HandlerError> {
        if let Ok(released) = held.value.release(held.value.token) {
            let write = record::put(record::planner_lease(run), &released, held.unchanged());
            // A conflict means that a later holder has it: then there is nothing to give back.
            self.records.commit(vec![write]).await?;
        }
        Ok(())
    }

    /// Whether another planner has taken over: what this one finds fails no run any more.
    pub(crate) async fn is_lost(&self, work: &Work) -> Result<bool, HandlerError> {
        run_store::is_lost(self.records, &record::planner_lease(work.run.id), work.token).await
    }

    /// Whether another step fits into this invocation.
    pub(crate) fn time_left(&self, work: &Work) -> bool {
        work.budget.allows(self.clock.now(), STEP)
    }

    /// Waits until `at` if this invocation lives that long.
    pub(crate) async fn wait_until(&self, budget: Budget, at: UnixMs) -> Progress {
        let wait = self.clock.now().until(at);
        if budget.allows(self.clock.now(), wait + STEP) {
            self.clock.sleep(wait).await;
            Progress::Over
        } else {
            Progress::Later(wait)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Prepare,
    Take,
    CheckEmpty,
    Stamp,
    Start,
    Compare,
    Cut,
}

impl Part {
    /// In the order that is argued for in `migration::owner`, `migration::stamp` and `crate::start`.
    const ALL: [Self; 7] =
        [Self::Prepare, Self::Take, Self::CheckEmpty, Self::Stamp, Self::Start, Self::Compare, Self::Cut];

    fn is_about_the_log(self) -> bool {
        matches!(self, Self::Start | Self::Compare)
    }
}
