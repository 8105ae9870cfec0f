//! Where the target listens, who logs in, and how the line is protected.
//!
//! A password is held here in clear and is never printed; nothing of this is serializable.

use std::fmt;

use migration::task::{Endpoint, Tls};

/// Statements in flight at once, and connections kept: throughput comes from connections, not from bigger statements
/// (`lindorm.md` 9).
pub const CONNECTIONS_DEFAULT: usize = 4;

/// What a connection needs.
#[derive(Clone)]
pub struct Settings {
    /// Host name or address.
    pub host: String,
    /// TCP port; the endpoint's own is 33060.
    pub port: u16,
    /// The account.
    pub user: String,
    /// Its password; none for an account without.
    pub password: Option<String>,
    /// Whether the password may be changed while it is used here: a login that is refused is worth another try.
    pub password_rotates: bool,
    /// How the line is protected.
    pub tls: Tls,
    /// The text of `tls.ca`, in PEM, where there is no such file here.
    pub authority: Option<Vec<u8>>,
    /// Most connections at once, at least one.
    pub connections: usize,
}

impl Settings {
    /// As a task's document says, with what it only refers to: the password, and the text of its authorities.
    #[must_use]
    pub fn of(
        end: &Endpoint,
        password: Option<String>,
        authority: Option<Vec<u8>>,
        connections: usize,
    ) -> Self {
        Self {
            host: end.host.clone(),
            port: end.port,
            user: end.user.clone(),
            password,
            password_rotates: false,
            tls: end.tls.clone(),
            authority,
            connections: connections.max(CONNECTIONS_DEFAULT),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "redacted"))
            .field("tls", &self.tls)
            .field("connections", &self.connections)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use migration::task::{Tls, TlsMode};

    use super::Settings;

    #[test]
    fn a_password_is_never_printed() {
        let settings = Settings {
            host: "127.0.0.1".to_owned(),
            port: 33_060,
            user: "root".to_owned(),
            password: Some("Tr0ub4dor".to_owned()),
            password_rotates: false,
            tls: Tls { mode: TlsMode::Disabled, ca: None },
            authority: None,
            connections: 4,
        };
        let shown = format!("{settings:?}");
        assert!(shown.contains("redacted") && !shown.contains("Tr0ub4dor"), "{shown}");
    }
}
