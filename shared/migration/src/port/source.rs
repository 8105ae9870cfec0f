//! What Ferry asks of the MySQL source. Everything here only reads.

use std::collections::BTreeMap;
use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::gtid::GtidSet;
use crate::ident::{ColumnName, DatabaseName, TableId};
use crate::key::{KeyRange, KeyTuple};
use crate::port::error::PortError;
use crate::schema::{SourceTable, TableMapping};
use crate::value::SourceRow;

/// How a session is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// Whether the session is encrypted.
    pub encrypted: bool,
    /// Protocol and cipher as the server names them, empty where it does not.
    pub detail: String,
}

/// What precheck learns about the source server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// `VERSION()`.
    pub version: String,
    /// `@@version_comment`, which tells MySQL from its relatives.
    pub version_comment: String,
    /// `@@server_uuid`, empty where the server has none.
    pub server_uuid: String,
    /// The session's protection.
    pub tls: TlsFacts,
    /// `CURRENT_USER()`.
    pub account: String,
    /// `SHOW GRANTS` line by line, without any password text.
    pub grants: Vec<String>,
    /// Global variables by lower-case name, those precheck judges; absent where the server has none of that name.
    pub variables: BTreeMap<String, String>,
    /// Whether it follows another server itself; none where it does not say.
    pub is_replica: Option<bool>,
    /// How many XA transactions are prepared and neither committed nor rolled back; none where it does not say.
    pub prepared_transactions: Option<u64>,
}

/// A question precheck asks of one table's rows. Each is one aggregate SELECT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "question")]
pub enum SourceQuestion {
    /// How many rows hold a value of more than `bytes` bytes in the column (for JSON: its text).
    LongerThan {
        /// The column.
        column: ColumnName,
        /// The bound.
        bytes: u64,
    },
    /// How many rows have key values of more than `bytes` bytes together.
    KeyLongerThan {
        /// The bound.
        bytes: u64,
    },
    /// How many rows hold U+0000 in a string of the key.
    NulInKey,
    /// How many rows hold a zero year, month or day in the column.
    ZeroDates {
        /// The column.
        column: ColumnName,
    },
    /// How many rows are NULL in every one of these columns.
    AllNull {
        /// The columns; not empty.
        columns: Vec<ColumnName>,
    },
    /// How many rows hold an empty string, of characters or bytes, in at least one of these columns.
    Empty {
        /// The columns; not empty.
        columns: Vec<ColumnName>,
    },
}

/// Reads the catalog and settings.
pub trait SourceCatalog: Send + Sync {
    /// Connects and gathers the server's facts.
    fn facts(&self) -> impl Future<Output = Result<SourceFacts, PortError>> + Send;

    /// The tables and views of a database, by name; none where the database does not exist or is not visible.
    fn table_names(
        &self,
        database: &DatabaseName,
    ) -> impl Future<Output = Result<Option<Vec<TableId>>, PortError>> + Send;

    /// Describes tables of one database; those that do not exist are left out.
    fn describe(
        &self,
        tables: &[TableId],
    ) -> impl Future<Output = Result<Vec<SourceTable>, PortError>> + Send;

    /// Answers a question with a count, giving up (`None`) where the scan takes longer than a few seconds.
    fn count(
        &self,
        table: &SourceTable,
        question: &SourceQuestion,
    ) -> impl Future<Output = Result<Option<u64>, PortError>> + Send;
}

/// Finds chunk boundaries. Order is MySQL's; keys are never compared here.
pub trait KeySampler: Send + Sync {
    /// The key of the range's `rows`-th row, in key order, if another row follows it in the range; else none.
    ///
    /// The chunk is then `(range.after, key]` with exactly `rows` rows as they were seen, the rest
    /// `(key, range.through]`. `rows` is at least 1.
    fn boundary_after(
        &self,
        table: &TableMapping,
        range: &KeyRange,
        rows: u64,
    ) -> impl Future<Output = Result<Option<KeyTuple>, PortError>> + Send;
}

/// A page to be read.
#[derive(Debug, Clone)]
pub struct PageRequest<'a> {
    /// The table.
    pub table: &'a TableMapping,
    /// The keys.
    pub range: &'a KeyRange,
    /// Rows at most; at least 1.
    pub rows_max: usize,
    /// Bytes of values at most; a page with one row may pass it.
    pub bytes_max: usize,
}

/// Rows in key order.
#[derive(Debug)]
pub struct Page {
    /// The rows, in the mapping's column order.
    pub rows: Vec<SourceRow>,
    /// The last row's key; none exactly where there is no row.
    pub last_key: Option<KeyTuple>,
    /// Bytes of the values.
    pub bytes: usize,
    /// Whether the range holds no row after these.
    pub is_last: bool,
}

/// A page that only one server may answer.
#[derive(Debug)]
pub enum PageOf {
    /// Read from it.
    Server {
        /// The page.
        page: Page,
        /// What that server had executed, or was about to, after reading; none where it has no GTIDs. Every
        /// transaction that the page may show is in it.
        executed: Option<GtidSet>,
    },
    /// A session opened just now is another server's, with this `@@server_uuid`; nothing was read.
    Other(String),
}

/// Reads rows.
///
/// Each page is its own autocommit SELECT; nothing stays open. A value longer than the target takes is not
/// fetched and arrives as [`NotFetched`](crate::value::SourceValue::NotFetched).
pub trait RowSource: Send + Sync {
    /// The first rows of the range, in key order, within the bounds.
    fn page(&self, request: &PageRequest<'_>) -> impl Future<Output = Result<Page, PortError>> + Send;

    /// The same, read in a session of this server, by its `@@server_uuid`, and of no other.
    fn page_of(
        &self,
        server: &str,
        request: &PageRequest<'_>,
    ) -> impl Future<Output = Result<PageOf, PortError>> + Send;
}
