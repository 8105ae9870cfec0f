//! What a server is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::engine::{EngineOptions, Login};
use crate::wire::protocol::PACKET_BYTES_MAX;

/// The port of LindormTable's MySQL endpoint (`lindorm.md` 1).
pub const PORT: u16 = 33060;

/// Everything a server is started with. The default listens on a free loopback port, for tests.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may log in.
    pub users: Vec<User>,
    /// The certificate.
    pub tls: Tls,
    /// A connection on which nothing happens for so long is closed (`lindorm.md` 1: 10 minutes).
    pub idle_timeout: Duration,
    /// How long a client may take to log in.
    pub login_timeout: Duration,
    /// How many connections there may be (`lindorm.md` 1: 4,000 a node).
    pub connections_max: usize,
    /// The greatest packet taken from a client, in bytes.
    pub packet_bytes_max: usize,
    /// Where commands are taken, on a loopback address; port 0 takes a free one.
    pub control: Option<SocketAddr>,
    /// Where data is kept; without it everything is forgotten when the server stops.
    pub data_dir: Option<PathBuf>,
    /// The engine's own options: assumptions and clock.
    pub engine: EngineOptions,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            users: vec![User::new("root", "")],
            tls: Tls::SelfMade { ca_out: None },
            idle_timeout: Duration::from_mins(10),
            login_timeout: Duration::from_secs(10),
            connections_max: 4000,
            packet_bytes_max: PACKET_BYTES_MAX,
            control: None,
            data_dir: None,
            engine: EngineOptions::default(),
        }
    }
}

/// Where the certificate comes from. TLS is 1.2 only, and no client is forced to use it (`lindorm.md` 11 rule 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// A certificate authority and a certificate for `localhost` and the loopback addresses, made at start.
    SelfMade {
        /// Where to write the authority's certificate, so that clients can verify the server.
        ca_out: Option<PathBuf>,
    },
    /// A certificate chain and its key, PEM files.
    Files {
        /// The chain, the server's own certificate first.
        certificate: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// Plaintext only.
    Off,
}

/// An account.
#[derive(Debug, Clone)]
pub struct User {
    pub(super) name: String,
    pub(super) password: Password,
    pub(super) login: Login,
}

impl User {
    /// An account that may use every login method. An empty password is possible on a loopback address only.
    #[must_use]
    pub fn new(name: &str, password: &str) -> Self {
        User { name: name.to_owned(), password: Password(password.to_owned()), login: Login::Any }
    }

    /// The same account with other login methods.
    #[must_use]
    pub fn with_login(self, login: Login) -> Self {
        User { login, ..self }
    }
}

/// A password; shown nowhere.
#[derive(Clone)]
pub(super) struct Password(pub(super) String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}
