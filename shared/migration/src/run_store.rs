//! Loading a run with its task, and moving it with its journal, under the record's condition.

use crate::lease::{FencingToken, Lease};
use crate::mutation::{Rule, is_left_out};
use crate::outcome::{HandlerError, Outcome};
use crate::port::{CheckpointTable, Commit, RecordKey, Write};
use crate::record::{self, LoadError, Stored, TaskHead};
use crate::retry::Retry;
use crate::run::{Event, Failure, Run, RunId, State};
use crate::submission;
use crate::task::{Task, UnsupportedDdl};
use crate::time::UnixMs;

/// How often a move is tried against concurrent moves before giving up.
const TRIES: u32 = 20;

/// The run's record; `None` where there is no such run (an old message).
///
/// # Errors
/// [`LoadError`] where the record cannot be loaded.
pub async fn load_run(records: &impl CheckpointTable, run: RunId) -> Result<Option<Stored<Run>>, LoadError> {
    record::load(records, &record::run(run)).await
}

/// The task document of a run, with what the operator has said since; `None` where a later run of the same task replaced it.
///
/// # Errors
/// [`HandlerError`] where a record cannot be loaded, or the stored document is not a document of this version.
pub async fn load_task(records: &impl CheckpointTable, run: &Run) -> Result<Option<Task>, HandlerError> {
    let head: Stored<TaskHead> = record::must_load(records, &record::head(&run.task)).await?;
    if head.value.run != run.id {
        return Ok(None);
    }
    let mut task = submission::load_document(records, &head.value).await?;
    if run.ignores_definitions {
        task.on_ddl.unsupported = UnsupportedDdl::Ignore;
    }
    Ok(Some(task))
}

/// A move of a run.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The state the run must be in.
    pub from: State,
    /// What happened.
    pub event: Event,
    /// Why, for the journal.
    pub cause: &'a str,
    /// When.
    pub now: UnixMs,
}

/// Moves a run, journals the move, and stores `with` in the same transaction.
///
/// Returns the run after the move, or `None` where the run stands in another state than `from` by now: somebody
/// else has moved it, and this invocation has nothing to say any more.
///
/// # Errors
/// [`HandlerError`] where the records fail, or the event is illegal in `from`.
pub async fn move_run(
    records: &impl CheckpointTable,
    run: RunId,
    step: Step<'_>,
    change: impl Fn(&mut Run) + Send,
    with: &[Write],
) -> Result<Option<Run>, HandlerError> {
    for _ in 0..TRIES {
        let stored: Stored<Run> = record::must_load(records, &record::run(run)).await?;
        if stored.value.state != step.from {
            return Ok(None);
        }
        let unchanged = stored.unchanged();
        let mut moved = stored.value;
        change(&mut moved);
        let (number, entry) = moved
            .step(step.event, step.cause, step.now)
            .map_err(|illegal| HandlerError::Inconsistent(illegal.to_string()))?;
        let mut writes = vec![
            record::put(record::run(run), &moved, unchanged),
            record::put_new(record::journal(run, number), &entry),
        ];
        writes.extend_from_slice(with);
        if records.commit(writes).await? == Commit::Stored {
            return Ok(Some(moved));
        }
    }
    Err(HandlerError::Inconsistent("the run's record changes faster than it can be moved".to_owned()))
}

/// Fails a live run with a cause for a person. A run that is not live any more stays as it is.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn fail_run(
    records: &impl CheckpointTable,
    run: RunId,
    failure: Failure,
) -> Result<(), HandlerError> {
    let stored: Stored<Run> = record::must_load(records, &record::run(run)).await?;
    if !stored.value.state.is_live() {
        return Ok(());
    }
    let (from, at, cause) = (stored.value.state, failure.at, failure.what.clone());
    let keep = |run: &mut Run| run.failure = Some(failure.clone());
    let step = Step { from, event: Event::Failure, cause: &cause, now: at };
    move_run(records, run, step, keep, &[]).await.map(|_| ())
}

/// Whether somebody else has taken this lease, or it is gone with what it was for. What its former holder finds may be long
/// past, and fails no run.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn is_lost(
    records: &impl CheckpointTable,
    lease: &RecordKey,
    token: FencingToken,
) -> Result<bool, HandlerError> {
    let found: Option<Stored<Lease>> = record::load(records, lease).await?;
    Ok(found.is_none_or(|found| found.value.token != token) && !is_left_out(Rule::FencingToken))
}

/// What becomes of a handler's error: one that only a person can mend fails the run, and its message is done with;
/// any other goes to the platform, which tries again.
///
/// # Errors
/// The error itself where it is transient, or another where the run cannot be failed.
pub async fn settle(
    records: &impl CheckpointTable,
    run: RunId,
    error: HandlerError,
    now: UnixMs,
) -> Result<Outcome, HandlerError> {
    match error.retry() {
        Retry::Now | Retry::After(_) => Err(error),
        Retry::Operator | Retry::Never => {
            let remedy = "mend the cause and run the task again; it goes on where it stopped".to_owned();
            fail_run(records, run, Failure { what: error.to_string(), remedy, at: now }).await?;
            Ok(Outcome::Done)
        }
    }
}
