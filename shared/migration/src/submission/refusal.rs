//! Documents that were refused where nobody waits for an answer: dropped into a bucket, or sent as an event.
//!
//! Such a refusal stands in the checkpoint table until a document is accepted in its place, so that its owner finds it.

use serde::{Deserialize, Serialize};

use crate::limits::{RECORD_BODY_BYTES_MAX, RECORD_SORT_BYTES_MAX};
use crate::port::{CheckpointTable, RecordKey};
use crate::record::{self, LoadError, Stored};
use crate::time::UnixMs;

/// Bytes of all lines together; a record holds more, and as JSON a line grows.
const LINES_BYTES_MAX: usize = RECORD_BODY_BYTES_MAX / 8;

/// Why a document was refused: `submission` / its task's name, or its object's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// When.
    pub at: UnixMs,
    /// All that is wrong with it, without values.
    pub faults: Vec<String>,
}

/// Records that the document of `place` was refused, in place of what was recorded there before.
///
/// `place` is the object's key, or the task's name, or what else its sender knows it by; `faults` show no values.
///
/// # Errors
/// [`LoadError`] where the records fail.
pub async fn refuse(
    records: &impl CheckpointTable,
    now: UnixMs,
    place: &str,
    faults: Vec<String>,
) -> Result<(), LoadError> {
    let refusal = Refusal { at: now, faults: bounded(faults) };
    let key = key(place);
    // Somebody else who refuses at this moment does so for a document of this place too: one of both is enough.
    let stored: Option<Stored<Refusal>> = record::load(records, &key).await?;
    records.commit(vec![record::put(key, &refusal, record::as_found(stored.as_ref()))]).await?;
    Ok(())
}

/// Forgets the refusal at `place`, where there is one: a document was accepted there.
///
/// # Errors
/// [`LoadError`] where the records fail.
pub async fn forget(records: &impl CheckpointTable, place: &str) -> Result<(), LoadError> {
    let key = key(place);
    let stored: Option<Stored<Refusal>> = record::load(records, &key).await?;
    if let Some(stored) = stored {
        records.commit(vec![crate::port::Write::Delete { key, expect: stored.version }]).await?;
    }
    Ok(())
}

/// All refusals that stand, by place.
///
/// # Errors
/// [`LoadError`] where the records fail.
pub async fn load_all(records: &impl CheckpointTable) -> Result<Vec<(String, Refusal)>, LoadError> {
    let stored = record::load_all::<Refusal>(records, record::SUBMISSIONS, "").await?;
    Ok(stored.into_iter().map(|(key, refusal)| (key.sort, refusal.value)).collect())
}

fn key(place: &str) -> RecordKey {
    let end = place.floor_char_boundary(RECORD_SORT_BYTES_MAX);
    record::refusal(&place[..end])
}

/// As many lines as a record holds, and how many more there are.
fn bounded(mut faults: Vec<String>) -> Vec<String> {
    let mut bytes = 0;
    let fits = |line: &&String| {
        bytes += line.len();
        bytes <= LINES_BYTES_MAX
    };
    let kept = faults.iter().take_while(fits).count();
    let rest = faults.len() - kept;
    faults.truncate(kept);
    if rest > 0 {
        faults.push(format!("... and {rest} more"));
    }
    faults
}
