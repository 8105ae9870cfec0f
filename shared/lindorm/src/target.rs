//! A target: its connections, and the three ways statements travel over them.
//!
//! Reads are tried a few times by themselves; writes are in `send`, with their own rules; definitions are sent once,
//! because only the caller can find out what became of one (protocol H18).

use std::sync::Arc;
use std::time::Duration;

use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::port::PortError;
use migration::retry::backoff;
use migration::time::UnixMs;
use mysql_async::Row;

use crate::classify::Class;
use crate::failure::Failure;
use crate::moment::{jittered, now};
use crate::pool::Pool;
use crate::request::{Backslashes, Request};
use crate::settings::Settings;

/// How often a read is tried.
const READ_ATTEMPTS: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The target server. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Target {
    pool: Arc<Pool>,
}

impl Target {
    /// A target; nothing is connected yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { pool: Arc::new(Pool::new(settings)) }
    }

    /// As [`new`](Self::new), and connects once, so that a wrong address, password or certificate is known at once.
    ///
    /// # Errors
    /// What stood against the connection; an unreachable server and too many connections are transient.
    pub async fn connect(settings: Settings) -> Result<Self, PortError> {
        let doing = format!("connecting to {}:{}", settings.host, settings.port);
        let target = Self::new(settings);
        let leased =
            target.pool.lease(Backslashes::Any).await.map_err(|failure| failure.into_port(&doing))?;
        leased.give_back();
        Ok(target)
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Rows of a statement without values.
    pub(crate) async fn ask(&self, sql: &str) -> Result<Vec<Row>, Failure> {
        tried(|| self.ask_once(sql)).await
    }

    /// `@@time_zone` of a connection as the server makes it.
    pub(crate) async fn initial_time_zone(&self) -> Result<String, Failure> {
        tried(|| async { self.pool.open_bare().await?.time_zone().await }).await
    }

    async fn ask_once(&self, sql: &str) -> Result<Vec<Row>, Failure> {
        let mut leased = self.pool.lease(Backslashes::Any).await?;
        let outcome = leased.session.ask(sql, STATEMENT_TIMEOUT).await;
        leased.ended(outcome)
    }

    /// Rows of a statement with values.
    pub(crate) async fn read(&self, request: &Request) -> Result<Vec<Row>, Failure> {
        self.read_within(request, usize::MAX).await
    }

    /// The first rows of a statement with values, up to the one that passes `bytes_max`.
    pub(crate) async fn read_within(&self, request: &Request, bytes_max: usize) -> Result<Vec<Row>, Failure> {
        tried(|| self.read_once(request.clone(), bytes_max)).await
    }

    async fn read_once(&self, request: Request, bytes_max: usize) -> Result<Vec<Row>, Failure> {
        let mut leased = self.pool.lease(request.backslashes()).await?;
        match leased.session.fetch(request, bytes_max).await {
            Ok((rows, true)) => {
                leased.give_back();
                Ok(rows)
            }
            // The rest of the answer is still on the line, so the connection is given up.
            Ok((rows, false)) => Ok(rows),
            Err(failure) => {
                leased.give_back_after(&failure);
                Err(failure)
            }
        }
    }

    /// Sends a definition once.
    pub(crate) async fn define(&self, sql: &str) -> Result<(), Failure> {
        self.define_by(sql, UnixMs(u64::MAX)).await
    }

    /// The same, unless its timeout would pass `settled_by`: connecting may have taken long.
    pub(crate) async fn define_by(&self, sql: &str, settled_by: UnixMs) -> Result<(), Failure> {
        let mut leased = self.pool.lease_proven().await?;
        if now().plus(DDL_TIMEOUT) > settled_by {
            leased.give_back();
            return Err(Failure::of(Class::Stale, "the time for sending is over"));
        }
        let outcome = leased.session.run(sql, DDL_TIMEOUT).await;
        leased.ended(outcome)
    }
}

/// Tries a read a few times, as long as it fails for a reason that may pass.
async fn tried<T, F>(once: impl Fn() -> F + Send + Sync) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>> + Send,
{
    let mut pauses = backoff(FIRST_PAUSE, LONGEST_PAUSE).take(READ_ATTEMPTS - 1);
    loop {
        match (once().await, pauses.next()) {
            (Err(failure), Some(pause)) if failure.class.is_transient() => {
                tokio::time::sleep(jittered(pause)).await;
            }
            (outcome, _) => return outcome,
        }
    }
}
