//! Taking a target table: the steps of [`crate::owner`] on the stored record.

use crate::lease::Lease;
use crate::outcome::HandlerError;
use crate::owner::{self, Former, Owner, Step};
use crate::port::{CheckpointTable, Expect, RecordKey};
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
    /// A live run of this task owns it.
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
        let former = match &stored {
            Some(Stored { value: owner, .. }) if owner.run != run.id => {
                let mut former = look_at(records, owner.run).await?;
                if let Some(earlier) = owner.former {
                    let earlier = look_at(records, earlier).await?;
                    former.leases_until = former.leases_until.max(earlier.leases_until);
                }
                Some(former)
            }
            Some(Stored { value: Owner { former: Some(former), .. }, .. }) => {
                Some(look_at(records, *former).await?)
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
                let expect = stored.map_or(Expect::Absent, |stored| stored.unchanged());
                records.commit(vec![record::put(key.clone(), &owner, expect)]).await?;
            }
        }
    }
}

async fn look_at(records: &impl CheckpointTable, run: RunId) -> Result<Former, HandlerError> {
    let stored: Option<Stored<Run>> = record::load(records, &record::run(run)).await?;
    let leases = record::load_all::<Lease>(records, &record::run_partition(run), record::LEASES).await?;
    let leases_until = leases.iter().map(|(_, lease)| lease.value.until).max().unwrap_or_default();
    Ok(Former { state: stored.map(|stored| stored.value.state), leases_until })
}
