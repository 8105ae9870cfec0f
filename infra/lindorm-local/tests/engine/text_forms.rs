//! Rules 15 to 17 and 33 and section 2.4 where a switch decides which texts are understood.

use super::shell::Shell;

#[test]
fn a_quote_is_written_twice_within_quotes_or_not_at_all() {
    const DOUBLED: &str = "UPSERT INTO t (id, b) VALUES (1, 'it''s')";
    let mut shell = Shell::with_table(&[]);
    shell.done(DOUBLED);
    assert_eq!(shell.rows("SELECT b FROM t"), ["it's"]);
    let mut shell = Shell::with_table(&["quote_doubling=refused"]);
    assert_eq!(shell.error(DOUBLED), 1064);
    shell.done(r"UPSERT INTO t (id, b) VALUES (1, 'it\'s')");
    assert_eq!(shell.rows("SELECT b FROM t"), ["it's"]);
    shell.done("CREATE TABLE `a``b` (id INT, a INT, PRIMARY KEY (id))");
}

#[test]
fn double_quotes_are_an_error_or_stand_around_a_name() {
    const QUOTED: &str = "UPSERT INTO \"t\" (\"id\", \"a\") VALUES (1, 1)";
    assert_eq!(Shell::with_table(&[]).error(QUOTED), 1064);
    let mut shell = Shell::with_table(&["double_quotes=names"]);
    shell.done(QUOTED);
    assert_eq!(shell.rows("SELECT \"a\" FROM t"), ["1"]);
    assert_eq!(shell.error("UPSERT INTO t (id, b) VALUES (1, \"x\")"), 1064);
}

#[test]
fn binary_literals_are_known_or_too_new() {
    let table = "CREATE TABLE v (id INT, b VARBINARY, PRIMARY KEY (id))";
    let literal = "UPSERT INTO v (id, b) VALUES (1, x'ef00')";
    let mut shell = Shell::new();
    shell.done(table);
    shell.done(literal);
    let mut shell = Shell::assuming(&["hex_literal=refused"]);
    shell.done(table);
    assert_eq!(shell.error(literal), 1064);
    shell.done("UPSERT INTO v (id, b) VALUES (1, NULL)");
}

#[test]
fn rows_of_columns_are_compared_or_refused() {
    const ROWS: &str = "SELECT id FROM t WHERE (id, a) > (1, 1)";
    assert!(Shell::with_table(&[]).rows(ROWS).is_empty());
    let mut shell = Shell::with_table(&["row_comparison=refused"]);
    assert_eq!(shell.error(ROWS), 9001);
    shell.rows("SELECT id FROM t WHERE (id = 1 AND a > 1) OR id > 1");
}

#[test]
fn further_digits_of_a_second_are_cut_off_rounded_or_refused() {
    let read = |setting: &str| {
        let mut shell = Shell::assuming(&[setting]);
        shell.done("CREATE TABLE t (id INT, at TIMESTAMP, PRIMARY KEY (id))");
        shell.done("UPSERT INTO t (id, at) VALUES (1, '2024-08-30 08:11:15.354')");
        let long = "UPSERT INTO t (id, at) VALUES (1, '2024-08-30 08:11:15.3549')";
        if setting.ends_with("refused") {
            assert_eq!(shell.error(long), 1292);
        } else {
            shell.done(long);
        }
        shell.rows("SELECT at FROM t").remove(0)
    };
    assert_eq!(read("excess_fraction=truncated"), "2024-08-30 08:11:15.354000");
    assert_eq!(read("excess_fraction=rounded"), "2024-08-30 08:11:15.355000");
    assert_eq!(read("excess_fraction=refused"), "2024-08-30 08:11:15.354000");
}
