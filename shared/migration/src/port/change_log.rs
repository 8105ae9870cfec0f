//! What Ferry asks of the source's binary log. Everything here only reads.

use std::future::Future;
use std::time::Duration;

use crate::gtid::{Gtid, GtidSet};
use crate::ident::{ColumnName, TableId};
use crate::port::error::PortError;
use crate::position::LogPlace;
use crate::schema::{SourceTable, TableChange};
use crate::time::UnixMs;
use crate::value::SourceRow;

/// How the start position was found; precheck's report and the journal say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartWay {
    /// By `@@gtid_executed`.
    Gtid,
    /// Under a momentary global read lock.
    Lock,
    /// By waiting until everything that was in the log then was visible.
    Wait,
}

/// Where following the log starts: every transaction that is not covered is not visible to an earlier SELECT's reader
/// only, and everything covered is visible to every SELECT from now on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogStart {
    /// In front of a transaction; everything before it is visible, or in `executed`.
    pub place: LogPlace,
    /// The file's whole name.
    pub file_name: String,
    /// Transactions to pass over, where the source has GTIDs.
    pub executed: Option<GtidSet>,
    /// `@@server_uuid`, empty where the server has none.
    pub server_uuid: String,
    /// How it was found.
    pub way: StartWay,
}

/// Where the log ends just now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogEnd {
    /// Behind the last event.
    pub place: LogPlace,
    /// `@@gtid_executed`, where the source has GTIDs.
    pub executed: Option<GtidSet>,
    /// `@@server_uuid`.
    pub server_uuid: String,
}

/// Where to open the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAt {
    /// In front of a transaction, or of an event inside one.
    pub place: LogPlace,
    /// The file's whole name.
    pub file_name: String,
}

/// Why the log cannot be opened where it was left; the task stops with it, never jumps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogGone {
    /// The file is no longer there; what is the oldest that is, where the server tells.
    Purged {
        /// The oldest file's name.
        oldest: Option<String>,
    },
    /// The file ends before the place: another history.
    Beyond,
}

/// A transaction begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// In front of its GTID event.
    pub at: LogPlace,
    /// Its GTID, where the source has them.
    pub gtid: Option<Gtid>,
    /// When it was committed.
    pub committed_at: UnixMs,
}

/// What comes next in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEvent {
    /// A file is read from here on: its name, and server id and header time of its format description event.
    File {
        /// Where reading stands in it.
        at: LogPlace,
        /// Its name.
        name: String,
        /// Server id and header time.
        format: (u32, u32),
    },
    /// A transaction begins.
    Begin(Begin),
    /// The transaction is prepared for XA, not committed: its rows must not be shipped where they are.
    XaPrepared,
    /// Rows of this table follow under this number.
    Table {
        /// The number rows name it by.
        id: u64,
        /// The table.
        table: TableId,
        /// The event's payload, which lays out the images.
        map: Vec<u8>,
        /// The event's offset where reading may start at it: below 4 GiB and not inside a compressed payload.
        offset: Option<u64>,
    },
    /// Rows, as the event's payload.
    Rows {
        /// The number of their table.
        id: u64,
        /// The event's type number.
        kind: u8,
        /// Its payload.
        payload: Vec<u8>,
    },
    /// The transaction is committed; the next starts here.
    Commit {
        /// Behind it.
        next: LogPlace,
    },
    /// A definition statement with what it changes, by itself in its transaction.
    ///
    /// Rows that fill the table it creates are told as a transaction of their own behind it, which begins at their
    /// table map; a stream opened there tells no `Begin`, as inside any transaction.
    Definition {
        /// What it changes; empty where it changes no table's columns or rows.
        changes: Vec<TableChange>,
        /// The statement, shortened.
        statement: String,
    },
    /// The open transaction is told in two: its GTID counts as executed at the end of the next one, which carries it again.
    GoesOn,
    /// Something that may have changed rows and cannot be read: a statement with rows changed by text, a partial image,
    /// an incident.
    Unreadable {
        /// The tables it may concern; empty where any may be.
        tables: Vec<TableId>,
        /// What it is, in words of ours.
        what: String,
    },
    /// Nothing is behind this place for now, and no transaction is open.
    Idle {
        /// The log's end as far as it was read.
        at: LogPlace,
    },
}

