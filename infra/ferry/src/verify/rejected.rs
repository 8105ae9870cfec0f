//! The reject list of a table, as verification needs it.
//!
//! A reject excuses a row only while its reason lasts: one whose value could not be converted is excused where it still
//! cannot, one that the target refused as long as it is on the list. A row mended at the source is a difference again.

use std::collections::BTreeSet;

use migration::chunk::Reject;
use migration::value::Digest;

/// The keys on the reject list.
#[derive(Debug, Default)]
pub(crate) struct Rejected {
    all: BTreeSet<Digest>,
    by_target: BTreeSet<Digest>,
}

impl Rejected {
    pub(crate) fn of(rejects: impl IntoIterator<Item = Reject>) -> Self {
        let mut rejected = Self::default();
        for reject in rejects {
            // A conversion names the column it failed on; the target's refusal is about the whole row.
            if reject.column.is_none() {
                rejected.by_target.insert(reject.key);
            }
            rejected.all.insert(reject.key);
        }
        rejected
    }

    /// Whether a row that cannot be converted is on the list.
    pub(crate) fn holds(&self, key: Digest) -> bool {
        self.all.contains(&key)
    }

    /// Whether a row that can be converted is on the list, because the target refused it.
    pub(crate) fn holds_by_target(&self, key: Digest) -> bool {
        self.by_target.contains(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, Reject, Rejected};
    use migration::value::Refusal;

    #[test]
    fn a_row_mended_at_the_source_is_not_excused_by_its_old_reject() {
        let reject = |key, column: Option<&str>, refusal| Reject {
            key: Digest(key),
            column: column.map(str::to_owned),
            refusal,
            position: None,
        };
        let rejected = Rejected::of([
            reject(1, Some("note"), Refusal::TooLong { bytes: 3, most: 2 }),
            reject(2, None, Refusal::Target { code: 1264 }),
        ]);
        assert!(rejected.holds(Digest(1)) && rejected.holds(Digest(2)) && !rejected.holds(Digest(3)));
        assert!(!rejected.holds_by_target(Digest(1)) && rejected.holds_by_target(Digest(2)));
    }
}
