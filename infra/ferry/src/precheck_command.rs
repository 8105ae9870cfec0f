//! `ferry precheck`: the precheck of a run, without the run.
//!
//! It inspects both ends with the handler's own code, as a run that is recorded nowhere. Its probe table is dropped at
//! the end, also where the inspection failed.

use std::time::Duration;

use clock::SystemClock;
use migration::budget::Budget;
use migration::finding::Verdict;
use migration::port::{Clock, TargetCatalog, TargetProbe};
use migration::run::RunId;
use migration::task::Task;
use precheck::{Ports, Report};
use serde::Serialize;

use crate::command::CommandError;
use crate::command_line::TaskArgs;
use crate::connect::Ends;
use crate::data_dir;
use crate::exit::Exit;
use crate::report::print_line;
use crate::task_file::TaskFile;

/// How long the questions to the tables may take together.
const INSPECTION: Duration = Duration::from_mins(5);

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum PrecheckEvent<'a> {
    Prechecked { task: &'a str, passed: bool, failures: usize, alerts: usize, report: &'a Report },
}

pub(crate) async fn precheck(args: &TaskArgs) -> Result<Exit, CommandError> {
    let file = TaskFile::read(&args.task).map_err(CommandError::usage)?;
    let ends = Ends::of(&file).await?;
    let store = data_dir::open(&args.data_dir, "precheck")?;
    let clock = SystemClock::new();
    let run = RunId(uuid::Uuid::now_v7());
    let ports = Ports {
        records: &store,
        queue: &store,
        source: &ends.source,
        target: &ends.target,
        clock: &clock,
        target_name: &ends.target_name,
    };
    let budget = Budget { deadline: clock.now().plus(INSPECTION) };
    let inspected = Box::pin(precheck::inspect(&ports, run, &file.task, budget)).await;
    let mut report = match inspected {
        Ok(report) => report,
        Err(error) => {
            drop_wherever(&ends, &file.task, run).await;
            return Err(error.into());
        }
    };
    if let Some(database) = &report.probe_database
        && let Err(error) = ends.target.drop_probe(run, database).await
    {
        // The report is worth more than an empty table that stays, and it tells where the right to drop is missing.
        tracing::warn!(%error, %database, "the probe table may be left");
    }
    let (failures, alerts) = match report.verdict(&file.task) {
        Verdict::Go => (0, 0),
        Verdict::Stop { failures, alerts } => (failures, alerts),
    };
    let passed = failures + alerts == 0;
    if args.json {
        let task = file.task.name.as_str();
        print_line(&PrecheckEvent::Prechecked { task, passed, failures, alerts, report: &report });
    } else {
        print!("{}", precheck::render(&report.findings));
    }
    Ok(if passed { Exit::Done } else { Exit::PrecheckFailed })
}

/// After an inspection that failed, which does not say whether, and where, it had come to probing. What stands against
/// dropping is most likely what failed the inspection, and that is what is told.
async fn drop_wherever(ends: &Ends, task: &Task, run: RunId) {
    let Ok(there) = ends.target.databases().await else { return };
    let named = task.objects.iter().filter_map(|object| task.target_database(&object.database));
    for database in named.filter(|database| there.contains(database)) {
        if let Err(error) = ends.target.drop_probe(run, &database).await {
            tracing::warn!(%error, "the probe table may be left");
        }
    }
}
