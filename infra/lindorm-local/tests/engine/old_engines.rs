//! Rules 11, 19, 24, 26, 31, 48 and 50 where a switch takes something away that old engines did not have, or gives errors the
//! numbers of another layer.

use super::shell::Shell;

#[test]
fn the_time_zone_may_be_fixed_and_the_sql_mode_unknown() {
    let mut shell = Shell::assuming(&["time_zone_setting=refused"]);
    assert_eq!(shell.error("SET TIME_ZONE = 'UTC'"), 1193);
    assert_eq!(shell.error("SELECT @@time_zone"), 1193);
    shell.done("SET SQL_MODE = 'NO_BACKSLASH_ESCAPES'");
    shell.done("CREATE TABLE t (id INT, at TIMESTAMP, PRIMARY KEY (id))");
    shell.done("UPSERT INTO t (id, at) VALUES (1, 0)");
    assert_eq!(shell.rows("SELECT at FROM t"), ["1970-01-01 08:00:00.000000"]);
    let mut shell = Shell::assuming(&["sql_mode_setting=refused"]);
    assert_eq!(shell.error("SET SQL_MODE = 'NO_BACKSLASH_ESCAPES'"), 1193);
    assert_eq!(shell.error("SELECT @@sql_mode"), 1193);
    shell.done("SET TIME_ZONE = 'UTC'");
}

#[test]
fn types_of_later_versions_may_not_be_there_yet() {
    let table = |kind: &str| format!("CREATE TABLE t (id INT, v {kind}, PRIMARY KEY (id))");
    let mut shell = Shell::assuming(&["bigint_unsigned=refused"]);
    assert_eq!(shell.error(&table("BIGINT UNSIGNED")), 9001);
    shell.done(&table("BIGINT"));
    let mut shell = Shell::assuming(&["date_and_time_types=refused"]);
    assert_eq!(shell.error(&table("DATE")), 9001);
    assert_eq!(shell.error(&table("TIME")), 9001);
    shell.done(&table("TIMESTAMP"));
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN d DATE"), 9001);
}

#[test]
fn a_column_cannot_be_dropped_where_that_is_by_invitation() {
    let mut shell = Shell::with_table(&["drop_column=refused"]);
    assert_eq!(shell.error("ALTER TABLE t DROP COLUMN a"), 9001);
    assert_eq!(shell.rows("DESCRIBE t").len(), 3);
}

#[test]
fn the_variables_of_a_table_may_not_be_shown() {
    let mut shell = Shell::with_table(&["show_table_variables=absent"]);
    assert_eq!(shell.error("SHOW TABLE VARIABLES FROM t"), 9001);
}

#[test]
fn what_the_storage_refuses_has_either_number() {
    for (setting, number) in [("9001", 9001), ("1030", 1030)] {
        let mut shell = Shell::with_table(&[&format!("storage_refusal_code={setting}"), "full_scan=refused"]);
        shell.done("CREATE INDEX by_a ON t (a)");
        assert_eq!(shell.error("UPSERT /*+ _l_ts_(1) */ INTO t (id, a) VALUES (1, 1)"), number);
        assert_eq!(shell.error("SELECT id FROM t WHERE b = 'x'"), number);
        assert_eq!(shell.error("SELECT id FROM t"), number);
    }
}

#[test]
fn a_value_that_does_not_fit_has_a_number_of_its_fault_or_one_for_all() {
    for (setting, numbers) in [("mysql", [1264, 1048, 1366, 1292, 1406]), ("1105", [1105; 5])] {
        let mut shell = Shell::assuming(&[&format!("value_error_code={setting}")]);
        shell.done("CREATE TABLE t (id INT, at TIMESTAMP, c CHAR(1), PRIMARY KEY (id))");
        let refused =
            ["(3000000000, 0, '')", "(NULL, 0, '')", "('x', 0, '')", "(1, 'x', '')", "(1, 0, 'xx')"];
        for (row, number) in refused.iter().zip(numbers) {
            let sql = format!("UPSERT INTO t (id, at, c) VALUES {row}");
            assert_eq!(shell.error(&sql), number, "{setting} {row}");
        }
        assert_eq!(shell.error("SELECT gone FROM t"), 1054, "what is no value keeps its number");
    }
}
