//! What every client writes, as `mysql_async` has to read it, in text and in binary.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row, Value};

use super::stand::{Stand, Transport, connected};

pub(crate) const NAME: &str = "it's a \"back\\slash\"\r\n?%s 注文 🦀";
pub(crate) const RAW: &[u8] = b"\x00'\\\xff";
pub(crate) const COLUMNS: &str = "id, name, raw, price, moment, day, clock, flag, big, ratio, doc";

fn bytes(text: impl AsRef<[u8]>) -> Value {
    Value::Bytes(text.as_ref().to_vec())
}

/// The three rows as binary results carry them, under `+00:00`.
pub(crate) fn binary_rows() -> Vec<Vec<Value>> {
    let (int, null) = (Value::Int, Value::NULL);
    let mut empty = vec![null; 11];
    (empty[0], empty[7]) = (int(2), int(1));
    vec![
        vec![
            int(1),
            bytes(NAME),
            bytes(RAW),
            bytes("1234567890123456.5000"),
            Value::Date(2024, 2, 29, 23, 59, 59, 123_000),
            Value::Date(2024, 2, 29, 0, 0, 0, 0),
            Value::Time(false, 0, 23, 59, 58, 0),
            int(1),
            int(i64::MIN),
            Value::Double(0.1),
            bytes(r#"{"a": [1, "ü"]}"#),
        ],
        empty,
        vec![
            int(3),
            bytes(""),
            bytes([0]),
            bytes("-0.0001"),
            Value::Date(1969, 12, 31, 23, 59, 59, 999_000),
            Value::Date(1, 1, 1, 0, 0, 0, 0),
            Value::Time(false, 0, 0, 0, 0, 0),
            int(0),
            int(i64::MAX),
            Value::Double(-1.5e300),
            bytes("null"),
        ],
    ]
}

/// The same rows as text results carry them.
pub(crate) fn text_rows() -> Vec<Vec<Value>> {
    let first = [
        "1",
        NAME,
        "",
        "1234567890123456.5000",
        "2024-02-29 23:59:59.123",
        "2024-02-29",
        "23:59:58",
        "1",
        "-9223372036854775808",
        "0.1",
        r#"{"a": [1, "ü"]}"#,
    ];
    let third = [
        "3",
        "",
        "\0",
        "-0.0001",
        "1969-12-31 23:59:59.999",
        "0001-01-01",
        "00:00:00",
        "0",
        "9223372036854775807",
        "-1.5e300",
        "null",
    ];
    let mut first: Vec<Value> = first.map(bytes).to_vec();
    first[2] = bytes(RAW);
    let mut empty = vec![Value::NULL; 11];
    (empty[0], empty[7]) = (bytes("2"), bytes("1"));
    vec![first, empty, third.map(bytes).to_vec()]
}

pub(crate) fn cells(rows: Vec<Row>) -> Vec<Vec<Value>> {
    rows.into_iter().map(Row::unwrap).collect()
}

/// Looks at everything a client has to have written, with a client that did not write it.
pub(crate) async fn are_written(stand: &Stand) {
    let mut connection = connected(stand.options(Transport::Plaintext).db_name(Some("shop"))).await;
    are_read_by(&mut connection).await;
}

pub(crate) async fn are_read_by(connection: &mut Conn) {
    connection.query_drop("SET time_zone = '+00:00'").await.expect("the zone is set");
    let select = format!("SELECT {COLUMNS} FROM goods WHERE id < ");
    let text: Vec<Row> = connection.query(format!("{select}4")).await.expect("the rows are read");
    assert_eq!(cells(text), text_rows());
    let binary: Vec<Row> = connection.exec(format!("{select}?"), (4,)).await.expect("the rows are read");
    assert_eq!(cells(binary), binary_rows());
    let stamped: Option<(String, bool)> =
        connection.query_first("SELECT name, flag FROM goods WHERE id = 4").await.expect("the row is read");
    assert_eq!(stamped, Some(("later".to_owned(), true)));
    let many: Option<u32> =
        connection.query_first("SELECT COUNT(*) FROM many").await.expect("they are counted");
    assert_eq!(many, Some(250));
    let last: Option<(u32, String)> =
        connection.exec_first("SELECT id, name FROM many WHERE id >= ?", (1249,)).await.expect("it is read");
    assert_eq!(last, Some((1249, "text 1249".to_owned())));
}
