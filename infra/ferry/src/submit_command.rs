//! `ferry submit`: gives a task to a deployment. Nothing is uploaded but records: the document, the run, the certificate
//! authorities that the document names.

use anyhow::anyhow;
use clock::SystemClock;
use migration::message::{self, Message};
use migration::port::{Clock, PortError};
use migration::run::{RunId, State};
use migration::submission::{self, Authorities, Submitted};
use serde::Serialize;

use crate::command::CommandError;
use crate::command_line::SubmitArgs;
use crate::connect;
use crate::exit::Exit;
use crate::place::Place;
use crate::report::print_line;
use crate::run_command::refused;
use crate::task_file::TaskFile;

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum SubmitEvent<'a> {
    Submitted { task: &'a str, run: String, state: String, started: bool },
}

pub(crate) async fn submit(args: &SubmitArgs) -> Result<Exit, CommandError> {
    if !args.cloud.aws {
        return Err(CommandError::usage(anyhow!(
            "submit gives a task to a deployment: add --aws; `ferry run` carries a task out here"
        )));
    }
    let file = TaskFile::read(&args.task).map_err(CommandError::usage)?;
    let name = args.task.display();
    file.task.check_deployable(true).map_err(|faults| CommandError::usage(anyhow!("{name}: {faults}")))?;
    let authorities = authorities(&file)?;
    let place = Place::deployed(&args.cloud.stack).await?;
    let id = RunId(uuid::Uuid::now_v7());
    let now = SystemClock::new().now();
    let submitted = submission::submit(&place.records, now, id, &file.task, &authorities).await;
    let (run, started) = match submitted.map_err(refused)? {
        Submitted::Started { run, .. } => (run, true),
        Submitted::Known(run) => (run, false),
    };
    // A run that nobody has looked at may have lost its first message with its submitter.
    if run.state == State::Created
        && let Err(error) = wake(&place, run.id).await
    {
        let error = anyhow::Error::from(error);
        eprintln!(
            "ferry: the task is stored, but cannot be woken ({error:#}); the next tick, within a minute, does it"
        );
    }
    let task = run.task.as_str();
    if args.json {
        let (run, state) = (run.id.to_string(), run.state.to_string());
        print_line(&SubmitEvent::Submitted { task, run, state, started });
        return Ok(Exit::Done);
    }
    let follow = format!("ferry status {task} --aws{}", args.cloud.stack_words());
    if started {
        println!("task {task}: submitted to {} as run {}", place.name(), run.id);
        println!("`{follow}` shows how far it is, with --watch again and again");
    } else {
        println!("task {task}: this document has run {} already, which is {}", run.id, run.state);
        println!("`{follow}` shows how far it is{}", how_to_go_on(run.state));
    }
    Ok(Exit::Done)
}

/// What its owner does where a run does not go on by itself.
fn how_to_go_on(state: State) -> &'static str {
    match state {
        State::PrecheckFailed | State::Failed | State::Paused => "; `ferry resume` goes on with it",
        State::Completed | State::Cancelled => "; to move again give the task a new name",
        State::Created
        | State::Prechecking
        | State::Planning
        | State::Copying
        | State::CatchingUp
        | State::Running
        | State::Retrying
        | State::Finishing => "",
    }
}

/// What the functions trust in place of the document's files.
fn authorities(file: &TaskFile) -> Result<Authorities, CommandError> {
    let text = |end| -> Result<Option<String>, CommandError> {
        let Some(pem) = connect::authority(file, end)? else { return Ok(None) };
        // Text that is not UTF-8 holds no certificate, and is refused for that.
        Ok(Some(String::from_utf8_lossy(&pem).into_owned()))
    };
    Ok(Authorities { source: text(&file.task.source)?, target: text(&file.task.target)? })
}

async fn wake(place: &Place, run: RunId) -> Result<(), PortError> {
    let Some(deployment) = &place.deployment else { return Ok(()) };
    message::send(&deployment.queues().await?, &[Message::Precheck { run }]).await
}
