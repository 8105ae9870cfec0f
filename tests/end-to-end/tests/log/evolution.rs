//! Definitions a real MySQL logs, read and applied to tables as they were: the catalog says the same afterwards.

use std::collections::BTreeMap;

use migration::definition::altered;
use migration::ident::{DatabaseName, TableId, TableName};
use migration::port::{LogEvent, SourceCatalog};
use migration::schema::{SourceTable, TableChange};
use servers::MysqlServer;

use super::stand::Stand;

/// Each with a server's own spelling, defaults and order behind it.
const STATEMENTS: [&str; 46] = [
    "CREATE TABLE t (id INT UNSIGNED NOT NULL AUTO_INCREMENT, a VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin \
     DEFAULT 'x' COMMENT 'it''s', b TEXT, c CHAR(3) CHARACTER SET binary, g POINT NOT NULL SRID 4326, d INT GENERATED \
     ALWAYS AS (length(a)) VIRTUAL INVISIBLE, ts TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE \
     CURRENT_TIMESTAMP(3), PRIMARY KEY (ID), UNIQUE KEY (a, id), KEY k (a(3)) USING BTREE COMMENT 'x', SPATIAL INDEX (g), \
     CONSTRAINT c1 CHECK (length(a) < 99) NOT ENFORCED) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_bin COMMENT='('",
    "CREATE TABLE numbers (a TINYINT(1), b BOOL, c INT(5) ZEROFILL, d INT8 UNSIGNED, e MEDIUMINT, f SERIAL, g DEC(5), h \
     NUMERIC(65,30), i FLOAT(7,3), j FLOAT(30), k DOUBLE PRECISION, l REAL UNSIGNED, m BIT(3) DEFAULT b'101', n YEAR(4))",
    "CREATE TABLE strings (id INT PRIMARY KEY, a CHAR, b NCHAR(3), c NATIONAL VARCHAR(9), d LONG VARCHAR, e TINYTEXT, f \
     TEXT(70000) CHARACTER SET latin1, g ENUM('a','it''s','b  ') NOT NULL, h SET('p','q') CHARACTER SET latin1, i \
     VARCHAR(9) ASCII, j VARCHAR(9) COLLATE utf8mb3_bin, k VARBINARY(7), l BLOB(300), m JSON DEFAULT (JSON_ARRAY()), n \
     VARCHAR(4) CHARACTER SET ucs2 BINARY)",
    "CREATE TABLE times (a DATE, b DATETIME(6), c TIMESTAMP NULL, d TIME(2), e TIMESTAMP, PRIMARY KEY (a, b))",
    "CREATE TABLE `odd ``name` (`select` INT, `x y` INT KEY, `größe` INT UNIQUE)",
    "CREATE TABLE parted (a INT, b INT, UNIQUE (b, a)) /*!50100 PARTITION BY HASH (a) PARTITIONS 4 */",
    "CREATE TABLE alike LIKE t",
    "CREATE TABLE filled (x INT NOT NULL UNIQUE) SELECT 7 AS x, 'text' AS y, CAST(1.5 AS DECIMAL(7,2)) AS z",
    "CREATE TABLE IF NOT EXISTS filled (other INT)",
    "CREATE TEMPORARY TABLE passing (a INT); DROP TEMPORARY TABLE passing",
    "SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE \"quoted\" (\"a\" INT PRIMARY KEY, b VARCHAR(3) DEFAULT 'x')",
    "SET NAMES latin1; CREATE TABLE latin (`a` INT PRIMARY KEY, b ENUM('x'))",
    "ALTER TABLE t ADD COLUMN n1 INT NOT NULL DEFAULT 7 FIRST, ADD n2 VARCHAR(3) AFTER a, ADD (n3 DATE, n4 TEXT)",
    "ALTER TABLE t MODIFY n1 BIGINT UNSIGNED NOT NULL AFTER n3, CHANGE n2 m2 VARCHAR(30) COLLATE utf8mb3_bin FIRST",
    "ALTER TABLE t RENAME COLUMN m2 TO n1, RENAME COLUMN n1 TO m2",
    "ALTER TABLE t ALTER COLUMN n3 SET DEFAULT (CURRENT_DATE), ALTER m2 DROP DEFAULT, ALTER n4 SET INVISIBLE",
    "ALTER TABLE t DROP n3, DROP COLUMN n4, DROP INDEX k, ADD INDEX k2 (b(5)), ALGORITHM=COPY, LOCK=SHARED",
    "ALTER TABLE t ADD UNIQUE KEY (b(3)), ADD FULLTEXT (b), DROP CHECK c1, AUTO_INCREMENT=100, COMMENT='y'",
    "ALTER TABLE t MODIFY c VARCHAR(5) CHARACTER SET utf8mb4, ADD z VARCHAR(5), DEFAULT CHARACTER SET latin1",
    "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4",
    "ALTER TABLE strings CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    "ALTER TABLE strings CONVERT TO CHARACTER SET latin1",
    "ALTER TABLE strings MODIFY a VARCHAR(30) FIRST, MODIFY b TEXT AFTER a, ENGINE=InnoDB ROW_FORMAT=DYNAMIC",
    "ALTER TABLE times DROP PRIMARY KEY, ADD PRIMARY KEY (b, a)",
    "ALTER TABLE numbers RENAME INDEX f TO other, ADD COLUMN o INT AFTER N",
    "ALTER TABLE parted PARTITION BY HASH (a) PARTITIONS 2",
    "ALTER TABLE parted COALESCE PARTITION 1",
    "ALTER TABLE parted REMOVE PARTITIONING",
    "CREATE UNIQUE INDEX i USING BTREE ON times (c, d) COMMENT 'x'",
    "DROP INDEX i ON times",
    "RENAME TABLE t TO t2, alike TO t, t2 TO alike",
    "ALTER TABLE alike ADD last INT, RENAME TO moved",
    "TRUNCATE TABLE moved",
    "ALTER DATABASE shop CHARACTER SET latin1",
    "CREATE TABLE by_default (a VARCHAR(3) PRIMARY KEY, b TEXT)",
    "ALTER TABLE by_default ADD c CHAR(7)",
    "CREATE VIEW v AS SELECT a FROM by_default",
    "CREATE TRIGGER tr BEFORE INSERT ON by_default FOR EACH ROW SET NEW.b = 'x'",
    "CREATE PROCEDURE p() DROP TABLE t",
    "CREATE USER u IDENTIFIED BY 'secret'",
    "GRANT SELECT ON shop.* TO u",
    "ANALYZE TABLE t",
    "OPTIMIZE TABLE t",
    "DROP VIEW v",
    "DROP TABLE IF EXISTS moved, nothing, `odd ``name`",
    "SET sql_generate_invisible_primary_key = ON; CREATE TABLE keyless (a INT)",
];

