//! Every type goes in by the binary protocol and comes out by both protocols, equal.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Row, Value, consts::ColumnType};

use lindorm_local::wire::Options;

use super::{connect, start};

const CREATE: &str = "CREATE TABLE types (k INTEGER, bo BOOLEAN, ti TINYINT, si SMALLINT, i INTEGER, bi BIGINT, \
     f FLOAT, d DOUBLE, de DECIMAL(38,10), vc VARCHAR, ch CHAR(4), bn BINARY(3), vb VARBINARY, da DATE, tm TIME, \
     ts TIMESTAMP, js JSON, PRIMARY KEY (k))";

const COLUMNS: &str = "bo, ti, si, i, bi, f, d, de, vc, ch, bn, vb, da, tm, ts, js";

fn bytes(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec())
}

/// What is bound, what the binary protocol shows, what the text protocol shows.
struct Case(Value, Value, &'static str);

fn lowest() -> Vec<Case> {
    vec![
        Case(Value::Int(0), Value::Int(0), "0"),
        Case(Value::Int(-128), Value::Int(-128), "-128"),
        Case(Value::Int(-32_768), Value::Int(-32_768), "-32768"),
        Case(Value::Int(-2_147_483_648), Value::Int(-2_147_483_648), "-2147483648"),
        Case(Value::Int(i64::MIN), Value::Int(i64::MIN), "-9223372036854775808"),
        Case(Value::Float(-0.1), Value::Float(-0.1), "-0.1"),
        Case(Value::Double(-1e300), Value::Double(-1e300), "-1e300"),
        Case(
            bytes("-9999999999999999999999999999.9999999999"),
            bytes("-9999999999999999999999999999.9999999999"),
            "-9999999999999999999999999999.9999999999",
        ),
        Case(bytes(""), bytes(""), ""),
        Case(bytes("abcd"), bytes("abcd"), "abcd"),
        Case(bytes("xyz"), bytes("xyz"), "xyz"),
        Case(bytes(""), bytes(""), ""),
        Case(Value::Date(1, 1, 1, 0, 0, 0, 0), Value::Date(1, 1, 1, 0, 0, 0, 0), "0001-01-01"),
        Case(Value::Time(false, 0, 0, 0, 0, 0), Value::Time(false, 0, 0, 0, 0, 0), "00:00:00"),
        Case(
            Value::Date(1970, 1, 1, 8, 0, 0, 0),
            Value::Date(1970, 1, 1, 8, 0, 0, 0),
            "1970-01-01 08:00:00.000",
        ),
        Case(bytes("null"), bytes("null"), "null"),
    ]
}

fn greatest() -> Vec<Case> {
    vec![
        Case(Value::Int(1), Value::Int(1), "1"),
        Case(Value::UInt(127), Value::Int(127), "127"),
        Case(Value::UInt(32_767), Value::Int(32_767), "32767"),
        Case(Value::UInt(2_147_483_647), Value::Int(2_147_483_647), "2147483647"),
        Case(Value::UInt(9_223_372_036_854_775_807), Value::Int(i64::MAX), "9223372036854775807"),
        Case(Value::Float(16_777_216.0), Value::Float(16_777_216.0), "16777216"),
        Case(Value::Double(0.000_001), Value::Double(0.000_001), "1e-6"),
        Case(bytes("0.0000000001"), bytes("0.0000000001"), "0.0000000001"),
        Case(bytes("naïve 𝄞 'quoted' \\"), bytes("naïve 𝄞 'quoted' \\"), "naïve 𝄞 'quoted' \\"),
        Case(bytes("ß"), bytes("ß   "), "ß   "),
        Case(bytes("a"), bytes("a\0\0"), "a\0\0"),
        Case(bytes("\0'\\\n"), bytes("\0'\\\n"), "\0'\\\n"),
        Case(Value::Date(9999, 12, 31, 0, 0, 0, 0), Value::Date(9999, 12, 31, 0, 0, 0, 0), "9999-12-31"),
        Case(Value::Time(false, 0, 23, 59, 59, 0), Value::Time(false, 0, 23, 59, 59, 0), "23:59:59"),
        Case(
            Value::Date(2024, 2, 29, 23, 59, 59, 999_000),
            Value::Date(2024, 2, 29, 23, 59, 59, 999_000),
            "2024-02-29 23:59:59.999",
        ),
        Case(bytes("{\"a\":[1,2.5,\"x\"]}"), bytes("{\"a\":[1,2.5,\"x\"]}"), "{\"a\":[1,2.5,\"x\"]}"),
    ]
}

async fn with_rows(conn: &mut Conn, rows: &[Vec<Case>]) {
    conn.query_drop(CREATE).await.expect("a table");
    let sql = format!("UPSERT INTO types (k, {COLUMNS}) VALUES (?{})", ", ?".repeat(16));
    for (key, row) in rows.iter().enumerate() {
        let params = std::iter::once(Value::from(key)).chain(row.iter().map(|case| case.0.clone()));
        conn.exec_drop(&sql, Params::Positional(params.collect())).await.expect("a row");
    }
}

#[tokio::test]
async fn every_type_comes_back_equal_by_both_protocols() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    let mut rows = [lowest(), greatest()];
    with_rows(&mut conn, &rows).await;
    for (key, row) in rows.iter_mut().enumerate() {
        let sql = format!("SELECT {COLUMNS} FROM types WHERE k = {key}");
        let by_binary: Row = conn.exec_first(&sql, ()).await.unwrap().unwrap();
        let by_text: Row = conn.query_first(&sql).await.unwrap().unwrap();
        let expected: Vec<Value> = row.iter().map(|case| case.1.clone()).collect();
        assert_eq!(by_binary.unwrap(), expected);
        let expected: Vec<Value> = row.iter().map(|case| bytes(case.2)).collect();
        assert_eq!(by_text.unwrap(), expected);
    }
}

