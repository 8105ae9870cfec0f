//! A port that gives way to others before each of its calls.
//!
//! So whoever polls a handler sees it stop in front of every call: it can let another handler go first, wait, or
//! drop it there, which is a crash after the call before and before this one. [`next_call`] tells which call it is.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use migration::capabilities::Capabilities;
use migration::gtid::GtidSet;
use migration::ident::{ColumnName, DatabaseName, TableId};
use migration::key::{KeyRange, KeyTuple};
use migration::port::{
    ChangeLog, CheckpointTable, Commit, DeleteBatch, Deleter, KeySampler, LogEnd, LogEvent, LogGone,
    LogStart, LogStream, ObjectStore, OpenAt, Outgoing, Page, PageOf, PageRequest, PortError, Queue,
    QueueName, Record, RecordKey, RowSource, SendOutcome, Sink, SourceCatalog, SourceFacts, SourceQuestion,
    TargetCatalog, TargetClock, TargetDefiner, TargetFacts, TargetProbe, Write, WriteBatch, WriteOutcome,
};
use migration::run::RunId;
use migration::schema::{SourceTable, TableMapping, TargetColumn, TargetTable};
use migration::time::UnixMs;

use crate::faults::Call;

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

thread_local! {
    static NEXT: Cell<Option<Call>> = const { Cell::new(None) };
}

/// Polls something, and tells the call in front of which it stopped; none where it ended or sleeps.
pub fn next_call<T>(poll: impl FnOnce() -> T) -> (T, Option<Call>) {
    NEXT.set(None);
    let polled = poll();
    (polled, NEXT.take())
}

/// Pending once, in front of a call.
#[derive(Debug)]
struct GiveWay {
    call: Call,
    given: bool,
}

impl GiveWay {
    fn before(call: Call) -> Self {
        Self { call, given: false }
    }
}

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.given {
            return Poll::Ready(());
        }
        self.given = true;
        NEXT.set(Some(self.call));
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<P: CheckpointTable> CheckpointTable for Yielding<P> {
    async fn get(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        GiveWay::before(Call::Get).await;
        self.inner.get(key).await
    }

    async fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Record>, PortError> {
        GiveWay::before(Call::Range).await;
        self.inner.range(partition, prefix, after, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        GiveWay::before(Call::Commit).await;
        self.inner.commit(writes).await
    }
}

impl<P: Queue> Queue for Yielding<P> {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        GiveWay::before(Call::Send).await;
        self.inner.send(queue, messages).await
    }

    async fn depth(&self, queue: QueueName) -> Result<u64, PortError> {
        GiveWay::before(Call::Depth).await;
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
        GiveWay::before(Call::BoundaryAfter).await;
        self.inner.boundary_after(table, range, rows).await
    }
}

impl<P: SourceCatalog> SourceCatalog for Yielding<P> {
    async fn facts(&self) -> Result<SourceFacts, PortError> {
        GiveWay::before(Call::SourceFacts).await;
        self.inner.facts().await
    }

    async fn table_names(&self, database: &DatabaseName) -> Result<Option<Vec<TableId>>, PortError> {
        GiveWay::before(Call::TableNames).await;
        self.inner.table_names(database).await
    }

    async fn describe(&self, tables: &[TableId]) -> Result<Vec<SourceTable>, PortError> {
        GiveWay::before(Call::DescribeSource).await;
        self.inner.describe(tables).await
    }

    async fn count(&self, table: &SourceTable, question: &SourceQuestion) -> Result<Option<u64>, PortError> {
        GiveWay::before(Call::Count).await;
        self.inner.count(table, question).await
    }
}

impl<P: RowSource> RowSource for Yielding<P> {
    async fn page(&self, request: &PageRequest<'_>) -> Result<Page, PortError> {
        GiveWay::before(Call::Page).await;
        let rows_max = request.rows_max.min(self.page_rows_max);
        self.inner.page(&PageRequest { rows_max, ..request.clone() }).await
    }

    async fn page_of(&self, server: &str, request: &PageRequest<'_>) -> Result<PageOf, PortError> {
        GiveWay::before(Call::Page).await;
        let rows_max = request.rows_max.min(self.page_rows_max);
        self.inner.page_of(server, &PageRequest { rows_max, ..request.clone() }).await
    }
}

impl<P: Sink> Sink for Yielding<P> {
    async fn write(&self, batch: WriteBatch<'_>, settled_by: UnixMs) -> Result<WriteOutcome, PortError> {
        GiveWay::before(Call::Write).await;
        self.inner.write(batch, settled_by).await
    }
}

impl<P: TargetCatalog> TargetCatalog for Yielding<P> {
    async fn facts(&self) -> Result<TargetFacts, PortError> {
        GiveWay::before(Call::TargetFacts).await;
        self.inner.facts().await
    }

    async fn databases(&self) -> Result<Vec<DatabaseName>, PortError> {
        GiveWay::before(Call::Databases).await;
        self.inner.databases().await
    }

