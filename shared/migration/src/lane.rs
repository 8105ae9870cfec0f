//! Which lane a key travels on: a fixed, versioned hash.
//!
//! # Why the changes of a key keep their order
//!
//! All operations of a key hash to one lane, one lane is one FIFO message group, and one lease holder applies it.
//! The hash takes the *target* table and the key's target encoding, because that is what a write meets: two source keys
//! that become one target key share a lane. It never changes within a task; the vectors below pin it, and another
//! hash would be another version.

use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::ident::TableId;
use crate::value::Digest;

/// The version of the hash, stored with the reader's state.
pub const LANE_HASH_VERSION: u32 = 1;

/// A lane's number, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(pub u16);

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A target table's part of the hash, made once for a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneSeed(u64);

impl LaneSeed {
    /// Of this target table.
    #[must_use]
    pub fn of(table: &TableId) -> Self {
        let mut hash = Xxh3::new();
        hash.update(table.database.as_str().as_bytes());
        hash.update(&[0]);
        hash.update(table.table.as_str().as_bytes());
        Self(hash.digest())
    }

    /// The lane of a key of the table among `lanes`, by the digest of the key as the target holds it.
    ///
    /// # Panics
    /// Never: a lane number is below `lanes`, which has 16 bits.
    #[must_use]
    pub fn lane(self, key: Digest, lanes: u16) -> Lane {
        let mixed = xxhash_rust::xxh3::xxh3_64_with_seed(&key.0.to_le_bytes(), self.0);
        Lane(u16::try_from(mixed % u64::from(lanes.max(1))).expect("invariant: below 65536"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lane, LaneSeed};
    use crate::ident::{DatabaseName, TableId, TableName};
    use crate::value::{TargetValue, row_digest};

    fn lane(table: &str, key: &[TargetValue], lanes: u16) -> Lane {
        let database = DatabaseName::new("shop").unwrap();
        let table = TableId { database, table: TableName::new(table).unwrap() };
        LaneSeed::of(&table).lane(row_digest(key), lanes)
    }

    #[test]
    fn the_hash_is_pinned() {
        let int = |n| vec![TargetValue::Int(n)];
        let text = |t: &str| vec![TargetValue::Text(t.to_owned())];
        let found = [
            lane("orders", &int(0), 16),
            lane("orders", &int(1), 16),
            lane("orders", &int(-1), 16),
            lane("items", &int(1), 16),
            lane("orders", &text("a"), 16),
            lane("orders", &text("A"), 16),
            lane("orders", &[int(1), text("a")].concat(), 7),
        ];
        assert_eq!(found.map(|lane| lane.0), [14, 14, 6, 8, 6, 10, 2]);
    }

    #[test]
    fn keys_spread_over_all_lanes() {
        let mut counts = [0u32; 16];
        for n in 0..16_000 {
            counts[usize::from(lane("orders", &[TargetValue::Int(n)], 16).0)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}
