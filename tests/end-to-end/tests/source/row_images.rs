//! One rendering: a row decoded from the binary log equals the row the copy reads, for every type.
//!
//! Each table is read as a page after its inserts and again after an update of every row; the log of the inserts, the
//! update (both images) and the delete must hold the very same values.

use std::collections::BTreeMap;

use migration::key::KeyRange;
use migration::port::{PageRequest, RowSource};
use migration::schema::SourceTable;
use migration::value::SourceRow;

use crate::source::any_json::{AnyJson, sql_string};
use crate::source::fixture::Database;
use crate::source::log::{Change, Position, changes};

/// A column's type and SQL values for it.
pub(crate) type Sample = (String, Vec<String>);

pub(crate) fn sample(column_type: &str, values: &[&str]) -> Sample {
    (column_type.to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
}

/// The table's rows as the copy reads them.
pub(crate) async fn page(database: &Database, table: &str) -> Vec<SourceRow> {
    let mapping = database.mapping(table).await;
    let mut range = KeyRange::default();
    let mut rows = Vec::new();
    loop {
        let request = PageRequest { table: &mapping, range: &range, rows_max: 10_000, bytes_max: 64 << 20 };
        let page = database.source.page(&request).await.unwrap();
        rows.extend(page.rows);
        if page.is_last {
            return rows;
        }
        range.after = page.last_key;
    }
}

/// The schemas of tables by name.
pub(crate) async fn schemas(database: &Database, tables: &[String]) -> BTreeMap<String, SourceTable> {
    let mut schemas = BTreeMap::new();
    for table in tables {
        schemas.insert(table.clone(), database.describe(table).await);
    }
    schemas
}

/// Makes changes to tables whose key is `k` and that have a number `n`, and compares every image with the pages.
pub(crate) async fn compare(database: &Database, tables: &[String], from: &Position) {
    let script = |statement: &dyn Fn(&String) -> String| tables.iter().map(statement).collect::<String>();
    let mut inserted = BTreeMap::new();
    let mut updated = BTreeMap::new();
    for table in tables {
        inserted.insert(table.clone(), page(database, table).await);
    }
    database.sql(&script(&|table| format!("UPDATE {table} SET n = n + 1 ORDER BY k;")));
    for table in tables {
        updated.insert(table.clone(), page(database, table).await);
    }
    let schemas = schemas(database, tables).await;
    database.sql(&script(&|table| format!("DELETE FROM {table} ORDER BY k;")));
    let all = changes(database, from, &schemas).await.unwrap();
    for table in tables {
        let of_table = all.iter().filter(|change| &change.table == table);
        let (inserted, updated) = (&inserted[table], &updated[table]);
        assert!(!inserted.is_empty(), "{table}");
        let change = |before: Option<&SourceRow>, after: Option<&SourceRow>| Change {
            table: table.clone(),
            before: before.cloned(),
            after: after.cloned(),
        };
        let inserts = inserted.iter().map(|row| change(None, Some(row)));
        let updates = inserted.iter().zip(updated).map(|(before, after)| change(Some(before), Some(after)));
        let deletes = updated.iter().map(|row| change(Some(row), None));
        let expected: Vec<Change> = inserts.chain(updates).chain(deletes).collect();
        let schema = &schemas[table];
        let types: Vec<&str> = schema.columns.iter().map(|column| column.spelling.as_str()).collect();
        assert_eq!(of_table.clone().count(), expected.len(), "{types:?}");
        for (found, expected) in of_table.zip(&expected) {
            assert_eq!(found, expected, "{types:?}");
        }
    }
}

async fn check(name: &'static str, samples: &[Sample]) {
    let database = Database::fresh(name).await;
    let from = Position::now(&database);
    let mut script = String::new();
    let mut tables = Vec::new();
    for (number, (column_type, values)) in samples.iter().enumerate() {
        let table = format!("t{number}");
        script += &format!(
            "CREATE TABLE {table} (k INT PRIMARY KEY AUTO_INCREMENT, v {column_type}, n INT DEFAULT 0);\n"
        );
        for value in values {
            script += &format!("INSERT IGNORE INTO {table} (v) VALUES ({value});\n");
        }
        tables.push(table);
    }
    database.sql(&script);
    compare(&database, &tables, &from).await;
}

#[tokio::test]
async fn numbers_from_the_log_equal_the_copys() {
    let mut samples = Vec::new();
    for (name, bits) in [("TINYINT", 8), ("SMALLINT", 16), ("MEDIUMINT", 24), ("INT", 32), ("BIGINT", 64)] {
        let (least, most) = (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1);
        let values = [least, most, -1, 0, 1, least + 1].map(|value| value.to_string());
        samples.push((name.to_owned(), values.iter().cloned().chain(["NULL".to_owned()]).collect()));
        let values = [0, 1, most, most + 1, (1 << bits) - 1].map(|value| value.to_string());
        samples.push((format!("{name} UNSIGNED"), values.to_vec()));
        samples.push((format!("{name} ZEROFILL"), vec!["7".to_owned()]));
    }
    let wide = "-12345678901234567890123456789012345.123456789012345678901234567890";
    samples.extend([
        sample("BOOL", &["TRUE", "127", "NULL"]),
        sample("FLOAT", &["16777217", "0.1", "-3.4e38", "1e-45", "0", "-0.0", "NULL"]),
        sample("DOUBLE", &["0.30000000000000004", "-1.7976931348623157e308", "5e-324", "-0.0", "NULL"]),
        sample("FLOAT(7,2) UNSIGNED", &["12345.67"]),
        sample("DECIMAL(65,30)", &[wide, "0", "-0.000000000000000000000000000001", "NULL"]),
        sample("DECIMAL(65,0)", &["-99999999999999999999999999999999999999999999999999999999999999999", "1"]),
        sample("DECIMAL(30,30)", &["0.123456789012345678901234567891", "-0.1", "0", "-0.0"]),
        sample("DECIMAL(8,2) ZEROFILL", &["1.5", "0", "123456.78"]),
        sample("DECIMAL(2,2)", &["-0.5", "0.99"]),
        sample("DECIMAL(10,0)", &["1000000000", "9999999999", "-1", "100000000"]),
        sample("DECIMAL(19,9)", &["1000000000.000000001", "-999999999.9", "-1000000009.000000010"]),
        sample("YEAR", &["0", "2155", "1901", "70", "NULL"]),
    ]);
    for bits in 1..=64_u64 {
        let most = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
        samples.push((format!("BIT({bits})"), [0, 1, most, most / 2 + 1].map(|v| v.to_string()).to_vec()));
    }
    check("images_numbers", &samples).await;
}

#[tokio::test]
async fn temporal_values_from_the_log_equal_the_copys() {
    let mut samples = vec![sample(
        "DATE",
        &["'0000-00-00'", "'2024-05-00'", "'2023-02-31'", "'9999-12-31'", "'1000-01-01'", "NULL"],
    )];
    for digits in 0..=6 {
        samples.push(sample(
            &format!("DATETIME({digits})"),
            &[
                "'0000-00-00'",
                "'2023-02-31 23:59:59.999999'",
                "'2000-01-01 00:00:00.123456'",
                "'9999-12-31 23:59:59'",
                "NULL",
            ],
        ));
        samples.push(sample(
            &format!("TIMESTAMP({digits}) NULL"),
            &[
                "'0000-00-00'",
                "'1970-01-01 00:00:01'",
                "'2038-01-19 03:14:07.499999'",
                "'2024-02-29 12:13:14.987654'",
                "NULL",
            ],
        ));
        samples.push(sample(
            &format!("TIME({digits})"),
            &[
                "'-838:59:59'",
                "'838:59:59'",
                "'-00:00:00.5'",
                "'-00:00:01.123456'",
                "'-12:59:59.900001'",
                "'100:00:01'",
                "'00:00:00.987654'",
                "'0'",
                "NULL",
            ],
        ));
    }
    check("images_time", &samples).await;
}

#[tokio::test]
async fn strings_labels_and_bytes_from_the_log_equal_the_copys() {
    let many = |count: usize| (0..count).map(|number| format!("'m{number}'")).collect::<Vec<_>>().join(",");
    let long = "REPEAT('ä', 300)";
    let samples = vec![
        sample("CHAR(5)", &["'a  '", "' a'", "''", "'a\\0'", "'a\\t'", "NULL"]),
        sample("CHAR(255)", &["REPEAT('😀', 255)", "'x '"]),
        sample("CHAR(255) CHARACTER SET latin1", &["REPEAT('ä', 255)", "'x '"]),
        sample("CHAR(100) CHARACTER SET utf32", &["REPEAT('ä', 100)", "'x '"]),
        sample("CHAR(9) CHARACTER SET utf16", &["'x  '", "''", "' 😀 '"]),
        sample("CHAR(0)", &["''", "NULL"]),
        sample("VARCHAR(5) COLLATE utf8mb4_bin", &["'a  '", "'\\0x'", "''", "NULL"]),
        sample("VARCHAR(63)", &["'😀'"]),
        sample("VARCHAR(64)", &["REPEAT('😀', 64)"]),
        sample("VARCHAR(255) CHARACTER SET latin1", &["REPEAT('ä', 255)"]),
        sample("VARCHAR(256) CHARACTER SET latin1", &["REPEAT('ä', 256)", "''"]),
        sample("TINYTEXT", &["'ä'", "''", "NULL"]),
        sample("TEXT", &[long, "''"]),
        sample("MEDIUMTEXT CHARACTER SET latin1", &[long, "REPEAT('ä', 1048576)", "REPEAT('ä', 1048577)"]),
        sample("LONGTEXT", &[long, "REPEAT('a', 2097152)", "REPEAT('a', 2097153)"]),
        sample("ENUM('x','it''s','a,b','ü') CHARACTER SET latin1", &["2", "3", "4", "0", "NULL"]),
        sample(&format!("ENUM({})", many(255)), &["255", "1", "0"]),
        sample(&format!("ENUM({})", many(256)), &["256", "1", "0"]),
        sample("ENUM('😀','x','?')", &["1", "2", "3"]),
        sample("SET('😀','?','x') CHARACTER SET utf16", &["7", "1"]),
        sample("SET('x','ü','z')", &["'z,x'", "''", "7", "NULL"]),
        sample(&format!("SET({})", many(9)), &["511", "256"]),
        sample(&format!("SET({})", many(17)), &["131071"]),
        sample(&format!("SET({})", many(33)), &["8589934591"]),
        sample(&format!("SET({})", many(64)), &["18446744073709551615", "9223372036854775808", "0"]),
        sample("BINARY(4)", &["x'ff00'", "''", "x'20202020'", "x'00000001'", "NULL"]),
        sample("BINARY(255)", &["REPEAT('a', 255)", "''"]),
        sample("VARBINARY(4)", &["x'ff00'", "''", "NULL"]),
        sample("VARBINARY(300)", &["REPEAT(x'00', 300)", "''"]),
        sample("TINYBLOB", &["x'00ff'", "NULL"]),
        sample("BLOB", &["REPEAT(x'00', 300)", "''"]),
        sample("MEDIUMBLOB", &["REPEAT(x'00', 2097152)", "REPEAT(x'00', 2097153)"]),
        sample("LONGBLOB", &["x'00ff5c27'", "''"]),
        sample(
            "GEOMETRY",
            &["ST_GeomFromText('POINT(1 2)', 4326)", "ST_GeomFromText('LINESTRING(0 0,1 1)')", "NULL"],
        ),
        sample("POLYGON", &["ST_GeomFromText('POLYGON((0 0,0 1,1 1,0 0))')"]),
        sample("VECTOR(3)", &["STRING_TO_VECTOR('[1.5,-2]')", "NULL"]),
    ];
    check("images_strings", &samples).await;
}

#[tokio::test]
async fn json_from_the_log_is_the_servers_own_text() {
    let numbers = "1e100 1e-7 0.0001 123456789012345678 1e14 1e15 1e16 -0.0 0.1 100000.0 12345678901234567890 \
        123456789012345678901 1.7976931348623157e308 5e-324 1e-15 1e-16 1.25e-15 -1.5e-20 1234567890123456.5 \
        32767 -32768 32768 65535 65536 -2147483648 2147483648 -9223372036854775808 0";
    let mut values: Vec<String> =
        numbers.split_ascii_whitespace().map(|number| format!("'{number}'")).collect();
    values.push(format!("'[{}]'", numbers.split_ascii_whitespace().collect::<Vec<_>>().join(",")));
    values.extend(
        [
            "'{\"b\":1.0,\"a\":[1,null,\"ü😀\",true,false,{}],\"\":[]}'",
            "'null'",
            "'\"\"'",
            "NULL",
            "CAST(18446744073709551615 AS JSON)",
            "JSON_ARRAY(DATE'2024-02-03', CAST('0000-00-00' AS DATE), TIME'-10:11:12.5', TIME'838:59:59', TIME'0')",
            "JSON_ARRAY(TIMESTAMP'2024-02-03 04:05:06.789', CAST('9999-12-31 23:59:59.999999' AS DATETIME(6)))",
            "CAST(DATE'2024-02-03' AS JSON)",
            "JSON_ARRAY(CAST('-1.50' AS DECIMAL(10,3)), CAST('0' AS DECIMAL(65,30)), CAST('0.1' AS DECIMAL(30,30)))",
            "CAST(CAST('-99999999999999999999999999999999999.999999999999999999999999999999' AS DECIMAL(65,30)) AS JSON)",
            "JSON_ARRAY(x'00ff', b'101', CAST(REPEAT('a', 120) AS BINARY), CAST('' AS BINARY), CAST(2024 AS YEAR))",
            "JSON_OBJECT('e', CONCAT('\"\\\\/\\n\\r\\t\\0', CHAR(8, 12, 27, 127 USING utf8mb4), 'é😀'))",
            "JSON_ARRAY(REPEAT('a', 127), REPEAT('a', 128), REPEAT('a', 16384))",
            "JSON_ARRAY(1, -2, 2147483647, REPEAT('a', 70000), JSON_OBJECT('k', 4294967295, 'l', NULL))",
            "CONCAT('[', REPEAT('1,', 40000), '1]')",
            "CONCAT('{\"a\":[', REPEAT('-70000,', 20000), '1]}')",
            "CONCAT(REPEAT('[', 100), REPEAT(']', 100))",
            "JSON_QUOTE(REPEAT('a', 2097150))",
            "JSON_QUOTE(REPEAT('a', 2097151))",
            "JSON_QUOTE(REPEAT(CHAR(1 USING utf8mb4), 400000))",
        ]
        .map(str::to_owned),
    );
    let mut random = AnyJson(7);
    values.extend((0..200).map(|_| sql_string(&random.document(4))));
    check("images_json", &[("JSON".to_owned(), values)]).await;
}

#[tokio::test]
async fn rows_of_many_columns_keep_their_places() {
    let database = Database::fresh("images_wide").await;
    let from = Position::now(&database);
    let columns: Vec<String> = (0..70).map(|number| format!("c{number} VARCHAR(9)")).collect();
    let values = |nulls: usize| {
        let value =
            |number: usize| if number % nulls == 1 { "NULL".to_owned() } else { format!("'v{number}'") };
        (0..70).map(value).collect::<Vec<_>>().join(",")
    };
    database.sql(&format!(
        "CREATE TABLE wide (k INT PRIMARY KEY, n INT, {}); INSERT INTO wide VALUES (1, 0, {}), (2, 5, {});
         CREATE TABLE more (k INT, hidden INT INVISIBLE DEFAULT 5, w INT AS (k + 1) VIRTUAL, s INT AS (k * 2) STORED,
             n INT, name VARCHAR(9), b TEXT AS (REPEAT(name, n)) VIRTUAL, j JSON AS (JSON_ARRAY(n, name)) VIRTUAL,
             PRIMARY KEY (k), KEY lower_name ((LOWER(name))));
         INSERT INTO more (k, n, name) VALUES (1, 1, 'A'), (2, 2, NULL);
         SET sql_generate_invisible_primary_key = ON;
         CREATE TABLE keyless (k INT, n INT); INSERT INTO keyless VALUES (3, 1), (4, 2);",
        columns.join(","),
        values(2),
        values(3)
    ));
    compare(&database, &["wide", "more", "keyless"].map(str::to_owned), &from).await;
}
