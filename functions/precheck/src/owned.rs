//! Target tables that another run owns and keeps, by the owner records of this checkpoint table.

use std::collections::BTreeMap;

use migration::finding::Finding;
use migration::ident::TableId;
use migration::owner::{self, Owner};
use migration::port::CheckpointTable;
use migration::reader_state::ReaderState;
use migration::record::{self, LoadError, Stored};
use migration::run::{Run, RunId};

use crate::codes::Code;
use crate::draft::Draft;

/// The tables of `targets` that runs of other tasks own and keep, with their tasks' names.
///
/// # Errors
/// [`LoadError`] where the records do not answer.
pub(crate) async fn by_others<'t>(
    records: &impl CheckpointTable,
    target_name: &str,
    targets: impl IntoIterator<Item = &'t TableId>,
    task: &str,
) -> Result<BTreeMap<TableId, String>, LoadError> {
    let mut known: BTreeMap<RunId, bool> = BTreeMap::new();
    let mut owned = BTreeMap::new();
    for target in targets {
        let owner: Option<Stored<Owner>> = record::load(records, &record::owner(target_name, target)).await?;
        let Some(owner) = owner.map(|stored| stored.value).filter(|owner| owner.task != task) else {
            continue;
        };
        let keeps = match known.get(&owner.run) {
            Some(keeps) => *keeps,
            None => {
                let keeps = keeps_tables(records, owner.run).await?;
                known.insert(owner.run, keeps);
                keeps
            }
        };
        if keeps {
            owned.insert(target.clone(), owner.task);
        }
    }
    Ok(owned)
}

async fn keeps_tables(records: &impl CheckpointTable, run: RunId) -> Result<bool, LoadError> {
    let other: Option<Stored<Run>> = record::load(records, &record::run(run)).await?;
    let reader: Option<Stored<ReaderState>> = record::load(records, &record::reader(run)).await?;
    Ok(other.is_some_and(|other| owner::keeps_tables(other.value.state, reader.is_some())))
}

/// The finding of an owned table.
pub(crate) fn finding(table: &TableId, task: &str) -> Finding {
    Draft::fail(Code::TargetOwned, table, format!("the unfinished task {task} writes to this table"))
        .remedy(format!("finish or cancel task {task} first, give the table another name, or leave it out"))
        .done()
}
