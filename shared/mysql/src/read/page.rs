//! A page of rows: one SELECT in key order, bounded in rows and bytes.
//!
//! One row more than wanted is asked for, so that the last page is known to be the last. The limit follows the size of
//! the table's rows as pages showed it, so that little is sent which the byte bound then leaves out. What is sent beyond
//! the bound is read and dropped row by row; where that would be as much again (small rows, then suddenly large ones),
//! the statement is ended instead. Memory is the bound and one row.

use std::time::Duration;

use migration::limits::PAGE_AGE_MAX;
use migration::port::{Page, PageOf, PageRequest, PortError, RowSource, Surface};
use migration::retry::{Effect, Retry};
use migration::schema::{SourceTable, SourceType};
use migration::value::SourceValue;
use mysql_async::prelude::Queryable;
use mysql_async::{Error, Params, Value};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::classify::{INTERRUPTED, classify, fault};
use crate::key_range::Condition;
use crate::log::gtids::executed_or_owned;
use crate::read::select::{RowReader, from_by_key, order_by};
use crate::session::{Session, Source};

/// Rows of the first page of a table, which shows how large they are.
const FIRST_PAGE_ROWS: usize = 256;
/// Bytes a row is taken to have where neither pages nor the catalog tell: plain, and with columns that may be long.
const ROW_BYTES_PLAIN: u64 = 128;
const ROW_BYTES_LONG: u64 = 16 << 10;
/// Bytes that are rather read and dropped than spared by a connection that ends the statement.
const DROPPED_BYTES: usize = 8 << 20;

impl RowSource for Source {
    async fn page(&self, request: &PageRequest<'_>) -> Result<Page, PortError> {
        // Waiting for a session makes no page older.
        let mut session = self.session().await?;
        self.page_in(&mut session, request).await
    }

    async fn page_of(&self, server: &str, request: &PageRequest<'_>) -> Result<PageOf, PortError> {
        match self.session_of(server).await? {
            Ok((mut session, has_gtids)) => {
                let page = self.page_in(&mut session, request).await?;
                let executed =
                    if has_gtids { Some(executed_or_owned(&mut session.conn).await?) } else { None };
                Ok(PageOf::Server { page, executed })
            }
            Err(other) => Ok(PageOf::Other(other)),
        }
    }
}

impl Source {
    async fn page_in(&self, session: &mut Session<'_>, request: &PageRequest<'_>) -> Result<Page, PortError> {
        let read = timeout(PAGE_AGE_MAX, self.read_page(session, request)).await;
        read.unwrap_or_else(|_| {
            let table = &request.table.source.id;
            Err(PortError {
                surface: Surface::Source,
                code: None,
                summary: format!("reading {table}: a page took longer than it may be old"),
                retry: Retry::After(Duration::ZERO),
                effect: Effect::None,
                cause: None,
            })
        })
    }

    async fn read_page(
        &self,
        session: &mut Session<'_>,
        request: &PageRequest<'_>,
    ) -> Result<Page, PortError> {
        let table = &request.table.source.id;
        let doing = || format!("reading {table}");
        let reader = RowReader::of(request.table)?;
        let rows_max = match self.row_bytes(table) {
            Some(bytes) => rows_within(request, bytes),
            None => rows_within(request, catalog_row_bytes(&request.table.source)).min(FIRST_PAGE_ROWS),
        };
        let condition = Condition::of(&reader.key(), request.range)?;
        let sql = page_sql(request, &reader, &condition);
        let mut parameters = condition.parameters;
        parameters.push(Value::UInt(rows_max as u64 + 1));

        let session_id = session.conn.id();
        let result = session.conn.exec_iter(sql, Params::Positional(parameters)).await;
        let mut result = result.map_err(|error| classify(&error, &doing()))?;
        let mut gathered = Gathered::new(request.bytes_max, rows_max);
        let enough = Notify::new();
        let streamed = {
            let mut streaming = std::pin::pin!(result.for_each(|row| {
                gathered.take(&reader, row.unwrap());
                if gathered.dropped > gathered.bytes_max.max(DROPPED_BYTES) {
                    enough.notify_one();
                }
            }));
            let ending = async {
                enough.notified().await;
                self.end_statement(session_id).await;
            };
            tokio::select! {
                streamed = &mut streaming => streamed,
                () = ending => streaming.await,
            }
        };
        match streamed {
            Ok(()) => result.drop_result().await.map_err(|error| classify(&error, &doing()))?,
            // Ended by us, after the page was full.
            Err(Error::Server(error)) if error.code == INTERRUPTED && gathered.more => {}
            Err(error) => return Err(classify(&error, &doing())),
        }

        if let Some(column) = gathered.unreadable {
            let column = request.table.columns.get(column).map(|column| column.source.as_str());
            let column = column.unwrap_or_default();
            return Err(fault(format!(
                "reading {table}: column {column} holds a value that is not of its type"
            )));
        }
        if let Some(bytes) = (gathered.bytes + gathered.dropped).checked_div(gathered.seen) {
            self.remember_row_bytes(table, bytes.max(1) as u64);
        }
        let last_key = match gathered.rows.last() {
            Some(row) => Some(reader.key_of(row, &gathered.beside)?),
            None => None,
        };
        Ok(Page { rows: gathered.rows, last_key, bytes: gathered.bytes, is_last: !gathered.more })
    }
}

