//! Faults of `source` and `target`, and that a misplaced password is never shown.

use migration::task::Task;
use serde_json::{Value, json};

use crate::task::document::{assert_refused_with, most, put, task};

/// What stands for a password that was put in the wrong place.
const SECRET: &str = "hunter2 & more";

#[test]
fn a_host_is_a_name_or_an_address_alone() {
    let expected = "a host name or an IP address, without port and scheme";
    for (host, found) in [
        (json!("127.0.0.1:3306"), "\"127.0.0.1:3306\""),
        (json!("db .example"), "\"db .example\""),
        (json!("-db"), "\"-db\""),
        (json!(""), "an empty text"),
        (json!(null), "nothing"),
        (json!(1234), "a number"),
        (json!("mysql://root:hunter2@db:3306"), "an address with @ or / (not shown)"),
    ] {
        let message = format!("source.host: found {found}, expected {expected}");
        assert_refused_with("/source/host", host, &[&message]);
    }
}

#[test]
fn a_port_is_a_number_from_1_to_65535() {
    for (port, found) in [
        (json!(0), "the number 0"),
        (json!(65_536), "the number 65536"),
        (json!(-1), "the number -1"),
        (json!(3306.5), "the number 3306.5"),
        (json!("3306"), "\"3306\""),
    ] {
        let message = format!("target.port: found {found}, expected a port from 1 to 65535");
        assert_refused_with("/target/port", port, &[&message]);
    }
}

#[test]
fn a_user_is_a_text_of_bounded_length() {
    for (user, found) in [
        (json!(""), "an empty text"),
        (json!(12), "a number"),
        (json!("u".repeat(129)), "a text"),
        (json!("a\nb"), "a text"),
    ] {
        let message = format!("source.user: found {found}, expected a user name of 1 to 128 characters");
        assert_refused_with("/source/user", user, &[&message]);
    }
}

#[test]
fn a_password_is_exactly_one_reference() {
    for (password, message) in [
        (
            json!(SECRET),
            "source.password: found a text (not shown), expected a reference to it: { env: NAME } or { \
             file: PATH }",
        ),
        (
            json!(null),
            "source.password: found nothing (not shown), expected a reference to it: { env: NAME } or { \
             file: PATH }",
        ),
        (json!({}), "source.password: missing, expected env or file"),
        (
            json!({"env": "A", "file": "b"}),
            "source.password: found more than one reference, expected exactly one of env and file",
        ),
        (
            json!({"env": SECRET}),
            "source.password.env: found a text (not shown), expected the name of an environment variable: \
             letters, \
             digits and _",
        ),
        (
            json!({"file": ""}),
            "source.password.file: found an empty text (not shown), expected the path of a file",
        ),
        (
            json!({"secrets_manager": "arn:aws:secretsmanager:eu-central-1:1:secret:x"}),
            "source.password.secrets_manager: not supported by this version yet",
        ),
    ] {
        assert_refused_with("/source/password", password, &[message]);
    }
}

#[test]
fn a_key_below_password_is_not_shown_because_it_could_be_the_password() {
    assert_refused_with(
        "/source/password",
        json!({SECRET: null}),
        &[
            "source.password: found an unknown key (not shown), expected one of env, file",
            "source.password: missing, expected env or file",
        ],
    );
}

#[test]
fn no_place_of_an_endpoint_that_could_hold_a_password_shows_it() {
    for (pointer, value) in [
        ("/source/password", json!(SECRET)),
        ("/source/password", json!([SECRET])),
        ("/source/password", json!({SECRET: SECRET})),
        ("/source/password", json!({"value": SECRET})),
        ("/source/password", json!({"env": SECRET, "file": SECRET})),
        ("/source/password", json!({"env": {"name": SECRET}})),
        ("/source/password", json!({"secrets_manager": SECRET})),
        ("/source/passwd", json!(SECRET)),
        ("/source/host", json!(format!("root:{SECRET}@db"))),
        ("/source/user", json!({"name": "root", "password": SECRET})),
        ("/password", json!(SECRET)),
        ("/source", json!(format!("mysql://root:{SECRET}@db"))),
    ] {
        let mut document: Value = most();
        put(&mut document, pointer, value);
        let told = Task::parse(&document).expect_err(pointer).to_string();
        assert!(!told.contains("hunter2"), "{pointer}: {told}");
    }
}

#[test]
fn a_tls_mode_is_one_of_four_words() {
    for (mode, found) in [(json!("preferred"), "\"preferred\""), (json!(false), "false")] {
        let message = format!(
            "source.tls.mode: found {found}, expected disabled, required, verify_ca or verify_identity"
        );
        assert_refused_with("/source/tls/mode", mode, &[&message]);
    }
    assert_refused_with(
        "/source/tls",
        json!("disabled"),
        &["source.tls: found a text, expected a mapping of mode, ca"],
    );
}

#[test]
fn an_authority_that_would_not_be_looked_at_is_refused() {
    let message = "target.tls.ca: found a certificate authority, which this tls.mode does not look at, \
     expected mode \
                   verify_ca or verify_identity, or no ca";
    for mode in ["disabled", "required"] {
        assert_refused_with("/target/tls", json!({"mode": mode, "ca": "ca.pem"}), &[message]);
    }
}

#[test]
fn a_reference_of_a_later_version_is_refused_beside_another_too() {
    assert_refused_with(
        "/source/password",
        json!({"env": "A", "secrets_manager": "arn"}),
        &[
            "source.password.secrets_manager: not supported by this version yet",
            "source.password: found more than one reference, expected exactly one of env and file",
        ],
    );
}

#[test]
fn source_and_target_may_share_a_host() {
    let mut document = most();
    put(&mut document, "/target/host", json!("127.0.0.1"));
    assert_eq!(task(&document).target.port, 33061);
}

#[test]
fn a_target_that_is_the_source_is_refused() {
    let message = "target: found the host and port of source, expected another server";
    assert_refused_with("/target", json!({"host": "127.0.0.1", "port": 3307, "user": "u"}), &[message]);
}
