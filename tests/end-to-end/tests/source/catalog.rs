//! What the catalog says: the server's facts, names, columns, keys, and what only some servers show.

use migration::ident::{ColumnName, DatabaseName};
use migration::port::SourceCatalog;
use migration::schema::{Generated, SourceType, TableKind};
use migration::task::TlsMode;
use mysql::{ConnectionSettings, Source, TlsSettings};

use crate::source::fixture::{Database, server, settings};

#[tokio::test]
async fn facts_hold_what_precheck_judges_and_no_password() {
    server()
        .sql("CREATE USER IF NOT EXISTS reader IDENTIFIED BY 'open sesame'; GRANT SELECT ON *.* TO reader")
        .unwrap();
    let settings = ConnectionSettings {
        user: "reader".to_owned(),
        password: Some("open sesame".to_owned()),
        password_rotates: false,
        tls: TlsSettings { mode: TlsMode::Required, authorities: None },
        ..settings(server())
    };
    let facts = Source::connect(&settings, 1).await.unwrap().facts().await.unwrap();
    assert!(facts.version.starts_with(['8', '9']), "{}", facts.version);
    assert!(!facts.version_comment.is_empty());
    assert_eq!(facts.server_uuid.len(), 36);
    assert!(facts.tls.encrypted && facts.tls.detail.starts_with("TLSv1."), "{:?}", facts.tls);
    assert_eq!(facts.account, "reader@%");
    assert_eq!(facts.grants, ["GRANT SELECT ON *.* TO `reader`@`%`"]);
    for (name, value) in [
        ("log_bin", "ON"),
        ("binlog_format", "ROW"),
        ("binlog_row_image", "FULL"),
        ("gtid_mode", "ON"),
        ("server_id", "1"),
        ("read_only", "OFF"),
        ("binlog_row_value_options", ""),
        ("lower_case_table_names", "0"),
    ] {
        assert_eq!(facts.variables.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(facts.variables.contains_key("binlog_expire_logs_seconds"));
    assert!(!facts.variables.contains_key("rds_binlog_retention_hours"));
    assert_eq!((facts.is_replica, facts.prepared_transactions), (None, None), "the account may not ask");
    assert!(!format!("{facts:?}").contains("sesame"));
}

#[tokio::test]
async fn names_are_the_servers_own_and_a_missing_database_is_none() {
    let database = Database::fresh("catalog_names").await;
    database.sql(
        "CREATE TABLE b (k INT PRIMARY KEY); CREATE TABLE `A ``b` (k INT PRIMARY KEY); CREATE TABLE `größe 表` (k INT); \
         CREATE VIEW v AS SELECT 1 AS one",
    );
    let names =
        database.source.table_names(&DatabaseName::new("catalog_names").unwrap()).await.unwrap().unwrap();
    let mut names: Vec<&str> = names.iter().map(|id| id.table.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["A `b", "b", "größe 表", "v"]);
    let missing = DatabaseName::new("catalog_nowhere").unwrap();
    assert_eq!(database.source.table_names(&missing).await.unwrap(), None);
    let other_case = DatabaseName::new("CATALOG_NAMES").unwrap();
    assert_eq!(database.source.table_names(&other_case).await.unwrap(), None);
    let asked = [
        database.id("A `b"),
        database.id("v"),
        database.id("nowhere"),
        database.id("größe 表"),
        database.id("B"),
    ];
    let described = database.source.describe(&asked).await.unwrap();
    let found: Vec<(&str, TableKind)> =
        described.iter().map(|table| (table.id.table.as_str(), table.kind)).collect();
    assert_eq!(found, [("A `b", TableKind::Base), ("größe 表", TableKind::Base), ("v", TableKind::View)]);
    assert!(described[1].key.is_none());
}

#[tokio::test]
async fn columns_are_described_with_all_that_matters_for_carrying_them() {
    let database = Database::fresh("catalog_columns").await;
    database.sql(
        "CREATE TABLE t (k BIGINT UNSIGNED NOT NULL PRIMARY KEY, \
         e ENUM('it''s','b\\\\n','c,d','new\\nline','') CHARACTER SET latin1, s SET('x','y)') NOT NULL, \
         d DECIMAL(12,3) DEFAULT (1 + 1), c CHAR(5) CHARACTER SET gbk, h VARCHAR(20) INVISIBLE, \
         v INT AS (k + 1) VIRTUAL, g INT AS (k + 2) STORED, dt DATETIME(3), j JSON, p POLYGON, b BIT(7), ve VECTOR(5), \
         mt MEDIUMTEXT, bi BINARY(16), y YEAR, ti TIME(6), ts TIMESTAMP(2) NULL)",
    );
    let table = database.describe("t").await;
    assert_eq!(table.engine, "InnoDB");
    let column = |name: &str| table.column(&ColumnName::new(name).unwrap()).unwrap().clone();
    let labels = ["it's", "b\\n", "c,d", "new\nline", ""].map(str::to_owned).to_vec();
    assert_eq!(column("e").column_type, SourceType::Enum { labels });
    assert_eq!(column("e").charset.as_deref(), Some("latin1"));
    assert_eq!(column("s").column_type, SourceType::Set { labels: vec!["x".to_owned(), "y)".to_owned()] });
    assert!(!column("s").nullable && column("e").nullable);
    assert_eq!(column("k").column_type, SourceType::Integer { bytes: 8, unsigned: true });
    assert_eq!(column("d").column_type, SourceType::Decimal { precision: 12, scale: 3 });
    assert_eq!(
        (column("c").charset.as_deref(), column("c").collation.as_deref()),
        (Some("gbk"), Some("gbk_chinese_ci"))
    );
    assert!(column("h").invisible && !column("k").invisible);
    let generated = ["k", "d", "v", "g"].map(|name| column(name).generated);
    assert_eq!(generated, [None, None, Some(Generated::Virtual), Some(Generated::Stored)]);
    let types = ["dt", "j", "p", "b", "ve", "mt", "bi", "y", "ti", "ts"].map(|name| column(name).column_type);
    assert_eq!(
        types,
        [
            SourceType::DateTime { digits: 3 },
            SourceType::Json,
            SourceType::Geometry,
            SourceType::Bit { bits: 7 },
            SourceType::Vector { bytes_max: 20 },
            SourceType::Text { bytes_max: 16_777_215 },
            SourceType::Binary { bytes: 16 },
            SourceType::Year,
            SourceType::Time { digits: 6 },
            SourceType::Timestamp { digits: 2 },
        ]
    );
}

#[tokio::test]
async fn only_whole_visible_not_null_keys_identify_rows() {
    let database = Database::fresh("catalog_keys").await;
    database.sql(
        "CREATE TABLE none (a INT, b VARCHAR(20) NOT NULL, c INT NOT NULL, d INT NOT NULL, UNIQUE (a), UNIQUE (b(5)), \
         UNIQUE ((c + 1)), UNIQUE hidden (d) INVISIBLE, KEY plain (c)); \
         CREATE TABLE best (a INT NOT NULL, b VARCHAR(20) NOT NULL, c INT NOT NULL, UNIQUE wide (a, c), UNIQUE text (b), \
         UNIQUE number (c)); \
         CREATE TABLE prim (a INT NOT NULL UNIQUE, b INT, c INT, PRIMARY KEY (c, b))",
    );
    assert_eq!(database.describe("none").await.key, None);
    assert_eq!(database.describe("best").await.key.unwrap().index, "number");
    let key = database.describe("prim").await.key.unwrap();
    assert_eq!((key.index.as_str(), key.columns.len()), ("PRIMARY", 2));
    assert_eq!(key.columns[0].as_str(), "c");
}

#[tokio::test]
async fn a_generated_invisible_primary_key_is_seen_though_the_server_hides_it() {
    let database = Database::fresh("catalog_hidden_key").await;
    database.sql("SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE t (v INT)");
    server().sql("SET GLOBAL show_gipk_in_create_table_and_information_schema = OFF").unwrap();
    let fresh = Source::connect(&settings(server()), 1).await.unwrap();
    let table = fresh.describe(&[database.id("t")]).await.unwrap().remove(0);
    server().sql("SET GLOBAL show_gipk_in_create_table_and_information_schema = DEFAULT").unwrap();
    let key = table.key.unwrap();
    assert_eq!((key.index.as_str(), key.columns[0].as_str()), ("PRIMARY", "my_row_id"));
    assert!(table.columns[0].invisible);
}

#[tokio::test]
async fn foreign_keys_that_change_rows_unasked_are_named() {
    let database = Database::fresh("catalog_foreign_keys").await;
    database.sql(
        "CREATE TABLE p (k INT PRIMARY KEY); \
         CREATE TABLE c (k INT PRIMARY KEY, a INT, b INT, d INT, CONSTRAINT plain FOREIGN KEY (a) REFERENCES p (k), \
         CONSTRAINT casc FOREIGN KEY (b) REFERENCES p (k) ON DELETE CASCADE, \
         CONSTRAINT nulls FOREIGN KEY (d) REFERENCES p (k) ON UPDATE SET NULL)",
    );
    assert_eq!(database.describe("c").await.cascading_foreign_keys, ["casc", "nulls"]);
    assert!(database.describe("p").await.cascading_foreign_keys.is_empty());
}

#[tokio::test]
async fn estimates_follow_the_rows_without_delay() {
    let database = Database::fresh("catalog_estimates").await;
    database.sql("CREATE TABLE t (k INT PRIMARY KEY, v CHAR(200))");
    assert_eq!(database.describe("t").await.rows_estimate, 0);
    database.sql(
        "INSERT INTO t WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000) SELECT n, 'x' FROM n; \
         ANALYZE TABLE t",
    );
    let table = database.describe("t").await;
    assert!((500..2000).contains(&table.rows_estimate), "{}", table.rows_estimate);
    assert!(table.data_bytes > 16_384);
}

#[tokio::test]
async fn hundreds_of_tables_are_described_by_few_statements() {
    let database = Database::fresh("catalog_many").await;
    let tables: Vec<String> =
        (0..450).map(|number| format!("CREATE TABLE t{number:03} (k INT PRIMARY KEY, v INT)")).collect();
    database.sql(&tables.join(";"));
    let names =
        database.source.table_names(&DatabaseName::new("catalog_many").unwrap()).await.unwrap().unwrap();
    let described = database.source.describe(&names).await.unwrap();
    assert_eq!(described.len(), 450);
    assert!(described.iter().all(|table| table.columns.len() == 2 && table.key.is_some()));
    let statements = database.sql(
        "SELECT SUM(COUNT_EXECUTE) FROM performance_schema.prepared_statements_instances \
         WHERE SQL_TEXT LIKE '%information_schema.COLUMNS%' AND LENGTH(SQL_TEXT) > 300",
    );
    assert_eq!(statements.trim(), "3");
}
