//! Chunks of one row, two rows and many, over every kind of key: each row arrives, and arrives once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use serde_json::Value;

use crate::stage::{LindormClient, Task, objects, run_sql};

const DATABASE: &str = "chunk_shapes";
const SMALL_TABLES: usize = 300;

/// Counts up in a query.
fn numbers(rows: u32) -> String {
    format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})")
}

/// Name, definition of key and filler, query of its rows, and how many there are.
type Shape = (&'static str, String, u32);

fn shape(name: &'static str, key: &str, row: &str, rows: u32) -> Shape {
    let body = format!(
        "CREATE TABLE {name} ({key}); INSERT INTO {name} {} SELECT {row} FROM n; ANALYZE TABLE {name};",
        numbers(rows)
    );
    (name, body, rows)
}

const FILLER: &str = "REPEAT('x', 200)";

fn tables() -> Vec<Shape> {
    [number_keys(), other_keys()].concat()
}

fn number_keys() -> Vec<Shape> {
    vec![
        shape("one_a_chunk", "id INT PRIMARY KEY, v VARCHAR(2000)", "i, REPEAT('y', 1500)", 60),
        shape("signed_key", "id INT PRIMARY KEY, v VARCHAR(200)", &format!("i - 500, {FILLER}"), 1_000),
        shape(
            "unsigned_key",
            "id BIGINT UNSIGNED PRIMARY KEY, v VARCHAR(200)",
            &format!("18446744073709551615 - (i - 1) * 100000007, {FILLER}"),
            1_000,
        ),
        shape(
            "sparse_key",
            "id BIGINT PRIMARY KEY, v VARCHAR(200)",
            &format!("i * i * i * 1000003 - 9000000000000000000, {FILLER}"),
            1_000,
        ),
        shape(
            "outlier_key",
            "id BIGINT PRIMARY KEY, v VARCHAR(200)",
            &format!("IF(i = 1, -9223372036854775808, IF(i = 2, 9223372036854775807, i)), {FILLER}"),
            1_000,
        ),
        shape(
            "decimal_key",
            "id DECIMAL(20,5) PRIMARY KEY, v VARCHAR(200)",
            &format!("(i - 500) * 12345.6789, {FILLER}"),
            1_000,
        ),
        shape("one_row", "id INT PRIMARY KEY, v INT", "i, i", 1),
    ]
}

fn other_keys() -> Vec<Shape> {
    vec![
        shape(
            "caseless_key",
            "id VARCHAR(40) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v VARCHAR(200)",
            &format!(
                "CONCAT(ELT(i % 6 + 1, 'Ä', 'b', 'ß', 'Z', '字', ''), i, ELT(i % 3 + 1, 'x', 'É', '')), {FILLER}"
            ),
            1_000,
        ),
        shape(
            "composite_key",
            "a INT, b VARCHAR(10) COLLATE utf8mb4_0900_ai_ci, c DATE, v VARCHAR(200), PRIMARY KEY (a, b, c)",
            &format!(
                "i % 3, ELT(i % 5 + 1, 'a', 'B', 'ç', 'D', ''), '2000-01-01' + INTERVAL i DAY, {FILLER}"
            ),
            1_000,
        ),
        shape(
            "binary_key",
            "id BINARY(16) PRIMARY KEY, v VARCHAR(200)",
            &format!("UNHEX(LEFT(SHA2(i, 256), 32)), {FILLER}"),
            1_000,
        ),
        shape(
            "bytes_key",
            "id VARBINARY(16) PRIMARY KEY, v VARCHAR(200)",
            &format!("UNHEX(SUBSTR(LEFT(SHA2(i, 256), 32), 1, 8 + 2 * (i % 4))), {FILLER}"),
            1_000,
        ),
        shape(
            "enum_key",
            "e ENUM('z', 'a', 'm'), n INT, v VARCHAR(200), PRIMARY KEY (e, n)",
            &format!("i % 3 + 1, i, {FILLER}"),
            900,
        ),
        shape(
            "date_key",
            "id DATETIME(6) PRIMARY KEY, v VARCHAR(200)",
            &format!("TIMESTAMPADD(MICROSECOND, i * i * 1000001, '1999-12-31'), {FILLER}"),
            1_000,
        ),
    ]
}

/// Rows and chunks by table.
type Copied = BTreeMap<String, (u64, u64)>;

/// What each table became by one run of them all.
fn copied() -> &'static Copied {
    static COPIED: OnceLock<(Task, Copied)> = OnceLock::new();
    let (_, copied) = COPIED.get_or_init(|| {
        let mut sql = format!("CREATE DATABASE {DATABASE}; USE {DATABASE}; CREATE TABLE no_row (id INT PRIMARY KEY, v INT);");
        for (_, table, _) in tables() {
            sql.push_str(&table);
        }
        for number in 0..SMALL_TABLES {
            write!(
                sql,
                "CREATE TABLE small_{number} (id INT PRIMARY KEY, v INT); INSERT INTO small_{number} VALUES (1, {number}), (2, NULL);"
            )
            .expect("writing to a string succeeds");
        }
        run_sql(&sql);
        let more = "tuning: { chunk_bytes: 1 KiB, copiers: 4 }\n";
        let task = Task::new("chunk-shapes", &objects(DATABASE, DATABASE), more);
        let ended = task.ferry("run", &["--json"]).expect(0);
        let number = |event: &Value, key: &str| event[key].as_u64().expect("a number");
        let tables = ended.events("table").into_iter().map(|event| {
            assert_eq!(event["chunks"], event["chunks_done"], "{event}");
            let name = event["source"].as_str().expect("a name").trim_start_matches("chunk_shapes.").to_owned();
            (name, (number(&event, "rows"), number(&event, "chunks")))
        });
        let tables: Copied = tables.collect();
        task.ferry("verify", &[]).expect(0);
        (task, tables)
    });
    copied
}

#[test]
fn every_row_of_every_kind_of_key_arrives_once() {
    for (table, _, rows) in tables() {
        let (found, chunks) = copied()[table];
        assert_eq!(found, u64::from(rows), "{table}");
        if rows >= 900 {
            assert!(chunks > 50, "{table}: {chunks} chunks");
        }
    }
    assert_eq!(copied()["no_row"].0, 0);
}

#[test]
fn chunks_can_be_as_small_as_one_row_and_two() {
    let (rows, chunks) = copied()["one_a_chunk"];
    assert!(chunks >= rows, "{chunks} chunks for {rows} rows");
    let (rows, chunks) = copied()["bytes_key"];
    assert!(chunks >= rows / 2 && chunks < rows, "{chunks} chunks for {rows} rows");
}

#[test]
fn hundreds_of_small_tables_fit_one_task() {
    let small: Vec<_> = copied().iter().filter(|(name, _)| name.starts_with("small_")).collect();
    assert_eq!(small.len(), SMALL_TABLES);
    assert!(small.iter().all(|(_, (rows, _))| *rows == 2));
    let mut client = LindormClient::shared(DATABASE);
    assert_eq!(client.rows("SELECT id, v FROM small_299 LIMIT 10"), [["1", "299"], ["2", "NULL"]]);
}
