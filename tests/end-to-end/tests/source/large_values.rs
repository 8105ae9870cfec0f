//! Values longer than the target takes are not fetched, at the very byte where the bound lies.

use migration::key::KeyRange;
use migration::limits::VALUE_BYTES_MAX;
use migration::port::{PageRequest, RowSource};
use migration::value::SourceValue;

use crate::source::fixture::Database;

const MOST: usize = VALUE_BYTES_MAX;

/// Reads one value of the type, made by the expression.
async fn read(database: &Database, column_type: &str, expression: &str) -> SourceValue {
    database.sql(&format!(
        "DROP TABLE IF EXISTS v; CREATE TABLE v (k INT PRIMARY KEY, v {column_type}); INSERT INTO v SELECT 1, {expression}"
    ));
    let mapping = database.mapping("v").await;
    let range = KeyRange::default();
    let request = PageRequest { table: &mapping, range: &range, rows_max: 10, bytes_max: 1 << 20 };
    let page = database.source.page(&request).await.unwrap();
    page.rows[0][1].clone()
}

fn length(value: &SourceValue) -> Option<usize> {
    match value {
        SourceValue::Text(text) | SourceValue::Json(text) => Some(text.len()),
        SourceValue::Bytes(bytes) => Some(bytes.len()),
        SourceValue::NotFetched { .. } => None,
        other => panic!("a value of another kind: {other:?}"),
    }
}

/// A value of exactly the bound arrives, one byte more does not but tells its length.
async fn check(database: &Database, column_type: &str, make: impl Fn(usize) -> String) {
    assert_eq!(length(&read(database, column_type, &make(MOST)).await), Some(MOST), "{column_type}");
    let beyond = read(database, column_type, &make(MOST + 1)).await;
    // Far beyond the bound the stored length is told, which is not that of the text.
    assert!(
        matches!(beyond, SourceValue::NotFetched { bytes } if bytes > MOST as u64),
        "{column_type}: {beyond:?}"
    );
    assert_eq!(read(database, column_type, "NULL").await, SourceValue::Null, "{column_type}");
}

#[tokio::test]
async fn bytes_and_texts_are_fetched_up_to_the_bound_and_no_byte_further() {
    let database = Database::fresh("large_plain").await;
    check(&database, "LONGBLOB", |bytes| format!("REPEAT('x', {bytes})")).await;
    check(&database, "MEDIUMTEXT", |bytes| format!("REPEAT('x', {bytes})")).await;
    check(&database, "LONGTEXT CHARACTER SET latin1", |bytes| format!("REPEAT('x', {bytes})")).await;
    check(&database, "JSON", |bytes| format!("JSON_QUOTE(REPEAT('x', {}))", bytes - 2)).await;
}

#[tokio::test]
async fn the_length_that_counts_is_the_one_in_utf_8() {
    let database = Database::fresh("large_charset").await;
    // One byte of latin1 that becomes two, and two or four bytes that become one.
    let half = MOST / 2;
    let umlauts = |count: usize| format!("REPEAT('ä', {count})");
    let found = read(&database, "MEDIUMTEXT CHARACTER SET latin1", &umlauts(half)).await;
    assert_eq!(length(&found), Some(MOST));
    let found = read(&database, "MEDIUMTEXT CHARACTER SET latin1", &umlauts(half + 1)).await;
    assert_eq!(found, SourceValue::NotFetched { bytes: MOST as u64 + 2 });
    for charset in ["utf16", "utf32", "ucs2"] {
        let column_type = format!("LONGTEXT CHARACTER SET {charset}");
        check(&database, &column_type, |bytes| format!("REPEAT('x', {bytes})")).await;
    }
}

#[tokio::test]
async fn json_counts_by_its_text() {
    let database = Database::fresh("large_json").await;
    // A control character is one byte in MySQL's JSON and six in its text.
    let controls =
        |count: usize| format!("JSON_QUOTE(REPEAT('\\u0001', {count}))").replace("\\u0001", "\u{1}");
    assert!(length(&read(&database, "JSON", &controls(300_000)).await).is_some());
    assert!(length(&read(&database, "JSON", &controls(400_000)).await).is_none());
}

#[tokio::test]
async fn a_geometry_over_the_bound_is_not_fetched() {
    let database = Database::fresh("large_geometry").await;
    // 25 bytes and 16 a point: see the internal geometry format in the MySQL manual.
    let line = |points: usize| {
        format!(
            "ST_GeomFromWKB(CONCAT(x'0102000000', REVERSE(UNHEX(LPAD(HEX({points}), 8, '0'))), \
             REPEAT(CONCAT(REPEAT(x'00', 15), x'40'), {points})))"
        )
    };
    let few = (MOST - 13) / 16;
    assert_eq!(length(&read(&database, "GEOMETRY", &line(few)).await), Some(13 + 16 * few));
    let more = read(&database, "GEOMETRY", &line(few + 1)).await;
    assert_eq!(more, SourceValue::NotFetched { bytes: 13 + 16 * (few as u64 + 1) });
}
