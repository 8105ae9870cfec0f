//! Rules 6 and 13 to 17: names, quotes, escapes, binary literals, comments.

use super::shell::Shell;

#[test]
fn names_of_databases_tables_and_columns_are_case_sensitive_and_keywords_are_not() {
    let mut shell = Shell::with_table(&[]);
    shell.done("create table T (Id bigint, primary key (Id))");
    assert_eq!(shell.rows("SHOW TABLES"), ["T", "t"]);
    assert_eq!(shell.error("SELECT ID FROM t"), 1054);
    assert_eq!(shell.error("USE DEFAULT2"), 1049);
}

#[test]
fn a_name_in_backticks_may_hold_nearly_anything() {
    let mut shell = Shell::new();
    shell.done(
        "CREATE TABLE `a table` (`the ``key`` 键` BIGINT, `select` INT, PRIMARY KEY (`the ``key`` 键`))",
    );
    shell.done("UPSERT INTO `a table` (`the ``key`` 键`, `select`) VALUES (1, 2)");
    assert_eq!(shell.rows("SELECT `select` FROM `a table` WHERE `the ``key`` 键` = 1"), ["2"]);
}

#[test]
fn an_unquoted_name_begins_with_a_letter_and_is_not_reserved() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("CREATE TABLE _x (id BIGINT, PRIMARY KEY (id))"), 1064);
    assert_eq!(shell.error("CREATE TABLE x (order BIGINT, PRIMARY KEY (order))"), 1064);
    assert_eq!(shell.error("CREATE TABLE 1x (id BIGINT, PRIMARY KEY (id))"), 1064);
}

#[test]
fn only_single_quotes_quote_a_text() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO t (id, b) VALUES (1, \"x\")"), 1064);
    shell.done("UPSERT INTO t (id, b) VALUES (1, 'it''s')");
    assert_eq!(shell.rows("SELECT b FROM t"), ["it's"]);
}

#[test]
fn a_backslash_escapes_the_documented_characters() {
    let mut shell = Shell::with_table(&[]);
    shell.done(r#"UPSERT INTO t (id, b) VALUES (1, 'a\'b\"c\\d\re\nf\0g\Zh')"#);
    assert_eq!(shell.rows("SELECT b FROM t"), ["a'b\"c\\d\re\nf\0g\u{1a}h"]);
}

#[test]
fn a_backslash_is_an_ordinary_character_under_no_backslash_escapes() {
    let mut shell = Shell::with_table(&[]);
    shell.done("SET SQL_MODE='NO_BACKSLASH_ESCAPES'");
    shell.done(r"UPSERT INTO t (id, b) VALUES (1, 'a\''b\')");
    assert_eq!(shell.rows("SELECT b FROM t"), [r"a\'b\"]);
}

#[test]
fn an_old_engine_has_no_backslash_escapes_at_all() {
    let mut shell = Shell::with_table(&["escapes=off"]);
    shell.done(r"UPSERT INTO t (id, b) VALUES (1, 'a\n')");
    assert_eq!(shell.rows("SELECT b FROM t"), [r"a\n"]);
}

#[test]
fn a_binary_literal_takes_an_even_number_of_hex_digits() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE bin (id BIGINT, v VARBINARY, PRIMARY KEY (id))");
    shell.done("UPSERT INTO bin (id, v) VALUES (1, x'ef0011'), (2, X'')");
    assert_eq!(shell.rows("SELECT v FROM bin"), ["ef0011", ""]);
    assert_eq!(shell.error("UPSERT INTO bin (id, v) VALUES (1, x'ef0')"), 1064);
    assert_eq!(shell.error("UPSERT INTO bin (id, v) VALUES (1, 0xef00)"), 1064);
}

#[test]
fn a_number_has_digits_on_both_sides_of_its_point() {
    let mut shell = Shell::new();
    assert_eq!(shell.error("SELECT .5"), 1064);
    assert_eq!(shell.error("SELECT 5."), 1064);
    assert_eq!(shell.rows("SELECT 0.5, -2, 1.5e0"), ["0.5|-2|1.5"]);
}

#[test]
fn a_semicolon_may_end_a_statement_and_nothing_follows_it() {
    let mut shell = Shell::new();
    assert_eq!(shell.rows("SELECT 1;"), ["1"]);
    assert_eq!(shell.error("SELECT 1; SELECT 2"), 1064);
}

#[test]
fn ordinary_comments_are_skipped_anywhere() {
    let mut shell = Shell::with_table(&[]);
    shell.done("UPSERT INTO /* here */ t (id, a) -- and here\n VALUES (1, /*/ and here */ 2)");
    assert_eq!(shell.rows("SELECT a FROM t"), ["2"]);
}

#[test]
fn a_hint_stands_directly_after_the_verb_only() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT INTO /*+ _l_ts_(3000) */ t (id, a) VALUES (1, 2)"), 1064);
    shell.done("UPSERT /*+ _l_unknown_(3), _l_ts_(3000) */ INTO t (id, a) VALUES (1, 2)");
    assert_eq!(shell.rows("SELECT /*+ _l_versions_(1) */ a_l_ts FROM t"), ["3000"]);
}

#[test]
fn a_parameter_inside_a_hint_is_refused() {
    let mut shell = Shell::with_table(&[]);
    assert_eq!(shell.error("UPSERT /*+ _l_ts_(?) */ INTO t (id, a) VALUES (1, 2)"), 9001);
}

#[test]
fn a_condition_nested_beyond_reason_is_refused_and_not_followed() {
    let mut shell = Shell::with_table(&[]);
    let nested = format!("SELECT a FROM t WHERE {}id = 1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(shell.error(&nested), 1064);
}