/// An open stream of events.
pub trait LogStream: Send {
    /// The next event; none where `wait` has passed without one.
    fn next(&mut self, wait: Duration) -> impl Future<Output = Result<Option<LogEvent>, PortError>> + Send;
}

/// The source's binary log.
pub trait ChangeLog: Send + Sync {
    /// An open stream.
    type Stream: LogStream;

    /// Fixes where following starts.
    ///
    /// `XA RECOVER` must be empty at it; a prepared transaction is waited for a moment and then refused by name.
    fn start(&self) -> impl Future<Output = Result<LogStart, PortError>> + Send;

    /// Where the log ends now.
    fn end(&self) -> impl Future<Output = Result<LogEnd, PortError>> + Send;

    /// Whether a SELECT that starts now sees everything committed up to this end.
    fn is_visible(&self, end: &LogEnd) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Opens the log.
    fn open(
        &self,
        at: &OpenAt,
    ) -> impl Future<Output = Result<Result<Self::Stream, LogGone>, PortError>> + Send;

    /// On a server that has executed all of `executed`: the start of the newest file before which nothing is outside the set.
    /// None where no file that is left begins early enough.
    fn file_for(&self, executed: &GtidSet) -> impl Future<Output = Result<Option<OpenAt>, PortError>> + Send;
}

/// Why images cannot be read; names a column at most, never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImageFault(pub String);

/// A row change as it stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawChange<'a> {
    /// INSERT.
    Write {
        /// The image.
        after: &'a [u8],
    },
    /// UPDATE.
    Update {
        /// The image before.
        before: &'a [u8],
        /// The image after.
        after: &'a [u8],
    },
    /// DELETE.
    Delete {
        /// The image.
        before: &'a [u8],
    },
}

/// Reads row images. Pure: it knows how images are laid out, and nothing of a server.
pub trait RowImages: Send + Sync {
    /// A table map joined with the table.
    type Shape: Send + Sync;
    /// Columns to be decoded.
    type Columns: Send + Sync;

    /// Joins a table map with the table as it is known at that position.
    ///
    /// # Errors
    /// Where they do not fit together, which stops the task.
    fn shape(&self, map: &[u8], table: &SourceTable) -> Result<Self::Shape, ImageFault>;

    /// The columns of these names, decoded in this order.
    ///
    /// # Errors
    /// Where a column does not exist or cannot be decoded.
    fn columns<'n>(
        &self,
        shape: &Self::Shape,
        names: impl IntoIterator<Item = &'n ColumnName>,
    ) -> Result<Self::Columns, ImageFault>;

    /// Hands on the changes of a rows event in order, until `each` refuses.
    ///
    /// # Errors
    /// What `each` returned, or a fault of the event.
    fn changes<E: From<ImageFault>>(
        &self,
        shape: &Self::Shape,
        kind: u8,
        payload: &[u8],
        each: impl FnMut(RawChange<'_>) -> Result<(), E>,
    ) -> Result<(), E>;

    /// The columns' values of an image.
    ///
    /// # Errors
    /// Where the image does not hold them.
    fn decode(
        &self,
        shape: &Self::Shape,
        columns: &Self::Columns,
        image: &[u8],
    ) -> Result<SourceRow, ImageFault>;

    /// As [`decode`](Self::decode), into a row whose memory is used again; on a fault it holds nothing of use.
    ///
    /// # Errors
    /// Where the image does not hold them.
    fn decode_into(
        &self,
        shape: &Self::Shape,
        columns: &Self::Columns,
        image: &[u8],
        row: &mut SourceRow,
    ) -> Result<(), ImageFault> {
        *row = self.decode(shape, columns, image)?;
        Ok(())
    }

    /// The image up to the last of the columns, which decodes to the same values.
    ///
    /// # Errors
    /// Where the image does not hold them.
    fn prefix<'i>(
        &self,
        shape: &Self::Shape,
        columns: &Self::Columns,
        image: &'i [u8],
    ) -> Result<&'i [u8], ImageFault>;

    /// The image's NULL bitmap.
    ///
    /// # Errors
    /// Where the image is shorter.
    fn nulls<'i>(&self, shape: &Self::Shape, image: &'i [u8]) -> Result<&'i [u8], ImageFault>;

    /// Which of the columns are NULL by a NULL bitmap.
    fn are_null(&self, shape: &Self::Shape, columns: &Self::Columns, nulls: &[u8]) -> Vec<bool>;
}
