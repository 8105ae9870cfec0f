//! The checkpoint table a command works on: a data folder's or a deployment's. What a command does is the same.

use aws::DynamoTable;
use clock::SystemClock;
use embedded::Store;
use migration::port::{CheckpointTable, Commit, PortError, Record, RecordKey, Write};

/// One of both.
#[derive(Clone)]
pub(crate) enum Records {
    /// In a data folder.
    Local(Store<SystemClock>),
    /// Of a deployment.
    Aws(DynamoTable),
}

impl CheckpointTable for Records {
    async fn get(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        match self {
            Self::Local(store) => store.get(key).await,
            Self::Aws(table) => table.get(key).await,
        }
    }

    async fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Record>, PortError> {
        match self {
            Self::Local(store) => store.range(partition, prefix, after, limit).await,
            Self::Aws(table) => table.range(partition, prefix, after, limit).await,
        }
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        match self {
            Self::Local(store) => store.commit(writes).await,
            Self::Aws(table) => table.commit(writes).await,
        }
    }
}
