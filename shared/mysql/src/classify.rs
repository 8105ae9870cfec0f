//! What a failed call at the source means: when to try again, decided by error number and by nothing else.
//!
//! Every call only reads, so none has an effect. The server's own text is left out, because it may quote values and
//! names of accounts; the number stays.

use std::io;
use std::time::Duration;

use migration::port::{LOGIN_REFUSED, PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::{DriverError, Error, IoError, TlsError};
use mysql_common_client::proto::codec::error::PacketCodecError;

/// The connection is good; only this statement has to be made again.
const AT_ONCE: Retry = Retry::After(Duration::ZERO);
const SHORT: Retry = Retry::After(Duration::from_secs(1));
const BUSY: Retry = Retry::After(Duration::from_secs(5));
const LONG: Retry = Retry::After(Duration::from_secs(60));

/// `max_execution_time` ran out (MySQL manual, server error reference).
pub(crate) const EXECUTION_TIME_EXCEEDED: u16 = 3024;
/// The account is blocked for a while after logins with wrong passwords.
pub(crate) const LOGIN_BLOCKED: u16 = 3955;
/// The statement was killed, by us or by the operator.
pub(crate) const INTERRUPTED: u16 = 1317;

/// The numbers we know, from the server error reference of the MySQL manual. What is not listed is the operator's.
const KNOWN: &[(&[u16], Retry, &str)] = &[
    (&[1040], BUSY, "the server has too many connections"),
    (&[1203], BUSY, "the account has too many connections"),
    (&[1226], LONG, "the account used up a resource limit"),
    (&[1205], SHORT, "a lock was not free in time"),
    (&[1213], SHORT, "a deadlock was resolved at our cost"),
    (&[EXECUTION_TIME_EXCEEDED], SHORT, "the statement's time ran out"),
    (&[INTERRUPTED], SHORT, "the statement was interrupted"),
    (&[1053, 3032], Retry::Now, "the server is shutting down or offline"),
    (&[1158, 1159, 1160, 1161, 2006, 2013], Retry::Now, "the connection was lost"),
    (&[1927, 3169, 4031], Retry::Now, "the server closed the session"),
    (&[1412, 1615], AT_ONCE, "the table's definition changed while it was read"),
    (&[1153], Retry::Never, "a row is larger than a packet may be"),
    (&[1044, 1142, 1143, 1227, 1370], Retry::Operator, "the account lacks a right"),
    (&[LOGIN_REFUSED, 1698, 3118], Retry::Operator, "the login was refused"),
    (&[LOGIN_BLOCKED], Retry::Operator, "the account is blocked after failed logins"),
    (&[1129, 1130], Retry::Operator, "the server does not accept this host"),
    (&[1820, 1862], Retry::Operator, "the account's password has expired"),
    (&[3159], Retry::Operator, "the server demands TLS"),
    (&[1049], Retry::Operator, "the database does not exist"),
    (&[1146], Retry::Operator, "the table does not exist"),
    (&[1054], Retry::Operator, "a column does not exist"),
    (&[1176], Retry::Operator, "the key's index does not exist or is invisible"),
    (&[1021, 1114], Retry::Operator, "the server has no space left"),
    (&[1193, 1231, 1298], Retry::Operator, "the server refused a session setting"),
];

/// The port error of a failed call; `doing` says what was tried, in words without values.
pub(crate) fn classify(error: &Error, doing: &str) -> PortError {
    let (code, retry, what) = match error {
        Error::Server(server) => {
            let (retry, what) = known(server.code);
            (Some(server.code), retry, what)
        }
        Error::Io(IoError::Io(cause)) => {
            let (retry, what) = of_io(cause);
            (None, retry, what)
        }
        Error::Io(IoError::Tls(cause)) => (None, Retry::Operator, of_tls(cause)),
        Error::Driver(driver) => {
            let (retry, what) = of_driver(driver);
            (None, retry, what)
        }
        Error::Url(_) => (None, Retry::Never, "the connection settings are not valid"),
        Error::Other(_) => (None, Retry::Operator, "the driver failed"),
    };
    let summary = match code {
        Some(code) => format!("{doing}: {what} (error {code})"),
        None => format!("{doing}: {what}"),
    };
    PortError { surface: Surface::Source, code, summary, retry, effect: Effect::None, cause: None }
}

/// A fault in what was asked or read, which repeats with the same arguments.
pub(crate) fn fault(summary: impl Into<String>) -> PortError {
    PortError::permanent(Surface::Source, summary)
}

/// Whether what was sent is larger than a packet may be.
pub(crate) fn is_too_large(error: &Error) -> bool {
    match error {
        Error::Driver(DriverError::PacketTooLarge) => true,
        Error::Io(IoError::Io(cause)) => is_codec_too_large(cause),
        Error::Driver(_) | Error::Io(_) | Error::Other(_) | Error::Server(_) | Error::Url(_) => false,
    }
}

fn is_codec_too_large(cause: &io::Error) -> bool {
    let inner = cause.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(PacketCodecError::PacketTooLarge))
}

