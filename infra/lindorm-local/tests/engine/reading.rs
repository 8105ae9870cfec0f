//! Rules 50 to 52: SELECT.

use lindorm_local::answer::Datum;

use super::shell::Shell;

fn composite() -> Shell {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (k INT, l VARCHAR, a INT, b VARCHAR, PRIMARY KEY (k, l))");
    for k in [3, -1, 2, 1] {
        for l in ["b", "a", "c"] {
            shell.done(&format!("UPSERT INTO t (k, l, a, b) VALUES ({k}, '{l}', {}, '{l}{k}')", k * 10));
        }
    }
    shell
}

fn keys(shell: &mut Shell, filter: &str) -> String {
    shell.rows(&format!("SELECT k, l FROM t WHERE {filter}")).join(" ").replace('|', "")
}

#[test]
fn rows_come_in_the_order_of_their_keys_with_signs_minded() {
    let mut shell = composite();
    assert_eq!(
        shell.rows("SELECT k, l FROM t").join(" ").replace('|', ""),
        "-1a -1b -1c 1a 1b 1c 2a 2b 2c 3a 3b 3c"
    );
}

#[test]
fn a_descending_key_column_turns_the_order() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE x (k VARCHAR, l INT, a INT, PRIMARY KEY (k DESC, l))");
    shell.done("UPSERT INTO x (k, l, a) VALUES ('a', 1, 0), ('ab', 1, 0), ('b', 2, 0), ('b', 1, 0)");
    assert_eq!(shell.rows("SELECT k, l FROM x"), ["b|1", "b|2", "ab|1", "a|1"]);
    assert_eq!(shell.rows("SELECT k, l FROM x WHERE k > 'a' AND k < 'b'"), ["ab|1"]);
    assert_eq!(shell.rows("SELECT k FROM x WHERE k <= 'ab'"), ["ab", "a"]);
    assert_eq!(shell.rows("SELECT l FROM x WHERE k = 'b' AND l >= 2"), ["2"]);
}

#[test]
fn conditions_on_the_key_select_exactly_their_rows() {
    let mut shell = composite();
    for (filter, expected) in [
        ("k = 2", "2a 2b 2c"),
        ("k = 2 AND l = 'b'", "2b"),
        ("k = 2 AND l > 'a'", "2b 2c"),
        ("k = 2 AND l >= 'b' AND l < 'c'", "2b"),
        ("k > 2", "3a 3b 3c"),
        ("k < 1", "-1a -1b -1c"),
        ("k >= 1 AND k <= 2", "1a 1b 1c 2a 2b 2c"),
        ("k BETWEEN 1 AND 2 AND l = 'c'", "1c 2c"),
        ("k IN (3, -1, 99) AND l = 'a'", "-1a 3a"),
        ("k IN (1, 2) AND l IN ('a', 'c')", "1a 1c 2a 2c"),
        ("k > 2 OR (k = 2 AND l > 'b')", "2c 3a 3b 3c"),
        ("(k, l) > (2, 'b')", "2c 3a 3b 3c"),
        ("(k, l) >= (2, 'b')", "2b 2c 3a 3b 3c"),
        ("(k, l) <= (1, 'a')", "-1a -1b -1c 1a"),
        ("(k, l) IN ((1, 'a'), (3, 'c'), (9, 'z'))", "1a 3c"),
        ("k = 1 OR k = 1", "1a 1b 1c"),
        ("k = 1 AND k = 2", ""),
        ("k > 1 AND k != 2", "3a 3b 3c"),
        ("k > 0 AND l NOT IN ('a', 'b')", "1c 2c 3c"),
        ("k = NULL", ""),
        ("k > 0 AND b LIKE 'a_'", "1a 2a 3a"),
        ("k IS NULL", ""),
    ] {
        assert_eq!(keys(&mut shell, filter), expected, "{filter}");
    }
}

