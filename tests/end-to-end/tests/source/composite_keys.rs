//! Keys of several columns, keys that are not primary, and tables of no row and of one.

use migration::key::KeyRange;
use migration::schema::KeyKind;

use crate::source::fixture::Database;
use crate::source::walk::{check, walk};

/// `n` from 1 to 400, for `INSERT ... SELECT`.
const NUMBERS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 400)";

fn make(database: &Database, table: &str, columns: &str, key: &str, values: &str) {
    database.sql(&format!(
        "CREATE TABLE `{table}` (place INT NOT NULL AUTO_INCREMENT, {columns}, {key}, KEY (place))"
    ));
    database.sql(&format!("INSERT IGNORE INTO `{table}` {NUMBERS} SELECT NULL, {values} FROM n"));
}

#[tokio::test]
async fn keys_of_two_to_five_columns_are_walked_without_gap_or_repeat() {
    let database = Database::fresh("keys_composite").await;
    make(
        &database,
        "two",
        "a INT NOT NULL, b INT NOT NULL",
        "PRIMARY KEY (a, b)",
        "n DIV 50, n * 7 % 53 - 20",
    );
    make(
        &database,
        "three",
        "a VARCHAR(10) NOT NULL, b DATETIME(3) NOT NULL, c BIGINT UNSIGNED NOT NULL",
        "PRIMARY KEY (a, b, c)",
        "ELT(1 + n % 3, 'a', 'a ', 'B'), '2024-01-01' + INTERVAL n % 5 SECOND, 18446744073709551615 - n",
    );
    make(
        &database,
        "four",
        "a ENUM('z','y','x') NOT NULL, b BIT(8) NOT NULL, c DECIMAL(10,2) NOT NULL, \
         d VARCHAR(10) CHARACTER SET latin1 NOT NULL",
        "PRIMARY KEY (a, b, c, d)",
        "1 + n % 3, n % 4, n DIV 100, CONCAT('ä', n)",
    );
    make(
        &database,
        "five",
        "a TINYINT NOT NULL, b TINYINT NOT NULL, c TINYINT NOT NULL, d TINYINT NOT NULL, e INT NOT NULL",
        "PRIMARY KEY (a, b, c, d, e)",
        "n % 2, n % 3, n % 2, n % 5, n",
    );
    make(&database, "one_leader", "a INT NOT NULL, b INT NOT NULL", "PRIMARY KEY (a, b)", "1, n * n");
    make(&database, "other_order", "a INT NOT NULL, b INT NOT NULL", "PRIMARY KEY (b, a)", "n, n % 7");
    for table in ["two", "three", "four", "five", "one_leader", "other_order"] {
        check(&database, table).await;
    }
}

#[tokio::test]
async fn a_table_without_primary_key_is_walked_by_its_unique_key() {
    let database = Database::fresh("keys_unique").await;
    make(
        &database,
        "t",
        "a VARCHAR(20) CHARACTER SET utf16 NOT NULL, b INT NOT NULL, c INT, d INT NOT NULL",
        "UNIQUE KEY `by c` (c), UNIQUE KEY `odd ``name``` (b, a), UNIQUE KEY prefixed (a(5), d)",
        "CONCAT('key ', n), n % 10, n, n",
    );
    let key = database.describe("t").await.key.unwrap();
    assert_eq!((key.index.as_str(), key.kind), ("odd `name`", KeyKind::Unique));
    check(&database, "t").await;
}

#[tokio::test]
async fn descending_keys_are_walked_too() {
    let database = Database::fresh("keys_descending").await;
    make(&database, "down", "a INT NOT NULL, b INT NOT NULL", "PRIMARY KEY (a DESC, b DESC)", "n % 7, n");
    check(&database, "down").await;
}

#[tokio::test]
async fn partitioned_tables_are_walked_in_the_order_of_their_key() {
    let database = Database::fresh("keys_partitioned").await;
    database.sql(
        "CREATE TABLE t (place INT NOT NULL, k INT NOT NULL, PRIMARY KEY (k)) PARTITION BY HASH (k) PARTITIONS 4",
    );
    database.sql(&format!("INSERT INTO t {NUMBERS} SELECT n, n * 3 FROM n"));
    let mapping = database.mapping("t").await;
    let (walked, _) = walk(&database, &mapping, &KeyRange::default(), 7).await;
    assert_eq!(walked, (1..=400).collect::<Vec<i64>>());
    assert!(mapping.source.create_options.contains("partitioned"));
}

#[tokio::test]
async fn empty_tables_and_tables_of_one_row_are_one_page_and_one_chunk() {
    let database = Database::fresh("keys_small").await;
    database.sql(
        "CREATE TABLE nothing (place INT NOT NULL, k INT NOT NULL PRIMARY KEY); CREATE TABLE one LIKE nothing; \
         INSERT INTO one VALUES (1, -5)",
    );
    let names = ["nothing", "one"];
    for table in names {
        let mapping = database.mapping(table).await;
        let (walked, pages) = walk(&database, &mapping, &KeyRange::default(), 7).await;
        assert_eq!((walked.len(), pages), (usize::from(table == "one"), 1));
    }
}