fn known(code: u16) -> (Retry, &'static str) {
    let found = KNOWN.iter().find(|(codes, _, _)| codes.contains(&code));
    found.map_or((Retry::Operator, "the server refused the statement"), |(_, retry, what)| (*retry, *what))
}

fn of_io(cause: &io::Error) -> (Retry, &'static str) {
    if let Some(tls) = cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return (Retry::Operator, of_rustls(tls));
    }
    if is_codec_too_large(cause) {
        return (Retry::Never, "a row is larger than a packet may be");
    }
    match cause.kind() {
        io::ErrorKind::NotFound => (Retry::Operator, "the host or a file was not found"),
        io::ErrorKind::PermissionDenied => (Retry::Operator, "the system denied access"),
        io::ErrorKind::ConnectionRefused => (Retry::Now, "nobody listens at the address"),
        _ => (Retry::Now, "the connection was lost"),
    }
}

fn of_tls(cause: &TlsError) -> &'static str {
    match cause {
        TlsError::Tls(error) => of_rustls(error),
        TlsError::InvalidDnsName(_) => "the host is not a name a certificate can be made out to",
        TlsError::Pem(_) => "the file of certificate authorities is not PEM",
        TlsError::VerifierBuilderError(_) => "the certificate authorities cannot be used",
    }
}

fn of_rustls(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(_) => "the server's certificate was not accepted",
        _ => "TLS could not be established",
    }
}

fn of_driver(error: &DriverError) -> (Retry, &'static str) {
    match error {
        DriverError::ConnectionClosed | DriverError::PacketOutOfOrder | DriverError::PoolDisconnected => {
            (Retry::Now, "the connection was lost")
        }
        DriverError::PacketTooLarge => (Retry::Never, "a row is larger than a packet may be"),
        DriverError::NoClientSslFlagFromServer => (Retry::Operator, "the server offers no TLS"),
        DriverError::UnknownAuthPlugin { .. }
        | DriverError::CleartextPluginDisabled
        | DriverError::MysqlOldPasswordDisabled => {
            (Retry::Operator, "the account's login method is not supported")
        }
        _ => (Retry::Operator, "the driver failed"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use migration::retry::{Effect, Retry};
    use mysql_async::{Error, ServerError};

    use super::classify;

    fn server(code: u16) -> Error {
        let message = "Duplicate entry 'secret' for user 'ferry'@'host'".to_owned();
        Error::Server(ServerError { code, message, state: "HY000".to_owned() })
    }

    #[test]
    fn an_error_never_repeats_the_servers_text() {
        for code in [1045, 1146, 1062, 9999] {
            let error = classify(&server(code), "reading shop.orders");
            assert!(!error.to_string().contains("secret") && !error.to_string().contains("ferry"));
            assert_eq!((error.code, error.effect), (Some(code), Effect::None));
        }
        assert_eq!(
            classify(&server(1146), "reading shop.orders").to_string(),
            "source: reading shop.orders: the table does not exist (error 1146)"
        );
    }

    #[test]
    fn what_passes_by_itself_is_tried_again_and_the_rest_is_the_operators() {
        for code in [1040, 1203, 1226, 1205, 1213, 3024, 2006, 2013, 1412] {
            assert!(classify(&server(code), "reading").is_transient(), "{code}");
        }
        for code in [1044, 1045, 1142, 1143, 1146, 1054, 1227, 1298, 1064, 9999] {
            assert_eq!(classify(&server(code), "reading").retry, Retry::Operator, "{code}");
        }
        let lost = Error::from(io::Error::from(io::ErrorKind::ConnectionReset));
        assert_eq!(classify(&lost, "reading").retry, Retry::Now);
    }

    #[test]
    fn a_server_that_restarts_uses_up_the_window_of_connections() {
        let refused = Error::from(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert_eq!(classify(&refused, "connecting").retry, Retry::Now);
        for code in [1053, 3032, 2006, 2013, 4031] {
            assert_eq!(classify(&server(code), "reading").retry, Retry::Now, "{code}");
        }
        for code in [1040, 1226, 3024, 1412] {
            assert!(matches!(classify(&server(code), "reading").retry, Retry::After(_)), "{code}");
        }
    }
}
