//! The checkpoint table: small versioned records, read consistently, written conditionally and several at once.
//!
//! All durable state of a task lives here, and every protocol is a pure function over these records
//! (*load, decide, store*). Three methods suffice, so that SQLite and DynamoDB keep exactly the same promises.

use std::fmt;
use std::future::Future;

use crate::port::error::PortError;

/// Where a record stands: all records of a run share a partition and are ordered by `sort`, bytewise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// For example `run#...`, `task#...`, `owner#...`.
    pub partition: String,
    /// For example `chunk#0001#00000007`.
    pub sort: String,
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.partition, self.sort)
    }
}

/// Counts the writes of a record, from 1; a deleted and re-created record starts at 1 again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where.
    pub key: RecordKey,
    /// Its version.
    pub version: Version,
    /// JSON, at most 350 KiB.
    pub body: String,
}

/// The condition of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is no such record.
    Absent,
    /// The record has this version.
    Version(Version),
}

/// One part of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Stores a body.
    Put {
        /// Where.
        key: RecordKey,
        /// JSON.
        body: String,
        /// The condition.
        expect: Expect,
    },
    /// Removes a record.
    Delete {
        /// Where.
        key: RecordKey,
        /// The condition; never `Absent`.
        expect: Version,
    },
    /// Writes nothing, only states a condition.
    Check {
        /// Where.
        key: RecordKey,
        /// The condition.
        expect: Expect,
    },
}

impl Write {
    /// The record it is about.
    #[must_use]
    pub fn key(&self) -> &RecordKey {
        match self {
            Self::Put { key, .. } | Self::Delete { key, .. } | Self::Check { key, .. } => key,
        }
    }
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// All of it is durable.
    Stored,
    /// A condition did not hold; nothing was written. Load again and decide again.
    Conflict,
}

/// Durable, consistent, conditional storage.
///
/// *Idempotence*: none by itself; a transaction repeated after an unknown outcome conflicts with itself, so the
/// caller loads again and compares. *Concurrency*: any number of callers; transactions are serialisable.
/// *Durability*: `Stored` survives a crash of the process and of the machine's power.
/// *After a timeout*: the transaction may have been stored; the error says `Effect::Unknown`.
pub trait CheckpointTable: Send + Sync {
    /// The record, if there is one; sees every transaction that ended before the call.
    fn get(&self, key: &RecordKey) -> impl Future<Output = Result<Option<Record>, PortError>> + Send;

    /// Up to `limit` records of a partition whose `sort` starts with `prefix` and is above `after`, ascending.
    fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Record>, PortError>> + Send;

    /// Up to 100 writes of different records, all or none.
    fn commit(&self, writes: Vec<Write>) -> impl Future<Output = Result<Commit, PortError>> + Send;
}
