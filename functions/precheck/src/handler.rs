//! One invocation of precheck: load the run, inspect both ends, store what was found, wake the planner.
//!
//! It may end at any instruction. Until the run has moved, the next invocation inspects again and replaces what is
//! stored; once it has moved, the next invocation only sends the planner's message again, which is harmless.

use std::time::Duration;

use migration::budget::Budget;
use migration::finding::Verdict;
use migration::message::{self, Message};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{CheckpointTable, Clock, Queue, SourceCatalog, TargetCatalog, TargetProbe, Write};
use migration::record::{self, Stored};
use migration::run::{Event, Run, RunId, State};
use migration::run_store::{self, Step};
use migration::task::Task;
use migration::time::UnixMs;

use crate::inspection::{Report, inspect};
use crate::store::{self, Claim, Records};

/// The wait after somebody else claimed the run.
const CLAIM_PAUSE: Duration = Duration::from_secs(1);

/// What precheck works with.
#[derive(Debug)]
pub struct Ports<'a, R, Q, S, T, C> {
    /// The checkpoint table.
    pub records: &'a R,
    /// The queues.
    pub queue: &'a Q,
    /// The source.
    pub source: &'a S,
    /// The target.
    pub target: &'a T,
    /// The clock of this machine.
    pub clock: &'a C,
    /// Names the target instance in owner records, for example `host:port`.
    pub target_name: &'a str,
}

/// Handles a message for `run`.
///
/// # Errors
/// [`HandlerError`] where a neighbour fails; its [`retry`](HandlerError::retry) says what the platform does.
pub async fn handle<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    run: RunId,
    budget: Budget,
) -> Result<Outcome, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    match work(ports, run, budget).await {
        Ok(outcome) => Ok(outcome),
        Err(error) => run_store::settle(ports.records, run, error, ports.clock.now()).await,
    }
}

async fn work<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    run: RunId,
    budget: Budget,
) -> Result<Outcome, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    let Some(stored) = prechecking(ports.records, run, ports.clock.now()).await? else {
        return wake_planner_if_owed(ports, run).await;
    };
    let Some(task) = run_store::load_task(ports.records, &stored.value).await? else {
        return Ok(Outcome::Done);
    };
    let mut report = inspect(ports, run, &task, budget).await?;
    let verdict = report.verdict(&task);
    let Some(claim) = store::claim(ports.records, stored).await? else { return again() };
    match verdict {
        Verdict::Go => go(ports, claim, report, &task).await,
        Verdict::Stop { failures, alerts } => stop(ports, claim, report, failures, alerts).await,
    }
}

fn again() -> Result<Outcome, HandlerError> {
    Ok(Outcome::Again { after: CLAIM_PAUSE })
}

/// The run, if it is one to be prechecked; a run just created is moved first.
async fn prechecking(
    records: &impl CheckpointTable,
    run: RunId,
    now: UnixMs,
) -> Result<Option<Stored<Run>>, HandlerError> {
    let Some(stored) = run_store::load_run(records, run).await? else { return Ok(None) };
    if stored.value.state == State::Created {
        let step = Step { from: State::Created, event: Event::PrecheckStarted, cause: "submitted", now };
        run_store::move_run(records, run, step, |_| {}, &[]).await?;
        let moved = run_store::load_run(records, run).await?;
        return Ok(moved.filter(|moved| moved.value.state == State::Prechecking));
    }
    Ok(Some(stored).filter(|stored| stored.value.state == State::Prechecking))
}

async fn go<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    claim: Claim,
    report: Report,
    task: &Task,
) -> Result<Outcome, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    C: Clock,
{
    let run = claim.run.id;
    let Ok(tables) = u32::try_from(report.tables.len()) else {
        return Err(HandlerError::Inconsistent("more tables than a run can number".to_owned()));
    };
    let records = Records::default().findings(run, &report.findings).tables(run, &report.tables);
    if !store::replace(ports.records, &claim, records).await? {
        return again();
    }
    let accepted = report.findings.iter().filter(|finding| finding.accepted).count();
    let cause = match accepted {
        0 => format!("precheck of task {} passed", task.name),
        accepted => format!("precheck of task {} passed, {accepted} alerts accepted by name", task.name),
    };
    let now = ports.clock.now();
    let Report { capabilities, probe_database, .. } = report;
    let moved = store::move_run(ports.records, claim, |run| {
        run.capabilities = Some(capabilities);
        run.probe_database = probe_database;
        run.tables = tables;
        run.failure = None;
        journalled(run, Event::PrecheckPassed, &cause, now)
    });
    if moved.await? { wake_planner(ports.queue, run).await } else { again() }
}

async fn stop<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    claim: Claim,
    report: Report,
    failures: usize,
    alerts: usize,
) -> Result<Outcome, HandlerError>
where
    R: CheckpointTable,
    T: TargetProbe,
    C: Clock,
{
    let run = claim.run.id;
    let records = Records::default().findings(run, &report.findings);
    if !store::replace(ports.records, &claim, records).await? {
        return again();
    }
    // A run that does not go on needs no clock; where the right to drop is missing, the name says whose table it is.
    if let Some(database) = &report.probe_database
        && let Err(error) = ports.target.drop_probe(run, database).await
        && error.is_transient()
    {
        return Err(HandlerError::Port(error));
    }
    let cause = format!("precheck found {failures} failures and {alerts} alerts that were not accepted");
    let now = ports.clock.now();
    let moved =
        store::move_run(ports.records, claim, |run| journalled(run, Event::PrecheckRefused, &cause, now));
    if moved.await? { Ok(Outcome::Done) } else { again() }
}

fn journalled(run: &mut Run, event: Event, cause: &str, now: UnixMs) -> Result<Write, HandlerError> {
    let (number, entry) =
        run.step(event, cause, now).map_err(|illegal| HandlerError::Inconsistent(illegal.to_string()))?;
    Ok(record::put_new(record::journal(run.id, number), &entry))
}

/// After the move the planner is owed a message, and this invocation may be the one that comes after a crash.
async fn wake_planner_if_owed<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    run: RunId,
) -> Result<Outcome, HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
{
    let stored = run_store::load_run(ports.records, run).await?;
    if stored.is_some_and(|stored| stored.value.state == State::Planning) {
        return wake_planner(ports.queue, run).await;
    }
    Ok(Outcome::Done)
}

async fn wake_planner(queue: &impl Queue, run: RunId) -> Result<Outcome, HandlerError> {
    message::send(queue, &[Message::Plan { run }]).await?;
    Ok(Outcome::Done)
}
