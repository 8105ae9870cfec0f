//! Rules 30 and 31: rows, bytes, keys, values.

use lindorm_local::answer::Datum;

use super::shell::Shell;

fn many_rows(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|row| format!("({row}, 1)")).collect();
    format!("UPSERT INTO t (id, a) VALUES {}", rows.join(", "))
}

#[test]
fn a_statement_writes_at_most_2000_rows() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error(&many_rows(2001)), 8008);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    assert_eq!(shell.done(&many_rows(2000)), 2000);
}

#[test]
fn a_statement_writes_at_most_64_mb() {
    let mut shell = Shell::with_table(&[]);
    let text = "x".repeat(2_000_000);
    let sql = format!("UPSERT INTO t (id, b) VALUES {}", vec!["(?, ?)"; 40].join(", "));
    let params: Vec<Datum<'_>> =
        (0..40).flat_map(|id| [Datum::Int(id), Datum::Text((&*text).into())]).collect();
    assert_eq!(shell.error_bound(&sql, &params), 8008);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
}

#[test]
fn a_value_has_at_most_2_mb_unless_the_table_says_otherwise() {
    let mut shell = Shell::with_table(&[]);
    let sql = "UPSERT INTO t (id, b) VALUES (0, 'small'), (1, ?)";
    let longest = "x".repeat(2_097_152);
    let longer = "x".repeat(2_097_153);
    assert_eq!(shell.error_bound(sql, &[Datum::Text((&*longer).into())]), 1406);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.bound(sql, &[Datum::Text((&*longest).into())]);
    assert_eq!(shell.rows("SELECT b FROM t WHERE id = 1")[0].len(), 2_097_152);
    shell.done("ALTER TABLE t SET 'MAX_NONPK_LEN' = '3670016'");
    shell.bound(sql, &[Datum::Text((&*longer).into())]);
}

#[test]
fn the_values_of_a_key_have_at_most_2_kb_together() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE x (k VARCHAR, l VARCHAR, a INT, PRIMARY KEY (k, l))");
    let half = "k".repeat(1024);
    shell.done(&format!("UPSERT INTO x (k, l, a) VALUES ('{half}', '{half}', 1)"));
    assert_eq!(shell.error(&format!("UPSERT INTO x (k, l, a) VALUES ('{half}', '{half}k', 1)")), 1406);
}

#[test]
fn an_in_list_has_at_most_2000_values() {
    let mut shell = Shell::with_table(&[]);
    let list = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    assert_eq!(shell.error(&format!("SELECT a FROM t WHERE id IN ({})", list(2001))), 8008);
    assert!(shell.rows(&format!("SELECT a FROM t WHERE id IN ({})", list(2000))).is_empty());
}

#[test]
fn order_by_needs_a_limit_and_both_limit_and_offset_end_at_10000() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("SELECT a FROM t ORDER BY id"), 9001);
    assert_eq!(shell.error("SELECT a FROM t ORDER BY id LIMIT 10001"), 8008);
    assert_eq!(shell.error("SELECT a FROM t ORDER BY id LIMIT 1 OFFSET 10001"), 8008);
    assert_eq!(shell.error("SELECT a FROM t LIMIT 10001"), 8008);
    assert!(shell.rows("SELECT a FROM t ORDER BY id LIMIT 10000 OFFSET 10000").is_empty());
    assert!(Shell::with_table(&["limit_cap=ordered"]).rows("SELECT a FROM t LIMIT 10001").is_empty());
}

#[test]
fn a_statement_that_runs_out_of_its_time_ends_in_3024() {
    let mut shell = Shell::with_table(&[]);
    shell.done(&many_rows(2000));
    let sql = "SELECT /*+ _l_operation_timeout_(1) */ COUNT(*) FROM t";
    let prepared = shell.engine.prepare(&shell.session, sql).expect(sql);
    let answer = shell.engine.execute(&mut shell.session, &prepared, &[]).expect(sql);
    let lindorm_local::answer::Answer::Rows { mut rows, .. } = answer else { panic!("a count has a row") };
    let begun = std::time::Instant::now();
    while begun.elapsed().as_millis() < 2 {
        std::hint::spin_loop();
    }
    assert_eq!(rows.next_batch(&mut |_| {}).expect_err("out of time").code, 3024);
}

#[test]
fn a_zero_byte_inside_a_text_of_the_key_is_refused_and_at_its_end_tolerated() {
    let sql = "UPSERT INTO x (k, a) VALUES (?, 1)";
    let refused = |settings: &[&str], value: &'static str| {
        let mut shell = Shell::assuming(settings);
        shell.done("CREATE TABLE x (k VARCHAR, a INT, PRIMARY KEY (k))");
        let prepared = shell.engine.prepare(&shell.session, sql).expect(sql);
        shell.engine.execute(&mut shell.session, &prepared, &[Datum::Text(value.into())]).is_err()
    };
    assert!(refused(&[], "a\0b"));
    assert!(!refused(&[], "a\0"));
    assert!(!refused(&["zero_in_key_text=accepted"], "a\0b"));
}
