//! A run as precheck leaves it: a task over tables with rows, ready for the planner.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migration::budget::Budget;
use migration::capabilities::Capabilities;
use migration::chunk::Chunk;
use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::lease::Lease;
use migration::port::{CheckpointTable, Clock, Commit, RecordKey, TargetProbe, Write};
use migration::record::{self, ChunkId, ChunkNumber, Stored, TableNumber, TaskHead};
use migration::run::{Event, Run, RunId};
use migration::schema::{
    KeyKind, MappingOptions, SourceColumn, SourceKey, SourceTable, SourceType, StringDefault, TableKind,
    TableMapping, TableNames, map_table,
};
use migration::table_plan::{TablePlan, TableProgress, TableRecord};
use migration::task::Task;
use migration::value::{Date, SourceRow, SourceValue, TargetValue, ZeroDates};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::platform::Platform;
use crate::source::MemorySource;
use crate::target::MemoryTarget;

/// Names the target in owner records.
pub const TARGET: &str = "target.example:33060";
/// The database of every table, on both sides.
const DATABASE: &str = "shop";

/// Two servers, a platform, and one run over them.
#[derive(Clone)]
pub struct World {
    /// Clock, faults, checkpoint table and queues.
    pub platform: Platform,
    /// The source.
    pub source: MemorySource,
    /// The target.
    pub target: MemoryTarget,
    /// The run.
    pub run: RunId,
    capabilities: Capabilities,
    document: Value,
    tables: Vec<TableMapping>,
}

/// A row of every table here: `id` BIGINT (the key), `note` VARCHAR(100), `day` DATE.
#[must_use]
pub fn row(id: i64) -> SourceRow {
    let month = u8::try_from(id.rem_euclid(12) + 1).expect("invariant: 1 to 12");
    let day = SourceValue::Date(Date { year: 2024, month, day: 1 });
    vec![SourceValue::Int(id), SourceValue::Text(format!("note {id}")), day]
}

impl World {
    /// A run without tables on a platform of its own.
    #[must_use]
    pub fn on(platform: Platform) -> Self {
        let source = MemorySource::new(platform.faults.clone());
        let target = MemoryTarget::new(platform.clock.clone(), platform.faults.clone());
        let document = json!({
            "name": "shop-move",
            "source": { "host": "source.example", "user": "ferry", "tls": { "mode": "disabled" } },
            "target": { "host": "target.example", "user": "root", "tls": { "mode": "disabled" } },
            "migration": "full",
            "objects": [{ "database": DATABASE }],
        });
        let run = RunId(Uuid::from_u128(1));
        Self {
            platform,
            source,
            target,
            run,
            capabilities: Capabilities::all_shown(),
            document,
            tables: Vec::new(),
        }
    }

    /// A run of another task over the same tables, servers and platform; not started.
    #[must_use]
    pub fn beside(&self, run: u128, task: &str) -> Self {
        let mut other = Self { run: RunId(Uuid::from_u128(run)), ..self.clone() };
        other.set("name", json!(task));
        other
    }

    /// Sets a part of the task document, before [`start`](Self::start).
    pub fn set(&mut self, key: &str, value: Value) {
        if let Some(document) = self.document.as_object_mut() {
            document.insert(key.to_owned(), value);
        }
    }

    /// Sets what the probe measured, before tables are added.
    pub fn set_capabilities(&mut self, capabilities: Capabilities) {
        self.target.set_capabilities(|measured| measured.clone_from(&capabilities));
        self.capabilities = capabilities;
    }

    /// Makes the planner cut chunks of this many rows.
    pub fn set_rows_per_chunk(&mut self, rows: u32, copiers: u16) {
        self.set("tuning", json!({ "chunk_bytes": format!("{rows} KiB"), "copiers": copiers }));
    }

    pub(crate) fn chunk_bytes(&self) -> u64 {
        let task = Task::parse(&self.document).expect("invariant: the document is one");
        task.tuning.chunk_bytes.bytes()
    }

