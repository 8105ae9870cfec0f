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
            "source.password: found a text (not shown), expected a reference to it: { env: NAME }, { \
             file: PATH } or { secrets_manager: ARN }",
        ),
        (
            json!(null),
            "source.password: found nothing (not shown), expected a reference to it: { env: NAME }, { \
             file: PATH } or { secrets_manager: ARN }",
        ),
        (json!({}), "source.password: missing, expected env, file or secrets_manager"),
        (
            json!({"env": "A", "file": "b"}),
            "source.password: found more than one reference, expected exactly one of env, file and secrets_manager",
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
            json!({"secrets_manager": "arn:aws:rds:eu-central-1:1:secret:x"}),
            "source.password.secrets_manager: found a text (not shown), expected the ARN of a secret: \
             arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME",
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
            "source.password: found an unknown key (not shown), expected one of env, file, secrets_manager",
            "source.password: missing, expected env, file or secrets_manager",
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
fn what_only_the_submitters_machine_has_is_no_matter_of_functions() {
    let mut document = most();
    let told = |document: &Value, takes_files| {
        task(document).check_deployable(takes_files).map_err(|faults| faults.to_string())
    };
    let first = "\n  source.password: found a variable of the submitter's environment, expected a secret that functions \
                 can read: { secrets_manager: ARN }";
    let authority = "\n  source.tls.ca: found a file of the submitter's machine, expected no ca, or a submission by \
                     `ferry submit --aws`, which takes the file along";
    let last = "\n  target.password: found a file of the submitter's machine, expected a secret that functions can \
                read: { secrets_manager: ARN }";
    assert_eq!(
        told(&document, false),
        Err(format!("the task document has 3 faults{first}{authority}{last}"))
    );
    assert_eq!(told(&document, true), Err(format!("the task document has 2 faults{first}{last}")));
    let arn = json!({"secrets_manager": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ferry/shop-a1B2c3"});
    put(&mut document, "/source/password", arn.clone());
    put(&mut document, "/target/password", arn);
    assert_eq!(told(&document, true), Ok(()));
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
