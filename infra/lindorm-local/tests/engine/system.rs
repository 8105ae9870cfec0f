//! Rules 11 and 37: settings of the whole server, and what they switch on.

use super::shell::Shell;

const RANGE_ON: &str = "ALTER SYSTEM SET lindorm.allow.range.delete = TRUE";

#[test]
fn only_settings_that_were_changed_are_shown() {
    let mut shell = Shell::new();
    assert!(shell.rows("SHOW SYSTEM VARIABLES").is_empty());
    shell.done(RANGE_ON);
    shell.done("ALTER SYSTEM SET max_conn = 7");
    shell.done("ALTER SYSTEM SET `ERROR_LANG` = 'zh_CN'");
    assert_eq!(
        shell.rows("SHOW SYSTEM VARIABLES"),
        ["ERROR_LANG|zh_CN", "MAX_CONN|7", "lindorm.allow.range.delete|TRUE"]
    );
    assert_eq!(shell.rows("SHOW SYSTEM VARIABLES LIKE 'max%'"), ["MAX_CONN|7"]);
    let names: Vec<String> =
        shell.columns("SHOW SYSTEM VARIABLES").into_iter().map(|column| column.name).collect();
    assert_eq!(names, ["Variable_name", "Value"]);
    assert_eq!(shell.engine.connections_max(), Some(7));
}

#[test]
fn a_setting_has_a_known_name_and_a_fitting_value() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("ALTER SYSTEM SET gravity = 1"), 1193);
    assert_eq!(shell.error("ALTER SYSTEM SET MAX_CONN = 0"), 1231);
    assert_eq!(shell.error("ALTER SYSTEM SET ERROR_LANG = 'fr'"), 1231);
    assert_eq!(shell.error("ALTER SYSTEM SET lindorm.allow.range.delete = 'perhaps'"), 1231);
    assert_eq!(shell.error("ALTER SYSTEM SET MAX_CONN"), 1064);
    assert!(shell.rows("SHOW SYSTEM VARIABLES").is_empty());
}

#[test]
fn a_session_begins_with_the_servers_settings_and_beats_them_with_its_own() {
    let mut shell = Shell::new();
    shell.done("ALTER SYSTEM SET TIME_ZONE = 'UTC'");
    shell.done("ALTER SYSTEM SET SQL_MODE = 'NO_BACKSLASH_ESCAPES'");
    assert_eq!(shell.rows("SELECT @@time_zone"), ["+08:00"], "the session was there before");
    shell.session = shell.engine.session(None).expect("the database default");
    assert_eq!(shell.rows("SELECT @@time_zone, @@sql_mode"), ["UTC|NO_BACKSLASH_ESCAPES"]);
    shell.done("SET TIME_ZONE = '+01:00'");
    assert_eq!(shell.rows("SELECT @@time_zone"), ["+01:00"]);
}

#[test]
fn several_rows_are_deleted_and_updated_at_once_after_the_setting_allows_it() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1), (2, 2), (3, 3), (4, 4)");
    assert_eq!(shell.error("DELETE FROM t WHERE id < 3"), 9001);
    assert_eq!(shell.error("UPDATE t SET a = 9 WHERE id > 2"), 9001);
    shell.done(RANGE_ON);
    assert_eq!(shell.done("DELETE FROM t WHERE id < 3"), 2);
    assert_eq!(shell.done("UPDATE t SET a = 9 WHERE id IN (3, 4, 5)"), 2);
    assert_eq!(shell.rows("SELECT id, a FROM t"), ["3|9", "4|9"]);
    assert_eq!(shell.error("DELETE FROM t WHERE a = 9"), 9001, "a full scan is one still");
    assert_eq!(shell.done("DELETE /*+ _l_allow_filtering_ */ FROM t WHERE a = 9"), 2);
    shell.done("ALTER SYSTEM SET lindorm.allow.range.delete = FALSE");
    assert_eq!(shell.error("DELETE FROM t WHERE id < 3"), 9001);
}

