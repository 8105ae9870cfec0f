//! What became of a failed statement, from the driver's error to the port's.
//!
//! The server's text is kept for statements without values only; for all others number and SQLSTATE must do, with the
//! meaning of the number in our own words, because servers quote the offending value.

use migration::port::{PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::{DriverError, Error, IoError};

use crate::classify::{Class, classify, listed};

/// Whether the server's own words may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// The statement holds no value: a definition, SHOW, the login.
    Kept,
    /// The statement holds values.
    Dropped,
}

/// A failed statement.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) class: Class,
    pub(crate) code: Option<u16>,
    /// What it may have done; starts as the class says and only ever becomes less certain.
    pub(crate) effect: Effect,
    what: String,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What the server said to a statement without values.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

impl Failure {
    /// A failure of ours, without a cause.
    pub(crate) fn of(class: Class, what: impl Into<String>) -> Self {
        Self { class, code: None, effect: class.effect(), what: what.into(), cause: None }
    }

    /// From a driver's error of a statement that was sent.
    pub(crate) fn from_driver(error: Error, words: Words) -> Self {
        match error {
            Error::Server(said) => {
                let class = classify(said.code, &said.state);
                let line = listed(said.code);
                let state = match (said.state.as_str(), line) {
                    ("", Some(line)) => line.state,
                    (state, _) => state,
                };
                let meaning = line.map(|line| format!(": {}", line.meaning)).unwrap_or_default();
                let what = format!("error {} ({state}){meaning}", said.code);
                let cause = (words == Words::Kept && !said.message.is_empty())
                    .then(|| Box::new(Said(said.message)) as Box<dyn std::error::Error + Send + Sync>);
                Self { class, code: Some(said.code), effect: class.effect(), what, cause }
            }
            Error::Io(IoError::Io(cause)) => {
                let (class, what) = of_io(&cause);
                Self { cause: Some(Box::new(cause)), ..Self::of(class, what) }
            }
            Error::Io(IoError::Tls(cause)) => Self {
                cause: Some(Box::new(cause)),
                ..Self::of(Class::Denied, "the line could not be secured")
            },
            Error::Driver(fault) => Self::of_driver(&fault),
            Error::Url(_) => Self::of(Class::Unsupported, "the connection settings are not usable"),
            // Never made by the statements of this crate; its text may hold anything.
            Error::Other(_) => Self::of(Class::Unlisted, "the driver failed"),
        }
    }

    /// From a driver's error of a connection that was not made; nothing of ours was sent but the login.
    pub(crate) fn from_connecting(error: Error) -> Self {
        const OTHER_PROTOCOL: &str = "what answers at the address does not speak the MySQL protocol";
        const BROKEN_OFF: &str = "the connection was closed before the login was over";
        let what = match &error {
            Error::Driver(
                DriverError::PacketOutOfOrder
                | DriverError::UnexpectedPacket { .. }
                | DriverError::CantParseServerVersion { .. }
                | DriverError::PacketTooLarge,
            ) => Some(OTHER_PROTOCOL),
            Error::Driver(DriverError::ConnectionClosed) => Some(BROKEN_OFF),
            Error::Io(IoError::Io(cause)) if of_encryption(cause).is_none() => match cause.kind() {
                std::io::ErrorKind::ConnectionRefused => None,
                std::io::ErrorKind::UnexpectedEof => Some(BROKEN_OFF),
                // Without a number of the operating system's, it was the bytes that made no sense.
                _ if cause.raw_os_error().is_none() => Some(OTHER_PROTOCOL),
                _ => Some(BROKEN_OFF),
            },
            Error::Io(_) | Error::Driver(_) | Error::Server(_) | Error::Url(_) | Error::Other(_) => None,
        };
        let failure = Self::from_driver(error, Words::Kept).before_sending();
        match what {
            Some(what) => Self { what: what.to_owned(), class: Class::Uncertain, ..failure },
            None => failure,
        }
    }

    /// The same failure where it is known to mean something else.
    pub(crate) fn of_class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    /// The same failure of an address that is none.
    pub(crate) fn of_unknown_host(self) -> Self {
        Self { what: "the host name cannot be resolved".to_owned(), ..self }
    }

