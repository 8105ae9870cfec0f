//! `ferry run`: starts a task, resumes it, or says that it is done.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use embedded::{Store, SystemClock, TaskLock};
use migration::port::{CheckpointTable, Clock, Commit, Expect};
use migration::record::{self, TaskHead};
use migration::run::{ResumePoint, Run, RunId, State};
use migration::task::Task;
use mysql::Images;

use crate::abandoned_objects;
use crate::abandoned_probe;
use crate::command::CommandError;
use crate::command_line::{RunArgs, Until};
use crate::connect::Ends;
use crate::data_dir::{self, Newest};
use crate::exit::Exit;
use crate::local::{Hold, RingingQueue, Runner, Workers, end_leases_of_dead_process};
use crate::operate_command;
use crate::report::{KnownTables, Reporter, Snapshot};
use crate::task_file::TaskFile;
use crate::until::CaughtUp;

/// How often the run is looked at.
const LOOK: Duration = Duration::from_millis(250);

pub(crate) async fn run(args: &RunArgs) -> Result<Exit, CommandError> {
    let file = TaskFile::read(&args.task.task).map_err(CommandError::usage)?;
    let ends = Ends::of(&file)?;
    let name = file.task.name.as_str().to_owned();
    data_dir::make(&args.task.data_dir)?;
    let lock = TaskLock::acquire(&args.task.data_dir, &name)?;
    let store = data_dir::open(&args.task.data_dir, &name)?;
    let clock = SystemClock::new();
    let run = enter(&store, &clock, &file.task, &ends).await?;
    let objects = data_dir::objects(&args.task.data_dir);
    abandoned_objects::remove(&store, &objects).await;
    let mut reporter = Reporter::new(args.task.json);
    if run.state == State::Completed {
        reporter.ended(&Snapshot::take(&store, run.id, &mut KnownTables::default(), clock.now()).await?);
        return Ok(Exit::Done);
    }
    end_leases_of_dead_process(&lock, &store, &clock, run.id).await?;
    let runner = Arc::new(Runner {
        queue: RingingQueue::new(store.clone()),
        store,
        objects,
        ends,
        images: Images,
        clock,
        run: run.id,
        follows: file.task.migration.follows(),
        hold: Hold::default(),
    });
    let workers = Workers::start(&runner, &file.task.tuning);
    let exit = watch(&runner, &mut reporter, args.until).await;
    workers.drain().await;
    if exit.as_ref().is_ok_and(|exit| *exit == Exit::Failed) {
        runner.clean_up_if_cancelled().await;
    }
    abandoned_objects::remove(&runner.store, &runner.objects).await;
    exit
}

async fn watch(runner: &Runner, reporter: &mut Reporter, until: Until) -> Result<Exit, CommandError> {
    let mut interrupt = std::pin::pin!(crate::local::stop_signal());
    let mut known = KnownTables::default();
    let mut caught_up = CaughtUp::default();
    loop {
        let started = runner.clock.now();
        let mut snapshot = Snapshot::look(&runner.store, runner.run, &mut known, started).await?;
        reporter.look(&snapshot);
        let mut exit = exit_of(&snapshot);
        // A source that cannot be asked just now is asked again at the next look.
        if exit.is_none()
            && until == Until::CaughtUp
            && caught_up.is_reached(&runner.ends.source, &snapshot).await.unwrap_or(false)
        {
            exit = Some(Exit::Done);
        }
        if let Some(exit) = exit {
            snapshot.count_rejects(&runner.store).await?;
            reporter.ended(&snapshot);
            return Ok(exit);
        }
        tokio::select! {
            // Looking at thousands of tables takes its time; it must not take the copy's.
            () = runner.clock.sleep(LOOK.max(started.until(runner.clock.now()) * 10)) => {}
            () = &mut interrupt => {
                reporter.stopping();
                return Ok(stopped(&snapshot));
            }
        }
    }
}

/// How the command ends where the run does not go on by itself.
fn exit_of(snapshot: &Snapshot) -> Option<Exit> {
    match snapshot.run.state {
        State::Completed => Some(Exit::Done),
        State::Failed | State::Cancelled => Some(Exit::Failed),
        State::PrecheckFailed => Some(Exit::PrecheckFailed),
        State::Paused => Some(stopped(snapshot)),
        State::Created
        | State::Prechecking
        | State::Planning
        | State::Copying
        | State::CatchingUp
        | State::Running
        | State::Retrying
        | State::Finishing => None,
    }
}

/// How the command ends where it was stopped, by a signal or by a pause: what is missing of a copy is told.
fn stopped(snapshot: &Snapshot) -> Exit {
    if snapshot.copy_is_over() { Exit::Done } else { Exit::Stopped }
}

/// The run to work on: a new one, or the newest, resumed by hand where it had stopped.
async fn enter(
    store: &Store<SystemClock>,
    clock: &SystemClock,
    task: &Task,
    ends: &Ends,
) -> Result<Run, CommandError> {
    let document = serde_json::to_value(task)?;
    let Some(newest) = data_dir::newest(store, task.name.as_str()).await? else {
        return start(store, clock, task, document, Expect::Absent).await;
    };
    let stored = Task::parse(&newest.head.value.document).map_err(|faults| anyhow!("{faults}"))?;
    let changes = stored.difference(task);
    let run = newest.run.value.clone();
    if !changes.is_empty() {
        // Nothing has been written for a run that never passed precheck: a mended document simply starts afresh.
        if run.resume == ResumePoint::Precheck && !matches!(run.state, State::Completed) {
            abandoned_probe::drop_tables(&ends.target, &run, &stored, task).await;
            return start(store, clock, task, document, newest.head.unchanged()).await;
        }
        return Err(changed(&newest, &changes));
    }
    match run.state {
        State::PrecheckFailed | State::Failed | State::Paused => {
            let moved = operate_command::resume(store, clock, run.id, false, "run again by hand").await?;
            moved.ok_or_else(|| anyhow!("the run changed while it was resumed; try again").into())
        }
        State::Created
        | State::Prechecking
        | State::Planning
        | State::Copying
        | State::CatchingUp
        | State::Running
        | State::Retrying
        | State::Finishing
        | State::Cancelled
        | State::Completed => Ok(run),
    }
}

async fn start(
    store: &Store<SystemClock>,
    clock: &SystemClock,
    task: &Task,
    document: serde_json::Value,
    expect: Expect,
) -> Result<Run, CommandError> {
    let id = RunId(uuid::Uuid::now_v7());
    let run = Run::created(id, task.name.as_str().to_owned(), clock.now());
    let writes = vec![
        record::put(record::head(&run.task), &TaskHead { run: id, document }, expect),
        record::put_new(record::run(id), &run),
    ];
    match store.commit(writes).await? {
        Commit::Stored => Ok(run),
        Commit::Conflict => {
            Err(anyhow!("another process submitted task {} at the same moment", run.task).into())
        }
    }
}

fn changed(newest: &Newest, changes: &[migration::task::Change]) -> CommandError {
    let lines: Vec<String> = changes.iter().map(|change| format!("  {change}")).collect();
    CommandError::usage(anyhow!(
        "task {} is {} with another document; give the changed task a new name, or undo the change:\n{}",
        newest.run.value.task,
        newest.run.value.state,
        lines.join("\n")
    ))
}
