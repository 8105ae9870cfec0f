//! Rows beyond the target's limits: the run ends with their place, or leaves them out by policy; memory stays bounded.

use std::sync::OnceLock;

use crate::stage::{Ended, Task, objects, run_sql};

/// The memory a copy may take, whatever the rows.
const PEAK_KIB_MAX: u64 = 128 << 10;
const SIXTEEN_MIB: &str = "REPEAT(x'ff', 16 << 20)";

#[test]
fn a_row_beyond_the_limit_ends_the_run_with_its_table_key_and_column() {
    run_sql(
        "CREATE DATABASE limit_fail; USE limit_fail;
         CREATE TABLE t (id INT PRIMARY KEY, body LONGBLOB, note TEXT); INSERT INTO t VALUES (1, x'00', 'fine')",
    );
    let task = Task::new("limit-fail", &objects("limit_fail", "limit_fail"), "");
    let mut running = task.start("run", &[]);
    // Precheck looks for such rows, so this one comes after it.
    running.wait_until(|out| out.contains("-> planning"));
    run_sql(&format!("INSERT INTO limit_fail.t VALUES (2, {SIXTEEN_MIB}, 'too big')"));
    let ended = running.wait().expect(1);
    let failure = ended.out.lines().find_map(|line| line.strip_prefix("failed: ")).expect("a failure");
    let digest = failure.split_whitespace().find(|word| word.len() == 33).expect("a key digest");
    let expected = format!(
        "a row of limit_fail.t cannot be carried: key digest {digest} column body: the value has 16777216 bytes, the \
         target takes 2097152"
    );
    assert_eq!(failure, expected);
    assert!(
        ended.out.contains(
            "remedy: correct the row at the source and run the task again, or set `on_bad_row: reject` in a new task"
        ),
        "{}",
        ended.out
    );
    assert!(ended.peak_kib > 0 && ended.peak_kib < PEAK_KIB_MAX, "{} KiB", ended.peak_kib);
    run_sql("DELETE FROM limit_fail.t WHERE id = 2");
    task.run_and_verify();
}

#[test]
fn precheck_finds_a_row_beyond_the_limit() {
    run_sql(&format!(
        "CREATE DATABASE limit_seen; USE limit_seen;
         CREATE TABLE t (id INT PRIMARY KEY, body LONGBLOB); INSERT INTO t VALUES (1, {SIXTEEN_MIB})"
    ));
    let task = Task::new("limit-seen", &objects("limit_seen", "limit_seen"), "");
    let ended = task.ferry("precheck", &[]).expect(3);
    let expected = "FAIL  value_size  limit_seen.t.body
      1 row with a value of more than 2097152 bytes
      -> shorten the values, leave the column out with `columns.exclude`, or set `on_bad_row: reject`\n";
    assert!(ended.out.starts_with(expected), "{}", ended.out);
    assert!(ended.peak_kib < PEAK_KIB_MAX, "{} KiB", ended.peak_kib);
}

/// One run under `reject` with every kind of row that cannot be carried.
fn rejected() -> &'static (Task, Ended) {
    static REJECTED: OnceLock<(Task, Ended)> = OnceLock::new();
    REJECTED.get_or_init(|| {
        run_sql(&format!(
            "CREATE DATABASE limit_reject; USE limit_reject;
             CREATE TABLE bodies (id INT PRIMARY KEY, body LONGBLOB);
             INSERT INTO bodies VALUES (1, x'00'), (2, REPEAT(x'ff', 2097152)), (3, REPEAT(x'ff', 2097153)),
               (4, {SIXTEEN_MIB}), (5, {SIXTEEN_MIB}), (6, {SIXTEEN_MIB}), (7, {SIXTEEN_MIB}), (8, NULL);
             INSERT INTO bodies SELECT 10 + i, REPEAT(x'ee', 2097152) FROM
               (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) SELECT i FROM n) AS m;
             CREATE TABLE long_keys (id VARCHAR(700), v INT, PRIMARY KEY (id));
             INSERT INTO long_keys VALUES (REPEAT('字', 682), 1), (REPEAT('字', 683), 2), ('short', 3);
             CREATE TABLE nul_keys (id VARCHAR(20) PRIMARY KEY, v VARCHAR(20));
             INSERT INTO nul_keys VALUES ('a\\0b', 'bad key'), ('other', 'a\\0b'), ('', '');
             CREATE TABLE bad_dates (id INT PRIMARY KEY, d DATE);
             INSERT INTO bad_dates VALUES (1, '2023-02-31'), (2, '2024-02-29')"
        ));
        let more = "on_bad_row: reject\nignore: [value_size, key_size, key_nul]\n";
        let task = Task::new("limit-reject", &objects("limit_reject", "limit_reject"), more);
        let ended = task.ferry("run", &[]).expect(0);
        (task, ended)
    })
}

#[test]
fn rows_left_out_by_policy_are_on_the_reject_list_with_their_reasons() {
    let (task, ended) = rejected();
    assert!(
        ended.out.contains("  8 rows were rejected; `ferry status --json` lists them\n"),
        "{}",
        ended.out
    );
    let status = task.start_raw(&["status", "--data-dir", "data", "--json"], &[]).wait().expect(0);
    let found: Vec<String> = status
        .events("reject")
        .iter()
        .map(|event| {
            let digest = event["record"].as_str().and_then(|record| record.rsplit('#').next());
            assert_eq!(digest.map(str::len), Some(32), "{event}");
            format!("{} {}", event["reject"]["column"], event["reject"]["refusal"])
        })
        .collect();
    let too_big = r#""body" {"bytes":16777216,"most":2097152,"reason":"too_long"}"#;
    let expected = [
        too_big,
        too_big,
        too_big,
        too_big,
        r#""body" {"bytes":2097153,"most":2097152,"reason":"too_long"}"#,
        r#""d" {"reason":"invalid_date"}"#,
        r#""id" {"bytes":2049,"most":2048,"reason":"key_too_long"}"#,
        r#""id" {"reason":"key_nul"}"#,
    ];
    assert_eq!(sorted(found), expected);
}

#[test]
fn verification_counts_rows_left_out_and_finds_the_rest_equal() {
    let (task, _) = rejected();
    let ended = task.ferry("verify", &["--json"]).expect(0);
    let counts: Vec<String> = ended
        .events("verified_table")
        .iter()
        .map(|event| {
            let outcome = &event["outcome"];
            format!("{} {} of {}", event["source"], outcome["not_carried"], outcome["source_rows"])
        })
        .collect();
    let expected = [
        "\"limit_reject.bad_dates\" 1 of 2",
        "\"limit_reject.bodies\" 5 of 38",
        "\"limit_reject.long_keys\" 1 of 3",
        "\"limit_reject.nul_keys\" 1 of 3",
    ];
    assert_eq!(sorted(counts), expected);
    assert!(ended.peak_kib < PEAK_KIB_MAX, "{} KiB", ended.peak_kib);
}

#[test]
fn a_copy_of_rows_at_and_beyond_the_limit_stays_within_its_memory() {
    let (_, ended) = rejected();
    assert!(ended.peak_kib > 0 && ended.peak_kib < PEAK_KIB_MAX, "{} KiB", ended.peak_kib);
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
