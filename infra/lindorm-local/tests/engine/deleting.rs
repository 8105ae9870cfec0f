//! Rules 37, 38, 41, 45, 46 and 49: DELETE.

use lindorm_local::answer::Datum;

use super::shell::{START_MS, Shell};

fn with_two_key_columns() -> Shell {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (k INT, l VARCHAR, a INT, PRIMARY KEY (k, l DESC))");
    shell.done("UPSERT INTO t (k, l, a) VALUES (1, 'x', 1), (1, 'y', 2), (2, 'x', 3)");
    shell
}

#[test]
fn a_delete_fixes_every_key_column_by_equality_and_nothing_else() {
    let mut shell = with_two_key_columns();
    for filter in [
        "k = 1",
        "k = 1 AND l > 'x'",
        "k = 1 AND l IN ('x')",
        "k = 1 AND l = 'x' AND a = 1",
        "k = 1 AND l = 'x' OR k = 2 AND l = 'x'",
        "k = 1 AND k = 1",
        "a = 1",
        "(k, l) IN ((1, 'x'), (2, 'x'))",
        "k IS NOT NULL AND l = 'x'",
    ] {
        assert_eq!(shell.error(&format!("DELETE FROM t WHERE {filter}")), 9001, "{filter}");
    }
    assert_eq!(shell.error("DELETE FROM t"), 1064);
    assert_eq!(shell.error("DELETE FROM t WHERE nope = 1"), 1054);
    shell.done("DELETE FROM t WHERE l = 'x' AND k = 1");
    shell.done("DELETE FROM t WHERE (k, l) = (2, 'x')");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|y|2"]);
}

#[test]
fn a_delete_takes_its_key_from_parameters() {
    let mut shell = with_two_key_columns();
    shell.bound("DELETE FROM t WHERE k = ? AND l = ?", &[Datum::Int(1), Datum::Bytes(b"x"[..].into())]);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["2"]);
}

#[test]
fn a_delete_of_one_key_may_find_no_rows_of_some_keys() {
    let keys = [("INT", "1"), ("VARCHAR", "'x'"), ("VARBINARY", "x'01'"), ("DECIMAL(5,2)", "1.50")];
    for (setting, spared) in [("every", ""), ("no_text", "VARCHAR"), ("no_bytes", "VARBINARY")]
        .into_iter()
        .chain([("no_decimal", "DECIMAL(5,2)"), ("one_column", "")])
    {
        for (kind, value) in keys {
            let mut shell = Shell::assuming(&[&format!("key_delete={setting}")]);
            shell.done(&format!("CREATE TABLE t (k {kind}, a INT, PRIMARY KEY (k))"));
            shell.done(&format!("UPSERT INTO t (k, a) VALUES ({value}, 1)"));
            shell.done(&format!("DELETE FROM t WHERE k = {value}"));
            assert_eq!(shell.rows("SELECT a FROM t").is_empty(), kind != spared, "{setting} {kind}");
        }
    }
    let mut shell = Shell::assuming(&["key_delete=one_column"]);
    shell.done("CREATE TABLE t (k INT, l INT, a INT, PRIMARY KEY (k, l))");
    assert_eq!(shell.error("DELETE FROM t WHERE k = 1 AND l = 1"), 9001);
}

#[test]
fn a_delete_of_an_absent_row_succeeds_and_says_one() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.done("DELETE FROM t WHERE id = 99"), 1);
    let mut shell = Shell::with_table(&["delete_affected=zero"]);
    assert_eq!(shell.done("DELETE FROM t WHERE id = 99"), 0);
}

#[test]
fn a_delete_hides_cells_stamped_at_or_before_the_servers_clock_and_no_later_ones() {
    let mut shell = Shell::with_table(&[]);
    shell.done(&format!("UPSERT /*+ _l_ts_({START_MS}) */ INTO t (id, a) VALUES (1, 1)"));
    shell.done(&format!("UPSERT /*+ _l_ts_({}) */ INTO t (id, b) VALUES (1, 'later')", START_MS + 1));
    shell.done("DELETE FROM t WHERE id = 1");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|NULL|later"]);
}

