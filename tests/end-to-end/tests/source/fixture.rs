//! One MySQL for all tests of the source, a database for each, and mappings that carry every column as it is.
//!
//! The server is shared because starting one takes longer than most tests; each test keeps to its own database.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use migration::ident::{DatabaseName, TableId, TableName};
use migration::port::SourceCatalog;
use migration::schema::{ColumnMapping, SourceTable, TableMapping, TargetTable, TargetType};
use migration::task::TlsMode;
use migration::value::Conversion;
use mysql::{ConnectionSettings, Source, TlsSettings};
use servers::MysqlServer;

/// The shared server.
pub(crate) fn server() -> &'static MysqlServer {
    static SERVER: OnceLock<MysqlServer> = OnceLock::new();
    SERVER.get_or_init(|| MysqlServer::builder().start().unwrap())
}

/// Settings for an account without password on a server, without TLS.
pub(crate) fn settings(server: &MysqlServer) -> ConnectionSettings {
    ConnectionSettings {
        host: server.host().to_owned(),
        port: server.port(),
        user: server.user().to_owned(),
        password: None,
        password_rotates: false,
        tls: TlsSettings { mode: TlsMode::Disabled, authorities: None },
        connect_timeout: Duration::from_secs(20),
    }
}

/// A database of one test, made anew, with a source connected.
pub(crate) struct Database {
    pub(crate) name: &'static str,
    pub(crate) source: Source,
}

impl Database {
    pub(crate) async fn fresh(name: &'static str) -> Self {
        sql("", &format!("DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}`"));
        let source = Source::connect(&settings(server()), 2).await.unwrap();
        Self { name, source }
    }

    /// Runs SQL in the database; zero and invalid dates are let in.
    pub(crate) fn sql(&self, statements: &str) -> String {
        sql(self.name, statements)
    }

    pub(crate) fn id(&self, table: &str) -> TableId {
        TableId { database: DatabaseName::new(self.name).unwrap(), table: TableName::new(table).unwrap() }
    }

    pub(crate) async fn describe(&self, table: &str) -> SourceTable {
        let mut described = self.source.describe(&[self.id(table)]).await.unwrap();
        assert_eq!(described.len(), 1, "{table}");
        described.remove(0)
    }

    pub(crate) async fn mapping(&self, table: &str) -> TableMapping {
        mapping(self.describe(table).await)
    }
}

fn sql(database: &str, statements: &str) -> String {
    let choose = if database.is_empty() { String::new() } else { format!("USE `{database}`; ") };
    server()
        .sql(&format!("{choose}SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';\n{statements}"))
        .unwrap()
}

/// All columns in their own order; what becomes of them at a target does not matter to the source.
pub(crate) fn mapping(source: SourceTable) -> TableMapping {
    let key = source.key.clone().unwrap();
    let columns = source.columns.iter().map(|column| ColumnMapping {
        source: column.name.clone(),
        target: column.name.clone(),
        target_type: TargetType::Varbinary,
        conversion: Conversion::Bytes { length: None },
        in_key: key.columns.contains(&column.name),
    });
    let target = TargetTable {
        id: source.id.clone(),
        columns: Vec::new(),
        indexes: Vec::new(),
        attributes: BTreeMap::new(),
    };
    TableMapping { columns: columns.collect(), key, target, marker: false, existing: false, source }
}
