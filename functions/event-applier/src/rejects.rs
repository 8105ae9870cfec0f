//! The reject list as changes move it (protocol H21).
//!
//! # Why the list holds exactly the keys whose last change could not be carried
//!
//! 1. What is judged is the fold of a key: a row that a later change mended is never on the list.
//! 2. A reject carries the position of its change; a copied row has none and is older than every change. Putting one
//!    replaces what is there only if that is not newer.
//! 3. Every later change of the key that is applied removes the entry, whoever put it.
//! 4. Entries move in the transaction that records the lane, or, where they are more than it holds, before it: a change
//!    that is applied again puts them again. Either way only while the lane's lease stands: whoever has lost it says
//!    nothing more of keys that others write now.
//! 5. A definition that makes the rows void, or has them copied again, takes the table's entries with it
//!    (`define::clear`).

use std::collections::BTreeMap;

use migration::chunk::Reject;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Commit, Expect, Write};
use migration::position::Position;
use migration::record::{self, Stored, TableNumber};
use migration::run::{Failure, RunId};
use migration::schema::{BadRow, TableMapping};
use migration::time::UnixMs;
use migration::value::Digest;

use crate::spacing::KeyName;

/// Entries moved in one transaction.
const WRITES_MAX: usize = 80;
/// Entries of a table read at once; where there are more, those of the keys at hand are asked for one by one.
const LISTED_MAX: u32 = 300;

/// What a flush does to the list.
#[derive(Debug, Default)]
pub(crate) struct Rejections {
    /// Every key of the flush with the position of its last operation.
    met: BTreeMap<KeyName, Position>,
    rejected: BTreeMap<KeyName, Reject>,
    /// Rows written without a value outside the key, which may not exist on the target.
    pub(crate) only_nulls: u64,
}

impl Rejections {
    /// A key was changed, last at this position.
    pub(crate) fn met(&mut self, key: KeyName, position: Position) {
        self.met.insert(key, position);
    }

    /// The row of a key cannot be carried.
    pub(crate) fn reject(&mut self, key: KeyName, bad: BadRow, position: Position) {
        let reject =
            Reject { key: bad.key, column: bad.column, refusal: bad.refusal, position: Some(position) };
        self.rejected.insert(key, reject);
    }

    /// The writes that move the list, all but the last few stored at once while `lease` stands; none where the lease or
    /// an entry is not as it was.
    pub(crate) async fn store(
        &self,
        records: &impl CheckpointTable,
        run: RunId,
        lease: Option<&Write>,
    ) -> Result<Option<Vec<Write>>, HandlerError> {
        let mut writes = self.writes(records, run).await?;
        let with_record = writes.split_off(writes.len().saturating_sub(WRITES_MAX));
        for part in writes.chunks(WRITES_MAX) {
            let part = part.iter().chain(lease).cloned().collect();
            if records.commit(part).await? == Commit::Conflict {
                return Ok(None);
            }
        }
        Ok(Some(with_record))
    }

    async fn writes(&self, records: &impl CheckpointTable, run: RunId) -> Result<Vec<Write>, HandlerError> {
        let mut writes = Vec::new();
        let mut tables: Vec<TableNumber> = self.met.keys().map(|(table, _)| *table).collect();
        tables.dedup();
        for table in tables {
            let listed = listed(records, run, table).await?;
            let keys = self.met.range((table, Digest(0))..=(table, Digest(u128::MAX)));
            for (name, position) in keys {
                let wanted = self.rejected.get(name);
                if wanted.is_none() && listed.as_ref().is_some_and(|listed| !listed.contains_key(&name.1)) {
                    continue;
                }
                let key = record::reject(run, table, name.1);
                let stored: Option<Stored<Reject>> = match &listed {
                    Some(listed) => listed.get(&name.1).cloned(),
                    None => record::load(records, &key).await?,
                };
                writes.extend(moved(key, wanted, *position, stored));
            }
        }
        Ok(writes)
    }
}

/// The entries of a table; none where they are too many to be read at once.
async fn listed(
    records: &impl CheckpointTable,
    run: RunId,
    table: TableNumber,
) -> Result<Option<BTreeMap<Digest, Stored<Reject>>>, HandlerError> {
    let (partition, prefix) = (record::run_partition(run), record::rejects_of(table));
    let found = record::load_some::<Reject>(records, &partition, &prefix, LISTED_MAX).await?;
    let is_whole = found.len() < LISTED_MAX as usize;
    Ok(is_whole.then(|| found.into_iter().map(|(_, stored)| (stored.value.key, stored)).collect()))
}

/// The write that makes the stored entry what a change at `position` leaves.
fn moved(
    key: migration::port::RecordKey,
    wanted: Option<&Reject>,
    position: Position,
    stored: Option<Stored<Reject>>,
) -> Option<Write> {
    let is_newer = |stored: &Stored<Reject>| stored.value.position.is_some_and(|at| at > position);
    match (wanted, stored) {
        (_, Some(stored)) if is_newer(&stored) => None,
        (Some(reject), Some(stored)) if stored.value == *reject => None,
        (Some(reject), Some(stored)) => Some(record::put(key, reject, stored.unchanged())),
        (Some(reject), None) => Some(record::put(key, reject, Expect::Absent)),
        (None, Some(stored)) => Some(Write::Delete { key, expect: stored.version }),
        (None, None) => None,
    }
}

/// The failure of a run over a row that cannot be carried.
pub(crate) fn failure(mapping: &TableMapping, bad: &BadRow, position: Position, at: UnixMs) -> Failure {
    let column = bad.column.as_ref().map(|name| format!(", column {name}")).unwrap_or_default();
    let what = format!(
        "a change of {} cannot be carried: position {position}, key digest {}{column}: {}",
        mapping.source.id, bad.key, bad.refusal
    );
    let remedy = "correct the row at the source and run the task again: the row's later change is then carried in its \
                  place; or set `on_bad_row: reject` in a new task"
        .to_owned();
    Failure { what, remedy, at }
}
