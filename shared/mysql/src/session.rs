//! Sessions on the source, from a bounded pool.
//!
//! It exists so that every statement runs in a session with the same settings, and so that waiting for a free
//! session is not mistaken for a server that does not answer. A session whose call was given up midway is cleaned
//! or closed by the driver's pool before it is used again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use migration::ident::TableId;
use migration::port::{LOGIN_REFUSED, PortError, Surface};
use migration::retry::{Effect, Retry};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, Pool};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::classify::{LOGIN_BLOCKED, classify};
use crate::settings::ConnectionSettings;

/// When a login with the new password may be tried.
const AFTER_ROTATION: Retry = Retry::After(Duration::from_secs(1));

/// The MySQL source. Clones share their sessions.
#[derive(Clone)]
pub struct Source {
    shared: Arc<Shared>,
}

struct Shared {
    pool: Pool,
    permits: Semaphore,
    sessions_max: usize,
    options: Opts,
    password_rotates: bool,
    connect_timeout: Duration,
    /// Bytes of a row, by table, as pages showed them.
    row_bytes: Mutex<BTreeMap<TableId, u64>>,
}

/// A session in use.
pub(crate) struct Session<'a> {
    pub(crate) conn: Conn,
    _permit: SemaphorePermit<'a>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl Source {
    /// A source of at most `sessions_max` sessions at a time (at least one); nothing is connected yet.
    #[must_use]
    pub fn new(settings: &ConnectionSettings, sessions_max: usize) -> Self {
        let options = settings.options(sessions_max);
        let shared = Shared {
            pool: Pool::new(options.clone()),
            options,
            permits: Semaphore::new(sessions_max.max(1)),
            sessions_max: sessions_max.max(1),
            password_rotates: settings.password_rotates,
            connect_timeout: settings.connect_timeout,
            row_bytes: Mutex::new(BTreeMap::new()),
        };
        Self { shared: Arc::new(shared) }
    }

    /// As [`new`](Self::new), and opens the first session.
    ///
    /// # Errors
    /// Where the server does not answer in time, refuses the login, or is not whom the TLS settings demand.
    pub async fn connect(settings: &ConnectionSettings, sessions_max: usize) -> Result<Self, PortError> {
        let source = Self::new(settings, sessions_max);
        source.session().await?;
        Ok(source)
    }

    /// Closes all sessions, politely.
    pub async fn close(self) {
        // A session that cannot be closed is gone already.
        let _ = self.shared.pool.clone().disconnect().await;
    }

    pub(crate) async fn session(&self) -> Result<Session<'_>, PortError> {
        let permit = self.shared.permits.acquire().await.expect("invariant: the semaphore is never closed");
        let opened = timeout(self.shared.connect_timeout, self.shared.pool.get_conn()).await;
        let conn = opened
            .map_err(|_| PortError {
                surface: Surface::Source,
                code: None,
                summary: "connecting took too long".to_owned(),
                retry: Retry::Now,
                effect: Effect::None,
                cause: None,
            })?
            .map_err(|error| self.unconnected(&error, "connecting"))?;
        Ok(Session { conn, _permit: permit })
    }

    /// A session of this server, and whether all its transactions have GTIDs; where a fresh one is another's, that one's
    /// `@@server_uuid`.
    ///
    /// An address may lead to another server while sessions of the former one are still open; those of the wrong one are closed.
    pub(crate) async fn session_of(
        &self,
        server: &str,
    ) -> Result<Result<(Session<'_>, bool), String>, PortError> {
        let mut closed = 0;
        loop {
            let mut session = self.session().await?;
            let doing = "asking who the source is";
            let answering: Option<(String, String)> = session
                .conn
                .query_first("SELECT @@server_uuid, @@GLOBAL.gtid_mode")
                .await
                .map_err(|error| classify(&error, doing))?;
            let (answering, gtid_mode) = answering.unwrap_or_default();
            if answering == server {
                return Ok(Ok((session, gtid_mode == "ON")));
            }
            // A session that cannot be closed is gone already.
            let _ = session.conn.disconnect().await;
            // So many can have been opened before; the next one was not.
            if closed == self.shared.sessions_max {
                return Ok(Err(answering));
            }
            closed += 1;
        }
    }

    /// The port error of a session that could not be opened.
    pub(crate) fn unconnected(&self, error: &mysql_async::Error, doing: &str) -> PortError {
        let error = classify(error, doing);
        if self.shared.password_rotates && matches!(error.code, Some(LOGIN_REFUSED | LOGIN_BLOCKED)) {
            return PortError { retry: AFTER_ROTATION, ..error };
        }
        error
    }

    /// The options of every session, for one outside the pool.
    pub(crate) fn options(&self) -> &Opts {
        &self.shared.options
    }

    /// How long connecting, TLS and login may take together.
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.shared.connect_timeout
    }

    /// Ends the statement another session is running, over a connection of its own: all others may be busy.
    ///
    /// An account may always end its own statements. Failing to is no error: the statement then ends by its time limit.
    pub(crate) async fn end_statement(&self, session: u32) {
        let end = async {
            let mut conn = Conn::new(self.shared.options.clone()).await?;
            conn.query_drop(format!("KILL QUERY {session}")).await?;
            conn.disconnect().await
        };
        let _ = timeout(self.shared.connect_timeout, end).await;
    }

    /// Bytes of a row of the table, as earlier pages showed them.
    pub(crate) fn row_bytes(&self, table: &TableId) -> Option<u64> {
        self.shared.row_bytes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(table).copied()
    }

    pub(crate) fn remember_row_bytes(&self, table: &TableId, bytes: u64) {
        let mut known = self.shared.row_bytes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(entry) = known.get_mut(table) {
            *entry = bytes;
        } else {
            known.insert(table.clone(), bytes);
        }
    }
}
