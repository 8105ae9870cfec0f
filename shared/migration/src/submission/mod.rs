//! What starts a run from a task document, whoever submits it: `ferry run`, `ferry submit`, an object, an event.
//!
//! # Why a document starts one run, however often and by however many it is submitted
//!
//! 1. A task's head names its newest run and the document that one was made from. Head and run are stored in one
//!    transaction, on the condition that the head is as it was loaded. Of two submitters at once one stores, the other
//!    conflicts, loads again and finds the first one's head.
//! 2. The same document, by meaning, finds its own head and gives the same run: nothing is written, nothing resumed. So a
//!    repeated event, a redelivered message and an impatient owner are harmless.
//! 3. Another document replaces a run only while that one had written nothing to the target: its resume point is
//!    precheck. The transaction checks the run's record too, so that it cannot pass precheck meanwhile. A replaced run is
//!    nobody's any more: every handler asks the head first ([`crate::run_store::load_task`]).
//! 4. What the head points to, parts of a large document included, is stored before it ([`document`]).
//!
//! The first message is the caller's to send, to every run that is `created`: a submission whose sender died before it is
//! repeated, or the tick sends it.

pub mod authority;
pub mod document;
pub mod refusal;

pub use authority::{AUTHORITY_BYTES_MAX, Authorities, End};
pub use refusal::{Refusal, forget, refuse};

use crate::outcome::HandlerError;
use crate::port::{CheckpointTable, Commit, Expect, Write};
use crate::record::{self, LoadError, Stored, TaskHead};
use crate::run::{ResumePoint, Run, RunId, State};
use crate::task::{Change, Task};
use crate::time::UnixMs;

/// How often a submission is tried against others of the same task.
const TRIES: u32 = 20;

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// A new run.
    Started {
        /// The run.
        run: Run,
        /// The run that it replaces, which had written nothing.
        replaced: Option<Box<Replaced>>,
    },
    /// The document is that of this run.
    Known(Run),
}

/// A run that was replaced by one with a mended document.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// The run as it was.
    pub run: Run,
    /// Its document.
    pub task: Task,
}

/// Why a document starts nothing.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The task has a run with another document.
    #[error("{}", changed(run, changes))]
    Changed {
        /// The run.
        run: Box<Run>,
        /// What is different.
        changes: Vec<Change>,
    },
    /// The authorities cannot be stored.
    #[error("{}", .0.join("\n"))]
    Authorities(Vec<String>),
    /// The records fail, or contradict each other.
    #[error(transparent)]
    Records(#[from] HandlerError),
}

impl From<LoadError> for SubmitError {
    fn from(error: LoadError) -> Self {
        Self::Records(error.into())
    }
}

impl SubmitError {
    /// The lines that tell the document's owner what is wrong; none where the records failed, and it is worth another try.
    #[must_use]
    pub fn faults(&self) -> Option<Vec<String>> {
        match self {
            Self::Changed { .. } => Some(self.to_string().lines().map(str::to_owned).collect()),
            Self::Authorities(faults) => Some(faults.clone()),
            Self::Records(error) => error.is_final().then(|| vec![error.to_string()]),
        }
    }
}

fn changed(run: &Run, changes: &[Change]) -> String {
    let lines: Vec<String> = changes.iter().map(|change| format!("  {change}")).collect();
    format!(
        "task {} is {} with another document; give the changed task a new name, or undo the change:\n{}",
        run.task,
        run.state,
        lines.join("\n")
    )
}

/// Starts a run for `task` under the fresh id `id`, or finds the one its document has.
///
/// # Errors
/// [`SubmitError`]. After an unknown outcome the same document may be submitted again, under another id.
pub async fn submit(
    records: &impl CheckpointTable,
    now: UnixMs,
    id: RunId,
    task: &Task,
    authorities: &Authorities,
) -> Result<Submitted, SubmitError> {
    let faults = authorities.faults();
    if !faults.is_empty() {
        return Err(SubmitError::Authorities(faults));
    }
    let (place, parts) = document::lay_out(task.document());
    let head = TaskHead { run: id, document: place };
    let mut parts_are_stored = false;
    for _ in 0..TRIES {
        let former = load_former(records, task).await?;
        if let Some(former) = &former {
            let changes = former.task.difference(task);
            let run = &former.run.value;
            if changes.is_empty() {
                authorities.renew(records, run.id).await?;
                forget(records, &run.task).await?;
                return Ok(Submitted::Known(run.clone()));
            }
            if run.resume != ResumePoint::Precheck || run.state == State::Completed {
                return Err(SubmitError::Changed { run: Box::new(run.clone()), changes });
            }
        }
        if !parts_are_stored {
            document::store_parts(records, id, &parts).await?;
            parts_are_stored = true;
        }
        let run = Run::created(id, task.name.as_str().to_owned(), now);
        let expect = former.as_ref().map_or(Expect::Absent, |former| former.head.unchanged());
        let mut writes =
            vec![record::put(record::head(&run.task), &head, expect), record::put_new(record::run(id), &run)];
        writes.extend(authorities.writes(id));
        if let Some(former) = &former {
            let key = record::run(former.run.value.id);
            writes.push(Write::Check { key, expect: former.run.unchanged() });
        }
        if records.commit(writes).await.map_err(HandlerError::from)? == Commit::Stored {
            forget(records, &run.task).await?;
            let replaced =
                former.map(|former| Box::new(Replaced { run: former.run.value, task: former.task }));
            return Ok(Submitted::Started { run, replaced });
        }
    }
    Err(HandlerError::Inconsistent(format!("task {} is submitted by too many at once", task.name.as_str()))
        .into())
}

/// The run that the task has.
struct Former {
    head: Stored<TaskHead>,
    run: Stored<Run>,
    task: Task,
}

async fn load_former(records: &impl CheckpointTable, task: &Task) -> Result<Option<Former>, HandlerError> {
    let found: Option<Stored<TaskHead>> = record::load(records, &record::head(task.name.as_str())).await?;
    let Some(head) = found else { return Ok(None) };
    let run = record::must_load(records, &record::run(head.value.run)).await?;
    let task = load_document(records, &head.value).await?;
    Ok(Some(Former { head, run, task }))
}

/// The task a head was submitted with.
///
/// # Errors
/// [`HandlerError`] where a record cannot be loaded, or the document is not one of this version.
pub async fn load_document(records: &impl CheckpointTable, head: &TaskHead) -> Result<Task, HandlerError> {
    Task::parse(&document::load(records, head).await?).map_err(|faults| {
        HandlerError::Inconsistent(format!("the stored task document is not one of this version: {faults}"))
    })
}
