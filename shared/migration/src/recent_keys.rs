//! The keys a lane wrote last: what the next holder must keep apart from its own writes (protocol H3).
//!
//! # Why a key that is not listed need not wait
//!
//! The list is stored with the lane's record in the transaction that gives the lease back, and holds every key that was
//! acknowledged within the spacing before. It counts only where it is of that very transaction, which its time and count show,
//! and where the lease was given back: a holder that did not may have written anything. A key is listed by 32 bits of
//! its digest; another key with the same bits waits in vain, and nothing else comes of it. Beyond a bound there
//! is no list, and every key waits.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::lane_progress::LaneProgress;
use crate::record::TableNumber;
use crate::time::UnixMs;
use crate::value::Digest;

/// Keys listed at most: some 5 KiB of text.
const KEYS_MAX: usize = 1_000;

/// 32 bits of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyBits(u32);

impl KeyBits {
    /// Of this key.
    #[must_use]
    pub fn of(table: TableNumber, key: Digest) -> Self {
        let [a, b, c, d, ..] = key.0.to_le_bytes();
        Self(u32::from_le_bytes([a, b, c, d]).wrapping_add(table.0.wrapping_mul(0x9E37_79B9)))
    }
}

/// `run#ID` / `recent#NNNNN`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentKeys {
    /// The `last_write` of the lane's record it was stored with.
    last_write: UnixMs,
    /// Its `operations`: two records may have one time.
    operations: u64,
    /// Every key written within the spacing before; none where they are too many to be listed.
    keys: Option<String>,
}

impl RecentKeys {
    /// The list stored with a lane's record.
    #[must_use]
    pub fn with(progress: &LaneProgress, keys: Option<&BTreeSet<KeyBits>>) -> Self {
        let LaneProgress { last_write, operations, .. } = *progress;
        let bytes =
            |keys: &BTreeSet<KeyBits>| keys.iter().flat_map(|bits| bits.0.to_le_bytes()).collect::<Vec<u8>>();
        let keys = keys.filter(|keys| keys.len() <= KEYS_MAX);
        Self { last_write, operations, keys: keys.map(|keys| STANDARD_NO_PAD.encode(bytes(keys))) }
    }

    /// The keys, where the list is that of this record and complete.
    #[must_use]
    pub fn of(&self, progress: &LaneProgress) -> Option<BTreeSet<KeyBits>> {
        let bytes = STANDARD_NO_PAD.decode(self.keys.as_ref()?).ok()?;
        let (words, rest) = bytes.as_chunks::<4>();
        let is_of_record = (self.last_write, self.operations) == (progress.last_write, progress.operations);
        let is_whole = rest.is_empty() && is_of_record;
        is_whole.then(|| words.iter().map(|word| KeyBits(u32::from_le_bytes(*word))).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{KeyBits, RecentKeys};
    use crate::lane_progress::LaneProgress;
    use crate::position::Position;
    use crate::record::TableNumber;
    use crate::time::UnixMs;
    use crate::value::Digest;

    fn keys(count: u32) -> BTreeSet<KeyBits> {
        (0..count).map(|n| KeyBits::of(TableNumber(n % 3), Digest(u128::from(n) << 7))).collect()
    }

    #[test]
    fn a_list_is_read_back_only_beside_the_record_it_was_stored_with() {
        let progress =
            LaneProgress { last_write: UnixMs(7), ..LaneProgress::starting_at(Position::default()) };
        let recent = RecentKeys::with(&progress, Some(&keys(100)));
        let stored = serde_json::to_string(&recent).unwrap();
        let read: RecentKeys = serde_json::from_str(&stored).unwrap();
        assert_eq!(read.of(&progress), Some(keys(100)));
        assert_eq!(read.of(&LaneProgress { last_write: UnixMs(8), ..progress }), None);
        assert_eq!(read.of(&LaneProgress { operations: 1, ..progress }), None);
        assert_eq!(RecentKeys::with(&progress, None).of(&progress), None);
    }

    #[test]
    fn too_many_keys_are_not_listed() {
        let progress = LaneProgress::starting_at(Position::default());
        assert_eq!(RecentKeys::with(&progress, Some(&keys(1_001))).of(&progress), None);
        assert!(RecentKeys::with(&progress, Some(&keys(1_000))).of(&progress).is_some());
    }
}
