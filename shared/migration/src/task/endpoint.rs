//! One end of a migration: where a server listens, who logs in, how the line is protected.
//!
//! The password is held as a reference only. What it refers to is read at the moment of connecting, by the
//! program that runs the task, and is never part of the document.

use std::path::PathBuf;

use serde::Serialize;

use super::choice::Choice;

/// A server, the account used on it and the protection of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// Host name or IP address, without a port.
    pub host: String,
    /// TCP port, never 0.
    pub port: u16,
    /// The account's user name.
    pub user: String,
    /// Where the password is found; `None` for an account that has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
    /// How the connection is protected.
    pub tls: Tls,
}

impl Endpoint {
    /// `host:port`, in lower case: the same instance must always have the same name.
    #[must_use]
    pub fn instance(&self) -> String {
        format!("{}:{}", self.host.to_lowercase(), self.port)
    }
}

/// Where a secret is found. Never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretReference {
    /// The name of an environment variable.
    Env(String),
    /// The path of a file whose content is the secret; one line end after it is not part of it.
    File(PathBuf),
    /// The ARN of a secret in AWS Secrets Manager: its text, or the text of its JSON object's key `password`.
    SecretsManager(String),
}

/// How a connection is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// How much of the server's certificate is checked, or none at all.
    pub mode: TlsMode,
    /// A PEM file of certificate authorities to trust instead of the built-in ones; only in the verifying
    /// modes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
}

/// What is demanded of the server's end of the line, by the words of MySQL's `--ssl-mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// Plain text.
    Disabled,
    /// Encrypted, with whoever answers.
    Required,
    /// Encrypted, and the certificate is signed by a trusted authority.
    VerifyCa,
    /// As `VerifyCa`, and the certificate is made out to the host that was asked for.
    VerifyIdentity,
}

impl TlsMode {
    /// Whether the server's certificate is checked against authorities at all.
    #[must_use]
    pub fn verifies_certificate(self) -> bool {
        match self {
            Self::Disabled | Self::Required => false,
            Self::VerifyCa | Self::VerifyIdentity => true,
        }
    }
}

impl Choice for TlsMode {
    const ALL: &'static [(&'static str, Self)] = &[
        ("disabled", Self::Disabled),
        ("required", Self::Required),
        ("verify_ca", Self::VerifyCa),
        ("verify_identity", Self::VerifyIdentity),
    ];
}