    async fn describe(&self, table: &TableId) -> Result<Option<TargetTable>, PortError> {
        GiveWay::before(Call::DescribeTarget).await;
        self.inner.describe(table).await
    }

    async fn is_empty(&self, table: &TableId) -> Result<bool, PortError> {
        GiveWay::before(Call::IsEmpty).await;
        self.inner.is_empty(table).await
    }

    async fn create_database(&self, database: &DatabaseName) -> Result<(), PortError> {
        GiveWay::before(Call::CreateDatabase).await;
        self.inner.create_database(database).await
    }

    async fn create_table(&self, table: &TargetTable) -> Result<(), PortError> {
        GiveWay::before(Call::CreateTable).await;
        self.inner.create_table(table).await
    }

    fn create_table_sql(&self, table: &TargetTable) -> String {
        self.inner.create_table_sql(table)
    }
}

impl<P: TargetProbe> TargetProbe for Yielding<P> {
    async fn probe(&self, run: RunId, database: &DatabaseName) -> Result<Capabilities, PortError> {
        GiveWay::before(Call::Probe).await;
        self.inner.probe(run, database).await
    }

    async fn drop_probe(&self, run: RunId, database: &DatabaseName) -> Result<(), PortError> {
        GiveWay::before(Call::DropProbe).await;
        self.inner.drop_probe(run, database).await
    }
}

impl<P: TargetClock> TargetClock for Yielding<P> {
    async fn target_now(&self, run: RunId, database: &DatabaseName) -> Result<UnixMs, PortError> {
        GiveWay::before(Call::TargetNow).await;
        self.inner.target_now(run, database).await
    }
}

impl<P: Deleter> Deleter for Yielding<P> {
    async fn delete(&self, batch: DeleteBatch<'_>, settled_by: UnixMs) -> Result<(), PortError> {
        GiveWay::before(Call::DeleteRows).await;
        self.inner.delete(batch, settled_by).await
    }
}

impl<P: ObjectStore> ObjectStore for Yielding<P> {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), PortError> {
        GiveWay::before(Call::PutObject).await;
        self.inner.put(name, bytes).await
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        GiveWay::before(Call::GetObject).await;
        self.inner.get(name).await
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        GiveWay::before(Call::RemoveObject).await;
        self.inner.remove(name).await
    }
}

impl<P: ChangeLog> ChangeLog for Yielding<P> {
    type Stream = YieldingStream<P::Stream>;

    async fn start(&self) -> Result<LogStart, PortError> {
        GiveWay::before(Call::LogStart).await;
        self.inner.start().await
    }

    async fn end(&self) -> Result<LogEnd, PortError> {
        GiveWay::before(Call::LogEnd).await;
        self.inner.end().await
    }

    async fn is_visible(&self, end: &LogEnd) -> Result<bool, PortError> {
        GiveWay::before(Call::LogVisible).await;
        self.inner.is_visible(end).await
    }

    async fn open(&self, at: &OpenAt) -> Result<Result<Self::Stream, LogGone>, PortError> {
        GiveWay::before(Call::LogOpen).await;
        Ok(self.inner.open(at).await?.map(|inner| YieldingStream { inner, events: 0 }))
    }

    async fn file_for(&self, executed: &GtidSet) -> Result<Option<OpenAt>, PortError> {
        GiveWay::before(Call::LogFileFor).await;
        self.inner.file_for(executed).await
    }
}

/// Events of a log between two halts: reading on changes nothing, and there are many.
const EVENTS_BETWEEN: u32 = 12;

/// A stream that gives way now and then.
#[derive(Debug)]
pub struct YieldingStream<S> {
    inner: S,
    events: u32,
}

impl<S: LogStream> LogStream for YieldingStream<S> {
    async fn next(&mut self, wait: Duration) -> Result<Option<LogEvent>, PortError> {
        if self.events.is_multiple_of(EVENTS_BETWEEN) {
            GiveWay::before(Call::LogNext).await;
        }
        self.events += 1;
        self.inner.next(wait).await
    }
}

impl<P: TargetDefiner> TargetDefiner for Yielding<P> {
    async fn add_column(
        &self,
        table: &TableId,
        column: &TargetColumn,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        GiveWay::before(Call::AddColumn).await;
        self.inner.add_column(table, column, settled_by).await
    }

    async fn drop_column(
        &self,
        table: &TableId,
        column: &ColumnName,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        GiveWay::before(Call::DropColumn).await;
        self.inner.drop_column(table, column, settled_by).await
    }

    async fn drop_table(&self, table: &TableId, settled_by: UnixMs) -> Result<(), PortError> {
        GiveWay::before(Call::DropTable).await;
        self.inner.drop_table(table, settled_by).await
    }

    async fn truncate(&self, table: &TableId, settled_by: UnixMs) -> Result<(), PortError> {
        GiveWay::before(Call::Truncate).await;
        self.inner.truncate(table, settled_by).await
    }
}
