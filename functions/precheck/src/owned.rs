//! Target tables that another unfinished run owns, by the owner records of this checkpoint table.

use std::collections::BTreeMap;

use migration::finding::Finding;
use migration::ident::TableId;
use migration::owner::Owner;
use migration::port::CheckpointTable;
use migration::record::{self, LoadError, Stored};
use migration::run::{Run, RunId};

use crate::codes::Code;
use crate::draft::Draft;

/// The tables of `targets` that live runs of other tasks own, with their tasks' names.
///
/// # Errors
/// [`LoadError`] where the records do not answer.
pub(crate) async fn by_others<'t>(
    records: &impl CheckpointTable,
    target_name: &str,
    targets: impl IntoIterator<Item = &'t TableId>,
    task: &str,
) -> Result<BTreeMap<TableId, String>, LoadError> {
    let mut live: BTreeMap<RunId, bool> = BTreeMap::new();
    let mut owned = BTreeMap::new();
    for target in targets {
        let owner: Option<Stored<Owner>> = record::load(records, &record::owner(target_name, target)).await?;
        let Some(owner) = owner.map(|stored| stored.value).filter(|owner| owner.task != task) else {
            continue;
        };
        let is_live = match live.get(&owner.run) {
            Some(known) => *known,
            None => {
                let other: Option<Stored<Run>> = record::load(records, &record::run(owner.run)).await?;
                let is_live = other.is_some_and(|other| other.value.state.is_live());
                live.insert(owner.run, is_live);
                is_live
            }
        };
        if is_live {
            owned.insert(target.clone(), owner.task);
        }
    }
    Ok(owned)
}

/// The finding of an owned table.
pub(crate) fn finding(table: &TableId, task: &str) -> Finding {
    Draft::fail(Code::TargetOwned, table, format!("the unfinished task {task} writes to this table"))
        .remedy(format!("let task {task} end first, give the table another name, or leave it out"))
        .done()
}
