//! Rules 7, 11 and 12: databases, variables, what drivers send, transactions.

use super::shell::Shell;

#[test]
fn a_session_begins_in_default_and_moves_to_databases_that_exist() {
    let mut shell = Shell::new();
    assert_eq!(shell.rows("SELECT DATABASE()"), ["default"]);
    assert_eq!(shell.engine.session(Some("nope")).map(|_| ()).expect_err("unknown").code, 1049);
    shell.done("CREATE DATABASE shop");
    shell.done("USE shop");
    assert_eq!(shell.session.database(), "shop");
    assert_eq!(shell.error("USE nope"), 1049);
    assert_eq!(shell.rows("SELECT DATABASE()"), ["shop"]);
}

#[test]
fn the_time_zone_is_plus_eight_until_it_is_set() {
    let mut shell = Shell::new();
    assert_eq!(shell.rows("SELECT @@time_zone"), ["+08:00"]);
    assert_eq!(shell.rows("SELECT NOW()"), ["2023-11-15 06:13:20.000000"]);
    shell.done("SET @@time_zone='UTC'");
    assert_eq!(shell.rows("SELECT @@TIME_ZONE"), ["UTC"]);
    assert_eq!(shell.rows("SELECT NOW()"), ["2023-11-14 22:13:20.000000"]);
    shell.done("SET TIME_ZONE = '-01:00'");
    assert_eq!(shell.rows("SELECT NOW()"), ["2023-11-14 21:13:20.000000"]);
    assert_eq!(shell.error("SET TIME_ZONE = 'Mars/Olympus'"), 1298);
}

#[test]
fn the_only_sql_mode_is_no_backslash_escapes() {
    let mut shell = Shell::new();
    shell.done("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'");
    assert_eq!(shell.rows("SELECT @@sql_mode"), ["NO_BACKSLASH_ESCAPES"]);
    assert_eq!(shell.error("SET sql_mode = 'STRICT_TRANS_TABLES'"), 1231);
}

#[test]
fn the_version_comes_with_its_build() {
    let mut shell = Shell::new();
    let names: Vec<_> = shell.columns("SELECT @@VERSION").into_iter().map(|column| column.name).collect();
    assert_eq!(names, ["VERSION", "BUILD_TIME", "GIT_COMMIT"]);
}

#[test]
fn what_drivers_send_at_connect_is_answered() {
    let mut shell = Shell::new();
    shell.done("SET NAMES utf8mb4 COLLATE utf8mb4_general_ci");
    shell.done("SET autocommit=1, character_set_results = NULL");
    shell.done("SET character_set_server = 'utf8mb4'");
    shell.done("SET collation_connection = 'utf8mb4_unicode_ci', collation_server = 'utf8mb4_unicode_ci'");
    assert_eq!(shell.rows("SELECT @@max_allowed_packet, @@wait_timeout"), ["67108864|600"]);
    assert_eq!(shell.rows("SELECT @@socket"), ["NULL"]);
    assert_eq!(shell.rows("SHOW VARIABLES LIKE 'lower_case%'"), ["lower_case_table_names|0"]);
    assert!(shell.rows("SHOW WARNINGS").is_empty());
    assert_eq!(shell.error("SET NAMES latin1"), 1231);
}

#[test]
fn what_drivers_send_at_connect_is_refused_by_a_strict_server() {
    let mut shell = Shell::assuming(&["chatter=refused"]);
    assert_eq!(shell.error("SET NAMES utf8mb4"), 9001);
    assert_eq!(shell.error("SET autocommit=1"), 1193);
    assert_eq!(shell.error("SELECT @@max_allowed_packet"), 1193);
    assert_eq!(shell.error("COMMIT"), 9001);
    assert_eq!(shell.rows("SELECT @@time_zone"), ["+08:00"]);
}

#[test]
fn a_transaction_cannot_be_begun_and_its_end_does_nothing() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("BEGIN"), 9001);
    assert_eq!(shell.error("START TRANSACTION"), 9001);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("ROLLBACK");
    shell.done("COMMIT");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["1"]);
}

#[test]
fn an_unknown_variable_is_refused() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("SELECT @@nope"), 1193);
    assert_eq!(shell.error("SET nope = 1"), 1193);
    assert_eq!(shell.error("SET @user_variable = 1"), 1064);
}

#[test]
fn a_set_of_several_variables_is_all_or_nothing() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("SET time_zone = 'UTC', nope = 1"), 1193);
    assert_eq!(shell.rows("SELECT @@time_zone"), ["+08:00"]);
}
