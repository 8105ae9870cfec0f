//! From the words of the command line to the command, and from its error to an exit code.

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::command_line::{CommandLine, Verb};
use crate::exit::Exit;
use crate::operate_command::{Wish, operate};
use crate::{plan_command, precheck_command, run_command, status_command, submit_command, verify_command};

/// Why a command could not be carried out, with its exit code.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) exit: Exit,
    pub(crate) cause: anyhow::Error,
}

impl CommandError {
    /// Bad usage or a bad document.
    pub(crate) fn usage(cause: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Usage, cause: cause.into() }
    }
}

impl<E: Into<anyhow::Error>> From<E> for CommandError {
    fn from(cause: E) -> Self {
        Self { exit: Exit::Failed, cause: cause.into() }
    }
}

/// Carries out a command line; everything that goes wrong is printed here, once.
#[must_use]
pub fn execute(command_line: CommandLine) -> ExitCode {
    // Logs go to standard error and are silent unless FERRY_LOG asks for them; results go to standard output.
    let filter = EnvFilter::try_from_env("FERRY_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ferry: cannot start: {error}");
            return Exit::Failed.into();
        }
    };
    let ended = runtime.block_on(Box::pin(carry_out(command_line.verb)));
    // What a stopped run leaves behind in background threads is not waited for: it is all in the records.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("ferry: {:#}", error.cause);
            error.exit.into()
        }
    }
}

async fn carry_out(verb: Verb) -> Result<Exit, CommandError> {
    match verb {
        Verb::Precheck(args) => precheck_command::precheck(&args).await,
        Verb::Plan(args) => plan_command::plan(&args).await,
        Verb::Run(args) => run_command::run(&args).await,
        Verb::Submit(args) => submit_command::submit(&args).await,
        Verb::Status(args) => status_command::status(&args).await,
        Verb::Pause(args) => operate(Wish::Pause, &args).await,
        Verb::Resume(args) => operate(Wish::Resume { ignore_ddl: args.ignore_ddl }, &args.task).await,
        Verb::Finish(args) => operate(Wish::Finish, &args).await,
        Verb::Cancel(args) => operate(Wish::Cancel, &args).await,
        Verb::Verify(args) => verify_command::verify(&args).await,
        Verb::Schema => {
            println!("{}", migration::task::JSON_SCHEMA);
            Ok(Exit::Done)
        }
    }
}
