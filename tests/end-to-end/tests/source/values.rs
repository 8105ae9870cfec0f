//! Every type's values arrive exactly, whatever the table's character set.

use migration::value::{Date, DateTime, SourceRow, SourceValue, Time};

use migration::key::KeyRange;
use migration::port::{PageRequest, RowSource};

use crate::source::fixture::Database;

async fn rows(database: &Database, table: &str) -> Vec<SourceRow> {
    let mapping = database.mapping(table).await;
    let range = KeyRange::default();
    let request = PageRequest { table: &mapping, range: &range, rows_max: 100, bytes_max: 1 << 20 };
    let page = database.source.page(&request).await.unwrap();
    assert!(page.is_last);
    page.rows
}

/// Makes a table with one column of the type and the values in order, and reads them back.
async fn read(database: &Database, column_type: &str, values: &[&str]) -> Vec<SourceValue> {
    database.sql(&format!(
        "DROP TABLE IF EXISTS v; CREATE TABLE v (k INT PRIMARY KEY AUTO_INCREMENT, v {column_type})"
    ));
    for value in values {
        database.sql(&format!("INSERT IGNORE INTO v (v) VALUES ({value})"));
    }
    rows(database, "v").await.into_iter().map(|row| row[1].clone()).collect()
}

fn text(value: &str) -> SourceValue {
    SourceValue::Text(value.to_owned())
}

fn decimal(value: &str) -> SourceValue {
    SourceValue::Decimal(value.to_owned())
}

fn bytes(value: &[u8]) -> SourceValue {
    SourceValue::Bytes(value.to_vec())
}

#[tokio::test]
async fn numbers_arrive_exactly() {
    let database = Database::fresh("values_numbers").await;
    let found = read(&database, "BIGINT", &["-9223372036854775808", "NULL"]).await;
    assert_eq!(found, [SourceValue::Int(i64::MIN), SourceValue::Null]);
    let found = read(&database, "BIGINT UNSIGNED", &["18446744073709551615", "1"]).await;
    assert_eq!(found, [SourceValue::UInt(u64::MAX), SourceValue::UInt(1)]);
    assert_eq!(read(&database, "MEDIUMINT", &["-8388608"]).await, [SourceValue::Int(-8_388_608)]);
    assert_eq!(read(&database, "TINYINT UNSIGNED ZEROFILL", &["200"]).await, [SourceValue::UInt(200)]);
    assert_eq!(read(&database, "BOOL", &["127", "TRUE"]).await, [SourceValue::Int(127), SourceValue::Int(1)]);
    assert_eq!(
        read(&database, "FLOAT", &["16777217", "0.1"]).await,
        [SourceValue::Float(16_777_216.0), SourceValue::Float(0.1),]
    );
    assert_eq!(
        read(&database, "DOUBLE", &["0.30000000000000004", "-1.7976931348623157e308"]).await,
        [SourceValue::Double(0.300_000_000_000_000_04), SourceValue::Double(f64::MIN),]
    );
    let wide = "-12345678901234567890123456789012345.123456789012345678901234567890";
    assert_eq!(read(&database, "DECIMAL(65,30)", &[wide]).await, [decimal(wide)]);
    assert_eq!(
        read(&database, "DECIMAL(8,2) ZEROFILL", &["1.5", "0"]).await,
        [decimal("1.50"), decimal("0.00")]
    );
    assert_eq!(read(&database, "DECIMAL(2,2)", &["-0.5"]).await, [decimal("-0.50")]);
    let found = read(&database, "BIT(64)", &["18446744073709551615", "b'101'"]).await;
    assert_eq!(found, [SourceValue::Bit(u64::MAX), SourceValue::Bit(5)]);
    assert_eq!(read(&database, "BIT(1)", &["1"]).await, [SourceValue::Bit(1)]);
    let found = read(&database, "YEAR", &["0", "2155", "1901"]).await;
    assert_eq!(found, [SourceValue::Int(0), SourceValue::Int(2155), SourceValue::Int(1901)]);
}

#[tokio::test]
async fn strings_arrive_in_utf_8_from_every_character_set() {
    let database = Database::fresh("values_strings").await;
    for charset in ["utf8mb4", "utf8mb3", "latin1", "cp1250", "ucs2", "utf16", "utf16le", "utf32", "gb18030"]
    {
        let varchar = format!("VARCHAR(20) CHARACTER SET {charset}");
        let values = ["''", "'äöü'", "'a '", "'\\0x'", "NULL"];
        let expected = [text(""), text("äöü"), text("a "), text("\0x"), SourceValue::Null];
        assert_eq!(read(&database, &varchar, &values).await, expected, "{charset}");
        for column_type in ["TINYTEXT", "MEDIUMTEXT", "LONGTEXT"] {
            let column_type = format!("{column_type} CHARACTER SET {charset}");
            assert_eq!(read(&database, &column_type, &values).await, expected, "{charset}");
        }
    }
    for (charset, word) in
        [("gbk", "中文"), ("sjis", "日本"), ("big5", "中文"), ("euckr", "한국"), ("utf8mb4", "😀")]
    {
        let column_type = format!("VARCHAR(20) CHARACTER SET {charset}");
        assert_eq!(read(&database, &column_type, &[&format!("'{word}'")]).await, [text(word)], "{charset}");
    }
    // MySQL stores CHAR without the spaces at its end, and so does its log.
    assert_eq!(read(&database, "CHAR(5)", &["'a  '", "' a'"]).await, [text("a"), text(" a")]);
    let found =
        read(&database, "ENUM('x','it''s','a,b') CHARACTER SET latin1", &["2", "3", "0", "NULL"]).await;
    assert_eq!(found, [text("it's"), text("a,b"), text(""), SourceValue::Null]);
    let found = read(&database, "SET('x','ü','z')", &["'z,x'", "''", "7"]).await;
    assert_eq!(found, [text("x,z"), text(""), text("x,ü,z")]);
    assert_eq!(read(&database, "ENUM('😀','x')", &["1"]).await, [text("😀")]);
}

