//! A MySQL source in memory: tables with their mapping and rows, paged in key order, and a log of what changed them.
//!
//! A SELECT sees a transaction when it is committed, or later where the test says so; the log has it at once.
//! Keys are compared here although Rust code elsewhere must not: this is the server. The order is that of the
//! values' bytes and numbers; no collation is imitated.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::ident::{DatabaseName, TableId};
use migration::key::{KeyRange, KeyTuple};
use migration::port::{
    Clock, KeySampler, LogEvent, Page, PageOf, PageRequest, PortError, RowSource, SourceCatalog, SourceFacts,
    SourceQuestion, Surface, TlsFacts,
};
use migration::schema::{SourceTable, TableChange, TableMapping};
use migration::value::{SourceRow, SourceValue};

use crate::clock::ManualClock;
use crate::faults::{Call, Faults};
use crate::history::History;
use crate::log::MemoryLog;
use crate::log_files::Content;
use crate::source_question::answers;
use crate::source_table::{RowChange, Table};

/// A handle to a source server; clones share it.
#[derive(Debug, Clone)]
pub struct MemorySource {
    faults: Faults,
    clock: ManualClock,
    history: Arc<Mutex<History>>,
}

/// The server error for a table that is not there (`ER_NO_SUCH_TABLE`).
const NO_SUCH_TABLE: u16 = 1146;

