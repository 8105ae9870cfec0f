//! Typed records: JSON in, value and version out, and the conditional writes back.
//!
//! A record that cannot be read is an error that names it; nothing is guessed or reset.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::port::{CheckpointTable, Expect, PortError, Record, RecordKey, Version, Write};

/// How many records one range call asks for.
const RANGE_RECORDS: u32 = 500;

/// A loaded record.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// Its value.
    pub value: T,
    /// Its version, for the condition of the next write.
    pub version: Version,
}

impl<T> Stored<T> {
    /// The condition "unchanged since it was loaded".
    #[must_use]
    pub fn unchanged(&self) -> Expect {
        Expect::Version(self.version)
    }

    /// The record after this holder's own successful write of `value`.
    #[must_use]
    pub fn next(&self, value: T) -> Self {
        Self { value, version: Version(self.version.0 + 1) }
    }
}

/// The condition "as it was loaded", where there may have been none.
#[must_use]
pub fn as_found<T>(found: Option<&Stored<T>>) -> Expect {
    found.map_or(Expect::Absent, Stored::unchanged)
}

/// Why a record could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The table did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The record is not what this version writes.
    #[error("the checkpoint record {key} cannot be read by this version")]
    Unreadable {
        /// Which record.
        key: RecordKey,
        /// Where it breaks.
        #[source]
        cause: serde_json::Error,
    },
    /// A record that must exist does not.
    #[error("the checkpoint record {key} is missing")]
    Missing {
        /// Which record.
        key: RecordKey,
    },
}

fn decode<T: DeserializeOwned>(record: Record) -> Result<Stored<T>, LoadError> {
    match serde_json::from_str(&record.body) {
        Ok(value) => Ok(Stored { value, version: record.version }),
        Err(cause) => Err(LoadError::Unreadable { key: record.key, cause }),
    }
}

/// Loads a record.
///
/// # Errors
/// [`LoadError`] where the table fails or the record is unreadable.
pub async fn load<T: DeserializeOwned>(
    records: &impl CheckpointTable,
    key: &RecordKey,
) -> Result<Option<Stored<T>>, LoadError> {
    records.get(key).await?.map(decode).transpose()
}

/// Loads a record that must be there.
///
/// # Errors
/// [`LoadError`], `Missing` included.
pub async fn must_load<T: DeserializeOwned>(
    records: &impl CheckpointTable,
    key: &RecordKey,
) -> Result<Stored<T>, LoadError> {
    load(records, key).await?.ok_or_else(|| LoadError::Missing { key: key.clone() })
}

/// Loads all records of a partition under a prefix, in order.
///
/// # Errors
/// [`LoadError`] where the table fails or any record is unreadable.
pub async fn load_all<T: DeserializeOwned>(
    records: &impl CheckpointTable,
    partition: &str,
    prefix: &str,
) -> Result<Vec<(RecordKey, Stored<T>)>, LoadError> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let found = records.range(partition, prefix, after.as_deref(), RANGE_RECORDS).await?;
        let Some(last) = found.last() else { return Ok(all) };
        after = Some(last.key.sort.clone());
        for record in found {
            all.push((record.key.clone(), decode(record)?));
        }
    }
}

/// Loads the first records of a partition under a prefix, at most `most` of them, in order.
///
/// # Errors
/// [`LoadError`] where the table fails or any record is unreadable.
pub async fn load_some<T: DeserializeOwned>(
    records: &impl CheckpointTable,
    partition: &str,
    prefix: &str,
    most: u32,
) -> Result<Vec<(RecordKey, Stored<T>)>, LoadError> {
    let found = records.range(partition, prefix, None, most).await?;
    found.into_iter().map(|record| Ok((record.key.clone(), decode(record)?))).collect()
}

/// A conditional write of a value.
///
/// # Panics
/// Never for the domain's own records: all of them have string keys and finite numbers.
#[must_use]
pub fn put<T: Serialize>(key: RecordKey, value: &T, expect: Expect) -> Write {
    let body = serde_json::to_string(value).expect("invariant: a domain record has a JSON form");
    Write::Put { key, body, expect }
}

/// A write that creates a record.
#[must_use]
pub fn put_new<T: Serialize>(key: RecordKey, value: &T) -> Write {
    put(key, value, Expect::Absent)
}
