//! Taking a target table: the steps of [`crate::owner`] on the stored record.

use crate::lease::Lease;
use crate::outcome::HandlerError;
use crate::owner::{self, Former, Owner, Step};
use crate::port::{CheckpointTable, RecordKey, Write};
use crate::reader_state::ReaderState;
use crate::record::{self, Stored};
use crate::run::{Run, RunId};
use crate::time::UnixMs;

/// How far taking a table has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taking {
    /// It is this run's, and settled.
    Taken(Owner),
    /// Not before that time.
    WaitUntil(UnixMs),
    /// A run of this task owns it and keeps it.
    Refused {
        /// The other task.
        task: String,
    },
}

/// Takes steps until the table is taken or something stands against it.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn take(
    records: &impl CheckpointTable,
    run: &Run,
    key: &RecordKey,
    now: UnixMs,
) -> Result<Taking, HandlerError> {
    loop {
        let stored: Option<Stored<Owner>> = record::load(records, key).await?;
        let mut writes = Vec::new();
        let former = match &stored {
            Some(Stored { value: owner, .. }) if owner.run != run.id => {
                let (mut former, still_so) = look_at(records, owner.run).await?;
                writes = still_so;
                if let Some(earlier) = owner.former {
                    let (earlier, _) = look_at(records, earlier).await?;
                    former.leases_until = former.leases_until.max(earlier.leases_until);
                }
                Some(former)
            }
            Some(Stored { value: Owner { former: Some(former), .. }, .. }) => {
                Some(look_at(records, *former).await?.0)
            }
            Some(_) | None => None,
        };
        let record = stored.as_ref().map(|stored| &stored.value);
        match (owner::next_step(record, former, run.id, &run.task, run.created_at, now), record) {
            (Step::Taken, Some(owner)) => return Ok(Taking::Taken(owner.clone())),
            (Step::Taken, None) => {}
            (Step::WaitUntil(at), _) => return Ok(Taking::WaitUntil(at)),
            (Step::Refused { task }, _) => return Ok(Taking::Refused { task }),
            (Step::Store(owner), _) => {
                let expect = record::as_found(stored.as_ref());
                writes.push(record::put(key.clone(), &owner, expect));
                records.commit(writes).await?;
            }
        }
    }
}

/// What stands in the way, and the conditions under which that stays so.
async fn look_at(records: &impl CheckpointTable, run: RunId) -> Result<(Former, Vec<Write>), HandlerError> {
    let (run_key, reader_key) = (record::run(run), record::reader(run));
    let stored: Option<Stored<Run>> = record::load(records, &run_key).await?;
    let reader: Option<Stored<ReaderState>> = record::load(records, &reader_key).await?;
    let leases = record::load_all::<Lease>(records, &record::run_partition(run), record::LEASES).await?;
    let leases_until = leases.iter().map(|(_, lease)| lease.value.until).max().unwrap_or_default();
    let still_so = vec![
        Write::Check { key: run_key, expect: record::as_found(stored.as_ref()) },
        Write::Check { key: reader_key, expect: record::as_found(reader.as_ref()) },
    ];
    let state = stored.map(|stored| stored.value.state);
    Ok((Former { state, follows: reader.is_some(), leases_until }, still_so))
}