#[tokio::test]
async fn null_comes_back_as_null_for_every_type() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    conn.query_drop(CREATE.replace("js JSON", "js JSON, mark TINYINT")).await.unwrap();
    let sql = format!("UPSERT INTO types (k, {COLUMNS}, mark) VALUES (0{}, 1)", ", ?".repeat(16));
    conn.exec_drop(sql, Params::Positional(vec![Value::NULL; 16])).await.unwrap();
    let sql = format!("SELECT {COLUMNS} FROM types WHERE k = 0");
    let by_binary: Row = conn.exec_first(&sql, ()).await.unwrap().unwrap();
    let by_text: Row = conn.query_first(&sql).await.unwrap().unwrap();
    assert_eq!(by_binary.unwrap(), vec![Value::NULL; 16]);
    assert_eq!(by_text.unwrap(), vec![Value::NULL; 16]);
}

#[tokio::test]
async fn a_driver_is_told_the_types_before_and_with_the_rows() {
    let server = start(Options::default());
    let mut conn = connect(&server).await;
    with_rows(&mut conn, &[]).await;
    let expected = [
        ColumnType::MYSQL_TYPE_TINY,
        ColumnType::MYSQL_TYPE_TINY,
        ColumnType::MYSQL_TYPE_SHORT,
        ColumnType::MYSQL_TYPE_LONG,
        ColumnType::MYSQL_TYPE_LONGLONG,
        ColumnType::MYSQL_TYPE_FLOAT,
        ColumnType::MYSQL_TYPE_DOUBLE,
        ColumnType::MYSQL_TYPE_NEWDECIMAL,
        ColumnType::MYSQL_TYPE_VAR_STRING,
        ColumnType::MYSQL_TYPE_STRING,
        ColumnType::MYSQL_TYPE_STRING,
        ColumnType::MYSQL_TYPE_VAR_STRING,
        ColumnType::MYSQL_TYPE_DATE,
        ColumnType::MYSQL_TYPE_TIME,
        ColumnType::MYSQL_TYPE_TIMESTAMP,
        ColumnType::MYSQL_TYPE_JSON,
    ];
    let statement = conn.prep(format!("SELECT {COLUMNS} FROM types WHERE k = ?")).await.unwrap();
    assert_eq!(statement.num_params(), 1);
    let told: Vec<ColumnType> = statement.columns().iter().map(|column| column.column_type()).collect();
    assert_eq!(told, expected);
    let result = conn.exec_iter(&statement, (1,)).await.unwrap();
    let told: Vec<ColumnType> = result.columns_ref().iter().map(|column| column.column_type()).collect();
    assert_eq!(told, expected);
    let name = result.columns_ref()[7].name_str().into_owned();
    assert_eq!((name.as_str(), result.columns_ref()[7].decimals()), ("de", 10));
}