#[test]
fn a_condition_outside_the_first_key_column_is_refused_without_the_hint() {
    let mut shell = composite();
    for filter in ["a = 10", "l = 'a'", "a IS NULL", "k = 1 OR a = 20", "k != 1", "b LIKE 'a%'"] {
        assert_eq!(shell.error(&format!("SELECT k FROM t WHERE {filter}")), 9001, "{filter}");
    }
    assert_eq!(shell.error("SELECT COUNT(*) FROM t WHERE a = 10"), 9001);
    assert_eq!(shell.rows("SELECT /*+ _l_allow_filtering_ */ l FROM t WHERE a = 10"), ["a", "b", "c"]);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t WHERE a > 10 ALLOW FILTERING"), ["6"]);
    assert_eq!(shell.rows("SELECT l FROM t WHERE a = 10 AND k = 1"), ["a", "b", "c"]);
}

#[test]
fn an_index_on_the_column_makes_its_condition_efficient() {
    let mut shell = composite();
    shell.done("CREATE INDEX by_a ON t (a)");
    assert_eq!(shell.rows("SELECT l FROM t WHERE a = 10"), ["a", "b", "c"]);
    assert_eq!(shell.error("SELECT l FROM t WHERE b = 'a1'"), 9001);
}

#[test]
fn conditions_on_cells_compare_by_type_and_never_meet_null() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE x (id INT, n BIGINT, d DECIMAL(10,2), s VARCHAR, PRIMARY KEY (id))");
    shell.done(
        "UPSERT INTO x (id, n, d, s) VALUES (1, -5, -1.5, 'B'), (2, 300, 20, 'a'), (3, NULL, NULL, NULL)",
    );
    shell.done("UPSERT INTO x (id, s) VALUES (3, 'é')");
    let mut ids = |filter: &str| {
        shell.rows(&format!("SELECT /*+ _l_allow_filtering_ */ id FROM x WHERE {filter}")).join(",")
    };
    assert_eq!(ids("n < 2"), "1");
    assert_eq!(ids("n != 300"), "1");
    assert_eq!(ids("d > -2 AND d <= 20.00"), "1,2");
    assert_eq!(ids("s > 'B'"), "2,3");
    assert_eq!(ids("n IS NULL"), "3");
    assert_eq!(ids("n IS NOT NULL"), "1,2");
    assert_eq!(ids("n IN (300, NULL)"), "2");
    assert_eq!(ids("n NOT IN (300)"), "1");
}

#[test]
fn key_order_is_free_forward_and_backward() {
    let mut shell = composite();
    assert_eq!(
        shell.rows("SELECT k, l FROM t ORDER BY k DESC, l DESC LIMIT 4"),
        ["3|c", "3|b", "3|a", "2|c"]
    );
    assert_eq!(shell.rows("SELECT l FROM t WHERE k = 2 ORDER BY l DESC LIMIT 1"), ["c"]);
    assert_eq!(shell.rows("SELECT k FROM t ORDER BY k LIMIT 1 OFFSET 3"), ["1"]);
    assert_eq!(shell.rows("SELECT k FROM t WHERE k < 3 ORDER BY k DESC LIMIT 2, 2"), ["2", "1"]);
}

#[test]
fn another_order_is_refused_or_sorted_in_memory_by_choice() {
    let mut shell = composite();
    for order in ["a", "l", "k, l DESC", "l, k", "k DESC, l"] {
        assert_eq!(shell.error(&format!("SELECT k FROM t ORDER BY {order} LIMIT 5")), 9001, "{order}");
    }
    let mut shell = Shell::with_table(&["memory_sort=accepted"]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 5, 'x'), (2, -7, 'y'), (3, 5, 'a')");
    shell.done("UPSERT INTO t (id, b) VALUES (4, 'n')");
    assert_eq!(shell.rows("SELECT id FROM t ORDER BY a DESC, b LIMIT 3"), ["3", "1", "2"]);
    assert_eq!(shell.rows("SELECT id, b FROM t ORDER BY a LIMIT 2 OFFSET 1"), ["2|y", "1|x"]);
}

