//! Judging a definition.

use crate::definition::passage::{Circumstances, Followed, Passage, Refusal};
use crate::ident::TableId;
use crate::schema::TableChange;
use crate::task::Task;

/// Whether a change may concern the run at all; where not, the reader passes over it without a barrier.
#[must_use]
pub fn concerns(change: &TableChange, followed: &Followed, task: &Task) -> bool {
    let _ = (change, followed, task);
    true
}

/// The target tables the judgement depends on: the executor describes them first.
#[must_use]
pub fn targets(changes: &[TableChange], followed: &Followed, task: &Task) -> Vec<TableId> {
    let _ = (changes, followed, task);
    Vec::new()
}

/// What passing one statement takes.
///
/// The policy for what cannot be carried is applied here: a refusal stops the task whatever it says.
///
/// # Errors
/// [`Refusal`] where the task must stop at the statement.
pub fn judge(
    changes: &[TableChange],
    followed: &Followed,
    circumstances: Circumstances<'_>,
) -> Result<Passage, Refusal> {
    let _ = (changes, followed, circumstances);
    Ok(Passage::default())
}
