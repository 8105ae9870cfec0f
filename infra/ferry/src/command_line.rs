//! The words of the command line. What they do stands in the module of each command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Moves MySQL databases into Alibaba Cloud LindormTable.
#[derive(Debug, Parser)]
#[command(name = "ferry", version, about, max_term_width = 110)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Look at both ends, measure the target, and say what stands in the way; copies nothing
    Precheck(TaskArgs),
    /// Print the target's tables and the chunks a run would make; writes nothing anywhere
    Plan(PlanArgs),
    /// Carry out a task, or resume it where it stopped
    Run(RunArgs),
    /// Give a task to a deployment on AWS
    Submit(SubmitArgs),
    /// Say how far the tasks of a data folder, or of a deployment, have come
    Status(StatusArgs),
    /// Stop a task until it is resumed; its process ends what is in hand and exits
    Pause(OperateArgs),
    /// Let a paused or failed task go on where it stopped
    Resume(ResumeArgs),
    /// End a task that follows the log, as completed, once everything committed before now is applied
    Finish(OperateArgs),
    /// End a task for good; what was written to the target stays
    Cancel(OperateArgs),
    /// Compare every row of both sides, and repair on request
    Verify(VerifyArgs),
    /// Print the JSON Schema of the task document
    Schema,
}

/// A task and where its state is kept.
#[derive(Debug, Args)]
pub struct TaskArgs {
    /// The task document, YAML or JSON
    pub task: PathBuf,
    /// The data folder; one for all tasks that share target tables
    #[arg(long, default_value = ".ferry")]
    pub data_dir: PathBuf,
    /// One JSON object a line on standard output
    #[arg(long)]
    pub json: bool,
}

/// A deployment on AWS.
#[derive(Debug, Args)]
pub struct CloudArgs {
    /// The tasks of a deployment on AWS, by the region and credentials that AWS_REGION, AWS_PROFILE and the like give
    #[arg(long)]
    pub aws: bool,
    /// The deployment's stack
    #[arg(long, default_value = aws::STACK_DEFAULT, requires = "aws")]
    pub stack: String,
}

impl CloudArgs {
    /// The words that name the stack in a command line, where it has another name than usual.
    pub(crate) fn stack_words(&self) -> String {
        if self.stack == aws::STACK_DEFAULT { String::new() } else { format!(" --stack {}", self.stack) }
    }
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The task.
    #[command(flatten)]
    pub task: TaskArgs,
    /// Say too what the move would cost on AWS, and how long it would take
    #[arg(long)]
    pub aws: bool,
}

/// Arguments of `submit`.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// The task document, YAML or JSON
    pub task: PathBuf,
    /// Where to.
    #[command(flatten)]
    pub cloud: CloudArgs,
    /// One JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

/// When `run` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// When the task is completed; one that follows the log is so after `ferry finish`.
    Complete,
    /// When everything is copied and everything committed before this command is applied.
    CaughtUp,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The task.
    #[command(flatten)]
    pub task: TaskArgs,
    /// When to end; a full migration always ends when it is complete, one that follows the log goes on until a
    /// signal or `ferry finish`
    #[arg(long, value_enum, default_value = "complete")]
    pub until: Until,
}

/// Arguments of `pause`, `finish` and `cancel`.
#[derive(Debug, Args)]
pub struct OperateArgs {
    /// The task's name
    pub name: String,
    /// The data folder
    #[arg(long, default_value = ".ferry", conflicts_with = "aws")]
    pub data_dir: PathBuf,
    /// Or a deployment.
    #[command(flatten)]
    pub cloud: CloudArgs,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Which task
    #[command(flatten)]
    pub task: OperateArgs,
    /// From now on go past definitions that cannot be carried, as `on_ddl: { unsupported: ignore }` would
    #[arg(long)]
    pub ignore_ddl: bool,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The task's name; every task without it
    pub name: Option<String>,
    /// The data folder
    #[arg(long, default_value = ".ferry", conflicts_with = "aws")]
    pub data_dir: PathBuf,
    /// Or a deployment.
    #[command(flatten)]
    pub cloud: CloudArgs,
    /// One JSON object a line on standard output
    #[arg(long)]
    pub json: bool,
    /// Print again, every second or every five on AWS, until interrupted, or until every task has ended
    #[arg(long)]
    pub watch: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The task.
    #[command(flatten)]
    pub task: TaskArgs,
    /// Or a task of a deployment; the data folder then only takes what does not fit into memory.
    #[command(flatten)]
    pub cloud: CloudArgs,
    /// Write what is missing or different on the target and delete what is extra; only for a completed or paused task
    #[arg(long)]
    pub repair: bool,
}
