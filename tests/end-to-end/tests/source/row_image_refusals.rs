//! What the row image decoder must not read: partial images, partial JSON, and tables that changed since.

use std::collections::BTreeMap;

use migration::ident::ColumnName;
use mysql::{ImageError, ShapeError};

use crate::source::fixture::Database;
use crate::source::log::{Position, Refused, changes};
use crate::source::row_images::schemas;

async fn refused(database: &Database, before: &str, then: &str) -> Refused {
    database.sql(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t {before}"));
    let known = schemas(database, &["t".to_owned()]).await;
    let from = Position::now(database);
    database.sql(then);
    changes(database, &from, &known).await.unwrap_err()
}

#[tokio::test]
async fn images_that_leave_something_out_are_refused() {
    let database = Database::fresh("images_partial").await;
    let update = |settings: &str| {
        format!(
            "INSERT INTO t VALUES (1, JSON_OBJECT('a', REPEAT('x', 200), 'b', 1), 1); SET SESSION {settings}; \
             UPDATE t SET j = JSON_SET(j, '$.b', 2) WHERE k = 1"
        )
    };
    let columns = "(k INT PRIMARY KEY, j JSON, n INT)";
    let found = refused(&database, columns, &update("binlog_row_image = MINIMAL")).await;
    assert_eq!(found, Refused::Image(ImageError::PartialImage));
    let found = refused(&database, columns, &update("binlog_row_value_options = PARTIAL_JSON")).await;
    assert_eq!(found, Refused::Image(ImageError::PartialUpdate));
}

#[tokio::test]
async fn a_table_that_changed_since_its_schema_was_read_is_refused() {
    let database = Database::fresh("images_changed").await;
    let columns = "(k INT PRIMARY KEY, v INT)";
    let found =
        refused(&database, columns, "ALTER TABLE t ADD COLUMN w INT; INSERT INTO t VALUES (1, 2, 3)").await;
    let table = database.id("t");
    assert_eq!(found, Refused::Shape(ShapeError::ColumnCount { table, found: 3, known: 2 }));
    for changed in ["BIGINT", "VARCHAR(9)", "FLOAT", "ENUM('1')", "BIT(8)", "DATETIME", "JSON", "BLOB"] {
        let then = format!("ALTER TABLE t MODIFY v {changed}; INSERT INTO t (k, v) VALUES (1, NULL)");
        let found = refused(&database, columns, &then).await;
        assert!(matches!(found, Refused::Shape(ShapeError::Type { .. })), "{changed}: {found:?}");
    }
    for (known, changed) in
        [("DECIMAL(10,2)", "DECIMAL(10,3)"), ("TIME", "TIME(3)"), ("BINARY(3)", "CHAR(3)")]
    {
        let then = format!("ALTER TABLE t MODIFY v {changed}; INSERT INTO t (k, v) VALUES (1, NULL)");
        let found = refused(&database, &format!("(k INT PRIMARY KEY, v {known})"), &then).await;
        assert!(matches!(found, Refused::Shape(ShapeError::Type { .. })), "{changed}: {found:?}");
    }
}

#[tokio::test]
async fn signs_names_and_labels_are_checked_where_the_log_tells_them() {
    let database = Database::fresh("images_checked").await;
    let table = || database.id("t");
    let column = |name: &str| ColumnName::new(name).unwrap();
    let columns = "(k INT PRIMARY KEY, v INT, e ENUM('a','b'), s SET('a','b'))";
    let then = |change: &str| format!("ALTER TABLE t {change}; INSERT INTO t (k) VALUES (1)");
    let found = refused(&database, columns, &then("MODIFY v INT UNSIGNED")).await;
    assert!(matches!(found, Refused::Shape(ShapeError::Type { type_number: 3, .. })), "{found:?}");
    let found = refused(&database, columns, &then("RENAME COLUMN v TO w")).await;
    assert_eq!(found, Refused::Shape(ShapeError::Name { table: table(), column: column("v") }));
    let found = refused(&database, columns, &then("MODIFY e ENUM('b','a')")).await;
    assert_eq!(found, Refused::Shape(ShapeError::Labels { table: table(), column: column("e") }));
    let found = refused(&database, columns, &then("MODIFY s SET('a','b','c')")).await;
    assert_eq!(found, Refused::Shape(ShapeError::Labels { table: table(), column: column("s") }));
}

#[tokio::test]
async fn tables_that_are_not_asked_for_are_passed_over() {
    let database = Database::fresh("images_others").await;
    let from = Position::now(&database);
    database.sql("CREATE TABLE t (k INT PRIMARY KEY); INSERT INTO t VALUES (1)");
    assert_eq!(changes(&database, &from, &BTreeMap::new()).await.unwrap(), []);
}
