//! Rules 23, 26, 47, 49 and 50 and sections 2.4 and 5.1 where a switch decides what is shown, and which reads and changes are refused.

use lindorm_local::answer::ColumnKind;

use super::shell::Shell;

fn kind_and_value(setting: &str, kind: &str, literal: &str) -> (ColumnKind, String) {
    let mut shell = Shell::assuming(&[setting]);
    shell.done(&format!("CREATE TABLE t (id INT, v {kind}, PRIMARY KEY (id))"));
    shell.done(&format!("UPSERT INTO t (id, v) VALUES (1, {literal})"));
    let column = shell.columns("SELECT v FROM t").remove(0);
    (column.kind, shell.rows("SELECT v FROM t").remove(0))
}

const TEXT: ColumnKind = ColumnKind::Varchar { length: None };

#[test]
fn a_decimal_is_read_back_with_its_columns_scale_or_with_what_it_needs() {
    let kind = ColumnKind::Decimal { precision: 9, scale: 3 };
    let shown = |setting: &str, value: &str| kind_and_value(setting, "DECIMAL(9,3)", value);
    assert_eq!(shown("decimal_result=declared_scale", "1.5"), (kind, "1.500".to_owned()));
    assert_eq!(shown("decimal_result=stripped", "1.5"), (kind, "1.5".to_owned()));
    assert_eq!(shown("decimal_result=stripped", "100"), (kind, "100".to_owned()));
    assert_eq!(kind_and_value("decimal_result=stripped", "DECIMAL(9,0)", "100").1, "100");
}

#[test]
fn a_boolean_is_read_back_as_a_number_a_text_or_a_byte() {
    let shown = |setting: &str| kind_and_value(setting, "BOOLEAN", "true");
    assert_eq!(shown("boolean_result=tinyint"), (ColumnKind::Boolean, "true".to_owned()));
    assert_eq!(shown("boolean_result=text"), (TEXT, "true".to_owned()));
    assert_eq!(shown("boolean_result=bit"), (ColumnKind::Binary { length: 1 }, "01".to_owned()));
}

#[test]
fn dates_and_times_are_read_back_typed_or_as_text() {
    let at = "'2024-08-30 08:11:15.354'";
    let (kind, _) = kind_and_value("temporal_result=typed", "TIMESTAMP", at);
    assert_eq!(kind, ColumnKind::Timestamp);
    let shown = |kind: &str, value: &str| kind_and_value("temporal_result=text", kind, value);
    assert_eq!(shown("TIMESTAMP", at), (TEXT, "2024-08-30 08:11:15.354".to_owned()));
    assert_eq!(shown("DATE", "'2024-08-30'"), (TEXT, "2024-08-30".to_owned()));
    assert_eq!(shown("TIME", "'08:11:15'"), (TEXT, "08:11:15".to_owned()));
}

#[test]
fn a_key_is_read_back_in_the_same_forms() {
    let mut shell = Shell::assuming(&["temporal_result=text", "boolean_result=text", "memory_sort=accepted"]);
    shell.done("CREATE TABLE t (d DATE, ok BOOLEAN, a INT, PRIMARY KEY (d, ok DESC))");
    shell.done("UPSERT INTO t (d, ok, a) VALUES ('2024-08-30', true, 1)");
    assert_eq!(shell.rows("SELECT d, ok FROM t"), ["2024-08-30|true"]);
    assert_eq!(shell.rows("SELECT d, ok FROM t ORDER BY a LIMIT 9"), ["2024-08-30|true"]);
    assert_eq!(shell.columns("SELECT * FROM t")[0].kind, TEXT);
}

#[test]
fn json_is_read_back_as_written_or_normalized() {
    let written = "'{ \"b\": 1.50, \"a\": [1, 12345678901234567890123] }'";
    let shown = |setting: &str| kind_and_value(setting, "JSON", written).1;
    assert_eq!(shown("json_result=kept"), "{ \"b\": 1.50, \"a\": [1, 12345678901234567890123] }");
    assert_eq!(shown("json_result=normalized"), "{\"a\":[1,12345678901234567890123],\"b\":1.50}");
}

#[test]
fn a_read_of_everything_needs_the_hint_by_choice() {
    for read in ["SELECT id FROM t", "SELECT COUNT(*) FROM t", "SELECT * FROM t LIMIT 1"] {
        Shell::with_table(&[]).rows(read);
        let mut shell = Shell::with_table(&["full_scan=refused"]);
        assert_eq!(shell.error(read), 9001, "{read}");
        shell.rows(&read.replace("SELECT", "SELECT /*+ _l_allow_filtering_ */"));
        shell.rows("SELECT id FROM t WHERE id > 0");
    }
}