impl MemorySource {
    /// A source without tables and with facts that precheck finds nothing wrong with.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let history = Arc::new(Mutex::new(History::new(good_facts())));
        Self { clock: faults.clock(), faults, history }
    }

    /// The source's log.
    #[must_use]
    pub fn log(&self) -> MemoryLog {
        MemoryLog::new(self.faults.clone(), self.clock.clone(), Arc::clone(&self.history))
    }

    /// Changes what the server says about itself.
    pub fn set_facts(&self, change: impl FnOnce(&mut SourceFacts)) {
        change(&mut self.history().facts);
    }

    /// Adds a table the catalog describes, without rows; or replaces one of the same name. Nothing is logged.
    pub fn add_table(&self, source: SourceTable) {
        self.history().put_table(&Table::new(source, None));
    }

    /// Adds a table with rows, each in the mapping's column order; or replaces one of the same name. Nothing is logged.
    ///
    /// # Panics
    /// Where two rows have one key, or a row does not fit the mapping: the test is wrong.
    pub fn add_rows(&self, mapping: &TableMapping, rows: impl IntoIterator<Item = SourceRow>) {
        let mut table = Table::new(mapping.source.clone(), Some(mapping.clone()));
        for row in rows {
            let before = table.put(table.unmapped(mapping, &row));
            assert!(before.is_none(), "two rows of {} have one key", mapping.source.id);
        }
        self.history().put_table(&table);
    }

    /// Inserts a row or replaces the one of the same key without a word in the log.
    ///
    /// # Panics
    /// Where the table was not added with rows: the test is wrong.
    pub fn put_row(&self, id: &TableId, row: &SourceRow) {
        self.history().change_unlogged(|tables| {
            let table = tables.get_mut(id).expect("invariant: the test added this table");
            let mapping = table.mapping.clone().expect("invariant: the test added this table with rows");
            table.put(table.unmapped(&mapping, row));
        });
    }

    /// Drops a table, as the owner of the source does while a copy runs; nothing is logged.
    pub fn drop_table(&self, id: &TableId) {
        self.history().change_unlogged(|tables| {
            tables.remove(id);
        });
    }

    /// The committed rows of a table in key order, in the order of the mapping it was added with; counts as no call.
    #[must_use]
    pub fn rows(&self, id: &TableId) -> Vec<SourceRow> {
        let mapping = self.history().committed.get(id).and_then(|table| table.mapping.clone());
        mapping.map(|mapping| self.rows_as(id, &mapping)).unwrap_or_default()
    }

    /// The committed rows of a table in key order, in the order of a mapping; counts as no call.
    ///
    /// # Panics
    /// Where the mapping has a column that the table has not.
    #[must_use]
    pub fn rows_as(&self, id: &TableId, mapping: &TableMapping) -> Vec<SourceRow> {
        let history = self.history();
        let Some(table) = history.committed.get(id) else { return Vec::new() };
        let places = table.places(mapping).expect("invariant: the mapping fits the table");
        table.rows().map(|row| places.iter().map(|at| row[*at].clone()).collect()).collect()
    }

    /// The committed rows of a table in key order, in the order of its own columns; counts as no call.
    #[must_use]
    pub fn committed(&self, id: &TableId) -> Vec<SourceRow> {
        let history = self.history();
        history.committed.get(id).map(|table| table.rows().cloned().collect()).unwrap_or_default()
    }

    /// The table as it is defined now; counts as no call.
    #[must_use]
    pub fn definition(&self, id: &TableId) -> Option<SourceTable> {
        self.history().committed.get(id).map(|table| table.source.clone())
    }

    /// Commits a transaction: it is in the log, and visible, at once.
    ///
    /// # Panics
    /// Where a change does not fit its table: the test is wrong.
    pub fn commit(&self, changes: Vec<RowChange>) {
        self.commit_slowly(changes, Duration::ZERO);
    }

    /// Commits a transaction that a SELECT sees only after `delay`.
    ///
    /// # Panics
    /// Where a change does not fit its table: the test is wrong.
    pub fn commit_slowly(&self, changes: Vec<RowChange>, delay: Duration) {
        self.history().commit(Content::Rows(changes), self.clock.now(), delay);
    }

    /// Carries out and logs a definition statement; rows hold `fill` in columns it adds.
    ///
    /// # Panics
    /// Where a table it names is not there: the test is wrong.
    pub fn define(&self, changes: Vec<TableChange>, statement: &str, fill: SourceValue) {
        let content = Content::Definition { changes, statement: statement.to_owned(), fill };
        self.history().commit(content, self.clock.now(), Duration::ZERO);
    }

    /// Logs an event as it is, outside any transaction.
    pub fn log_event(&self, event: LogEvent) {
        self.history().commit(Content::Raw(event), self.clock.now(), Duration::ZERO);
    }

    /// Sets whether transactions get GTIDs.
    pub fn set_gtids(&self, gtids: bool) {
        self.history().gtids = gtids;
    }

    /// Begins another file of the log.
    pub fn rotate_log(&self) {
        self.history().log.rotate();
    }

    /// Removes all files of the log but the newest `keep`.
    pub fn purge_log(&self, keep: usize) {
        self.history().log.purge(keep);
    }

    /// Starts the log again from its first file, without a memory of what was before.
    pub fn reset_log(&self) {
        self.history().reset_log();
    }

    /// Breaks every open stream.
    pub fn disconnect(&self) {
        self.history().session += 1;
    }

    /// Lets another server take over, one that has not seen the last `lost` transactions.
    pub fn fail_over(&self, lost: usize) {
        self.history().fail_over(lost);
    }

    fn history(&self) -> MutexGuard<'_, History> {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.see(self.clock.now());
        history
    }
}

fn table<'h>(history: &'h History, id: &TableId) -> Result<&'h Table, PortError> {
    history.visible.get(id).ok_or_else(|| PortError {
        code: Some(NO_SUCH_TABLE),
        ..PortError::permanent(Surface::Source, format!("no table {id}"))
    })
}

impl SourceCatalog for MemorySource {
    async fn facts(&self) -> Result<SourceFacts, PortError> {
        self.faults.call(Call::SourceFacts, || Ok(self.history().facts.clone()))
    }

    async fn table_names(&self, database: &DatabaseName) -> Result<Option<Vec<TableId>>, PortError> {
        self.faults.call(Call::TableNames, || {
            let history = self.history();
            let names: Vec<TableId> =
                history.visible.keys().filter(|id| &id.database == database).cloned().collect();
            Ok((!names.is_empty()).then_some(names))
        })
    }

