//! The checkpoint table in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migration::port::{
    CheckpointTable, Commit, Expect, PortError, Record, RecordKey, Version, Write, admit_writes,
};
use migration::retry::Retry;

use crate::faults::{Call, Faults, Step, after, before};

/// A handle to a table; clones share it.
#[derive(Debug, Clone)]
pub struct MemoryTable {
    faults: Faults,
    records: Arc<Mutex<Records>>,
}

type Records = BTreeMap<RecordKey, (Version, String)>;

impl MemoryTable {
    /// An empty table.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { faults, records: Arc::default() }
    }

    /// Everything stored, in key order; counts as no call.
    #[must_use]
    pub fn dump(&self) -> Vec<Record> {
        self.records().iter().map(|(key, stored)| record(key, stored)).collect()
    }

    /// A record as it is; counts as no call.
    #[must_use]
    pub fn peek(&self, key: &RecordKey) -> Option<Record> {
        self.records().get(key).map(|stored| record(key, stored))
    }

    /// A record's version; counts as no call.
    #[must_use]
    pub fn version(&self, key: &RecordKey) -> Option<Version> {
        self.records().get(key).map(|(version, _)| *version)
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        admit_writes(&writes)?;
        let mut records = self.records();
        if !writes.iter().all(|write| holds(&records, write)) {
            return Ok(Commit::Conflict);
        }
        for write in writes {
            match write {
                Write::Put { key, body, .. } => {
                    let version = records.get(&key).map_or(1, |(version, _)| version.0 + 1);
                    records.insert(key, (Version(version), body));
                }
                Write::Delete { key, .. } => {
                    records.remove(&key);
                }
                Write::Check { .. } => {}
            }
        }
        Ok(Commit::Stored)
    }
}

fn holds(records: &Records, write: &Write) -> bool {
    let found = records.get(write.key()).map(|(version, _)| *version);
    match write {
        Write::Put { expect, .. } | Write::Check { expect, .. } => match expect {
            Expect::Absent => found.is_none(),
            Expect::Version(version) => found == Some(*version),
        },
        Write::Delete { expect, .. } => found == Some(*expect),
    }
}

fn record(key: &RecordKey, (version, body): &(Version, String)) -> Record {
    Record { key: key.clone(), version: *version, body: body.clone() }
}

impl CheckpointTable for MemoryTable {
    async fn get(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        self.faults.call(Call::Get, || Ok(self.records().get(key).map(|stored| record(key, stored))))
    }

    async fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Record>, PortError> {
        let at = |sort: &str| RecordKey { partition: partition.to_owned(), sort: sort.to_owned() };
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(at(after)),
            Some(_) | None => Bound::Included(at(prefix)),
        };
        self.faults.call(Call::Range, || {
            let records = self.records();
            let found = records.range((from, Bound::Unbounded));
            let found =
                found.take_while(|(key, _)| key.partition == partition && key.sort.starts_with(prefix));
            Ok(found.take(limit as usize).map(|(key, stored)| record(key, stored)).collect())
        })
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        match self.faults.step(Call::Commit) {
            Step::Conflict => Ok(Commit::Conflict),
            Step::Work => self.store(writes),
            Step::Before(retry) => Err(before(Call::Commit, retry)),
            Step::After(retry) => self.store(writes).and_then(|_| Err(after(Call::Commit, retry))),
            Step::Half | Step::Late(_) => {
                self.store(writes).and_then(|_| Err(after(Call::Commit, Retry::Now)))
            }
        }
    }
}
