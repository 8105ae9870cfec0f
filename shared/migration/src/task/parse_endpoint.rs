//! Reading `source` and `target`.
//!
//! A password can be put by mistake into any of these keys, so values are shown only where they cannot be
//! one, and below `password` neither values nor keys are.

use std::net::IpAddr;
use std::path::PathBuf;

use super::defaults;
use super::endpoint::{Endpoint, SecretReference, Tls, TlsMode};
use super::fault::{Complaint, FaultList};
use super::node::{Mapping, Node};

/// The longest host name, in characters (RFC 1035, 2.3.4, without the root's dot).
const HOST_CHARS_MAX: usize = 253;

/// The longest user name, in characters: MySQL takes 32, and the target documents no limit.
const USER_CHARS_MAX: usize = 128;

/// The longest ARN of a secret, in bytes (AWS: `SecretId` of `GetSecretValue`).
const SECRET_ARN_BYTES_MAX: usize = 2_048;

const SECRET_ARN_EXPECTED: &str = "the ARN of a secret: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME";
const HOST_EXPECTED: &str = "a host name or an IP address, without port and scheme";
const PASSWORD_EXPECTED: &str =
    "a reference to it: { env: NAME }, { file: PATH } or { secrets_manager: ARN }";

/// Reads one end of the migration.
pub(super) fn endpoint(node: &Node<'_>, default_port: u16, faults: &mut FaultList) -> Option<Endpoint> {
    let mapping = node.mapping(faults)?;
    let host = mapping.get("host").and_then(|node| host(&node, faults));
    let port = match mapping.get("port") {
        None => Some(default_port),
        Some(node) => node.count("a port", 1, u16::MAX, faults),
    };
    let user = mapping.get("user").and_then(|node| user(&node, faults));
    let password = match mapping.get("password") {
        None => Some(None),
        Some(node) => password(&node, faults).map(Some),
    };
    let tls = match mapping.get("tls") {
        None => Some(Tls { mode: defaults::TLS_MODE, ca: None }),
        Some(node) => tls(&node, faults),
    };
    Some(Endpoint { host: host?, port: port?, user: user?, password: password?, tls: tls? })
}

fn host(node: &Node<'_>, faults: &mut FaultList) -> Option<String> {
    let Some(text) = node.value.as_str() else {
        faults.unexpected(&node.path, node.found_kind(), HOST_EXPECTED);
        return None;
    };
    let name_like = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if (name_like || text.parse::<IpAddr>().is_ok()) && text.len() <= HOST_CHARS_MAX {
        return Some(text.to_owned());
    }
    if text.contains(['@', '/']) {
        faults.unexpected(&node.path, "an address with @ or / (not shown)", HOST_EXPECTED);
    } else {
        node.refuse(HOST_EXPECTED, faults);
    }
    None
}

fn user(node: &Node<'_>, faults: &mut FaultList) -> Option<String> {
    let accepted = node.value.as_str().filter(|text| {
        (1..=USER_CHARS_MAX).contains(&text.chars().count()) && !text.contains(char::is_control)
    });
    if accepted.is_none() {
        let expected = format!("a user name of 1 to {USER_CHARS_MAX} characters");
        faults.unexpected(&node.path, node.found_kind(), expected);
    }
    accepted.map(str::to_owned)
}

fn password(node: &Node<'_>, faults: &mut FaultList) -> Option<SecretReference> {
    if !node.value.is_object() {
        let found = format!("{} (not shown)", node.found_kind());
        faults.unexpected(&node.path, found, PASSWORD_EXPECTED);
        return None;
    }
    let mapping = node.mapping(faults)?;
    match (mapping.get("env"), mapping.get("file"), mapping.get("secrets_manager")) {
        (Some(node), None, None) => environment_name(&node, faults).map(SecretReference::Env),
        (None, Some(node), None) => file_path(&node, faults).map(SecretReference::File),
        (None, None, Some(node)) => secret_arn(&node, faults).map(SecretReference::SecretsManager),
        (None, None, None) => {
            let complaint = Complaint::Missing { expected: "env, file or secrets_manager".to_owned() };
            faults.add(&mapping.path, complaint);
            None
        }
        _ => {
            let expected = "exactly one of env, file and secrets_manager";
            faults.unexpected(&mapping.path, "more than one reference", expected);
            None
        }
    }
}

/// `arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME`.
fn secret_arn(node: &Node<'_>, faults: &mut FaultList) -> Option<String> {
    let accepted = node.value.as_str().filter(|text| {
        let parts: Vec<&str> = text.split(':').collect();
        let is_word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/_+=.@".contains(&b))
        };
        matches!(parts[..], ["arn", _, "secretsmanager", _, account, "secret", _]
            if account.bytes().all(|b| b.is_ascii_digit()))
            && parts.into_iter().all(is_word)
            && text.len() <= SECRET_ARN_BYTES_MAX
    });
    if accepted.is_none() {
        let found = format!("{} (not shown)", node.found_kind());
        faults.unexpected(&node.path, found, SECRET_ARN_EXPECTED);
    }
    accepted.map(str::to_owned)
}

fn environment_name(node: &Node<'_>, faults: &mut FaultList) -> Option<String> {
    let accepted = node.value.as_str().filter(|text| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    if accepted.is_none() {
        let found = format!("{} (not shown)", node.found_kind());
        let expected = "the name of an environment variable: letters, digits and _";
        faults.unexpected(&node.path, found, expected);
    }
    accepted.map(str::to_owned)
}

fn file_path(node: &Node<'_>, faults: &mut FaultList) -> Option<PathBuf> {
    let accepted = node.value.as_str().filter(|text| !text.is_empty() && !text.contains('\0'));
    if accepted.is_none() {
        let found = format!("{} (not shown)", node.found_kind());
        faults.unexpected(&node.path, found, "the path of a file");
    }
    accepted.map(PathBuf::from)
}

fn tls(node: &Node<'_>, faults: &mut FaultList) -> Option<Tls> {
    let mapping = node.mapping(faults)?;
    let mode = match mapping.get("mode") {
        None => Some(defaults::TLS_MODE),
        Some(node) => node.choice(faults),
    };
    let ca = match mapping.get("ca") {
        None => Some(None),
        Some(node) => file_path(&node, faults).map(Some),
    };
    if let Some(mode) = mode {
        ca_is_used(&mapping, mode, faults);
    }
    Some(Tls { mode: mode?, ca: ca? })
}

/// An authority that no check would look at gives a safety that is not there.
fn ca_is_used(mapping: &Mapping<'_>, mode: TlsMode, faults: &mut FaultList) {
    if let Some(node) = mapping.get("ca").filter(|_| !mode.verifies_certificate()) {
        let found = "a certificate authority, which this tls.mode does not look at";
        faults.unexpected(&node.path, found, "mode verify_ca or verify_identity, or no ca");
    }
}