fn page_sql(request: &PageRequest<'_>, reader: &RowReader, condition: &Condition) -> String {
    format!(
        "SELECT /*+ MAX_EXECUTION_TIME({}) */ {}{}{}{} LIMIT ?",
        PAGE_AGE_MAX.as_millis(),
        reader.select_list(),
        from_by_key(request.table),
        condition.sql,
        order_by(&reader.key()),
    )
}

/// Rows to keep at most: what is asked for, and about what fills the byte bound.
fn rows_within(request: &PageRequest<'_>, row_bytes: u64) -> usize {
    let fitting = (request.bytes_max as u64 / row_bytes.max(1)).saturating_add(1);
    usize::try_from(fitting).unwrap_or(usize::MAX).min(request.rows_max.max(1))
}

fn catalog_row_bytes(table: &SourceTable) -> u64 {
    let long = table.columns.iter().any(|column| {
        matches!(
            column.column_type,
            SourceType::Text { .. } | SourceType::Blob { .. } | SourceType::Json | SourceType::Geometry
        )
    });
    match table.data_bytes.checked_div(table.rows_estimate) {
        Some(bytes) => bytes.max(ROW_BYTES_PLAIN),
        None if long => ROW_BYTES_LONG,
        None => ROW_BYTES_PLAIN,
    }
}

/// The rows kept of a page so far.
struct Gathered {
    rows: Vec<Vec<SourceValue>>,
    beside: Vec<Value>,
    bytes: usize,
    bytes_max: usize,
    rows_max: usize,
    /// Rows the server sent, and bytes of those not kept.
    seen: usize,
    dropped: usize,
    /// Whether the server had a row that was not kept.
    more: bool,
    /// The column whose value is not of its type.
    unreadable: Option<usize>,
}

impl Gathered {
    fn new(bytes_max: usize, rows_max: usize) -> Self {
        let rows = Vec::new();
        let (seen, dropped) = (0, 0);
        Self {
            rows,
            beside: Vec::new(),
            bytes: 0,
            bytes_max,
            rows_max,
            seen,
            dropped,
            more: false,
            unreadable: None,
        }
    }

    fn take(&mut self, reader: &RowReader, values: Vec<Value>) {
        self.seen += 1;
        if self.more || self.unreadable.is_some() {
            self.dropped += values.iter().map(|value| size(value.bin_len())).sum::<usize>();
            return;
        }
        let row = match reader.read(values) {
            Ok(row) => row,
            Err(column) => {
                self.unreadable = Some(column);
                return;
            }
        };
        let bytes: usize = row.values.iter().map(SourceValue::bytes).sum();
        let fits = self.bytes + bytes <= self.bytes_max;
        if self.rows.len() == self.rows_max || !(fits || self.rows.is_empty()) {
            self.more = true;
            self.dropped += bytes;
            return;
        }
        self.bytes += bytes;
        self.rows.push(row.values);
        self.beside = row.beside;
    }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
