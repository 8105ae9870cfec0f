//! What a run has used of services that are billed, counted by whoever used it.
//!
//! A function's environment adds up what it uses and adds the sum to one of a few records of its function now and then, so
//! that invocations side by side seldom meet. Nothing depends on these records: a crash loses what was not yet added.

use serde::{Deserialize, Serialize};

use crate::port::CheckpointTable;
use crate::record::{self, LoadError};
use crate::run::RunId;

/// Records that the environments of one function share.
pub const SHARDS: u32 = 16;

/// Billed units, each counted as the service bills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Invocations of functions.
    pub invocations: u64,
    /// Memory size in MB times milliseconds of invocations.
    pub memory_mb_ms: u64,
    /// Requests to standard queues: one for each 64 KiB of an action.
    pub standard_requests: u64,
    /// Requests to FIFO queues, counted the same way.
    pub fifo_requests: u64,
    /// Read request units of the table: 4 KB each, read consistently.
    pub read_units: u64,
    /// Write request units of the table: 1 KB each, two for one of a transaction.
    pub write_units: u64,
    /// Requests to the object store.
    pub object_requests: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            invocations: self.invocations.saturating_add(other.invocations),
            memory_mb_ms: self.memory_mb_ms.saturating_add(other.memory_mb_ms),
            standard_requests: self.standard_requests.saturating_add(other.standard_requests),
            fifo_requests: self.fifo_requests.saturating_add(other.fifo_requests),
            read_units: self.read_units.saturating_add(other.read_units),
            write_units: self.write_units.saturating_add(other.write_units),
            object_requests: self.object_requests.saturating_add(other.object_requests),
        }
    }
}

/// What all functions have used for a run.
///
/// # Errors
/// [`LoadError`] where a record cannot be loaded.
pub async fn load(records: &impl CheckpointTable, run: RunId) -> Result<Usage, LoadError> {
    let shares = record::load_all::<Usage>(records, &record::run_partition(run), record::USAGES).await?;
    Ok(shares.into_iter().fold(Usage::default(), |sum, (_, share)| sum.plus(share.value)))
}

#[cfg(test)]
mod tests {
    use super::Usage;

    #[test]
    fn usage_adds_up_and_never_wraps() {
        let one = Usage { invocations: 2, read_units: u64::MAX, ..Usage::default() };
        let other = Usage { invocations: 3, read_units: 1, object_requests: 7, ..Usage::default() };
        let both = Usage { invocations: 5, read_units: u64::MAX, object_requests: 7, ..Usage::default() };
        assert_eq!(one.plus(other), both);
    }

    #[test]
    fn a_record_of_another_version_is_read_as_far_as_it_goes() {
        let read: Usage = serde_json::from_str(r#"{"invocations":4,"later":1}"#).unwrap();
        assert_eq!(read, Usage { invocations: 4, ..Usage::default() });
    }
}
