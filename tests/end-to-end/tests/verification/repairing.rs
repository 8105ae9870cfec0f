//! Differences made by hand on the target are found by kind, key digest and column, and repaired.

use crate::stage::{Ended, LindormClient, Task, objects, run_sql};

const DATABASE: &str = "differences";

/// Kind and columns of what was found in each table, and whether every difference has a key digest.
fn found(ended: &Ended) -> Vec<String> {
    let mut lines = Vec::new();
    for event in ended.events("verified_table") {
        for listed in event["outcome"]["listed"].as_array().expect("a list") {
            let digest = listed["key"].as_str().expect("a digest");
            assert!(digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
            lines.push(format!("{} {} {}", event["source"], listed["kind"], listed["columns"]));
        }
    }
    lines.sort();
    lines
}

#[test]
fn missing_extra_and_different_rows_are_found_and_repaired() {
    run_sql(&format!(
        "CREATE DATABASE {DATABASE}; USE {DATABASE}; SET cte_max_recursion_depth = 3000;
         CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), n INT, d DECIMAL(10,2));
         INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
           SELECT i, CONCAT('v', i), IF(i % 2 = 0, NULL, i), i / 4 FROM n;
         CREATE TABLE key_only (a INT, b VARCHAR(10), PRIMARY KEY (a, b));
         INSERT INTO key_only VALUES (1, 'x'), (2, 'y');
         CREATE TABLE untouched (id INT PRIMARY KEY, v INT);
         INSERT INTO untouched VALUES (1, 1)"
    ));
    let task = Task::new("differences", &objects(DATABASE, DATABASE), "");
    task.run_and_verify();

    let mut client = LindormClient::shared(DATABASE);
    client.run("DELETE FROM t WHERE id = 17");
    client.run("UPSERT INTO t (id, v, ferry_row) VALUES (99999, 'extra', 1)");
    client.run("UPSERT INTO t (id, v, d) VALUES (21, 'wrong', 1.25)");
    // The source has NULL here, which only a delete can bring back.
    client.run("UPSERT INTO t (id, n) VALUES (42, 7)");
    client.run("DELETE FROM key_only WHERE a = 1 AND b = 'x'");
    client.run("UPSERT INTO key_only (a, b, ferry_row) VALUES (3, 'z', 1)");

    let expected = [
        "\"differences.key_only\" \"extra\" []",
        "\"differences.key_only\" \"missing\" []",
        "\"differences.t\" \"different\" [\"n\"]",
        "\"differences.t\" \"different\" [\"v\",\"d\"]",
        "\"differences.t\" \"extra\" []",
        "\"differences.t\" \"missing\" []",
    ];
    assert_eq!(found(&task.ferry("verify", &["--json"]).expect(4)), expected);
    let words = task.ferry("verify", &[]).expect(4).out;
    for line in [
        "differences.t -> differences.t: DIFFERENT, 3,000 source rows\n  1 rows missing on the target\n  \
         1 rows only on the target\n  2 rows with different values\n",
        "differences.untouched -> differences.untouched: equal, 1 source rows\n",
        "the two sides differ; `--repair` makes the target equal once the task is completed or paused\n",
    ] {
        assert!(words.contains(line), "{words}");
    }
    assert!(
        words.lines().any(|line| line.starts_with("    different key digest ") && line.ends_with(": v, d"))
    );

    let repaired = task.ferry("verify", &["--repair", "--json"]).expect(0);
    assert_eq!(found(&repaired), expected);
    assert_eq!(found(&task.ferry("verify", &["--json"]).expect(0)), [""; 0]);
    let row = |id: u32| format!("SELECT v, n, d, ferry_row FROM t WHERE id = {id}");
    assert_eq!(client.rows(&row(17)), [["v17", "17", "4.25", "1"]]);
    assert_eq!(client.rows(&row(21)), [["v21", "21", "5.25", "1"]]);
    assert_eq!(client.rows(&row(42)), [["v42", "NULL", "10.50", "1"]]);
    assert!(client.rows(&row(99_999)).is_empty());
    assert_eq!(client.rows("SELECT a, b FROM key_only LIMIT 10"), [["1", "x"], ["2", "y"]]);
}
