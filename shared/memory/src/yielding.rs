//! A port that gives way to others before each of its calls.
//!
//! So whoever polls a handler sees it stop in front of every call: it can let another handler go first, wait, or
//! drop it there, which is a crash after the call before and before this one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use migration::capabilities::Capabilities;
use migration::ident::{DatabaseName, TableId};
use migration::key::{KeyRange, KeyTuple};
use migration::port::{
    CheckpointTable, Commit, KeySampler, Outgoing, Page, PageRequest, PortError, Queue, QueueName, Record,
    RecordKey, RowSource, SendOutcome, Sink, TargetCatalog, TargetClock, TargetFacts, TargetProbe, Write,
    WriteBatch, WriteOutcome,
};
use migration::run::RunId;
use migration::schema::{TableMapping, TargetTable};
use migration::time::UnixMs;

/// The port inside, one call at a time.
#[derive(Debug, Clone)]
pub struct Yielding<P> {
    inner: P,
    page_rows_max: usize,
}

impl<P> Yielding<P> {
    /// Wraps a port.
    #[must_use]
    pub fn new(inner: P) -> Self {
        Self { inner, page_rows_max: usize::MAX }
    }

    /// Lets a source return pages of at most this many rows, so that few rows make many pages.
    #[must_use]
    pub fn with_page_rows_max(mut self, rows: usize) -> Self {
        self.page_rows_max = rows;
        self
    }
}

/// Pending once.
#[derive(Debug, Default)]
struct GiveWay {
    given: bool,
}

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.given {
            return Poll::Ready(());
        }
        self.given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<P: CheckpointTable> CheckpointTable for Yielding<P> {
    async fn get(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        GiveWay::default().await;
        self.inner.get(key).await
    }

    async fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Record>, PortError> {
        GiveWay::default().await;
        self.inner.range(partition, prefix, after, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        GiveWay::default().await;
        self.inner.commit(writes).await
    }
}

impl<P: Queue> Queue for Yielding<P> {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        GiveWay::default().await;
        self.inner.send(queue, messages).await
    }

    async fn depth(&self, queue: QueueName) -> Result<u64, PortError> {
        GiveWay::default().await;
        self.inner.depth(queue).await
    }
}

impl<P: KeySampler> KeySampler for Yielding<P> {
    async fn boundary_after(
        &self,
        table: &TableMapping,
        range: &KeyRange,
        rows: u64,
    ) -> Result<Option<KeyTuple>, PortError> {
        GiveWay::default().await;
        self.inner.boundary_after(table, range, rows).await
    }
}

impl<P: RowSource> RowSource for Yielding<P> {
    async fn page(&self, request: &PageRequest<'_>) -> Result<Page, PortError> {
        GiveWay::default().await;
        let rows_max = request.rows_max.min(self.page_rows_max);
        self.inner.page(&PageRequest { rows_max, ..request.clone() }).await
    }
}

impl<P: Sink> Sink for Yielding<P> {
    async fn write(&self, batch: WriteBatch<'_>, settled_by: UnixMs) -> Result<WriteOutcome, PortError> {
        GiveWay::default().await;
        self.inner.write(batch, settled_by).await
    }
}

impl<P: TargetCatalog> TargetCatalog for Yielding<P> {
    async fn facts(&self) -> Result<TargetFacts, PortError> {
        GiveWay::default().await;
        self.inner.facts().await
    }

    async fn databases(&self) -> Result<Vec<DatabaseName>, PortError> {
        GiveWay::default().await;
        self.inner.databases().await
    }

    async fn describe(&self, table: &TableId) -> Result<Option<TargetTable>, PortError> {
        GiveWay::default().await;
        self.inner.describe(table).await
    }

    async fn is_empty(&self, table: &TableId) -> Result<bool, PortError> {
        GiveWay::default().await;
        self.inner.is_empty(table).await
    }

    async fn create_database(&self, database: &DatabaseName) -> Result<(), PortError> {
        GiveWay::default().await;
        self.inner.create_database(database).await
    }

    async fn create_table(&self, table: &TargetTable) -> Result<(), PortError> {
        GiveWay::default().await;
        self.inner.create_table(table).await
    }

    fn create_table_sql(&self, table: &TargetTable) -> String {
        self.inner.create_table_sql(table)
    }
}

impl<P: TargetProbe> TargetProbe for Yielding<P> {
    async fn probe(&self, run: RunId, database: &DatabaseName) -> Result<Capabilities, PortError> {
        GiveWay::default().await;
        self.inner.probe(run, database).await
    }

    async fn drop_probe(&self, run: RunId, database: &DatabaseName) -> Result<(), PortError> {
        GiveWay::default().await;
        self.inner.drop_probe(run, database).await
    }
}

impl<P: TargetClock> TargetClock for Yielding<P> {
    async fn target_now(&self, run: RunId, database: &DatabaseName) -> Result<UnixMs, PortError> {
        GiveWay::default().await;
        self.inner.target_now(run, database).await
    }
}