    /// Adds a table that the target does not have yet.
    ///
    /// # Panics
    /// Where the rows do not fit: the test is wrong.
    pub fn add_table(&mut self, name: &str, rows: impl IntoIterator<Item = SourceRow>) {
        let source = source_table(name);
        let columns = source.columns.iter().map(|column| (column.name.clone(), column.name.clone()));
        let names = TableNames { target: source.id.clone(), columns: columns.collect() };
        let null_rows_exist = self.capabilities.null_rows.is_shown();
        let options = MappingOptions { zero_dates: ZeroDates::Null, null_rows_exist, types_refused: &[] };
        let mapping = map_table(&source, &names, None, options).expect("invariant: this table can be mapped");
        self.source.add_rows(&mapping, rows);
        self.tables.push(mapping);
    }

    /// Changes the mapping of a table, before [`start`](Self::start).
    pub fn change_mapping(&mut self, table: usize, change: impl FnOnce(&mut TableMapping)) {
        change(&mut self.tables[table]);
    }

    /// The mapping of a table.
    #[must_use]
    pub fn mapping(&self, table: usize) -> &TableMapping {
        &self.tables[table]
    }

    /// Stores the run as precheck leaves one that passed, with its probe table.
    ///
    /// # Panics
    /// Where the run has been started before: the test is wrong.
    pub fn start(&self) {
        let now = self.platform.clock.now();
        let name = self.document["name"].as_str().unwrap_or_default().to_owned();
        let mut run = Run::created(self.run, name.clone(), now);
        let mut writes = Vec::new();
        for event in [Event::PrecheckStarted, Event::PrecheckPassed] {
            let (number, entry) = run.step(event, "test", now).expect("invariant: a new run starts");
            writes.push(record::put_new(record::journal(self.run, number), &entry));
        }
        run.capabilities = Some(self.capabilities.clone());
        run.probe_database = Some(database());
        run.tables = u32::try_from(self.tables.len()).expect("invariant: a few tables");
        writes.push(record::put_new(record::run(self.run), &run));
        for (number, mapping) in (0..).map(TableNumber).zip(&self.tables) {
            let table = TableRecord::new(number, mapping.clone());
            writes.push(record::put_new(record::table(self.run, number), &table));
            writes.push(record::put_new(record::plan(self.run, number), &TablePlan::default()));
            writes.push(record::put_new(record::progress(self.run, number), &TableProgress::default()));
        }
        let head = TaskHead::with(self.run, self.document.clone());
        writes.push(record::put_new(record::head(&name), &head));
        assert_eq!(self.commit(writes), Commit::Stored, "the run is new");
        finish(self.target.probe(self.run, &database())).expect("invariant: the target answers");
    }

    /// Time for an invocation.
    #[must_use]
    pub fn budget(&self, span: Duration) -> Budget {
        Budget { deadline: self.platform.clock.now().plus(span) }
    }

    /// A record.
    ///
    /// # Panics
    /// Where it is unreadable.
    #[must_use]
    pub fn find<T: DeserializeOwned>(&self, key: &RecordKey) -> Option<Stored<T>> {
        let found = self.platform.table.peek(key)?;
        let value = serde_json::from_str(&found.body).expect("invariant: the record can be read");
        Some(Stored { value, version: found.version })
    }

    /// A record's value, which must be there.
    ///
    /// # Panics
    /// Where it is not.
    #[must_use]
    pub fn load<T: DeserializeOwned>(&self, key: &RecordKey) -> T {
        self.find(key).expect("invariant: the record is there").value
    }

    /// Stores a record whatever stands there.
    ///
    /// # Panics
    /// Never: nobody else writes meanwhile.
    pub fn store<T: Serialize>(&self, key: RecordKey, value: &T) {
        let found: Option<Stored<Value>> = self.find(&key);
        let expect = record::as_found(found.as_ref());
        assert_eq!(self.commit(vec![record::put(key, value, expect)]), Commit::Stored);
    }

    fn commit(&self, writes: Vec<Write>) -> Commit {
        finish(self.platform.table.commit(writes)).expect("invariant: the table answers")
    }

