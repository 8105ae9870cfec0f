//! Whether both ends can be reached, and how the lines to them are protected.

use migration::finding::Finding;
use migration::port::{LOGIN_REFUSED, PortError, TlsFacts};
use migration::task::{Endpoint, TlsMode};

use crate::codes::Code;
use crate::draft::Draft;
use crate::facts::refusal;

/// One of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// MySQL.
    Source,
    /// Lindorm.
    Target,
}

/// MySQL's own numbers for a database or host that is refused; Lindorm uses them too (`lindorm.md` 7).
const DATABASE_DENIED: u16 = 1044;
const HOST_BLOCKED: u16 = 1129;
const HOST_NOT_ALLOWED: u16 = 1130;
const TOO_MANY_CONNECTIONS: u16 = 1040;
/// Lindorm: the login method cannot be used for this user.
const AUTHENTICATION_METHOD: u16 = 9003;

/// The finding of a server that answered.
pub(crate) fn reached(end: End, endpoint: &Endpoint, version: &str) -> Finding {
    let evidence = format!("logged in as {}; {version}", endpoint.user);
    Draft::pass(connection_code(end), &place(endpoint), evidence).done()
}

/// The finding of a server that did not answer, or refused the login.
pub(crate) fn unreached(end: End, endpoint: &Endpoint, error: &PortError) -> Finding {
    let remedy = match error.code {
        Some(LOGIN_REFUSED) => {
            "check user and password, and from which hosts the account may log in".to_owned()
        }
        Some(DATABASE_DENIED) => "give the account a right on the database".to_owned(),
        Some(HOST_BLOCKED) => {
            "the server blocks this host after failed logins: `TRUNCATE TABLE performance_schema.host_cache` there".to_owned()
        }
        Some(HOST_NOT_ALLOWED) => {
            "create the account for this host, or add the host to the white list".to_owned()
        }
        Some(TOO_MANY_CONNECTIONS) => "close sessions, or raise the server's connection limit".to_owned(),
        Some(AUTHENTICATION_METHOD) => {
            "create the user anew on this engine version, or use its login method".to_owned()
        }
        Some(_) => "see the server's error number".to_owned(),
        None => {
            let tls = match endpoint.tls.mode {
                TlsMode::Disabled => "",
                TlsMode::Required => "; whether it offers TLS",
                TlsMode::VerifyCa => "; whether a trusted authority signed its certificate (`tls.ca`)",
                TlsMode::VerifyIdentity => {
                    "; whether a trusted authority signed its certificate (`tls.ca`) for this host name"
                }
            };
            format!("check host, port, firewall and white list{tls}")
        }
    };
    Draft::fail(connection_code(end), &place(endpoint), refusal(error)).remedy(remedy).done()
}

/// Judges the line's protection.
pub(crate) fn tls(end: End, endpoint: &Endpoint, facts: &TlsFacts) -> Finding {
    let code = match end {
        End::Source => Code::SourceTls,
        End::Target => Code::TargetTls,
    };
    let detail = if facts.detail.is_empty() { String::new() } else { format!(" ({})", facts.detail) };
    let evidence = match (endpoint.tls.mode, facts.encrypted) {
        (TlsMode::Disabled, false) => "not encrypted, as the document says".to_owned(),
        (TlsMode::Disabled, true) => format!("encrypted{detail}, although the document does not ask for it"),
        (TlsMode::Required, true) => format!("encrypted{detail}; the certificate is not checked"),
        (TlsMode::VerifyCa, true) => format!("encrypted{detail}; the certificate's authority is checked"),
        (TlsMode::VerifyIdentity, true) => format!("encrypted{detail}; authority and host name are checked"),
        (TlsMode::Required | TlsMode::VerifyCa | TlsMode::VerifyIdentity, false) => {
            return Draft::fail(
                code,
                &place(endpoint),
                "the session is not encrypted, although `tls.mode` demands it",
            )
            .remedy("switch TLS on at the server, or set `tls: { mode: disabled }`")
            .done();
        }
    };
    Draft::pass(code, &place(endpoint), evidence).done()
}

fn connection_code(end: End) -> Code {
    match end {
        End::Source => Code::SourceConnection,
        End::Target => Code::TargetConnection,
    }
}

fn place(endpoint: &Endpoint) -> String {
    format!("{}:{}", endpoint.host, endpoint.port)
}