#[test]
fn a_delete_of_several_rows_leaves_no_marker_where_no_row_is() {
    let mut shell = Shell::with_table(&[]);
    shell.done(RANGE_ON);
    assert_eq!(shell.done("DELETE FROM t WHERE id IN (1, 2)"), 0);
    shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 1)");
    assert_eq!(shell.rows("SELECT id FROM t"), ["1"]);
}

#[test]
fn a_delete_of_one_key_leaves_a_marker_or_reads_first_where_several_are_allowed() {
    for (setting, hidden) in [("one_key_delete=marks", true), ("one_key_delete=reads_first", false)] {
        let mut shell = Shell::with_table(&[setting]);
        shell.done("DELETE FROM t WHERE id = 2");
        shell.done(RANGE_ON);
        shell.done("DELETE FROM t WHERE id = 1");
        shell.done("UPSERT /*+ _l_ts_(1000) */ INTO t (id, a) VALUES (1, 1), (2, 2)");
        assert_eq!(shell.rows("SELECT id FROM t WHERE id = 1").is_empty(), hidden, "{setting}");
        assert!(shell.rows("SELECT id FROM t WHERE id = 2").is_empty(), "off: always a marker");
    }
}

#[test]
fn a_delete_of_several_rows_stops_at_two_thousand() {
    let mut shell = Shell::with_table(&["multi_row_delete=accepted"]);
    let rows = |from: usize, to: usize| {
        let rows: Vec<String> = (from..to).map(|id| format!("({id}, 1)")).collect();
        format!("UPSERT INTO t (id, a) VALUES {}", rows.join(", "))
    };
    shell.done(&rows(0, 2000));
    shell.done(&rows(2000, 2001));
    assert_eq!(shell.error("DELETE FROM t WHERE id >= 0"), 8008);
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["2001"]);
    assert_eq!(shell.done("DELETE FROM t WHERE id > 0"), 2000);
}

#[test]
fn the_most_secondary_indexes_are_a_setting_and_there_is_one_search_index() {
    let mut shell = Shell::with_table(&[]);
    for name in ["p", "q", "r", "s", "u"] {
        shell.done(&format!("CREATE INDEX {name} ON t (a)"));
    }
    assert_eq!(shell.error("CREATE INDEX v ON t (a)"), 8008);
    shell.done("ALTER SYSTEM SET lindorm.max.index.number = 6");
    shell.done("CREATE INDEX v ON t (a)");
    shell.done("CREATE INDEX w USING SEARCH ON t (b)");
    assert_eq!(shell.error("CREATE INDEX x USING SEARCH ON t (b)"), 8008);
}

#[test]
fn a_sort_is_held_to_the_memory_of_a_query() {
    let mut shell = Shell::with_table(&["memory_sort=accepted"]);
    shell.done(&format!("UPSERT INTO t (id, b) VALUES (1, '{}')", "x".repeat(10_000)));
    shell.rows("SELECT id FROM t ORDER BY b LIMIT 1");
    shell.done("ALTER SYSTEM SET QUERY_MAX_MEM = 9000");
    assert_eq!(shell.error("SELECT id FROM t ORDER BY b LIMIT 1"), 8008);
}

#[test]
fn a_table_is_made_like_another_without_its_rows() {
    let mut shell = Shell::with_table(&[]);
    shell.done("ALTER TABLE t SET 'TTL' = '100'");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("CREATE TABLE u LIKE t");
    let described = shell.rows("DESCRIBE t").iter().map(|row| row.replace("|t|", "|u|")).collect::<Vec<_>>();
    assert_eq!(shell.rows("DESCRIBE u"), described);
    assert_eq!(shell.rows("SHOW TABLE VARIABLES FROM u LIKE 'TTL'"), ["TTL|100"]);
    assert!(shell.rows("SELECT id FROM u").is_empty());
    assert_eq!(shell.error("CREATE TABLE u LIKE t"), 1050);
    shell.done("CREATE TABLE IF NOT EXISTS u LIKE t");
    assert_eq!(shell.error("CREATE TABLE v LIKE gone"), 1146);
}