type Tables = BTreeMap<TableId, SourceTable>;

fn evolve(tables: &mut Tables, change: TableChange) {
    match change {
        TableChange::Created { table, .. } => {
            tables.entry(table.id.clone()).or_insert(*table);
        }
        TableChange::CreatedLike { table, like, .. } => {
            let copy = SourceTable { id: table.clone(), ..tables[&like].clone() };
            tables.entry(table).or_insert(copy);
        }
        TableChange::Dropped { table } => {
            tables.remove(&table);
        }
        TableChange::DatabaseDropped { database } => tables.retain(|id, _| id.database != database),
        TableChange::Truncated { .. } => {}
        TableChange::Renamed { from, to } => {
            let table = tables.remove(&from).unwrap();
            tables.insert(to.clone(), SourceTable { id: to, ..table });
        }
        TableChange::Altered { table, alterations } => {
            let next = altered(&tables[&table], &alterations).unwrap();
            tables.insert(table, next);
        }
        TableChange::Unsupported { table, what } => panic!("{table:?}: {what}"),
    }
}

/// What matters for carrying rows.
fn shown(table: &SourceTable) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            format!(
                "  {} {:?} {} null:{} {:?} {:?} {:?} invisible:{}",
                column.name,
                column.column_type,
                column.spelling,
                column.nullable,
                column.charset,
                column.collation,
                column.generated,
                column.invisible
            )
        })
        .collect();
    let key = table.key.as_ref().map(|key| (&key.index, key.kind, &key.columns));
    format!("{} {:?} key {key:?}\n{}", table.id, table.strings, columns.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_evolve_as_the_catalog_says() {
    let stand = Stand::start(MysqlServer::builder()).await;
    let mut tables = Tables::new();
    let mut at = stand.end();
    for sql in STATEMENTS {
        stand.sql(sql);
        for event in stand.told_since(&at).await.events {
            match event {
                LogEvent::Definition { changes, .. } => {
                    changes.into_iter().for_each(|change| evolve(&mut tables, change));
                }
                LogEvent::Unreadable { what, .. } => panic!("{sql}: {what}"),
                _ => {}
            }
        }
        at = stand.end();
        let shop = DatabaseName::new("shop").unwrap();
        let names = stand.source.table_names(&shop).await.unwrap().unwrap();
        let described = stand.source.describe(&names).await.unwrap();
        let catalog: Vec<String> =
            described.iter().filter(|table| !table.engine.is_empty()).map(shown).collect();
        let mut evolved: Vec<&SourceTable> = tables.values().collect();
        evolved.sort_by_key(|table| described.iter().position(|found| found.id == table.id));
        let evolved: Vec<String> = evolved.into_iter().map(shown).collect();
        assert_eq!(evolved.join("\n"), catalog.join("\n"), "{sql}");
    }
    let keyless =
        TableId { database: DatabaseName::new("shop").unwrap(), table: TableName::new("keyless").unwrap() };
    assert_eq!(tables[&keyless].columns[0].name.as_str(), "my_row_id");
}
