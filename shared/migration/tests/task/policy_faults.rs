//! Faults of the owner's choices: words, flags, quantities, finding codes and labels.

use std::collections::BTreeMap;

use serde_json::json;

use crate::task::document::{assert_refused_with, least, put, task};

#[test]
fn a_phase_is_one_of_its_words() {
    for word in ["full", "full_and_incremental", "incremental"] {
        let mut document = least();
        put(&mut document, "/migration", json!(word));
        assert_eq!(task(&document).document()["migration"], json!(word));
    }
    let message = "migration: found \"fulll\", expected full, full_and_incremental or incremental";
    assert_refused_with("/migration", json!("fulll"), &[message]);
}

#[test]
fn the_window_for_connections_is_the_greater_one() {
    let message = "retry.other: found 2h, expected less than retry.connections";
    assert_refused_with("/retry", json!({"connections": "1h", "other": "2h"}), &[message]);
    let message = "retry.connections: found \"9m\", expected from 10m to 1d";
    assert_refused_with("/retry", json!({"connections": "9m", "other": "1m"}), &[message]);
}

#[test]
fn a_policy_is_one_of_its_words() {
    for (pointer, value, message) in [
        ("/names/case", json!("default"), "names.case: found \"default\", expected preserve, lower or upper"),
        ("/names/case", json!(null), "names.case: found nothing, expected preserve, lower or upper"),
        ("/names", json!("lower"), "names: found a text, expected a mapping of case"),
        (
            "/tables_on_target/create",
            json!("yes"),
            "tables_on_target.create: found \"yes\", expected true or false",
        ),
        (
            "/tables_on_target/if_not_empty",
            json!("truncate"),
            "tables_on_target.if_not_empty: found \"truncate\", expected fail or allow",
        ),
        ("/on_bad_row", json!("skip"), "on_bad_row: found \"skip\", expected fail or reject"),
        ("/on_bad_row", json!(null), "on_bad_row: found nothing, expected fail or reject"),
        ("/zero_dates", json!("0"), "zero_dates: found \"0\", expected null, text or fail"),
        ("/zero_dates", json!(false), "zero_dates: found false, expected null, text or fail"),
    ] {
        assert_refused_with(pointer, value, &[message]);
    }
}

#[test]
fn a_quantity_has_a_unit_and_its_bounds() {
    for (pointer, value, message) in [
        (
            "/tuning/chunk_bytes",
            json!(67_108_864),
            "tuning.chunk_bytes: found the number 67108864, expected a size with its unit, such as 64 MiB \
             (B, KiB, MiB or GiB)",
        ),
        (
            "/tuning/chunk_bytes",
            json!("64 MB"),
            "tuning.chunk_bytes: found \"64 MB\", expected a size with its unit, such as 64 MiB (B, KiB, \
             MiB or GiB)",
        ),
        (
            "/tuning/chunk_bytes",
            json!("64"),
            "tuning.chunk_bytes: found \"64\", expected a size with its unit, such as 64 MiB (B, KiB, MiB \
             or GiB)",
        ),
        (
            "/tuning/chunk_bytes",
            json!("0 B"),
            "tuning.chunk_bytes: found \"0 B\", expected from 1 KiB to 4 GiB",
        ),
        (
            "/tuning/chunk_bytes",
            json!("5 GiB"),
            "tuning.chunk_bytes: found \"5 GiB\", expected from 1 KiB to 4 GiB",
        ),
        (
            "/tuning/stamp_margin",
            json!(2),
            "tuning.stamp_margin: found the number 2, expected a duration with its unit, such as 2s (ms, s, \
             m, h or d)",
        ),
        (
            "/tuning/stamp_margin",
            json!("2 sec"),
            "tuning.stamp_margin: found \"2 sec\", expected a duration with its unit, such as 2s (ms, s, m, \
             h or d)",
        ),
        (
            "/tuning/stamp_margin",
            json!("99ms"),
            "tuning.stamp_margin: found \"99ms\", expected from 100ms to 10m",
        ),
        (
            "/tuning/stamp_margin",
            json!("1h"),
            "tuning.stamp_margin: found \"1h\", expected from 100ms to 10m",
        ),
        (
            "/tuning/copiers",
            json!(0),
            "tuning.copiers: found the number 0, expected a whole number from 1 to 64",
        ),
        (
            "/tuning/copiers",
            json!(65),
            "tuning.copiers: found the number 65, expected a whole number from 1 to 64",
        ),
        ("/tuning/copiers", json!("4"), "tuning.copiers: found \"4\", expected a whole number from 1 to 64"),
    ] {
        assert_refused_with(pointer, value, &[message]);
    }
}

#[test]
fn a_finding_is_accepted_by_its_code_and_once() {
    for (ignore, message) in [
        (json!("binlog_retention"), "ignore: found \"binlog_retention\", expected a list of finding codes"),
        (json!(["*"]), "ignore[0]: found \"*\", expected a finding code of lower-case letters, digits and _"),
        (json!(["a", "b", "a"]), "ignore[2]: found \"a\" a second time, expected each code once"),
    ] {
        assert_refused_with("/ignore", ignore, &[message]);
    }
}

#[test]
fn labels_are_plain_words_with_short_texts() {
    let many: BTreeMap<String, &str> = (0..65).map(|number| (format!("l{number}"), "x")).collect();
    let plain = "expected 1 to 64 ASCII letters, digits, -, _, . or /";
    let shown = "v".repeat(60);
    for (labels, message) in [
        (json!(["a"]), "labels: found a list, expected a mapping of label to text".to_owned()),
        (json!(many), "labels: found 65 labels, expected at most 64".to_owned()),
        (json!({"a b": "x"}), format!("labels[\"a b\"]: found a label that is not a plain word, {plain}")),
        (
            json!({"a": 1}),
            "labels.a: found the number 1, expected a text of at most 256 characters".to_owned(),
        ),
        (
            json!({"a": "v".repeat(257)}),
            format!("labels.a: found \"{shown}\" and so on, expected a text of at most 256 characters"),
        ),
    ] {
        assert_refused_with("/labels", labels, &[&message]);
    }
}

#[test]
fn yaml_s_own_null_is_the_word_null_of_zero_dates() {
    let mut document = least();
    put(&mut document, "/zero_dates", json!(null));
    assert_eq!(task(&document), task(&least()));
}
