//! The data folder: one SQLite file for the records and queues of its tasks, and room for large payloads and for what
//! verification spills.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clock::SystemClock;
use embedded::{ObjectFolder, QueueSettings, Store};
use migration::port::{CheckpointTable, QueueName};
use migration::record::{self, Stored, TaskHead};
use migration::run::Run;

use crate::command::CommandError;

/// A message that is received often waits for a lease or a server, and is not poison.
const RECEIVES_MAX: u32 = 1_000_000;

/// Makes the folder where it is missing.
pub(crate) fn make(folder: &Path) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the data folder {}", folder.display()))?;
    Ok(())
}

/// Opens the folder, making it where it is missing. `scope` keeps the queues of tasks apart.
pub(crate) fn open(folder: &Path, scope: &str) -> Result<Store<SystemClock>, CommandError> {
    make(folder)?;
    let queues = QueueName::ALL
        .iter()
        .fold(QueueSettings::new(scope), |queues, queue| queues.with_receives_max(*queue, RECEIVES_MAX));
    Ok(Store::open(folder, SystemClock::new(), queues)?)
}

/// Where payloads go that are too large for a message.
pub(crate) fn objects(folder: &Path) -> ObjectFolder {
    ObjectFolder::new(folder.join("objects"))
}

/// Where a task's verification spills to.
pub(crate) fn spill(folder: &Path, task: &str) -> PathBuf {
    folder.join("verify").join(task)
}

/// The newest run of a task, if it has one.
pub(crate) async fn newest(records: &impl CheckpointTable, task: &str) -> Result<Option<Run>, CommandError> {
    let head: Option<Stored<TaskHead>> = record::load(records, &record::head(task)).await?;
    let Some(head) = head else { return Ok(None) };
    let run: Stored<Run> = record::must_load(records, &record::run(head.value.run)).await?;
    Ok(Some(run.value))
}
