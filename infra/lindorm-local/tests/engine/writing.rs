//! Rules 28, 29, 34 to 36 and 39: UPSERT and INSERT.

use lindorm_local::answer::Datum;

use super::shell::Shell;

#[test]
fn insert_and_upsert_are_one_statement_and_never_fail_on_a_key_that_exists() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.done("INSERT INTO t (id, a, b) VALUES (1, 1, 'x'), (2, 2, 'y')"), 2);
    assert_eq!(shell.done("INSERT INTO t (id, a) VALUES (1, 10)"), 1);
    assert_eq!(shell.done("UPSERT INTO t (b, id) VALUES ('z', 2)"), 1);
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|10|x", "2|2|z"]);
}

#[test]
fn the_column_list_is_mandatory_and_holds_the_whole_key_and_more() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO t VALUES (1, 1, 'x')"), 1064);
    assert_eq!(shell.error("UPSERT INTO t (a) VALUES (1)"), 1064);
    assert_eq!(shell.error("UPSERT INTO t (id) VALUES (1)"), 1064);
    assert_eq!(shell.error("UPSERT INTO t (id, nope) VALUES (1, 1)"), 1054);
    assert_eq!(shell.error("UPSERT INTO t (id, a, a) VALUES (1, 1, 1)"), 1060);
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (1, 1), (2)"), 1136);
    assert_eq!(shell.error("UPSERT INTO nope (id, a) VALUES (1, 1)"), 1146);
}

#[test]
fn parameters_stand_for_values_and_are_counted() {
    let mut shell = Shell::with_table(&[]);
    let sql = "UPSERT INTO t (id, a, b) VALUES (?, ?, ?), (?, 5, NULL)";
    let params = [Datum::Int(1), Datum::Int(2), Datum::Text("it's \\".into()), Datum::UInt(7)];
    assert_eq!(shell.bound(sql, &params), 2);
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|2|it's \\", "7|5|NULL"]);
    assert_eq!(shell.error_bound(sql, &params[..3]), 1210);
}

#[test]
fn a_refused_row_leaves_nothing_of_its_statement_behind() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (1, 1), (2, 'x'), (3, 3)"), 1366);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
}

#[test]
fn null_in_a_key_column_is_refused_and_elsewhere_accepted_even_if_declared_not_null() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE x (id INT NOT NULL, a INT NOT NULL, b INT, PRIMARY KEY (id))");
    assert_eq!(shell.error("UPSERT INTO x (id, a) VALUES (NULL, 1)"), 1048);
    shell.done("UPSERT INTO x (id, a, b) VALUES (1, NULL, 1)");
    assert_eq!(shell.rows("SELECT a, b FROM x"), ["NULL|1"]);
}

#[test]
fn writing_null_removes_the_cell_and_hides_older_stamps_that_arrive_later() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, 'x')");
    shell.tick(1);
    shell.done("UPSERT INTO t (id, a) VALUES (1, NULL)");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|NULL|x"]);
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 7)");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|NULL|x"]);
}

#[test]
fn writing_null_may_remove_once_or_do_nothing() {
    let mut shell = Shell::with_table(&["null_write=removes_once"]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, 'x')");
    shell.done("UPSERT INTO t (id, a) VALUES (1, NULL)");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|NULL|x"]);
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 7)");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|7|x"]);

    let mut shell = Shell::with_table(&["null_write=ignored"]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, 'x')");
    shell.done("UPSERT INTO t (id, a) VALUES (1, NULL)");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|1|x"]);
}

#[test]
fn a_row_of_only_nulls_is_absent_or_exists_by_choice() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, NULL)");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);

    let mut shell = Shell::with_table(&["null_row=exists"]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, NULL)");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|NULL|NULL"]);
    shell.done("DELETE FROM t WHERE id = 1");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
}

#[test]
fn on_duplicate_key_needs_a_table_of_strong_consistency() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (1, 1) ON DUPLICATE KEY IGNORE"), 9001);
}

#[test]
fn on_duplicate_key_ignores_fails_or_sets_constants() {
    let mut shell = Shell::with_table(&[]);
    shell.done("ALTER TABLE t SET 'CONSISTENCY' = 'strong'");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1) ON DUPLICATE KEY ERROR");
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (1, 2) ON DUPLICATE KEY ERROR"), 1062);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 3) ON DUPLICATE KEY IGNORE");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|1|NULL"]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 4) ON DUPLICATE KEY UPDATE b = 'again'");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|1|again"]);
    assert_eq!(
        shell.error("UPSERT INTO t (id, a) VALUES (1, 4) ON DUPLICATE KEY UPDATE a = VALUES(a)"),
        9001
    );
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (1, 4) ON DUPLICATE KEY UPDATE id = 2"), 9001);
}

#[test]
fn statements_of_mysql_that_do_not_exist_here_are_refused() {
    let mut shell = Shell::with_table(&[]);
    for sql in [
        "REPLACE INTO t (id, a) VALUES (1, 1)",
        "INSERT IGNORE INTO t (id, a) VALUES (1, 1)",
        "LOAD DATA INFILE 'x' INTO TABLE t",
        "INSERT INTO t (id, a) SELECT 1, 1",
        "CALL p()",
        "LOCK TABLES t WRITE",
        "ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES t (id)",
    ] {
        assert_eq!(shell.error(sql), 9001, "{sql}");
    }
}

#[test]
fn expressions_are_no_values() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (1, 1 + 1)"), 1064);
    assert_eq!(shell.error("UPSERT INTO t (id, b) VALUES (1, CONCAT('a', 'b'))"), 9001);
}

#[test]
fn writers_of_many_threads_lose_nothing() {
    let shell = Shell::with_table(&[]);
    std::thread::scope(|scope| {
        for thread in 0..8_i64 {
            let (engine, mut session) = (&shell.engine, shell.session.clone());
            scope.spawn(move || {
                let prepared =
                    engine.prepare(&session, "UPSERT INTO t (id, a) VALUES (?, ?)").expect("a statement");
                for row in 0..500 {
                    let params = [Datum::Int(row), Datum::Int(thread)];
                    engine.execute(&mut session, &prepared, &params).expect("a write");
                }
            });
        }
    });
    let mut shell = shell;
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["500"]);
}