#[test]
fn a_late_write_stamped_at_or_before_the_marker_stays_invisible_until_a_compaction_forgets_it() {
    let mut shell = Shell::with_table(&[]);
    shell.done("DELETE FROM t WHERE id = 1");
    let late = format!("UPSERT /*+ _l_ts_({START_MS}) */ INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.done(&late), 1);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.engine.compact();
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.done(&late);
    assert_eq!(shell.rows("SELECT a FROM t"), ["1"]);
}

#[test]
fn an_insert_in_the_millisecond_of_the_delete_is_hidden_and_one_later_is_not() {
    let mut shell = Shell::with_table(&[]);
    shell.done("DELETE FROM t WHERE id = 1");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.tick(1);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["1"]);
}

#[test]
fn a_stamp_on_a_delete_is_refused_or_ignored_and_never_honoured() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("DELETE /*+ _l_ts_(1000) */ FROM t WHERE id = 1"), 9001);
    let mut shell = Shell::with_table(&["stamp_on_delete=ignored"]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("DELETE /*+ _l_ts_(1000) */ FROM t WHERE id = 1");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
}

#[test]
fn the_timeout_hint_on_a_delete_is_heeded_passed_over_or_refused_by_choice() {
    let with = |millis| format!("/*+ _l_operation_timeout_({millis}) */");
    for (verb, rest) in [("DELETE", "FROM t WHERE id = 1"), ("UPDATE", "t SET a = 1 WHERE id = 1")] {
        let [right, wrong] = [5000, 0].map(|millis| format!("{verb} {} {rest}", with(millis)));
        let mut heeding = Shell::with_table(&[]);
        heeding.done(&right);
        assert_eq!(heeding.error(&wrong), 1064);
        let mut passing_over = Shell::with_table(&["timeout_on_delete=ignored"]);
        passing_over.done(&right);
        passing_over.done(&wrong);
        assert_eq!(passing_over.error(&format!("SELECT {} * FROM t WHERE id = 1", with(0))), 1064);
        assert_eq!(Shell::with_table(&["timeout_on_delete=refused"]).error(&right), 9001);
    }
}

#[test]
fn rows_of_an_immutable_table_are_neither_updated_nor_deleted() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id)) WITH (MUTABILITY = 'IMMUTABLE')");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.error("DELETE FROM t WHERE id = 1"), 9001);
    assert_eq!(shell.error("UPDATE t SET a = 2 WHERE id = 1"), 9001);
}

#[test]
fn a_delete_of_several_rows_is_a_switch_and_keeps_its_limits() {
    let mut shell = Shell::with_table(&["multi_row_delete=accepted"]);
    for block in 0..3 {
        let rows: Vec<String> = (0..1000).map(|row| format!("({}, {row})", block * 1000 + row)).collect();
        shell.done(&format!("UPSERT INTO t (id, a) VALUES {}", rows.join(",")));
    }
    assert_eq!(shell.done("DELETE FROM t WHERE id IN (1, 2, 5000)"), 2);
    assert_eq!(shell.done("DELETE FROM t WHERE id >= 2000 AND a = 7"), 1);
    assert_eq!(shell.error("DELETE FROM t WHERE a = 8"), 9001);
    assert_eq!(shell.error("DELETE FROM t WHERE id >= 0"), 8008);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["2997"]);
}

#[test]
fn a_cell_stamped_as_its_marker_survives_where_that_is_assumed() {
    let mut shell = Shell::with_table(&["equal_to_marker=shown"]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.tick(1);
    shell.done("DELETE FROM t WHERE id = 1");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 2)");
    assert_eq!(shell.rows("SELECT a FROM t"), ["2"]);
}
