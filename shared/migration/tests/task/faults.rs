//! Faults of the document as a whole: what is missing, unknown or not yet supported, and that all are told at
//! once.

use migration::task::Task;
use serde_json::json;

use crate::task::document::{assert_refused, assert_refused_with, least, most, put, task};

#[test]
fn the_least_and_the_most_that_may_be_written_are_valid() {
    task(&least());
    task(&most());
}

#[test]
fn a_document_that_is_no_mapping_is_refused() {
    let keys = "name, source, target, migration, objects, names, tables_on_target, retry, on_ddl, on_bad_row, \
                zero_dates, tuning, ignore, labels";
    for (document, found) in [
        (json!(null), "nothing"),
        (json!([]), "a list"),
        (json!("shop"), "a text"),
        (json!(7), "a number"),
        (json!(true), "a flag"),
    ] {
        let message = format!("the document: found {found}, expected a mapping of {keys}");
        assert_refused(&document, &[&message]);
    }
}

#[test]
fn every_required_key_that_is_missing_is_told() {
    assert_refused(
        &json!({}),
        &[
            "name: missing, expected 1 to 64 ASCII letters, digits, - or _, beginning with a letter or a \
             digit",
            "source: missing, expected a mapping with host and user",
            "target: missing, expected a mapping with host and user",
            "migration: missing, expected full, full_and_incremental or incremental",
            "objects: missing, expected a list with at least one database",
        ],
    );
}

#[test]
fn a_mistyped_key_is_told_with_the_key_it_was_meant_to_be() {
    for (pointer, message) in [
        ("/lables", "lables: unknown key, did you mean labels?"),
        ("/on-bad-row", "on-bad-row: unknown key, did you mean on_bad_row?"),
        ("/zerodates", "zerodates: unknown key, did you mean zero_dates?"),
        ("/source/usr", "source.usr: unknown key, did you mean user?"),
        ("/target/tls/modus", "target.tls.modus: unknown key, did you mean mode?"),
        ("/objects/0/excludes", "objects[0].excludes: unknown key, did you mean exclude?"),
        ("/objects/0/tables/0/Target", "objects[0].tables[0].Target: unknown key, did you mean target?"),
        ("/tuning/copier", "tuning.copier: unknown key, did you mean copiers?"),
    ] {
        assert_refused_with(pointer, json!(1), &[message]);
    }
}

#[test]
fn a_key_like_no_other_is_told_with_all_that_are_known() {
    for (pointer, message) in [
        (
            "/source/ssl mode",
            "source[\"ssl mode\"]: unknown key, expected one of host, port, user, password, tls",
        ),
        ("/names/prefix", "names.prefix: unknown key, expected one of case"),
        (
            "/objects/0/tables/0/columns/types",
            "objects[0].tables[0].columns.types: unknown key, expected one of rename, exclude",
        ),
    ] {
        assert_refused_with(pointer, json!(1), &[message]);
    }
}

#[test]
fn a_key_of_a_later_version_is_refused_and_never_ignored() {
    for (pointer, path) in [
        ("/throttle", "throttle"),
        ("/alerts", "alerts"),
        ("/objects/0/tables/0/where", "objects[0].tables[0].where"),
        ("/objects/0/tables/0/operations", "objects[0].tables[0].operations"),
        ("/objects/0/tables/0/transform", "objects[0].tables[0].transform"),
    ] {
        let message = format!("{path}: not supported by this version yet");
        assert_refused_with(pointer, json!({"a": 1}), &[&message]);
    }
}

#[test]
fn a_name_that_would_need_quoting_is_refused() {
    let expected = "1 to 64 ASCII letters, digits, - or _, beginning with a letter or a digit";
    for (name, found) in [
        (json!("shop move"), "\"shop move\"".to_owned()),
        (json!(""), "an empty text".to_owned()),
        (json!(7), "the number 7".to_owned()),
        (json!("n".repeat(65)), format!("\"{}\" and so on", "n".repeat(60))),
    ] {
        assert_refused_with("/name", name, &[&format!("name: found {found}, expected {expected}")]);
    }
}

#[test]
fn faults_everywhere_are_all_told_at_once_in_the_order_of_the_format() {
    let mut document = most();
    for (pointer, value) in [
        ("/labels/team", json!(3)),
        ("/ignore/0", json!("Binlog")),
        ("/zero_dates", json!("skip")),
        ("/objects/0/tables/0/target", json!("")),
        ("/objects/0/include/0", json!("")),
        ("/target/port", json!(0)),
        ("/source/password", json!("hunter2")),
        ("/retrys", json!(3)),
    ] {
        put(&mut document, pointer, value);
    }
    assert_refused(
        &document,
        &[
            "retrys: unknown key, did you mean retry?",
            "source.password: found a text (not shown), expected a reference to it: { env: NAME }, { \
             file: PATH } or { secrets_manager: ARN }",
            "target.port: found the number 0, expected a port from 1 to 65535",
            "objects[0].include[0]: found an empty text, expected a table name of 1 to 256 characters, with \
             * and ? \
             as wildcards",
            "objects[0].tables[0].target: found an empty text, expected a name of 1 to 255 bytes, without \
             U+0000",
            "zero_dates: found \"skip\", expected null, text or fail",
            "ignore[0]: found \"Binlog\", expected a finding code of lower-case letters, digits and _",
            "labels.team: found the number 3, expected a text of at most 256 characters",
        ],
    );
}

#[test]
fn the_faults_are_told_as_one_message_with_their_number() {
    let one = Task::parse(&json!({"name": "a", "source": 1, "target": 1, "migration": "full"}));
    assert_eq!(
        one.expect_err("broken").to_string(),
        "the task document has 3 faults\n  \
         objects: missing, expected a list with at least one database\n  \
         source: found a number, expected a mapping of host, port, user, password, tls\n  \
         target: found a number, expected a mapping of host, port, user, password, tls"
    );
}
