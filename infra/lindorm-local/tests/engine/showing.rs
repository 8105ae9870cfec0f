//! Rule 26: DESCRIBE and SHOW.

use lindorm_local::answer::Column;

use super::shell::Shell;

fn names(columns: &[Column]) -> Vec<&str> {
    columns.iter().map(|column| column.name.as_str()).collect()
}

#[test]
fn describe_shows_key_columns_first_in_key_order() {
    let mut shell = Shell::new();
    shell
        .done("CREATE TABLE x (a DECIMAL(10,2), k INT, v VARCHAR(50), l BINARY(4), PRIMARY KEY (l DESC, k))");
    assert_eq!(
        names(&shell.columns("DESCRIBE x")),
        ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "TYPE", "IS_PRIMARY_KEY", "SORT_ORDER"]
    );
    assert_eq!(
        shell.rows("DESC TABLE x"),
        [
            "default|x|l|BINARY(4)|true|DESC",
            "default|x|k|INT|true|ASC",
            "default|x|a|DECIMAL(10,2)|false|none",
            "default|x|v|VARCHAR(50)|false|none"
        ]
    );
    assert_eq!(shell.error("DESCRIBE nope"), 1146);
}

#[test]
fn describe_may_leave_lengths_and_precisions_out() {
    let mut shell = Shell::assuming(&["describe_parameters=hidden"]);
    shell.done("CREATE TABLE x (k INT, a DECIMAL(10,2), PRIMARY KEY (k))");
    assert_eq!(shell.rows("DESCRIBE x"), ["default|x|k|INT|true|ASC", "default|x|a|DECIMAL|false|none"]);
}

#[test]
fn show_create_table_omits_the_options() {
    let mut shell = Shell::new();
    shell
        .done("CREATE TABLE sensor (p1 INT, c1 INTEGER, c2 VARCHAR, PRIMARY KEY (p1)) WITH (VERSIONS = '2')");
    assert_eq!(names(&shell.columns("SHOW CREATE TABLE sensor")), ["TABLE", "CREATE TABLE"]);
    assert_eq!(
        shell.rows("SHOW CREATE TABLE sensor"),
        ["sensor|CREATE TABLE sensor(p1 int NOT NULL, c1 int, c2 varchar, PRIMARY KEY (p1))"]
    );
}

#[test]
fn show_create_table_can_be_read_back_whatever_the_names() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE `a``b` (`the key` BIGINT, `ключ` DECIMAL(5,1), PRIMARY KEY (`the key` DESC))");
    let shown = shell.rows("SHOW CREATE TABLE `a``b`").remove(0);
    shell.done("DROP TABLE `a``b`");
    shell.done(shown.split_once('|').expect("two columns").1);
    assert_eq!(shell.rows("SHOW CREATE TABLE `a``b`"), [shown]);
}

#[test]
fn show_table_variables_shows_what_was_set_and_the_defaults() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE x (k INT, PRIMARY KEY (k)) WITH (TTL = '100')");
    assert_eq!(names(&shell.columns("SHOW TABLE VARIABLES FROM x")), ["Variable_name", "Value"]);
    assert_eq!(
        shell.rows("SHOW TABLE VARIABLES FROM x"),
        ["COMPRESSION|ZSTD", "CONSISTENCY|eventual", "MUTABILITY|MUTABLE_LATEST", "TTL|100", "VERSIONS|1"]
    );
    assert_eq!(shell.rows("SHOW TABLE VARIABLES FROM x LIKE 'mut%'"), ["MUTABILITY|MUTABLE_LATEST"]);
}

#[test]
fn show_databases_has_one_column_named_schema() {
    let mut shell = Shell::new();
    assert_eq!(names(&shell.columns("SHOW DATABASES")), ["SCHEMA"]);
    assert_eq!(shell.rows("SHOW SCHEMAS"), ["default", "information_schema"]);
}

#[test]
fn show_tables_lists_one_database() {
    let mut shell = Shell::with_table(&[]);
    shell.done("CREATE DATABASE shop");
    assert_eq!(shell.rows("SHOW TABLES"), ["t"]);
    assert!(shell.rows("SHOW TABLES IN shop").is_empty());
    assert_eq!(shell.error("SHOW TABLES FROM nope"), 1049);
}

#[test]
fn show_system_variables_shows_only_what_was_changed() {
    assert!(Shell::new().rows("SHOW SYSTEM VARIABLES LIKE 'lindorm%'").is_empty());
}