#[test]
fn statements_that_show_the_schema_may_be_absent() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.rows("SHOW CREATE TABLE t").len(), 1);
    assert!(shell.rows("SHOW INDEX FROM t").is_empty());
    let mut shell = Shell::with_table(&["show_index=absent", "show_create_table=absent"]);
    assert_eq!(shell.error("SHOW CREATE TABLE t"), 9001);
    assert_eq!(shell.error("SHOW INDEX FROM t"), 9001);
    assert_eq!(shell.rows("DESCRIBE t").len(), 3);
}

#[test]
fn the_engine_tells_a_version_of_either_age() {
    for version in ["2.9.6.0", "2.6.3.4"] {
        let mut shell = Shell::assuming(&[&format!("engine_version={version}")]);
        assert!(shell.rows("SELECT @@VERSION")[0].starts_with(&format!("{version}|")));
        assert_eq!(shell.rows("SELECT VERSION() AS v, 1"), [format!("{version}|1")]);
    }
}

#[test]
fn a_column_that_is_there_has_either_number() {
    for (setting, number) in [("1060", 1060), ("9001", 9001)] {
        let mut shell = Shell::with_table(&[&format!("duplicate_column_code={setting}")]);
        assert_eq!(shell.error("ALTER TABLE t ADD COLUMN a INT"), number);
    }
}

#[test]
fn several_columns_are_added_at_once_or_one_by_one() {
    const BOTH: &str = "ALTER TABLE t ADD COLUMN c INT, ADD COLUMN d INT";
    Shell::with_table(&[]).done(BOTH);
    let mut shell = Shell::with_table(&["several_additions=refused"]);
    assert_eq!(shell.error(BOTH), 1064);
    shell.done("ALTER TABLE t ADD COLUMN c INT");
}

#[test]
fn an_update_or_delete_of_what_is_immutable_is_refused_or_without_effect() {
    let table = "CREATE TABLE i (id INT, a INT, PRIMARY KEY (id)) WITH (MUTABILITY = 'IMMUTABLE')";
    for setting in ["immutable_change=refused", "immutable_change=ignored"] {
        let mut shell = Shell::assuming(&[setting]);
        shell.done(table);
        shell.done("UPSERT INTO i (id, a) VALUES (1, 1)");
        for change in ["UPDATE i SET a = 2 WHERE id = 1", "DELETE FROM i WHERE id = 1"] {
            if setting.ends_with("refused") {
                assert_eq!(shell.error(change), 9001, "{change}");
            } else {
                assert_eq!(shell.done(change), 0, "{change}");
            }
        }
        assert_eq!(shell.rows("SELECT a FROM i"), ["1"], "{setting}");
    }
}

#[test]
fn a_read_of_more_than_two_thousand_rows_streams_or_is_cut_off() {
    for (setting, shown) in [("read_limit=streams", 2001), ("read_limit=truncated", 2000)] {
        let mut shell = Shell::with_table(&[setting]);
        for ids in [0..2000, 2000..2001] {
            let rows: Vec<String> = ids.map(|id| format!("({id}, 1)")).collect();
            shell.done(&format!("UPSERT INTO t (id, a) VALUES {}", rows.join(", ")));
        }
        assert_eq!(shell.rows("SELECT id FROM t").len(), shown, "{setting}");
        assert_eq!(shell.rows("SELECT id FROM t LIMIT 5000").len(), shown, "{setting}");
        assert_eq!(shell.rows("SELECT id FROM t WHERE id >= 2000"), ["2000"], "{setting}");
        assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["2001"], "{setting}");
    }
}

#[test]
fn the_lower_bound_of_stamps_may_be_exclusive() {
    for (setting, shown) in [("stamp_minimum=inclusive", 1), ("stamp_minimum=exclusive", 0)] {
        let mut shell = Shell::with_table(&[setting]);
        shell.done("UPSERT /*+ _l_ts_(2000) */ INTO t (id, a) VALUES (1, 1)");
        assert_eq!(shell.rows("SELECT /*+ _l_ts_min_(2000) */ id FROM t").len(), shown, "{setting}");
        assert_eq!(shell.rows("SELECT /*+ _l_ts_(2000) */ id FROM t"), ["1"], "{setting}");
    }
}