    async fn describe(&self, tables: &[TableId]) -> Result<Vec<SourceTable>, PortError> {
        self.faults.call(Call::DescribeSource, || {
            let history = self.history();
            Ok(tables
                .iter()
                .filter_map(|id| history.visible.get(id))
                .map(|table| table.source.clone())
                .collect())
        })
    }

    async fn count(&self, table: &SourceTable, question: &SourceQuestion) -> Result<Option<u64>, PortError> {
        self.faults.call(Call::Count, || {
            let history = self.history();
            let table = self::table(&history, &table.id)?;
            let Some(mapping) = &table.mapping else { return Ok(Some(0)) };
            let places = table.places(mapping)?;
            let mapped = |row: &SourceRow| places.iter().map(|at| row[*at].clone()).collect();
            let found = table.rows().filter(|row| answers(mapping, question, &mapped(row))).count();
            Ok(Some(found as u64))
        })
    }
}

impl KeySampler for MemorySource {
    async fn boundary_after(
        &self,
        table: &TableMapping,
        range: &KeyRange,
        rows: u64,
    ) -> Result<Option<KeyTuple>, PortError> {
        self.faults.call(Call::BoundaryAfter, || {
            let history = self.history();
            let found = self::table(&history, &table.source.id)?.in_range(range);
            let rows = usize::try_from(rows).unwrap_or(usize::MAX);
            if rows == 0 {
                return Err(PortError::permanent(Surface::Source, "a boundary after no row was asked for"));
            }
            Ok((found.len() > rows).then(|| found[rows - 1].0.clone()))
        })
    }
}

impl RowSource for MemorySource {
    async fn page(&self, request: &PageRequest<'_>) -> Result<Page, PortError> {
        self.faults.call(Call::Page, || {
            let history = self.history();
            let table = table(&history, &request.table.source.id)?;
            let places = table.places(request.table)?;
            let found = table.in_range(request.range);
            let (mut rows, mut last_key, mut bytes) = (Vec::new(), None, 0);
            for (key, row) in found {
                let row: SourceRow = places.iter().map(|at| row[*at].clone()).collect();
                let size: usize = row.iter().map(SourceValue::bytes).sum();
                if rows.len() >= request.rows_max.max(1)
                    || (!rows.is_empty() && bytes + size > request.bytes_max)
                {
                    break;
                }
                bytes += size;
                rows.push(row);
                last_key = Some(key.clone());
            }
            let is_last = rows.len() == found.len();
            Ok(Page { rows, last_key, bytes, is_last })
        })
    }

    async fn page_of(&self, server: &str, request: &PageRequest<'_>) -> Result<PageOf, PortError> {
        let page = self.page(request).await?;
        let end = self.history().end();
        let (server_uuid, executed) = (end.server_uuid, end.executed);
        Ok(if server_uuid == server { PageOf::Server { page, executed } } else { PageOf::Other(server_uuid) })
    }
}

fn good_facts() -> SourceFacts {
    let variables = [
        ("log_bin", "ON"),
        ("binlog_format", "ROW"),
        ("binlog_row_image", "FULL"),
        ("binlog_row_value_options", ""),
        ("binlog_expire_logs_seconds", "2592000"),
        ("server_id", "1"),
        ("log_replica_updates", "ON"),
        ("gtid_mode", "ON"),
        ("sync_binlog", "1"),
        ("binlog_row_metadata", "FULL"),
        ("innodb_native_foreign_keys", "OFF"),
        ("lower_case_table_names", "0"),
        ("time_zone", "+00:00"),
    ];
    SourceFacts {
        version: "9.7.0".to_owned(),
        version_comment: "MySQL Community Server - GPL".to_owned(),
        server_uuid: "3e11fa47-71ca-11e1-9e33-c80aa9429562".to_owned(),
        tls: TlsFacts { encrypted: true, detail: "TLSv1.3".to_owned() },
        account: "ferry@%".to_owned(),
        grants: vec![
            "GRANT SELECT, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `ferry`@`%`".to_owned(),
            "GRANT XA_RECOVER_ADMIN ON *.* TO `ferry`@`%`".to_owned(),
        ],
        variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        is_replica: Some(false),
        prepared_transactions: Some(0),
    }
}
