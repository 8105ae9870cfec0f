//! What Ferry asks of the Lindorm target.

use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::capabilities::Capabilities;
use crate::ident::{DatabaseName, TableId};
use crate::port::error::PortError;
use crate::port::source::TlsFacts;
use crate::run::RunId;
use crate::schema::{TableMapping, TargetTable};
use crate::statement_form::StatementForm;
use crate::time::UnixMs;
use crate::value::{Refusal, TargetRow};

/// What precheck learns about the target server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// The server's version text.
    pub version: String,
    /// The session's protection.
    pub tls: TlsFacts,
    /// `@@time_zone` of a fresh session, before Ferry sets its own.
    pub time_zone: String,
}

/// Reads and makes databases and tables.
pub trait TargetCatalog: Send + Sync {
    /// Connects and gathers the server's facts.
    fn facts(&self) -> impl Future<Output = Result<TargetFacts, PortError>> + Send;

    /// All databases.
    fn databases(&self) -> impl Future<Output = Result<Vec<DatabaseName>, PortError>> + Send;

    /// The table with its attributes and indexes; none where it does not exist.
    fn describe(
        &self,
        table: &TableId,
    ) -> impl Future<Output = Result<Option<TargetTable>, PortError>> + Send;

    /// Whether a read finds no row.
    fn is_empty(&self, table: &TableId) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Creates a database; one that exists is no error.
    fn create_database(&self, database: &DatabaseName) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Creates a table. One that exists is no error here: the caller describes it and compares (protocol H18).
    fn create_table(&self, table: &TargetTable) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The statement [`create_table`](Self::create_table) sends.
    fn create_table_sql(&self, table: &TargetTable) -> String;
}

/// Measures the target in a scratch table, which stays as the run's clock.
pub trait TargetProbe: Send + Sync {
    /// Creates the run's probe table in `database` where it is missing and measures. Safe to repeat.
    fn probe(
        &self,
        run: RunId,
        database: &DatabaseName,
    ) -> impl Future<Output = Result<Capabilities, PortError>> + Send;

    /// Drops the run's probe table; a table that is not there is no error.
    fn drop_probe(
        &self,
        run: RunId,
        database: &DatabaseName,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// The target's clock: the stamp of an unstamped cell written just now.
pub trait TargetClock: Send + Sync {
    /// Milliseconds by the target's clock.
    fn target_now(
        &self,
        run: RunId,
        database: &DatabaseName,
    ) -> impl Future<Output = Result<UnixMs, PortError>> + Send;
}

/// Rows to be written.
#[derive(Debug)]
pub struct WriteBatch<'a> {
    /// The table; rows are in its column order.
    pub table: &'a TableMapping,
    /// The stamp every cell gets; none for the target's own time.
    pub stamp: Option<UnixMs>,
    /// How the statements are written.
    pub form: StatementForm,
    /// The rows, within the page's bounds; the adapter cuts them into statements.
    pub rows: Vec<TargetRow>,
}

/// A row the target refused by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Its place in the batch.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WriteOutcome {
    /// Rows refused; all others are written and acknowledged.
    pub rejected: Vec<RejectedRow>,
}

/// Writes rows.
///
/// *Idempotence*: a batch with a stamp may be written any number of times. *Order*: none within a batch.
/// *Durability*: on `Ok` every row that is not listed as rejected is acknowledged by the target.
/// *After an error*: any part of the batch may be written, now or until the statement timeout has run out;
/// transient errors are retried inside, as long as a statement sent then has timed out by `settled_by`: the lease's
/// end, or the page's age.
pub trait Sink: Send + Sync {
    /// Upserts the rows.
    fn write(
        &self,
        batch: WriteBatch<'_>,
        settled_by: UnixMs,
    ) -> impl Future<Output = Result<WriteOutcome, PortError>> + Send;
}

/// Keys to be deleted.
#[derive(Debug)]
pub struct DeleteBatch<'a> {
    /// The table; a key's values are in its key columns' order.
    pub table: &'a TableMapping,
    /// How the statements are written.
    pub form: StatementForm,
    /// The keys.
    pub keys: Vec<TargetRow>,
}

/// Deletes rows by their whole keys, one row a statement, over many connections.
///
/// *Idempotence*: a key without a row is no error. *Order*: none within a batch. *After an error*: as [`Sink`].
pub trait Deleter: Send + Sync {
    /// Deletes the rows with these keys.
    fn delete(
        &self,
        batch: DeleteBatch<'_>,
        settled_by: UnixMs,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
