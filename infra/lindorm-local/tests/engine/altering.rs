//! Rules 23 to 25: ALTER TABLE, indexes.

use super::shell::Shell;

#[test]
fn columns_are_added_one_or_several_at_a_time() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("ALTER TABLE t ADD COLUMN c INT, ADD d VARCHAR");
    shell.done("UPSERT INTO t (id, c, d) VALUES (1, 3, 'd')");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|1|NULL|3|d"]);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN e INT, f INT"), 1064);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN c INT"), 1060);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN g INT, ADD COLUMN g INT"), 1060);
    assert_eq!(shell.rows("DESCRIBE t").len(), 5);
}

#[test]
fn an_added_column_has_a_name_and_a_type_only() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN c INT NOT NULL"), 1064);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN c INT DEFAULT 1"), 1064);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN c INT AFTER a"), 1064);
}

#[test]
fn columns_and_tables_are_not_renamed_or_retyped() {
    let mut shell = Shell::with_table(&[]);
    for change in [
        "RENAME COLUMN a TO b",
        "MODIFY COLUMN a BIGINT",
        "CHANGE a b INT",
        "RENAME TO u",
        "ALTER COLUMN a INT",
    ] {
        assert_eq!(shell.error(&format!("ALTER TABLE t {change}")), 9001, "{change}");
    }
    assert_eq!(shell.error("RENAME TABLE t TO u"), 9001);
}

#[test]
fn a_dropped_columns_name_comes_back_after_a_compaction_and_empty() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a, b) VALUES (1, 1, 'b')");
    shell.done("ALTER TABLE t DROP COLUMN a");
    assert_eq!(shell.rows("SELECT * FROM t"), ["1|b"]);
    assert_eq!(shell.error("SELECT a FROM t"), 1054);
    assert_eq!(shell.error("ALTER TABLE t ADD COLUMN a INT"), 9001);
    shell.done("ALTER TABLE t COMPACT");
    shell.done("ALTER TABLE t ADD COLUMN a INT");
    assert_eq!(shell.rows("SELECT id, a, b FROM t"), ["1|NULL|b"]);
}

#[test]
fn a_key_column_cannot_be_dropped_and_an_unknown_one_only_if_said_so() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("ALTER TABLE t DROP COLUMN id"), 9001);
    assert_eq!(shell.error("ALTER TABLE t DROP COLUMN nope"), 1091);
    shell.done("ALTER TABLE t DROP COLUMN IF EXISTS nope");
}

#[test]
fn mutability_cannot_change_once_an_index_exists() {
    let mut shell = Shell::with_table(&[]);
    shell.done("CREATE INDEX by_a ON t (a)");
    assert_eq!(shell.error("ALTER TABLE t SET 'MUTABILITY' = 'MUTABLE_ALL'"), 9001);
    shell.done("DROP INDEX by_a ON t");
    shell.done("ALTER TABLE t SET 'MUTABILITY' = 'MUTABLE_ALL'");
}

#[test]
fn consistency_goes_from_eventual_to_strong_only() {
    let mut shell = Shell::with_table(&[]);
    shell.done("ALTER TABLE t SET 'CONSISTENCY' = 'strong'");
    assert_eq!(shell.error("ALTER TABLE t SET 'CONSISTENCY' = 'eventual'"), 9001);
}

#[test]
fn an_index_is_made_with_its_table_or_later_and_shown() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE x (id INT, a INT, b INT, PRIMARY KEY (id), KEY by_a USING KV (a) INCLUDE (b), INDEX (b))");
    shell.done("CREATE INDEX find_b USING SEARCH ON x (b)");
    assert_eq!(
        shell.rows("SHOW INDEX FROM x"),
        [
            "default|x|by_a|ACTIVE|SECONDARY|a",
            "default|x|idx_2|ACTIVE|SECONDARY|b",
            "default|x|find_b|ACTIVE|SEARCH|b"
        ]
    );
    assert_eq!(shell.error("CREATE INDEX by_a ON x (b)"), 1061);
    assert_eq!(shell.error("CREATE INDEX other ON x (nope)"), 1054);
}
