//! A stand-in with a database `shop`, an adapter on it, and a plain client for looking behind the adapter's back.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lindorm::{Settings, Target};
use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::port::{Sink, TargetCatalog, WriteBatch, WriteOutcome};
use migration::schema::{
    ColumnMapping, KeyKind, SourceKey, SourceTable, StringDefault, TableKind, TableMapping, TargetColumn,
    TargetTable, TargetType,
};
use migration::statement_form::StatementForm;
use migration::task::{Tls, TlsMode};
use migration::time::UnixMs;
use migration::value::{Conversion, TargetRow, TargetValue};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Row};
use servers::LindormLocal;

pub(crate) struct Stand {
    pub(crate) server: LindormLocal,
    pub(crate) target: Target,
    /// How rows are written and read.
    pub(crate) form: StatementForm,
}

pub(crate) fn settings(server: &LindormLocal) -> Settings {
    Settings {
        host: server.host(),
        port: server.port(),
        user: "root".to_owned(),
        password: None,
        password_rotates: false,
        tls: Tls { mode: TlsMode::Disabled, ca: None },
        authority: None,
        connections: 4,
    }
}

impl Stand {
    /// A stand-in with these assumptions.
    pub(crate) async fn with(assumptions: &[&str]) -> Self {
        let arguments = assumptions.iter().flat_map(|assumption| ["--assume", assumption]);
        let server = LindormLocal::start(arguments).expect("the stand-in starts");
        let target = Target::connect(settings(&server)).await.expect("the target connects");
        target.create_database(&database()).await.expect("the database is created");
        Self { server, target, form: StatementForm::documented() }
    }

    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A client of its own, in `shop`.
    pub(crate) async fn client(&self) -> Conn {
        self.client_of("shop").await
    }

    async fn client_of(&self, database: &str) -> Conn {
        let options = OptsBuilder::default()
            .ip_or_hostname(self.server.host())
            .tcp_port(self.server.port())
            .user(Some("root"))
            .db_name(Some(database))
            .prefer_socket(false)
            .max_allowed_packet(Some(1 << 24))
            .wait_timeout(Some(600));
        Conn::new(options).await.expect("a client connects")
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.client().await.query_drop(sql).await.expect("the statement runs");
    }

    pub(crate) async fn run_in_default(&self, sql: &str) {
        self.client_of("default").await.query_drop(sql).await.expect("the statement runs");
    }

    pub(crate) async fn rows(&self, sql: &str) -> Vec<Row> {
        self.client().await.query(sql).await.expect("the statement runs")
    }

    pub(crate) async fn write(
        &self,
        mapping: &TableMapping,
        stamp: Option<UnixMs>,
        rows: Vec<TargetRow>,
    ) -> WriteOutcome {
        let batch = WriteBatch { table: mapping, stamp, form: self.form, rows };
        self.target.write(batch, in_a_minute()).await.expect("the batch is written")
    }

    /// Creates the mapping's table.
    pub(crate) async fn create(&self, mapping: &TableMapping) {
        self.target.create_table(&mapping.target).await.expect("the table is created");
    }

    /// The rows that are there with these keys.
    pub(crate) async fn found(&self, mapping: &TableMapping, keys: &[Vec<TargetValue>]) -> Vec<TargetRow> {
        let rows = self.target.read_rows(mapping, keys, self.form).await.expect("the rows are read");
        rows.into_iter().flatten().collect()
    }

    /// All rows, by a scan.
    pub(crate) async fn all(&self, mapping: &TableMapping) -> Vec<TargetRow> {
        let mut scan = self.target.scan(mapping, self.form).await.expect("the scan begins");
        let mut rows = Vec::new();
        while let Some(page) = scan.next_page().await.expect("a page is read") {
            assert!(!page.is_empty());
            rows.extend(page);
        }
        rows
    }
}

pub(crate) fn now() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    UnixMs(u64::try_from(since.as_millis()).expect("a time in range"))
}

pub(crate) fn in_a_minute() -> UnixMs {
    now().plus(Duration::from_mins(1))
}

pub(crate) fn database() -> DatabaseName {
    DatabaseName::new("shop").expect("a name")
}

pub(crate) fn table_id(table: &str) -> TableId {
    TableId { database: database(), table: TableName::new(table).expect("a name") }
}

/// A mapping onto a table of these columns, the first `key` of which are its key.
pub(crate) fn mapping(table: &str, key: usize, columns: &[(&str, TargetType)]) -> TableMapping {
    let name = |name: &str| ColumnName::new(name).expect("a name");
    let at = |at: usize| u32::try_from(at).expect("a small number");
    let mapped = columns.iter().enumerate().map(|(at, (column, target_type))| ColumnMapping {
        source: name(column),
        target: name(column),
        target_type: *target_type,
        // What a conversion does is over when rows reach the sink.
        conversion: Conversion::Boolean,
        in_key: at < key,
    });
    let made = columns.iter().enumerate().map(|(place, (column, column_type))| TargetColumn {
        name: name(column),
        column_type: *column_type,
        key_position: (place < key).then(|| at(place)),
    });
    let source_key = SourceKey {
        index: "PRIMARY".to_owned(),
        kind: KeyKind::Primary,
        columns: columns.iter().take(key).map(|(column, _)| name(column)).collect(),
    };
    TableMapping {
        source: SourceTable {
            id: table_id(table),
            kind: TableKind::Base,
            engine: "InnoDB".to_owned(),
            create_options: String::new(),
            columns: Vec::new(),
            key: Some(source_key.clone()),
            rows_estimate: 0,
            data_bytes: 0,
            cascading_foreign_keys: Vec::new(),
            strings: StringDefault::default(),
        },
        key: source_key,
        target: TargetTable {
            id: table_id(table),
            columns: made.collect(),
            indexes: Vec::new(),
            attributes: BTreeMap::new(),
        },
        columns: mapped.collect(),
        marker: false,
        existing: false,
    }
}

/// The mapping most tests use: `id BIGINT` as key, `v VARCHAR`.
pub(crate) fn plain(table: &str) -> TableMapping {
    mapping(table, 1, &[("id", TargetType::BigInt), ("v", TargetType::Varchar { chars: None })])
}

pub(crate) fn row(id: i64, text: &str) -> TargetRow {
    vec![TargetValue::Int(id), TargetValue::Text(text.to_owned())]
}
