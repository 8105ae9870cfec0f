//! A MySQL source in memory: tables with their mapping and rows, paged in key order.
//!
//! Keys are compared here although Rust code elsewhere must not: this is the server. The order is that of the
//! values' bytes and numbers; no collation is imitated.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migration::ident::{DatabaseName, TableId};
use migration::key::{KeyRange, KeyTuple};
use migration::port::{
    KeySampler, Page, PageRequest, PortError, RowSource, SourceCatalog, SourceFacts, SourceQuestion, Surface,
    TlsFacts,
};
use migration::schema::{SourceTable, TableMapping};
use migration::value::{SourceRow, SourceValue};

use crate::faults::{Call, Faults};
use crate::source_key::{compare, key_of};
use crate::source_question::answers;

/// A handle to a source server; clones share it.
#[derive(Debug, Clone)]
pub struct MemorySource {
    faults: Faults,
    server: Arc<Mutex<Server>>,
}

#[derive(Debug)]
struct Server {
    facts: SourceFacts,
    tables: BTreeMap<TableId, Table>,
}

#[derive(Debug)]
struct Table {
    source: SourceTable,
    mapping: Option<TableMapping>,
    /// In key order; keys are unique.
    rows: Vec<(KeyTuple, SourceRow)>,
}

/// The server error for a table that is not there (`ER_NO_SUCH_TABLE`).
const NO_SUCH_TABLE: u16 = 1146;

impl MemorySource {
    /// A source without tables and with facts that precheck finds nothing wrong with.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let server = Server { facts: good_facts(), tables: BTreeMap::new() };
        Self { faults, server: Arc::new(Mutex::new(server)) }
    }

    /// Changes what the server says about itself.
    pub fn set_facts(&self, change: impl FnOnce(&mut SourceFacts)) {
        change(&mut self.server().facts);
    }

    /// Adds a table the catalog describes, without rows; or replaces one of the same name.
    pub fn add_table(&self, source: SourceTable) {
        let table = Table { source: source.clone(), mapping: None, rows: Vec::new() };
        self.server().tables.insert(source.id, table);
    }

    /// Adds a table with rows, each in the mapping's column order; or replaces one of the same name.
    ///
    /// # Panics
    /// Where two rows have one key, or a row does not fit the mapping: the test is wrong.
    pub fn add_rows(&self, mapping: &TableMapping, rows: impl IntoIterator<Item = SourceRow>) {
        let mut rows: Vec<(KeyTuple, SourceRow)> =
            rows.into_iter().map(|row| (key_of(mapping, &row), row)).collect();
        rows.sort_by(|one, other| compare(&one.0, &other.0));
        for pair in rows.windows(2) {
            if let [one, other] = pair {
                assert!(compare(&one.0, &other.0).is_lt(), "two rows of {} have one key", mapping.source.id);
            }
        }
        let table = Table { source: mapping.source.clone(), mapping: Some(mapping.clone()), rows };
        self.server().tables.insert(mapping.source.id.clone(), table);
    }

    /// Inserts a row or replaces the one of the same key, as the owner of the source does while a copy runs.
    ///
    /// # Panics
    /// Where the table was not added with rows: the test is wrong.
    pub fn put_row(&self, table: &TableId, row: SourceRow) {
        let mut server = self.server();
        let table = server.tables.get_mut(table).expect("invariant: the test added this table");
        let mapping = table.mapping.as_ref().expect("invariant: the test added this table with rows");
        let key = key_of(mapping, &row);
        match table.rows.binary_search_by(|(other, _)| compare(other, &key)) {
            Ok(at) => table.rows[at].1 = row,
            Err(at) => table.rows.insert(at, (key, row)),
        }
    }

    /// Drops a table, as the owner of the source does while a copy runs.
    pub fn drop_table(&self, table: &TableId) {
        self.server().tables.remove(table);
    }

    /// The rows of a table in key order; counts as no call.
    #[must_use]
    pub fn rows(&self, table: &TableId) -> Vec<SourceRow> {
        let server = self.server();
        server
            .tables
            .get(table)
            .map(|table| table.rows.iter().map(|(_, row)| row.clone()).collect())
            .unwrap_or_default()
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    fn table(&self, id: &TableId) -> Result<&Table, PortError> {
        self.tables.get(id).ok_or_else(|| PortError {
            code: Some(NO_SUCH_TABLE),
            ..PortError::permanent(Surface::Source, format!("no table {id}"))
        })
    }
}

impl Table {
    fn in_range(&self, range: &KeyRange) -> &[(KeyTuple, SourceRow)] {
        let up_to = |bound: &KeyTuple| self.rows.partition_point(|(key, _)| compare(key, bound).is_le());
        let from = range.after.as_ref().map_or(0, up_to);
        let to = range.through.as_ref().map_or(self.rows.len(), up_to);
        self.rows.get(from..to).unwrap_or_default()
    }
}

impl SourceCatalog for MemorySource {
    async fn facts(&self) -> Result<SourceFacts, PortError> {
        self.faults.call(Call::SourceFacts, || Ok(self.server().facts.clone()))
    }

    async fn table_names(&self, database: &DatabaseName) -> Result<Option<Vec<TableId>>, PortError> {
        self.faults.call(Call::TableNames, || {
            let server = self.server();
            let names: Vec<TableId> =
                server.tables.keys().filter(|id| &id.database == database).cloned().collect();
            Ok((!names.is_empty()).then_some(names))
        })
    }

    async fn describe(&self, tables: &[TableId]) -> Result<Vec<SourceTable>, PortError> {
        self.faults.call(Call::DescribeSource, || {
            let server = self.server();
            Ok(tables
                .iter()
                .filter_map(|id| server.tables.get(id))
                .map(|table| table.source.clone())
                .collect())
        })
    }

    async fn count(&self, table: &SourceTable, question: &SourceQuestion) -> Result<Option<u64>, PortError> {
        self.faults.call(Call::Count, || {
            let server = self.server();
            let table = server.table(&table.id)?;
            let Some(mapping) = &table.mapping else { return Ok(Some(0)) };
            let found = table.rows.iter().filter(|(_, row)| answers(mapping, question, row)).count();
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
            let server = self.server();
            let found = server.table(&table.source.id)?.in_range(range);
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
            let server = self.server();
            let found = server.table(&request.table.source.id)?.in_range(request.range);
            let (mut rows, mut last_key, mut bytes) = (Vec::new(), None, 0);
            for (key, row) in found {
                let size: usize = row.iter().map(SourceValue::bytes).sum();
                if rows.len() >= request.rows_max.max(1)
                    || (!rows.is_empty() && bytes + size > request.bytes_max)
                {
                    break;
                }
                bytes += size;
                rows.push(row.clone());
                last_key = Some(key.clone());
            }
            let is_last = rows.len() == found.len();
            Ok(Page { rows, last_key, bytes, is_last })
        })
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
        ],
        variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
