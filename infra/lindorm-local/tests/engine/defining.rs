//! Rules 18 to 22: CREATE DATABASE and CREATE TABLE.

use super::shell::Shell;

#[test]
fn a_table_needs_its_primary_key_inside_the_parentheses() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("CREATE TABLE x (id BIGINT)"), 1064);
    assert_eq!(shell.error("CREATE TABLE x (id BIGINT) PRIMARY KEY (id)"), 1064);
    assert_eq!(shell.error("CREATE TABLE x (id BIGINT PRIMARY KEY)"), 9001);
}

#[test]
fn the_types_of_mysql_that_are_not_in_the_list_are_refused() {
    let mut shell = Shell::new();
    for kind in [
        "BIT",
        "MEDIUMINT",
        "REAL",
        "TINYTEXT",
        "TEXT",
        "MEDIUMTEXT",
        "LONGTEXT",
        "DATETIME",
        "INT UNSIGNED",
        "INT(11)",
        "BIGINT(20)",
        "BLOB",
        "LONGBLOB",
        "ENUM('a')",
        "YEAR",
        "TIMESTAMP(6)",
        "DOUBLE PRECISION",
        "FLOAT(7,4)",
    ] {
        assert_eq!(
            shell.error(&format!("CREATE TABLE x (id BIGINT, c {kind}, PRIMARY KEY (id))")),
            9001,
            "{kind}"
        );
    }
}

#[test]
fn every_type_of_the_list_is_accepted() {
    let mut shell = Shell::new();
    shell.done(
        "CREATE TABLE x (id BIGINT, c1 BOOLEAN, c2 TINYINT, c3 SMALLINT, c4 INTEGER, c5 INT, c6 BIGINT UNSIGNED, c7 FLOAT, \
         c8 DOUBLE, c9 DECIMAL(38,10), c10 VARCHAR, c11 VARCHAR(50), c12 CHAR(10), c13 BINARY(16), c14 VARBINARY, c15 DATE, \
         c16 TIME, c17 TIMESTAMP, c18 TIMESTAMP(3), c19 JSON, PRIMARY KEY (id))",
    );
    assert_eq!(shell.rows("DESCRIBE x").len(), 20);
}

#[test]
fn what_mysql_adds_to_columns_and_tables_is_refused() {
    let mut shell = Shell::new();
    for column in ["INT AUTO_INCREMENT", "INT COMMENT 'x'", "VARCHAR CHARACTER SET utf8", "INT UNIQUE"] {
        assert_eq!(
            shell.error(&format!("CREATE TABLE x (id BIGINT, c {column}, PRIMARY KEY (id))")),
            9001,
            "{column}"
        );
    }
    for tail in ["ENGINE=InnoDB", "DEFAULT CHARSET=utf8", "COMMENT='x'"] {
        assert_eq!(
            shell.error(&format!("CREATE TABLE x (id BIGINT, PRIMARY KEY (id)) {tail}")),
            9001,
            "{tail}"
        );
    }
    assert_eq!(shell.error("CREATE TABLE x (id BIGINT, PRIMARY KEY (id), UNIQUE KEY (id))"), 9001);
    assert_eq!(shell.error("CREATE TABLE x AS SELECT 1"), 9001);
}

#[test]
fn a_decimal_needs_a_precision_of_1_to_38_and_a_scale_within_it() {
    let mut shell = Shell::new();
    for kind in ["DECIMAL", "DECIMAL(10)", "DECIMAL(39,0)", "DECIMAL(0,0)", "DECIMAL(5,6)"] {
        assert_eq!(
            shell.error(&format!("CREATE TABLE x (id BIGINT, c {kind}, PRIMARY KEY (id))")),
            1064,
            "{kind}"
        );
    }
}

#[test]
fn json_and_varbinary_before_the_last_column_cannot_be_in_the_key() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("CREATE TABLE x (k JSON, PRIMARY KEY (k))"), 1005);
    assert_eq!(shell.error("CREATE TABLE x (k VARBINARY, l INT, PRIMARY KEY (k, l))"), 1005);
    shell.done("CREATE TABLE x (k VARBINARY, l INT, PRIMARY KEY (l, k))");
}

#[test]
fn a_key_has_at_most_five_columns_and_all_of_them_exist_once() {
    let mut shell = Shell::new();
    let columns = "a INT, b INT, c INT, d INT, e INT, f INT";
    assert_eq!(shell.error(&format!("CREATE TABLE x ({columns}, PRIMARY KEY (a, b, c, d, e, f))")), 1005);
    assert_eq!(shell.error(&format!("CREATE TABLE x ({columns}, PRIMARY KEY (a, nope))")), 1054);
    assert_eq!(shell.error(&format!("CREATE TABLE x ({columns}, PRIMARY KEY (a, a))")), 1060);
    shell.done(&format!("CREATE TABLE x ({columns}, PRIMARY KEY (a, b, c, d, e))"));
}

#[test]
fn two_columns_of_one_name_are_refused() {
    assert_eq!(Shell::new().error("CREATE TABLE x (a INT, a INT, PRIMARY KEY (a))"), 1060);
}

