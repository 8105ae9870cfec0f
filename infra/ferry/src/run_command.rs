//! `ferry run`: starts a task, resumes it, or says that it is done.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use clock::SystemClock;
use embedded::{Store, TaskLock};
use migration::port::Clock;
use migration::run::{Run, RunId, State};
use migration::submission::{self, Authorities, SubmitError, Submitted};
use migration::task::Task;
use mysql::Images;

use crate::abandoned_objects;
use crate::abandoned_probe;
use crate::command::CommandError;
use crate::command_line::{RunArgs, Until};
use crate::connect::Ends;
use crate::data_dir;
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
    let ends = Ends::of(&file).await?;
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
    let id = RunId(uuid::Uuid::now_v7());
    // Both ends are reached from here: what they trust is read from its file at each start.
    let run = match submission::submit(store, clock.now(), id, task, &Authorities::default())
        .await
        .map_err(refused)?
    {
        Submitted::Started { run, replaced } => {
            if let Some(replaced) = replaced {
                abandoned_probe::drop_tables(&ends.target, &replaced.run, &replaced.task, task).await;
            }
            run
        }
        Submitted::Known(run) => run,
    };
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

/// A document that starts nothing is bad usage; records that fail are not.
pub(crate) fn refused(error: SubmitError) -> CommandError {
    match error {
        SubmitError::Records(error) => error.into(),
        refused @ (SubmitError::Changed { .. } | SubmitError::Authorities(_)) => CommandError::usage(refused),
    }
}