#[test]
fn limit_and_offset_and_conditions_take_parameters() {
    let mut shell = composite();
    let rows = shell.rows_bound(
        "SELECT k, l FROM t WHERE k > ? OR (k = ? AND l > ?) LIMIT ? OFFSET ?",
        &[Datum::Int(1), Datum::Int(1), Datum::Text("a".into()), Datum::Int(2), Datum::Int(1)],
    );
    assert_eq!(rows, ["1|c", "2|a"]);
    assert_eq!(shell.error_bound("SELECT k FROM t LIMIT ?", &[Datum::Int(-1)]), 1064);
    assert_eq!(shell.error("SELECT k FROM t LIMIT 'x'"), 1064);
}

#[test]
fn pages_by_key_walk_a_large_table_without_gap_or_repetition() {
    let mut shell = Shell::with_table(&[]);
    for block in 0..10 {
        let rows: Vec<String> =
            (0..1000).map(|row| format!("({}, 1)", (block * 1000 + row) * 7 % 20_011)).collect();
        shell.done(&format!("UPSERT INTO t (id, a) VALUES {}", rows.join(",")));
    }
    let whole = shell.rows("SELECT id FROM t");
    assert_eq!(whole.len(), 10_000);
    assert!(
        whole
            .windows(2)
            .all(|pair| pair[0].parse::<i64>().expect("id") < pair[1].parse::<i64>().expect("id"))
    );
    let mut paged = shell.rows("SELECT id FROM t LIMIT 997");
    loop {
        let last = paged.last().expect("a page").parse::<i64>().expect("id");
        let page = shell.rows_bound("SELECT id FROM t WHERE id > ? LIMIT 997", &[Datum::Int(last)]);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, whole);
    let mut backward = shell.rows("SELECT id FROM t ORDER BY id DESC LIMIT 10000");
    backward.reverse();
    assert_eq!(backward, whole);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["10000"]);
}

#[test]
fn what_the_dialect_lacks_is_refused() {
    let mut shell = composite();
    for sql in [
        "SELECT k FROM t JOIN t",
        "SELECT k FROM t, t",
        "SELECT k FROM t UNION SELECT k FROM t",
        "SELECT k FROM t WHERE k = 1 FOR UPDATE",
        "SELECT k FROM t WHERE k IN (SELECT 1)",
    ] {
        assert_eq!(shell.error(sql), 9001, "{sql}");
    }
    assert_eq!(shell.error("SELECT nope FROM t"), 1054);
    assert_eq!(shell.error("SELECT k FROM nope"), 1146);
    assert_eq!(shell.error("SELECT k FROM t WHERE nope = 1"), 1054);
}

#[test]
fn a_column_may_have_an_alias_and_a_constant_beside_it() {
    let mut shell = composite();
    let sql = "SELECT t.k AS the_key, 'x' AS mark FROM t WHERE k = 1 AND l = 'a'";
    let names: Vec<_> = shell.columns(sql).into_iter().map(|column| column.name).collect();
    assert_eq!(names, ["the_key", "mark"]);
    assert_eq!(shell.rows(sql), ["1|x"]);
}

#[test]
fn a_scan_outlives_a_change_of_its_table() {
    let mut shell = Shell::with_table(&[]);
    let rows: Vec<String> = (0..2000).map(|row| format!("({row}, {row})")).collect();
    shell.done(&format!("UPSERT INTO t (id, a) VALUES {}", rows.join(",")));
    let sql = "SELECT id, a FROM t";
    let prepared = shell.engine.prepare(&shell.session, sql).expect(sql);
    let answer = shell.engine.execute(&mut shell.session, &prepared, &[]).expect(sql);
    let lindorm_local::answer::Answer::Rows { mut rows, .. } = answer else { panic!("rows") };
    assert!(rows.next_batch(&mut |_| {}).expect("a batch"));
    shell.done("ALTER TABLE t DROP COLUMN a");
    shell.done("DROP TABLE t");
    let mut seen = 0;
    while rows.next_batch(&mut |row| seen += row.len() / 2).expect("a batch") {}
    assert!(seen > 1000);
}
