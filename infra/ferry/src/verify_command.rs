//! `ferry verify`: compares every row of a task's tables, and repairs on request.
//!
//! It reads both sides as they are, in any state of the task, while no process works on it. A task that follows the log is
//! equal when it has caught up with a source that is quiet.

use anyhow::anyhow;
use clock::SystemClock;
use embedded::TaskLock;
use migration::chunk::Reject;
use migration::lease::Lease;
use migration::port::{Clock, RecordKey};
use migration::record::{self, LoadError, TableNumber};
use migration::run::{ResumePoint, Run, State};
use migration::schema::TableMapping;
use migration::table_plan::{TableProgress, TableRecord};
use serde::Serialize;
use tokio::sync::watch;

use crate::command::CommandError;
use crate::command_line::VerifyArgs;
use crate::connect::Ends;
use crate::data_dir;
use crate::exit::Exit;
use crate::place::Place;
use crate::records::Records;
use crate::report::{VerifyBar, count_text, print_line};
use crate::task_file::TaskFile;
use crate::verify::{Kind, Rejected, RepairLease, TableOutcome, TableVerifier, VerifyState};

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum VerifyEvent<'a> {
    VerifiedTable { source: String, target: String, equal: bool, outcome: &'a TableOutcome },
    Verified { task: &'a str, tables: u32, equal: bool, source_rows: u64 },
}

pub(crate) async fn verify(args: &VerifyArgs) -> Result<Exit, CommandError> {
    let file = TaskFile::read(&args.task.task).map_err(CommandError::usage)?;
    let name = file.task.name.as_str();
    let place = Place::open(&args.cloud, &args.task.data_dir, "verify").await?;
    // Only a data folder has a lock; a deployment's functions look at the run's state.
    let _lock = match &place.records {
        Records::Local(_) => Some(TaskLock::acquire(&args.task.data_dir, name)?),
        Records::Aws(_) => None,
    };
    let store = place.records.clone();
    let newest = data_dir::newest(&store, name).await?;
    let newest = newest
        .ok_or_else(|| CommandError::usage(anyhow!("task {name} has not been run in {}", place.name())))?;
    let clock = SystemClock::new();
    let run = newest;
    if args.repair {
        refuse_unless_at_rest(&store, &clock, &run).await?;
    }
    if run.tables == 0 {
        return Err(CommandError::usage(anyhow!(
            "task {name} is {} and has no table to compare yet",
            run.state
        )));
    }
    let ends = Ends::of(&file).await?;
    let folder = data_dir::spill(&args.task.data_dir, name);
    let mut state = VerifyState::open(&folder, &run, args.repair, clock.now())?;
    let (seen, told) = watch::channel(0);
    let bar = VerifyBar::start(told, args.task.json);
    let lease = RepairLease { store: &store, clock: &clock, run: run.id, target_name: &ends.target_name };
    let repair = args.repair.then_some(lease);
    let form = run.statement_form();
    let verifier = TableVerifier { ends: &ends, form, clock: &clock, repair, seen: &seen };
    let (mut equal, mut source_rows) = (true, 0);
    for number in 0..run.tables {
        let key = record::table(run.id, TableNumber(number));
        let Some(table) = followed(&store, &key).await? else { continue };
        let outcome = match state.outcome(table.number.0) {
            Some(outcome) => outcome.clone(),
            None => {
                let rejected = rejected(&store, &run, &table).await?;
                let progress =
                    record::load::<TableProgress>(&store, &record::progress(run.id, table.number)).await?;
                let copied = progress.map_or(0, |progress| progress.value.rows);
                let spill = folder.join("spill");
                bar.begin(
                    &table.mapping.source.id.to_string(),
                    table.mapping.source.rows_estimate.max(copied),
                );
                let outcome = verifier.verify(&table.mapping, copied, &rejected, &spill).await?;
                state.record(table.number.0, outcome.clone())?;
                outcome
            }
        };
        equal &= outcome.is_equal();
        source_rows += outcome.source_rows;
        bar.clear();
        tell(args.task.json, &table.mapping, &outcome);
    }
    state.finish()?;
    let total = Total { equal, source_rows };
    tell_total(args, &run, &total);
    Ok(if equal { Exit::Done } else { Exit::Differences })
}

/// What came of all tables.
struct Total {
    equal: bool,
    source_rows: u64,
}

fn tell_total(args: &VerifyArgs, run: &Run, total: &Total) {
    let Total { equal, source_rows } = *total;
    if args.task.json {
        print_line(&VerifyEvent::Verified { task: &run.task, tables: run.tables, equal, source_rows });
    } else if equal {
        println!("equal: {} tables, {} rows compared", run.tables, count_text(source_rows));
    } else if args.repair {
        println!("the two sides differ still: not every row could be repaired");
    } else {
        println!(
            "the two sides differ; `--repair` makes the target equal once the task is completed or paused"
        );
        if run.state.is_live() && matches!(run.resume, ResumePoint::CatchingUp | ResumePoint::Running) {
            println!(
                "the task is {}: what was written to the source since it last ran is not on the target",
                run.state
            );
        }
    }
}

/// Repair takes a lease of its own; no other lease of the task may exist.
async fn refuse_unless_at_rest(store: &Records, clock: &SystemClock, run: &Run) -> Result<(), CommandError> {
    // Changes that are read later than a repair are written later too, and end with the same rows.
    let is_paused_behind_copy =
        run.state == State::Paused && matches!(run.resume, ResumePoint::CatchingUp | ResumePoint::Running);
    if run.state != State::Completed && !is_paused_behind_copy {
        return Err(CommandError::usage(anyhow!(
            "task {} is {}; only a completed task is repaired, or one that follows the log and is paused: let `ferry \
             run` end first, or `ferry pause` it",
            run.task,
            run.state
        )));
    }
    let leases = record::load_all::<Lease>(store, &record::run_partition(run.id), record::LEASES).await?;
    // A repair that was interrupted is waited for before the first write.
    let others = leases.iter().filter(|(key, _)| *key != record::repair_lease(run.id));
    if others.map(|(_, lease)| lease.value).all(|lease| lease.has_ended(clock.now())) {
        return Ok(());
    }
    Err(anyhow!("a lease of task {} has not ended yet; try again in a minute", run.task).into())
}

async fn rejected(store: &Records, run: &Run, table: &TableRecord) -> Result<Rejected, CommandError> {
    let prefix = record::rejects_of(table.number);
    let rejects = record::load_all::<Reject>(store, &record::run_partition(run.id), &prefix).await?;
    Ok(Rejected::of(rejects.into_iter().map(|(_, reject)| reject.value)))
}

/// A table's record; none where the source has dropped the table since, so that nobody follows it any more.
async fn followed(store: &Records, key: &RecordKey) -> Result<Option<TableRecord>, LoadError> {
    Ok(record::load::<TableRecord>(store, key).await?.map(|table| table.value))
}

fn tell(json: bool, mapping: &TableMapping, outcome: &TableOutcome) {
    let (source, target, equal) =
        (mapping.source.id.to_string(), mapping.target.id.to_string(), outcome.is_equal());
    if json {
        print_line(&VerifyEvent::VerifiedTable { source, target, equal, outcome });
        return;
    }
    let verdict = match (equal, outcome.repaired) {
        (true, 0) => "equal".to_owned(),
        (true, repaired) => format!("repaired {} rows", count_text(repaired)),
        (false, _) => "DIFFERENT".to_owned(),
    };
    println!("{source} -> {target}: {verdict}, {} source rows", count_text(outcome.source_rows));
    let counts = [
        (outcome.missing, "missing on the target"),
        (outcome.extra, "only on the target"),
        (outcome.different, "with different values"),
        (outcome.not_carried, "that cannot be carried, by policy"),
        (outcome.unlisted, "that cannot be carried and are on no reject list"),
        (outcome.unconfirmed, "more mismatches, not read again"),
    ];
    if outcome.unrepaired > 0 {
        println!(
            "  {} rows still differ after their repair: the target refuses them, something else writes to the table, \
             cells are stamped in the future, or a row has nothing but NULLs beside its key",
            count_text(outcome.unrepaired)
        );
    }
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        println!("  {} rows {what}", count_text(count));
    }
    for listed in &outcome.listed {
        let kind = match listed.kind {
            Kind::Missing => "missing",
            Kind::Extra => "extra",
            Kind::Different => "different",
        };
        let columns = if listed.columns.is_empty() {
            String::new()
        } else {
            format!(": {}", listed.columns.join(", "))
        };
        println!("    {kind} key digest {}{columns}", listed.key);
    }
}
