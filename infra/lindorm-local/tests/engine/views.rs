//! Rule 13 and section 4.5: `information_schema`, and JSON made by functions.

use super::shell::Shell;

#[test]
fn the_view_of_keywords_is_found_in_any_case_and_says_which_are_reserved() {
    let mut shell = Shell::new();
    assert_eq!(shell.rows("SELECT * FROM information_schema.KEYWORDS WHERE WORD = 'SELECT'"), ["SELECT|1"]);
    assert_eq!(shell.rows("SELECT RESERVED FROM Information_Schema.keywords WHERE WORD = 'NAME'"), ["0"]);
    let reserved = shell.rows("SELECT WORD FROM information_schema.KEYWORDS WHERE RESERVED = 1");
    for word in reserved {
        assert_eq!(shell.error(&format!("USE {word}")), 1064, "{word}");
    }
    assert_eq!(shell.error("SELECT a FROM information_schema.gravity"), 1146);
    assert_eq!(shell.rows("DESCRIBE information_schema.KEYWORDS").len(), 2);
}

#[test]
fn no_statement_writes_to_a_view() {
    let mut shell = Shell::new();
    for change in [
        "UPSERT INTO information_schema.KEYWORDS (WORD, RESERVED) VALUES ('X', 1)",
        "DELETE FROM information_schema.KEYWORDS WHERE WORD = 'SELECT'",
        "TRUNCATE TABLE information_schema.KEYWORDS",
        "DROP TABLE information_schema.KEYWORDS",
        "CREATE TABLE information_schema.mine (id INT, a INT, PRIMARY KEY (id))",
    ] {
        assert_eq!(shell.error(change), 1049, "{change}");
    }
}

#[test]
fn the_information_schema_is_there_or_not() {
    assert_eq!(Shell::new().rows("SHOW DATABASES"), ["default", "information_schema"]);
    let mut shell = Shell::assuming(&["information_schema=absent"]);
    assert_eq!(shell.rows("SHOW DATABASES"), ["default"]);
    assert_eq!(shell.error("SELECT * FROM information_schema.KEYWORDS"), 1049);
}

#[test]
fn json_is_made_of_literals_by_functions() {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (id INT, j JSON, PRIMARY KEY (id))");
    shell.done("UPSERT INTO t (id, j) VALUES (1, json_object('b', 1.50, 'a', JSON_ARRAY(true, NULL, 'x'))), (2, json_array())");
    assert_eq!(shell.rows("SELECT j FROM t"), ["{\"a\":[true,null,\"x\"],\"b\":1.50}", "[]"]);
    assert_eq!(shell.error("UPSERT INTO t (id, j) VALUES (1, json_object('a'))"), 1064);
    assert_eq!(shell.error("UPSERT INTO t (id, j) VALUES (1, json_object(1, 2))"), 1064);
    assert_eq!(shell.error_bound("UPSERT INTO t (id, j) VALUES (1, json_array(?))", &[]), 9001);
}
