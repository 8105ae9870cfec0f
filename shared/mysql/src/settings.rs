//! Where the source listens, who logs in, and how the line is protected, with the secret already resolved.
//!
//! It exists apart from the task document because that one holds references only. It is never serialised, and its
//! `Debug` leaves the password out.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use migration::limits::SOURCE_PACKET_BYTES_MAX;
use migration::task::{Endpoint, TlsMode};
use mysql_async::{Opts, OptsBuilder, PoolConstraints, PoolOpts, SslOpts};

/// Idle sessions are closed after this time, so that a quiet task does not hold the source's connections.
const IDLE_SESSION_SPAN: Duration = Duration::from_secs(60);
/// Statements kept prepared in a session: four shapes of a page for a few tables, and the catalog's queries.
const PREPARED_STATEMENTS: usize = 48;
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How long connecting may take, TLS and login included, where nobody asks for less.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Settings of every session.
///
/// The last entry runs first (`mysql_async` takes them from the end). Version comments leave out what a server does
/// not know. `ALLOW_INVALID_DATES` and the absence of the `NO_ZERO` modes let key values such as `2023-02-31` and
/// `0000-00-00` be bound back; no other mode changes how values are read.
const SESSION_SETTINGS: [&str; 2] = [
    "SET SESSION TRANSACTION READ ONLY",
    "SET NAMES utf8mb4, SESSION autocommit = 1, SESSION time_zone = '+00:00', \
     SESSION sql_mode = 'ALLOW_INVALID_DATES', SESSION lock_wait_timeout = 5\
     /*!80000 , SESSION information_schema_stats_expiry = 0 */\
     /*!80030 , SESSION show_gipk_in_create_table_and_information_schema = ON */",
];

/// Certificate authorities in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorities {
    /// A file.
    File(PathBuf),
    /// The text itself.
    Pem(Vec<u8>),
}

/// How a session is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// What is demanded of the server.
    pub mode: TlsMode,
    /// Whom to trust in the verifying modes; the built-in authorities where there is none.
    pub authorities: Option<Authorities>,
}

/// All that a session needs.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The account's user name.
    pub user: String,
    /// The account's password, if it has one.
    pub password: Option<String>,
    /// Whether the password may be changed while it is used here: a login that is refused is worth another try.
    pub password_rotates: bool,
    /// The line's protection.
    pub tls: TlsSettings,
    /// How long connecting, TLS and login may take together.
    pub connect_timeout: Duration,
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "(secret)"))
            .field("tls", &self.tls)
            .field("connect_timeout", &self.connect_timeout)
            .finish()
    }
}

impl ConnectionSettings {
    /// As a task's document says, with what it only refers to: the password, and the text of its authorities.
    #[must_use]
    pub fn of(end: &Endpoint, password: Option<String>, authority: Option<Vec<u8>>) -> Self {
        let file = || end.tls.ca.clone().map(Authorities::File);
        let authorities = authority.map(Authorities::Pem).or_else(file);
        Self {
            host: end.host.clone(),
            port: end.port,
            user: end.user.clone(),
            password,
            password_rotates: false,
            tls: TlsSettings { mode: end.tls.mode, authorities },
            connect_timeout: CONNECT_TIMEOUT,
        }
    }

    /// The driver's options. No reset between uses: nothing here leaves state behind in a session.
    pub(crate) fn options(&self, sessions_max: usize) -> Opts {
        let bounds =
            PoolConstraints::new(0, sessions_max.max(1)).expect("invariant: zero is below the upper bound");
        let pool = PoolOpts::default()
            .with_constraints(bounds)
            .with_reset_connection(false)
            .with_inactive_connection_ttl(IDLE_SESSION_SPAN);
        OptsBuilder::default()
            .ip_or_hostname(self.host.clone())
            .tcp_port(self.port)
            .user(Some(self.user.clone()))
            .pass(self.password.clone())
            .ssl_opts(self.tls.options())
            .pool_opts(pool)
            .prefer_socket(false)
            .tcp_keepalive(Some(KEEPALIVE))
            .max_allowed_packet(Some(SOURCE_PACKET_BYTES_MAX))
            .stmt_cache_size(PREPARED_STATEMENTS)
            .setup(SESSION_SETTINGS.to_vec())
            .into()
    }
}

impl TlsSettings {
    fn options(&self) -> Option<SslOpts> {
        match self.mode {
            TlsMode::Disabled => None,
            TlsMode::Required => Some(SslOpts::default().with_danger_accept_invalid_certs(true)),
            // The driver's own way of skipping the name looks for the text `NotValidForName` in the error, which
            // rustls no longer writes there; but rustls does write the name that was asked for. Asking for a host of
            // that name makes exactly the name check pass. The chain is verified before the name, no other error
            // repeats the name, and should either side change its wording, connecting fails instead of trusting.
            TlsMode::VerifyCa => Some(
                self.trusted()
                    .with_danger_skip_domain_validation(true)
                    .with_danger_tls_hostname_override(Some("NotValidForName")),
            ),
            TlsMode::VerifyIdentity => Some(self.trusted()),
        }
    }

    fn trusted(&self) -> SslOpts {
        let options = SslOpts::default();
        match &self.authorities {
            None => options,
            Some(Authorities::File(path)) => {
                options.with_root_certs(vec![path.clone().into()]).with_disable_built_in_roots(true)
            }
            Some(Authorities::Pem(text)) => {
                options.with_root_certs(vec![text.clone().into()]).with_disable_built_in_roots(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use migration::task::TlsMode;

    use super::{ConnectionSettings, TlsSettings};

    fn settings() -> ConnectionSettings {
        ConnectionSettings {
            host: "db.example".to_owned(),
            port: 3306,
            user: "ferry".to_owned(),
            password: Some("hunter2".to_owned()),
            password_rotates: false,
            tls: TlsSettings { mode: TlsMode::Required, authorities: None },
            connect_timeout: Duration::from_secs(10),
        }
    }

    #[test]
    fn a_printed_setting_holds_no_password() {
        let printed = format!("{:?}", settings());
        assert!(printed.contains("(secret)") && !printed.contains("hunter2"));
    }

    #[test]
    fn sessions_are_neither_reset_nor_moved_to_a_socket() {
        let options = settings().options(4);
        assert!(!options.pool_opts().reset_connection());
        assert!(!options.prefer_socket());
        assert_eq!(options.pool_opts().constraints().max(), 4);
    }
}
