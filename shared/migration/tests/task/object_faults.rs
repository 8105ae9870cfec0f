//! Faults of `objects`: names, patterns, and what cannot be meant together.

use serde_json::json;

use crate::task::document::assert_refused_with;

#[test]
fn objects_is_a_list_with_at_least_one_database() {
    for (objects, message) in [
        (json!([]), "objects: found an empty list, expected a list with at least one database"),
        (json!({"database": "shop"}), "objects: found a mapping, expected a list with at least one database"),
        (
            json!(["shop"]),
            "objects[0]: found a text, expected a mapping of database, target, include, exclude, tables",
        ),
        (
            json!([{"include": ["a"]}]),
            "objects[0].database: missing, expected the name of a database on the source",
        ),
    ] {
        assert_refused_with("/objects", objects, &[message]);
    }
}

#[test]
fn a_source_name_has_the_length_that_mysql_allows() {
    let expected = "a name of 1 to 64 characters, without U+0000";
    for (name, found) in [
        (json!(""), "an empty text".to_owned()),
        (json!("a\0b"), "\"a\\0b\"".to_owned()),
        (json!("n".repeat(65)), format!("\"{}\" and so on", "n".repeat(60))),
        (json!(12), "the number 12".to_owned()),
    ] {
        let database = format!("objects[1].database: found {found}, expected {expected}");
        assert_refused_with("/objects/1/database", name.clone(), &[&database]);
        let table = format!("objects[0].tables[0].table: found {found}, expected {expected}");
        assert_refused_with("/objects/0/tables/0/table", name, &[&table]);
    }
}

#[test]
fn the_servers_own_databases_are_not_moved() {
    for name in ["mysql", "INFORMATION_SCHEMA", "performance_schema", "sys"] {
        let message = format!(
            "objects[0].database: found \"{name}\", expected a database that is not the server's own"
        );
        assert_refused_with("/objects/0/database", json!(name), &[&message]);
    }
}

#[test]
fn a_target_name_is_one_that_some_server_could_take() {
    let expected = "a name of 1 to 255 bytes, without U+0000";
    let message = format!("objects[0].target: found an empty text, expected {expected}");
    assert_refused_with("/objects/0/target", json!(""), &[&message]);
    let message = format!("objects[0].tables[0].target: found nothing, expected {expected}");
    assert_refused_with("/objects/0/tables/0/target", json!(null), &[&message]);
}

#[test]
fn a_pattern_that_cannot_be_meant_is_refused() {
    let expected = "a table name of 1 to 256 characters, with * and ? as wildcards";
    for (pattern, found) in [
        (json!(""), "an empty text"),
        (json!("tmp\\"), "a pattern that ends in a lone backslash"),
        (json!("t".repeat(257)), "a pattern of more than 256 characters"),
        (json!(5), "the number 5"),
    ] {
        let message = format!("objects[0].exclude[0]: found {found}, expected {expected}");
        assert_refused_with("/objects/0/exclude/0", pattern, &[&message]);
    }
    assert_refused_with(
        "/objects/0/include",
        json!([]),
        &["objects[0].include: found an empty list, expected at least one pattern, or no include for all \
             tables"],
    );
    assert_refused_with(
        "/objects/0/include",
        json!("orders"),
        &["objects[0].include: found \"orders\", expected a list of table names, with * and ? as wildcards"],
    );
}

#[test]
fn a_database_is_named_once() {
    assert_refused_with(
        "/objects/1",
        json!({"database": "shop", "target": "elsewhere"}),
        &["objects[1].database: found \"shop\" a second time, expected each database once"],
    );
}

#[test]
fn a_table_is_named_once_and_selected() {
    assert_refused_with(
        "/objects/0/tables/1",
        json!({"table": "orders"}),
        &["objects[0].tables[1].table: found \"orders\" a second time, expected each table once"],
    );
    assert_refused_with(
        "/objects/0/tables/1",
        json!({"table": "tmp_1"}),
        &["objects[0].tables[1].table: found \"tmp_1\", which include and exclude leave out, expected a \
             table that \
           they select"],
    );
}

#[test]
fn two_tables_with_one_target_are_refused() {
    assert_refused_with(
        "/objects/0/tables/1",
        json!({"table": "orders_old", "target": "orders_v2"}),
        &["objects[0].tables[1].target: found the target \"shop_lindorm.orders_v2\", which is already \
             that of \
           \"shop.orders\", expected a target of its own for each table"],
    );
    // Across databases, and by a name that is derived in lower case.
    assert_refused_with(
        "/objects/1",
        json!({"database": "Stock", "target": "shop_lindorm", "include": ["Orders_V2", "a*"]}),
        &["objects[1].include[0]: found the target \"shop_lindorm.orders_v2\", which is already that of \
           \"shop.orders\", expected a target of its own for each table"],
    );
}

#[test]
fn columns_are_renamed_to_names_of_their_own() {
    let path = "objects[0].tables[0].columns";
    for (columns, message) in [
        (
            json!({"rename": {"a": "c", "b": "c"}}),
            format!(
                "{path}.rename.b: found \"c\", which is already the name of \"a\", expected a name of its \
                 own for each column"
            ),
        ),
        (
            json!({"rename": {"a": "c"}, "exclude": ["A"]}),
            format!(
                "{path}.rename.a: found a column that is also excluded, expected one of rename and exclude"
            ),
        ),
        (
            json!({"rename": {"A": "b", "a": "c"}}),
            format!(
                "{path}.rename.a: found a column a second time, in another letter case, expected each \
                 column once"
            ),
        ),
        (
            json!({"exclude": ["a", "A"]}),
            format!("{path}.exclude[1]: found \"A\" a second time, expected each column once"),
        ),
        (
            json!({"rename": {"a": ""}}),
            format!(
                "{path}.rename.a: found an empty text, expected a name of 1 to 255 bytes, without U+0000"
            ),
        ),
        (
            json!({"rename": {"": "a"}}),
            format!(
                "{path}.rename[\"\"]: found a key that is no column name, expected a name of 1 to 64 \
                 characters, without U+0000"
            ),
        ),
        (
            json!({"rename": ["a"]}),
            format!("{path}.rename: found a list, expected a mapping of source column to target column"),
        ),
        (json!({"exclude": "a"}), format!("{path}.exclude: found \"a\", expected a list of column names")),
    ] {
        assert_refused_with("/objects/0/tables/0/columns", columns, &[&message]);
    }
}