    /// Whether the failure came out of making the connection, before the server said anything.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.code.is_none() && self.cause.as_ref().is_some_and(|cause| cause.is::<std::io::Error>())
    }

    /// Spelled out variant by variant, because some of them print a value.
    fn of_driver(fault: &DriverError) -> Self {
        match fault {
            DriverError::ConnectionClosed
            | DriverError::PacketOutOfOrder
            | DriverError::PoolDisconnected
            | DriverError::UnexpectedPacket { .. } => Self::of(Class::Uncertain, "the connection was lost"),
            DriverError::NoClientSslFlagFromServer => {
                Self::of(Class::Denied, "the server offers no encryption")
            }
            DriverError::UnknownAuthPlugin { .. }
            | DriverError::MysqlOldPasswordDisabled
            | DriverError::CleartextPluginDisabled => {
                Self::of(Class::Denied, "the server asks for a login method that is not supported")
            }
            DriverError::PacketTooLarge => Self::of(Class::Row, "the statement is too large"),
            DriverError::StmtParamsMismatch { .. } | DriverError::StmtParamsNumberExceedsLimit { .. } => {
                Self::of(Class::Unsupported, "the statement does not take this number of values")
            }
            _ => Self::of(Class::Unlisted, "the driver failed"),
        }
    }

    /// Where a certificate was good but for its name: a name it is made out to.
    pub(crate) fn certificate_name(&self) -> Option<String> {
        let io = self.cause.as_ref()?.downcast_ref::<std::io::Error>()?;
        let rustls::Error::InvalidCertificate(rustls::CertificateError::NotValidForNameContext {
            presented,
            ..
        }) = io.get_ref()?.downcast_ref::<rustls::Error>()?
        else {
            return None;
        };
        presented.iter().find_map(|name| usable_name(name))
    }

    /// The same failure of a connection that never carried the statement.
    pub(crate) fn before_sending(mut self) -> Self {
        self.effect = Effect::None;
        self
    }

    /// The same failure after an earlier try whose outcome is not known.
    pub(crate) fn after_unknown(mut self, unknown: bool) -> Self {
        if unknown {
            self.effect = Effect::Unknown;
        }
        self
    }

    /// As the port tells it; `doing` names the task at hand and the table.
    pub(crate) fn into_port(self, doing: &str) -> PortError {
        PortError {
            surface: Surface::Target,
            code: self.code,
            summary: format!("{doing}: {}", self.what),
            retry: self.class.retry(),
            effect: self.effect,
            cause: self.cause,
        }
    }
}

/// A refused certificate is final, because it is refused before anything is sent; all else may pass.
fn of_io(cause: &std::io::Error) -> (Class, &'static str) {
    if let Some(rustls::Error::InvalidCertificate(_)) = of_encryption(cause) {
        return (Class::Denied, "the server's certificate was not accepted");
    }
    match cause.kind() {
        std::io::ErrorKind::ConnectionRefused => (Class::Uncertain, "nobody listens at the address"),
        _ => (Class::Uncertain, "the connection was lost"),
    }
}

fn of_encryption(cause: &std::io::Error) -> Option<&rustls::Error> {
    cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
}

/// A subject name as the verifier lists it, `DnsName("...")` or `IpAddress(...)`; a wildcard gets some label.
fn usable_name(listed: &str) -> Option<String> {
    if let Some(name) = listed.strip_prefix("DnsName(\"").and_then(|rest| rest.strip_suffix("\")")) {
        return Some(name.strip_prefix('*').map_or_else(|| name.to_owned(), |rest| format!("any{rest}")));
    }
    listed.strip_prefix("IpAddress(").and_then(|rest| rest.strip_suffix(')')).map(str::to_owned)
}

/// An answer of the target that is not what the documentation says.
pub(crate) fn unexpected(doing: &str, what: &str) -> PortError {
    PortError { retry: Retry::Operator, ..PortError::permanent(Surface::Target, format!("{doing}: {what}")) }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use migration::retry::{Effect, Retry};
    use mysql_async::{Error, ServerError};

    use super::{Failure, Words, usable_name};

    fn refused(code: u16, state: &str) -> Error {
        Error::Server(ServerError {
            code,
            state: state.to_owned(),
            message: "value 'secret' refused".to_owned(),
        })
    }

    #[test]
    fn the_servers_words_are_dropped_where_they_could_quote_a_value() {
        let error = Failure::from_driver(refused(1366, "HY000"), Words::Dropped).into_port("writing to a.b");
        assert!(error.source().is_none());
        assert_eq!(
            error.to_string(),
            "target: writing to a.b: error 1366 (HY000): a value of another type than its column's"
        );
        let error = Failure::from_driver(refused(1005, "HY000"), Words::Kept).into_port("creating a.b");
        assert!(error.source().is_some());
    }

    #[test]
    fn names_of_a_certificate_are_read_in_the_verifiers_spelling() {
        assert_eq!(usable_name("DnsName(\"db.example\")").as_deref(), Some("db.example"));
        assert_eq!(usable_name("DnsName(\"*.example\")").as_deref(), Some("any.example"));
        assert_eq!(usable_name("IpAddress(127.0.0.1)").as_deref(), Some("127.0.0.1"));
        assert_eq!(usable_name("DirectoryName"), None);
    }

    #[test]
    fn a_lost_connection_leaves_the_outcome_open_unless_nothing_was_sent() {
        let lost = || Error::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        let error = Failure::from_driver(lost(), Words::Dropped).into_port("writing to a.b");
        assert_eq!((error.retry, error.effect), (Retry::Now, Effect::Unknown));
        let error = Failure::from_driver(lost(), Words::Dropped).before_sending().into_port("writing to a.b");
        assert_eq!((error.retry, error.effect), (Retry::Now, Effect::None));
    }
}
