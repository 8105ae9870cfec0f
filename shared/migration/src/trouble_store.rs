//! Counting failures and successes of a run's activities in its records; [`crate::retry_budget`] argues for the windows.
//!
//! While nothing is in trouble a success costs one read and no write.

use std::time::Duration;

use crate::outcome::HandlerError;
use crate::port::{CheckpointTable, Commit, Write};
use crate::record::{self, LoadError, Stored};
use crate::retry_budget::{Activity, Failed, Troubles, Verdict};
use crate::run::{Event, Failure, Run, RunId};
use crate::run_store;
use crate::task::{RetryWindows, TimeSpan};
use crate::time::UnixMs;

/// How often a change is tried against concurrent ones.
const TRIES: u32 = 20;
/// What a person is told to do about a failure.
const REMEDY: &str = "mend the cause and run the task again; it goes on where it stopped";

/// What fails just now.
///
/// # Errors
/// [`LoadError`] where the record cannot be loaded.
pub async fn troubles(records: &impl CheckpointTable, run: RunId) -> Result<Troubles, LoadError> {
    let stored: Option<Stored<Troubles>> = record::load(records, &record::troubles(run)).await?;
    Ok(stored.map(|stored| stored.value).unwrap_or_default())
}

/// Counts a failed invocation, and says after which time the message is delivered again.
///
/// The run is failed where the window has passed, and at once where only a person can help.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn failed(
    records: &impl CheckpointTable,
    run: RunId,
    activity: Activity,
    error: &HandlerError,
    now: UnixMs,
) -> Result<Duration, HandlerError> {
    let failure = |what| Failure { what, remedy: REMEDY.to_owned(), at: now };
    let Some(failed) = Failed::of(error) else {
        run_store::fail_run(records, run, failure(error.to_string())).await?;
        return Ok(Duration::ZERO);
    };
    let Some(stored) = run_store::load_run(records, run).await? else { return Ok(Duration::ZERO) };
    let Some(task) = run_store::load_task(records, &stored.value).await? else { return Ok(Duration::ZERO) };
    let verdict = change(records, run, now, |troubles| {
        let verdict = troubles.fail(activity, failed.clone(), &task.retry, now);
        let cause = format!("{activity} failed and is tried again: {}", failed.cause);
        Some((verdict, cause))
    });
    match verdict.await? {
        Some(Verdict::Again(wait)) => Ok(wait),
        Some(Verdict::Spent { window, count }) => {
            let what =
                format!("{error}; {activity} was tried {count} times in {}", told(&task.retry, window));
            run_store::fail_run(records, run, failure(what)).await?;
            Ok(Duration::ZERO)
        }
        None => Ok(Duration::ZERO),
    }
}

fn told(windows: &RetryWindows, window: TimeSpan) -> String {
    let key = if window == windows.connections { "connections" } else { "other" };
    format!("{window}, the window `retry.{key}`")
}

/// Counts a success.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn succeeded(
    records: &impl CheckpointTable,
    run: RunId,
    activity: Activity,
    now: UnixMs,
) -> Result<(), HandlerError> {
    let cause = format!("{activity} works again");
    change(records, run, now, |troubles| troubles.succeed(activity).then(|| ((), cause.clone()))).await?;
    Ok(())
}

/// Forgets troubles that nobody tries to end any more.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn forget_overdue(
    records: &impl CheckpointTable,
    run: RunId,
    now: UnixMs,
) -> Result<(), HandlerError> {
    let cause = "what had failed is not tried any more";
    change(records, run, now, |troubles| troubles.forget_overdue(now).then(|| ((), cause.to_owned())))
        .await?;
    Ok(())
}

/// What forgets all troubles, for the transaction that resumes a run by hand.
///
/// # Errors
/// [`LoadError`] where the record cannot be loaded.
pub async fn cleared(records: &impl CheckpointTable, run: RunId) -> Result<Vec<Write>, LoadError> {
    let key = record::troubles(run);
    let stored: Option<Stored<Troubles>> = record::load(records, &key).await?;
    let clear = |stored: Stored<Troubles>| record::put(key.clone(), &Troubles::default(), stored.unchanged());
    Ok(stored.filter(|stored| !stored.value.is_empty()).map(clear).into_iter().collect())
}

/// Changes the troubles of a live run, and journals where the run begins or ceases to be shown as `retrying`.
async fn change<T: Send>(
    records: &impl CheckpointTable,
    run: RunId,
    now: UnixMs,
    step: impl Fn(&mut Troubles) -> Option<(T, String)> + Send,
) -> Result<Option<T>, HandlerError> {
    let key = record::troubles(run);
    for _ in 0..TRIES {
        let stored: Option<Stored<Troubles>> = record::load(records, &key).await?;
        let expect = record::as_found(stored.as_ref());
        let mut troubles = stored.map(|stored| stored.value).unwrap_or_default();
        let was_told = troubles.is_told();
        let Some((found, cause)) = step(&mut troubles) else { return Ok(None) };
        let mut writes = vec![record::put(key.clone(), &troubles, expect)];
        let event = match (was_told, troubles.is_told()) {
            (false, true) => Some(Event::TroubleBegan),
            (true, false) => Some(Event::TroubleOver),
            (false, false) | (true, true) => None,
        };
        if let Some(event) = event {
            let stored: Stored<Run> = record::must_load(records, &record::run(run)).await?;
            let (unchanged, mut moved) = (stored.unchanged(), stored.value);
            // A run that has stopped meanwhile has nothing to journal.
            if let Ok((number, entry)) = moved.step(event, cause, now) {
                writes.push(record::put(record::run(run), &moved, unchanged));
                writes.push(record::put_new(record::journal(run, number), &entry));
            }
        }
        if records.commit(writes).await? == Commit::Stored {
            return Ok(Some(found));
        }
    }
    Err(HandlerError::Inconsistent("the run's troubles change faster than they can be counted".to_owned()))
}