#[tokio::test]
async fn bytes_arrive_as_they_are_stored() {
    let database = Database::fresh("values_bytes").await;
    assert_eq!(
        read(&database, "BINARY(4)", &["x'ff00'", "''"]).await,
        [bytes(&[255, 0, 0, 0]), bytes(&[0; 4])]
    );
    assert_eq!(read(&database, "VARBINARY(4)", &["x'ff00'", "''"]).await, [bytes(&[255, 0]), bytes(&[])]);
    assert_eq!(
        read(&database, "LONGBLOB", &["x'00ff5c27'", "''"]).await,
        [bytes(&[0, 255, 92, 39]), bytes(&[])]
    );
    let mut point = 4326_u32.to_le_bytes().to_vec();
    point.extend([1, 1, 0, 0, 0]);
    point.extend(2.0_f64.to_le_bytes());
    point.extend(1.0_f64.to_le_bytes());
    let found = read(&database, "GEOMETRY", &["ST_GeomFromText('POINT(1 2)', 4326)", "NULL"]).await;
    assert_eq!(found, [bytes(&point), SourceValue::Null]);
    let found = read(&database, "POINT", &["ST_GeomFromText('POINT(1 2)', 4326)"]).await;
    assert_eq!(found, [bytes(&point)]);
    let vector: Vec<u8> = [1.5_f32, -2.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    assert_eq!(
        read(&database, "VECTOR(3)", &["STRING_TO_VECTOR('[1.5,-2]')", "NULL"]).await,
        [bytes(&vector), SourceValue::Null,]
    );
}

#[tokio::test]
async fn temporal_values_keep_zeros_fractions_signs_and_days_no_calendar_has() {
    let database = Database::fresh("values_time").await;
    let date = |year, month, day| Date { year, month, day };
    let found =
        read(&database, "DATE", &["'0000-00-00'", "'2024-05-00'", "'2023-02-31'", "'9999-12-31'"]).await;
    assert_eq!(
        found,
        [date(0, 0, 0), date(2024, 5, 0), date(2023, 2, 31), date(9999, 12, 31)].map(SourceValue::Date)
    );
    let at = |date, hour, minute, second, micros| {
        SourceValue::DateTime(DateTime { date, hour, minute, second, micros })
    };
    let found = read(&database, "DATETIME(6)", &["'0000-00-00'", "'2023-02-31 23:59:59.000001'"]).await;
    assert_eq!(found, [at(date(0, 0, 0), 0, 0, 0, 0), at(date(2023, 2, 31), 23, 59, 59, 1)]);
    let found = read(&database, "TIMESTAMP(3) NULL", &["'0000-00-00'", "'2038-01-19 03:14:07.999'"]).await;
    assert_eq!(found, [at(date(0, 0, 0), 0, 0, 0, 0), at(date(2038, 1, 19), 3, 14, 7, 999_000)]);
    let time = |negative, hours, minutes, seconds, micros| {
        SourceValue::Time(Time { negative, hours, minutes, seconds, micros })
    };
    let found = read(&database, "TIME(6)", &["'-838:59:59'", "'-00:00:00.5'", "'100:00:01'", "'0'"]).await;
    assert_eq!(
        found,
        [
            time(true, 838, 59, 59, 0),
            time(true, 0, 0, 0, 500_000),
            time(false, 100, 0, 1, 0),
            time(false, 0, 0, 0, 0),
        ]
    );
}

#[tokio::test]
async fn timestamps_are_read_in_utc_whatever_the_servers_zone() {
    let database = Database::fresh("values_zone").await;
    database.sql(
        "CREATE TABLE t (k INT PRIMARY KEY, v TIMESTAMP); SET time_zone = '+05:30'; \
         INSERT INTO t VALUES (1, '2024-01-01 05:30:00')",
    );
    let date = Date { year: 2024, month: 1, day: 1 };
    let midnight = DateTime { date, hour: 0, minute: 0, second: 0, micros: 0 };
    assert_eq!(rows(&database, "t").await[0][1], SourceValue::DateTime(midnight));
}

#[tokio::test]
async fn json_arrives_as_the_servers_text() {
    let database = Database::fresh("values_json").await;
    let json = |text: &str| SourceValue::Json(text.to_owned());
    let values =
        ["'{\"b\":1.0,\"a\":[1,null,\"ü😀\"]}'", "'null'", "NULL", "CAST(18446744073709551615 AS JSON)"];
    assert_eq!(
        read(&database, "JSON", &values).await,
        [
            json("{\"a\": [1, null, \"ü😀\"], \"b\": 1.0}"),
            json("null"),
            SourceValue::Null,
            json("18446744073709551615"),
        ]
    );
}

#[tokio::test]
async fn invisible_and_generated_columns_are_read_like_any_other() {
    let database = Database::fresh("values_generated").await;
    database.sql(
        "CREATE TABLE `odd ``table` (`k?:x` INT PRIMARY KEY, `hidden \\` VARCHAR(9) INVISIBLE, v INT AS (`k?:x` + 1) VIRTUAL, \
         s INT AS (`k?:x` + 2) STORED); INSERT INTO `odd ``table` (`k?:x`, `hidden \\`) VALUES (1, 'x')",
    );
    let expected = vec![SourceValue::Int(1), text("x"), SourceValue::Int(2), SourceValue::Int(3)];
    assert_eq!(rows(&database, "odd `table").await, [expected]);
}