#[test]
fn names_have_their_greatest_lengths() {
    let mut shell = Shell::new();
    let long = "n".repeat(256);
    assert_eq!(shell.error(&format!("CREATE TABLE `{long}` (id INT, PRIMARY KEY (id))")), 1059);
    // 86 characters of three bytes each: within 255 characters, over 255 bytes.
    let wide = "键".repeat(86);
    assert_eq!(shell.error(&format!("CREATE TABLE x (`{wide}` INT, PRIMARY KEY (`{wide}`))")), 1059);
    shell.done(&format!("CREATE TABLE `{wide}` (id INT, PRIMARY KEY (id))"));
}

#[test]
fn where_names_are_strict_only_the_documented_characters_are_accepted() {
    let mut shell = Shell::assuming(&["names=documented"]);
    assert_eq!(shell.error("CREATE TABLE `a b` (id INT, PRIMARY KEY (id))"), 1064);
    assert_eq!(shell.error("CREATE TABLE x (id INT, `ключ` INT, PRIMARY KEY (id))"), 1064);
    assert_eq!(shell.error("CREATE TABLE `-x` (id INT, PRIMARY KEY (id))"), 1064);
    shell.done("CREATE TABLE `a.b-c_1` (id INT, `x.y-z` INT, PRIMARY KEY (id))");
    assert_eq!(shell.error("ALTER TABLE `a.b-c_1` ADD COLUMN `p q` INT"), 1064);
}

#[test]
fn a_table_that_exists_is_refused_or_left_as_it_is() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("CREATE TABLE t (id INT, PRIMARY KEY (id))"), 1050);
    shell.done("CREATE TABLE IF NOT EXISTS t (id INT, PRIMARY KEY (id))");
    assert_eq!(shell.rows("DESCRIBE t").len(), 3);
}

#[test]
fn a_database_name_has_4_to_16_characters_and_is_not_reserved() {
    let mut shell = Shell::new();
    for name in ["abc", "abcdefghijklmnopq", "lindorm", "default", "global", "a b c"] {
        assert_eq!(shell.error(&format!("CREATE DATABASE `{name}`")), 1006, "{name}");
    }
    shell.done("CREATE DATABASE shop");
    assert_eq!(shell.error("CREATE DATABASE shop"), 1007);
    shell.done("CREATE DATABASE IF NOT EXISTS shop");
    assert_eq!(shell.rows("SHOW DATABASES"), ["default", "information_schema", "shop"]);
    shell.done("DROP DATABASE shop");
    assert_eq!(shell.error("DROP DATABASE shop"), 1008);
}

#[test]
fn a_table_is_found_by_its_database() {
    let mut shell = Shell::new();
    shell.done("CREATE DATABASE shop");
    shell.done("CREATE TABLE shop.x (id INT, a INT, PRIMARY KEY (id))");
    assert_eq!(shell.error("SELECT a FROM x"), 1146);
    shell.done("USE shop");
    assert!(shell.rows("SELECT a FROM x").is_empty());
    assert_eq!(shell.error("SELECT a FROM nope.x"), 1049);
}

#[test]
fn a_table_is_dropped_or_emptied_without_being_taken_offline() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.done("TRUNCATE TABLE t");
    assert_eq!(shell.rows("SELECT COUNT(*) FROM t"), ["0"]);
    shell.done("DROP TABLE t");
    assert_eq!(shell.error("DROP TABLE t"), 1051);
    shell.done("DROP TABLE IF EXISTS t");
}

#[test]
fn options_that_do_not_exist_or_take_no_such_value_are_refused() {
    let mut shell = Shell::new();
    let with = |option: &str| format!("CREATE TABLE x (id INT, PRIMARY KEY (id)) WITH ({option})");
    assert_eq!(shell.error(&with("NOPE = '1'")), 9001);
    assert_eq!(shell.error(&with("VERSIONS = 'many'")), 1064);
    assert_eq!(shell.error(&with("MUTABILITY = 'SOMETIMES'")), 1064);
    assert_eq!(shell.error(&with("DYNAMIC_COLUMNS = 'true'")), 9001);
    shell.done(&with("NUMREGIONS = 16, VERSIONS = '5', TTL = '3600', CONSISTENCY = 'strong'"));
}

#[test]
fn a_default_is_a_constant_of_the_columns_type_or_now() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("CREATE TABLE x (id INT, a INT DEFAULT NULL, PRIMARY KEY (id))"), 1366);
    assert_eq!(shell.error("CREATE TABLE x (id INT, a INT DEFAULT 'one', PRIMARY KEY (id))"), 1366);
    shell.done(
        "CREATE TABLE x (id INT, a INT DEFAULT 7, b VARCHAR, c TIMESTAMP DEFAULT NOW(), PRIMARY KEY (id))",
    );
    shell.done("UPSERT INTO x (id, b) VALUES (1, 'x')");
    assert_eq!(shell.rows("SELECT a, c FROM x"), ["7|2023-11-15 06:13:20.000000"]);
    shell.done("UPSERT INTO x (id, a) VALUES (1, 8)");
    shell.done("UPSERT INTO x (id, b) VALUES (1, 'y')");
    assert_eq!(shell.rows("SELECT a, b FROM x"), ["8|y"]);
}
