//! Targets that take statements in one form only: the probe finds it, and copy, verification and repair keep to it.

use servers::LindormLocal;

use crate::stage::{LindormClient, Task, run_sql};

const DATABASE: &str = "forms";

const TABLES: &str = r#"
    CREATE TABLE wide (id BIGINT, name VARCHAR(40), a TINYINT, b FLOAT, c DOUBLE, d DECIMAL(30,10), e TEXT, f VARBINARY(20),
      g DATE, h DATETIME(6), i TIMESTAMP(3) NULL, j JSON, k BIT(1), l YEAR, m TIME(3), n BINARY(3), o ENUM('x','it''s'),
      PRIMARY KEY (name, id));
    INSERT INTO wide WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
      SELECT i - 450, CONCAT('it''s \\ ', i % 7), IF(i % 2, i % 100, NULL), IF(i % 3, i / 7, NULL), IF(i % 5, -i / 9e30, NULL),
        IF(i % 7, i / 8, NULL), IF(i % 4, CONCAT('\\''größe 注文 🦀\n?', i, '\\'), NULL), IF(i % 6, UNHEX(HEX(i)), NULL),
        IF(i % 8, DATE_ADD('1000-01-01', INTERVAL i * 9 DAY), NULL), IF(i % 9, '2024-02-29 23:59:59.000007', NULL),
        IF(i % 10, FROM_UNIXTIME(i * 1000000 + 0.123), NULL), IF(i % 11, JSON_OBJECT('it''s', CONCAT('\\"', i)), NULL),
        IF(i % 12, i % 2, NULL), IF(i % 13, 1999, NULL), '-12:34:56.789', IF(i % 14, 'a', NULL), IF(i % 15, 2, 1) FROM n;
    CREATE TABLE sparse (id INT PRIMARY KEY, a INT, b VARCHAR(9));
    INSERT INTO sparse VALUES (1, NULL, NULL), (2, 2, NULL), (3, NULL, ''), (4, 4, 'x');
    CREATE TABLE key_only (a VARBINARY(9) PRIMARY KEY);
    INSERT INTO key_only VALUES (''), (x'00275c'), ('x')
"#;

/// Targets on which the documented form writes nothing, the wrong thing, or without a stamp.
const TARGETS: [&[&str]; 4] = [
    &["bind_values=refused", "null_write=refused", "rows_per_statement=10"],
    &["hints_when_prepared=ignored", "escapes=off", "stamp_hint=refused", "timeout_on_delete=refused"],
    &["hints_when_prepared=refused", "quote_doubling=refused", "null_write=ignored", "full_scan=refused"],
    &[
        "bound_text=refused",
        "null_write=removes_once",
        "decimal_result=stripped",
        "temporal_result=text",
        "null_row=exists",
    ],
];

#[test]
fn a_target_of_one_form_is_copied_to_verified_and_repaired_in_that_form() {
    run_sql(&format!(
        "CREATE DATABASE {DATABASE}; USE {DATABASE}; SET cte_max_recursion_depth = 1000; {TABLES}"
    ));
    // At once, because each of them waits for the former owners of its tables first.
    std::thread::scope(|scope| {
        for (number, switches) in TARGETS.into_iter().enumerate() {
            scope.spawn(move || moves(&format!("forms-{number}"), switches));
        }
    });
}

fn moves(name: &str, switches: &[&str]) {
    let arguments = switches.iter().flat_map(|switch| ["--assume", switch]);
    let target = LindormLocal::start(arguments).expect("the stand-in starts");
    let objects = format!("  - database: {DATABASE}\n");
    let accepted = format!("ignore: [{}]\n", alerts(&Task::to(&target, name, &objects, "")));
    let task = Task::to(&target, name, &objects, &accepted);
    let arguments = ["run", "task.yaml", "--data-dir", "data"];
    let ended = task.start_raw(&arguments, &[("FERRY_LOG", "trace")]).wait().expect(0);
    // A statement that holds its values is never told, whatever is asked to be told.
    assert!(ended.err.contains("the target was probed"));
    for secret in ["größe", "UPSERT", "it's"] {
        assert!(!ended.err.contains(secret) && !ended.out.contains(secret), "{secret}");
    }
    task.ferry("verify", &[]).expect(0);

    let mut client = LindormClient::of(&target, DATABASE);
    client.run("DELETE FROM sparse WHERE id = 4");
    client.run("UPSERT INTO sparse (id, a) VALUES (9, 1)");
    client.run("UPSERT INTO sparse (id, b) VALUES (3, 'wrong')");
    // The source has NULL here.
    client.run("UPSERT INTO sparse (id, b) VALUES (2, 'more')");
    client.run("UPSERT INTO sparse (id, a) VALUES (1, 1)");
    task.ferry("verify", &[]).expect(4);
    let repaired = task.ferry("verify", &["--repair"]).expect(0);
    assert!(repaired.out.contains("3 rows with different values"), "{switches:?} {}", repaired.out);
    task.ferry("verify", &[]).expect(0);
    let found = client.rows("SELECT /*+ _l_allow_filtering_ */ id, a, b FROM sparse");
    assert_eq!(found, [["1", "NULL", "NULL"], ["2", "2", "NULL"], ["3", "NULL", ""], ["4", "4", "x"]]);
}

/// What precheck wants to be accepted by name; nothing may stand against the task for good.
fn alerts(task: &Task) -> String {
    let report = task.ferry("precheck", &[]).out;
    assert!(!report.contains("\nFAIL"), "{report}");
    let alerts = report.lines().filter_map(|line| line.strip_prefix("ALERT  ")?.split_whitespace().next());
    alerts.collect::<Vec<_>>().join(", ")
}