    /// The run's record.
    #[must_use]
    pub fn stored_run(&self) -> Run {
        self.load(&record::run(self.run))
    }

    /// All records under a prefix of the run.
    ///
    /// # Panics
    /// Where one is unreadable.
    #[must_use]
    pub fn all<T: DeserializeOwned>(&self, prefix: &str) -> Vec<T> {
        let found =
            finish(record::load_all::<T>(&self.platform.table, &record::run_partition(self.run), prefix));
        let found = found.expect("invariant: the records can be read");
        found.into_iter().map(|(_, stored)| stored.value).collect()
    }

    /// The chunks of a table by number.
    #[must_use]
    pub fn chunks(&self, table: u32) -> Vec<Chunk> {
        self.all(&record::chunks_of(TableNumber(table)))
    }

    /// The leases of chunks that are not done.
    #[must_use]
    pub fn chunk_leases(&self) -> Vec<Lease> {
        self.all(record::CHUNK_LEASES)
    }

    /// The rows of a target table by their key.
    #[must_use]
    pub fn copied(&self, table: usize) -> BTreeMap<i64, BTreeMap<String, TargetValue>> {
        let rows = self.target.rows(&self.tables[table].target.id).into_iter();
        rows.filter_map(|row| match row.get("id") {
            Some(TargetValue::Int(id)) => Some((*id, row)),
            _ => None,
        })
        .collect()
    }

    /// What the target must hold of a table, by key.
    ///
    /// # Panics
    /// Where a row cannot be converted.
    #[must_use]
    pub fn wanted(&self, table: usize) -> BTreeMap<i64, BTreeMap<String, TargetValue>> {
        let mapping = &self.tables[table];
        let names = || mapping.columns.iter().map(|column| column.target.as_str().to_owned());
        let mut wanted = BTreeMap::new();
        for row in self.source.rows(&mapping.source.id) {
            let Some(SourceValue::Int(id)) = row.first().cloned() else { continue };
            let row = mapping.convert_row(row, &mut 0).expect("invariant: the test's rows can be carried");
            let cells = names().zip(row).filter(|(_, value)| *value != TargetValue::Null);
            wanted.insert(id, cells.collect());
        }
        wanted
    }
}

/// Names a chunk.
#[must_use]
pub fn chunk_id(table: u32, number: u32) -> ChunkId {
    ChunkId { table: TableNumber(table), number: ChunkNumber(number) }
}

fn database() -> DatabaseName {
    DatabaseName::new(DATABASE).expect("invariant: a name")
}

fn column(name: &str, column_type: SourceType, spelling: &str) -> SourceColumn {
    SourceColumn {
        name: ColumnName::new(name).expect("invariant: a name"),
        column_type,
        spelling: spelling.to_owned(),
        nullable: name != "id",
        charset: None,
        collation: None,
        generated: None,
        invisible: false,
    }
}

fn source_table(name: &str) -> SourceTable {
    let table = TableName::new(name).expect("invariant: a name");
    let key = ColumnName::new("id").expect("invariant: a name");
    SourceTable {
        id: TableId { database: database(), table },
        kind: TableKind::Base,
        engine: "InnoDB".to_owned(),
        create_options: String::new(),
        columns: vec![
            column("id", SourceType::Integer { bytes: 8, unsigned: false }, "bigint"),
            column("note", SourceType::Varchar { chars: 100, fixed: false }, "varchar(100)"),
            column("day", SourceType::Date, "date"),
        ],
        key: Some(SourceKey { index: "PRIMARY".to_owned(), kind: KeyKind::Primary, columns: vec![key] }),
        // 1 KiB a row, so that a chunk of n KiB has n rows.
        rows_estimate: 1,
        data_bytes: 1 << 10,
        cascading_foreign_keys: Vec::new(),
        strings: StringDefault::default(),
    }
}

/// Polls to the end; nothing in memory ever waits in real time.
///
/// # Panics
/// Where the future waits for something nobody does.
pub fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future does not end");
}
