//! Counts of rows that could not be carried.

use migration::ident::ColumnName;
use migration::port::{SourceCatalog, SourceQuestion};

use crate::source::fixture::Database;

fn column(name: &str) -> ColumnName {
    ColumnName::new(name).unwrap()
}

async fn count(database: &Database, table: &str, question: SourceQuestion) -> Option<u64> {
    let table = database.describe(table).await;
    database.source.count(&table, &question).await.unwrap()
}

fn longer(name: &str, bytes: u64) -> SourceQuestion {
    SourceQuestion::LongerThan { column: column(name), bytes }
}

#[tokio::test]
async fn lengths_are_counted_in_utf_8_and_json_by_its_text() {
    let database = Database::fresh("count_length").await;
    database.sql(
        "CREATE TABLE t (k INT PRIMARY KEY, l TEXT CHARACTER SET latin1, u LONGTEXT CHARACTER SET utf16, j JSON, b BLOB); \
         INSERT INTO t VALUES (1, REPEAT('ä', 50), REPEAT('x', 100), JSON_QUOTE(REPEAT('x', 98)), REPEAT('x', 100)), \
         (2, REPEAT('ä', 51), REPEAT('x', 101), JSON_QUOTE(REPEAT('x', 99)), REPEAT('x', 101)), (3, NULL, NULL, NULL, NULL)",
    );
    for name in ["l", "u", "j", "b"] {
        assert_eq!(count(&database, "t", longer(name, 100)).await, Some(1), "{name}");
        assert_eq!(count(&database, "t", longer(name, 102)).await, Some(0), "{name}");
        assert_eq!(count(&database, "t", longer(name, 10)).await, Some(2), "{name}");
    }
    assert_eq!(count(&database, "t", longer("k", 100)).await, Some(0));
}

#[tokio::test]
async fn keys_are_counted_by_all_their_columns_together() {
    let database = Database::fresh("count_key").await;
    database.sql(
        "CREATE TABLE t (a VARCHAR(20) CHARACTER SET latin1, b VARBINARY(20), PRIMARY KEY (a, b)); \
         INSERT INTO t VALUES ('ääää', 'xx'), ('ääää', 'xxx'), ('', ''), (CONCAT('a', CHAR(0)), '')",
    );
    assert_eq!(count(&database, "t", SourceQuestion::KeyLongerThan { bytes: 10 }).await, Some(1));
    assert_eq!(count(&database, "t", SourceQuestion::KeyLongerThan { bytes: 9 }).await, Some(2));
    assert_eq!(count(&database, "t", SourceQuestion::NulInKey).await, Some(1));
}

#[tokio::test]
async fn u_0000_is_found_where_the_collation_ignores_it() {
    let database = Database::fresh("count_nul").await;
    database.sql(
        "CREATE TABLE t (a VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY); \
         INSERT INTO t VALUES ('a'), ('b'), ('c\\0d'); CREATE TABLE n (k INT PRIMARY KEY); INSERT INTO n VALUES (0)",
    );
    assert_eq!(count(&database, "t", SourceQuestion::NulInKey).await, Some(1));
    assert_eq!(count(&database, "n", SourceQuestion::NulInKey).await, Some(0));
}

#[tokio::test]
async fn dates_with_a_zero_part_are_counted_and_rows_of_nothing_but_null() {
    let database = Database::fresh("count_dates").await;
    database.sql(
        "CREATE TABLE t (k INT PRIMARY KEY, d DATE, m DATETIME(6), s TIMESTAMP NULL); INSERT INTO t VALUES \
         (1, '0000-00-00', '0000-00-00', '0000-00-00'), (2, '2024-05-00', '2024-00-01 10:00:00', '2024-01-01'), \
         (3, '2024-02-29', '2023-02-31', NULL), (4, NULL, NULL, NULL), (5, '0000-01-01', '0000-01-01', NULL)",
    );
    let zero = |name| SourceQuestion::ZeroDates { column: column(name) };
    assert_eq!(count(&database, "t", zero("d")).await, Some(3));
    assert_eq!(count(&database, "t", zero("m")).await, Some(3));
    assert_eq!(count(&database, "t", zero("s")).await, Some(1));
    assert_eq!(count(&database, "t", zero("k")).await, Some(0));
    let nulls =
        |names: &[&str]| SourceQuestion::AllNull { columns: names.iter().copied().map(column).collect() };
    assert_eq!(count(&database, "t", nulls(&["d", "m", "s"])).await, Some(1));
    assert_eq!(count(&database, "t", nulls(&["s"])).await, Some(3));
}

#[tokio::test]
async fn a_column_that_is_not_there_is_an_error() {
    let database = Database::fresh("count_missing").await;
    database.sql("CREATE TABLE t (k INT PRIMARY KEY)");
    let table = database.describe("t").await;
    assert!(database.source.count(&table, &longer("nowhere", 1)).await.is_err());
}
