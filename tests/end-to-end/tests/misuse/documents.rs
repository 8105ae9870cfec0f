//! Documents that are no task: refused with exit code 2 before anything is connected.

use std::fs;

use crate::misuse::stage::{Broken, task_of};

/// A valid document; nothing listens at its ports.
const VALID: &str = "name: broken
source: { host: 127.0.0.1, port: 1, user: root, tls: { mode: disabled } }
target: { host: 127.0.0.1, port: 2, user: root, tls: { mode: disabled } }
migration: full
objects:
  - database: shop
";

#[track_caller]
fn assert_refused(document: &str, expected: &str) {
    let task = task_of(document);
    for verb in ["run", "precheck", "plan", "verify"] {
        let ended = task.ferry(verb, &[]).expect(2);
        assert_eq!((ended.err.trim_end(), ended.out.as_str()), (expected, ""), "{verb}");
    }
    assert!(!task.path("data").exists());
}

#[track_caller]
fn assert_fault(piece: &str, by: &str, fault: &str) {
    assert!(VALID.contains(piece), "{piece}");
    let expected = format!("ferry: task.yaml: the task document has 1 fault\n  {fault}");
    assert_refused(&VALID.replacen(piece, by, 1), &expected);
}

#[test]
fn a_file_that_is_no_document_is_named() {
    let task = task_of(VALID);
    fs::rename(task.path("task.yaml"), task.path("task.txt")).expect("the file is renamed");
    fs::write(task.path("bytes.yaml"), b"name: \xFF").expect("a file");
    fs::write(task.path("half.json"), "{\"name\": ").expect("a file");
    for (file, expected) in [
        ("task.yaml", "task.yaml cannot be read: No such file or directory (os error 2)"),
        ("task.txt", "task.txt is neither .yaml, .yml nor .json"),
        ("bytes.yaml", "bytes.yaml is not UTF-8 text"),
        ("half.json", "half.json, line 1, column 9: not a JSON document: EOF while parsing a value"),
    ] {
        let ended = task.start_raw(&["run", file], &[]).wait().expect(2);
        assert_eq!(ended.err, format!("ferry: {expected}\n"));
    }
}

#[test]
fn a_text_that_is_no_yaml_is_told_with_its_place() {
    assert_refused(
        "name: [1, 2\nsource: 3\n",
        "ferry: task.yaml, line 2, column 7: not YAML: illegal placement of ':' indicator",
    );
    assert_refused(
        &format!("{VALID}name: again\n"),
        "ferry: task.yaml, line 7, column 1: a key that this mapping already has",
    );
}

#[test]
fn an_empty_document_is_told_what_it_lacks() {
    assert_refused(
        "",
        "ferry: task.yaml: the task document has 1 fault\n  \
         the document: found nothing, expected a mapping of name, source, target, migration, objects, names, \
         tables_on_target, retry, on_ddl, on_bad_row, zero_dates, tuning, ignore, labels",
    );
}

#[test]
fn unknown_and_unsupported_keys_are_refused() {
    assert_fault(
        "migration: full\n",
        "migration: full\nlables: {}\n",
        "lables: unknown key, did you mean labels?",
    );
    assert_fault(
        "migration: full\n",
        "migration: full\nthrottle: {}\n",
        "throttle: not supported by this version yet",
    );
}

#[test]
fn figures_without_a_unit_or_beyond_their_bounds_are_refused() {
    for (tuning, fault) in [
        (
            "chunk_bytes: 64 MB",
            "tuning.chunk_bytes: found \"64 MB\", expected a size with its unit, such as 64 MiB (B, KiB, MiB or GiB)",
        ),
        (
            "chunk_bytes: 64",
            "tuning.chunk_bytes: found the number 64, expected a size with its unit, such as 64 MiB (B, KiB, MiB or GiB)",
        ),
        ("chunk_bytes: 1 B", "tuning.chunk_bytes: found \"1 B\", expected from 1 KiB to 4 GiB"),
        (
            "stamp_margin: 2",
            "tuning.stamp_margin: found the number 2, expected a duration with its unit, such as 2s (ms, s, m, h or d)",
        ),
        ("copiers: 0", "tuning.copiers: found the number 0, expected a whole number from 1 to 64"),
    ] {
        let by = format!("migration: full\ntuning: {{ {tuning} }}\n");
        assert_fault("migration: full\n", &by, fault);
    }
}

#[test]
fn ends_that_cannot_be_meant_are_refused() {
    assert_fault("port: 1,", "port: 0,", "source.port: found the number 0, expected a port from 1 to 65535");
    assert_fault(
        "host: 127.0.0.1, port: 1,",
        "host: \"127.0.0.1:3306\",",
        "source.host: found \"127.0.0.1:3306\", expected a host name or an IP address, without port and scheme",
    );
    assert_fault("port: 2", "port: 1", "target: found the host and port of source, expected another server");
    assert_fault(
        "tls: { mode: disabled } }\ntarget",
        "tls: { mode: disabled, ca: ca.pem } }\ntarget",
        "source.tls.ca: found a certificate authority, which this tls.mode does not look at, expected mode verify_ca or \
         verify_identity, or no ca",
    );
}

#[test]
fn objects_that_cannot_be_meant_are_refused() {
    assert_fault(
        "\n  - database: shop\n",
        " []\n",
        "objects: found an empty list, expected a list with at least one database",
    );
    assert_fault(
        "database: shop",
        "database: mysql",
        "objects[0].database: found \"mysql\", expected a database that is not the server's own",
    );
    assert_fault(
        "  - database: shop\n",
        "  - database: shop\n  - database: shop\n",
        "objects[1].database: found \"shop\" a second time, expected each database once",
    );
    assert_fault(
        "  - database: shop\n",
        "  - { database: shop, include: [a, b], tables: [{ table: a, target: b }] }\n",
        "objects[0].include[1]: found the target \"shop.b\", which is already that of \"shop.a\", expected a target of \
         its own for each table",
    );
    assert_fault(
        "  - database: shop\n",
        "  - { database: shop, include: [a], tables: [{ table: nothing, target: x }] }\n",
        "objects[0].tables[0].table: found \"nothing\", which include and exclude leave out, expected a table that they \
         select",
    );
}

#[test]
fn every_fault_is_told_at_once() {
    let broken =
        Broken { more: "on_bad_row: skip\nzero_dates: never\nignore: [Binlog]\n", ..Broken::default() };
    assert_refused(
        &broken.at("1", "1"),
        "ferry: task.yaml: the task document has 4 faults\n  \
         on_bad_row: found \"skip\", expected fail or reject\n  \
         zero_dates: found \"never\", expected null, text or fail\n  \
         ignore[0]: found \"Binlog\", expected a finding code of lower-case letters, digits and _\n  \
         target: found the host and port of source, expected another server",
    );
}
