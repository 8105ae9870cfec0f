//! One connection: how it is opened, prepared for our statements, and how a statement is run on it.
//!
//! Nothing beyond the need is sent at connect, because the endpoint's answers to driver chatter are not documented:
//! the packet and idle limits are set here instead of asked for, no socket is looked for, and one statement sets the time
//! zone, which is then read back, because every TIMESTAMP is written and read in it. A session that carries quoted text is
//! also told what a backslash is, where the text was written so.
//! COM_RESET_CONNECTION, COM_CHANGE_USER, several statements in one packet and BEGIN are never sent (`lindorm.md` 1.1, 1.2).

use std::sync::Arc;
use std::time::Duration;

use migration::limits::{REQUEST_BYTES_MAX, STATEMENT_TIMEOUT};
use migration::task::TlsMode;
use migration::time::UnixMs;
use mysql_async::prelude::{Protocol, Queryable};
use mysql_async::{Conn, Opts, OptsBuilder, QueryResult, Row, SslOpts, Statement, Value};

use crate::classify::Class;
use crate::failure::{Failure, Words};
use crate::moment::now;
use crate::request::{Backslashes, Request};
use crate::settings::Settings;

/// How long opening a connection may take, login included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What the client waits beyond the server's own timeout before it gives the connection up.
const PATIENCE: Duration = Duration::from_secs(1);
/// Prepared statements kept on a connection.
const STATEMENTS_KEPT: usize = 32;
/// A connection is replaced after this time, so that load spreads over nodes (`lindorm.md` 1: proxy).
const AGE_MAX: Duration = Duration::from_secs(30 * 60);
/// ... or after this many statements.
const USES_MAX: u32 = 10_000;
/// ... or after this time unused: the server closes at ten minutes.
const IDLE_MAX: Duration = Duration::from_secs(8 * 60);

/// What the driver needs to connect, without our session settings.
pub(crate) fn driver_options(settings: &Settings, name_override: Option<String>) -> Opts {
    OptsBuilder::default()
        .ip_or_hostname(settings.host.clone())
        .tcp_port(settings.port)
        .user(Some(settings.user.clone()))
        .pass(settings.password.clone())
        .prefer_socket(false)
        .max_allowed_packet(Some(REQUEST_BYTES_MAX))
        .wait_timeout(Some(600))
        .tcp_keepalive(Some(Duration::from_secs(60)))
        // Statements are kept by `Session`, which also bounds them.
        .stmt_cache_size(0_usize)
        .ssl_opts(encryption(settings, name_override))
        .into()
}

fn encryption(settings: &Settings, name_override: Option<String>) -> Option<SslOpts> {
    let tls = &settings.tls;
    let trusted = || {
        let text = settings.authority.clone().map(Into::into);
        let roots = text.or_else(|| tls.ca.clone().map(Into::into)).into_iter().collect::<Vec<_>>();
        SslOpts::default().with_disable_built_in_roots(!roots.is_empty()).with_root_certs(roots)
    };
    match tls.mode {
        TlsMode::Disabled => None,
        TlsMode::Required => Some(
            SslOpts::default()
                .with_danger_accept_invalid_certs(true)
                .with_danger_skip_domain_validation(true),
        ),
        TlsMode::VerifyCa => Some(trusted().with_danger_tls_hostname_override(name_override)),
        TlsMode::VerifyIdentity => Some(trusted()),
    }
}

/// An open connection with its prepared statements.
pub(crate) struct Session {
    conn: Conn,
    /// Most recently used last.
    statements: Vec<(Arc<str>, Statement)>,
    opened: UnixMs,
    used: UnixMs,
    uses: u32,
    backslashes: SessionBackslashes,
}

/// What was said to the session about backslashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SessionBackslashes {
    /// Nothing.
    Untouched,
    /// That they are ordinary characters.
    Switched,
}

impl Session {
    /// Connects and leaves everything as the server sets it.
    pub(crate) async fn open_bare(options: Opts) -> Result<Self, Failure> {
        let (host, port) = (options.ip_or_hostname().to_owned(), options.tcp_port());
        let conn = match tokio::time::timeout(CONNECT_TIMEOUT, Conn::new(options)).await {
            Ok(Ok(conn)) => conn,
            Ok(Err(error)) => {
                let failure = Failure::from_connecting(error);
                // The error of a name that is not known has no kind of its own, so the name is looked up once more.
                let is_known = !failure.is_unanswered() || resolves(&host, port).await;
                return Err(if is_known { failure } else { failure.of_unknown_host() });
            }
            Err(_) => {
                let what = "the server did not complete the login in time";
                return Err(Failure::of(Class::Uncertain, what).before_sending());
            }
        };
        let opened = now();
        Ok(Self {
            conn,
            statements: Vec::new(),
            opened,
            used: opened,
            uses: 0,
            backslashes: SessionBackslashes::Untouched,
        })
    }

    /// Sets the time zone every TIMESTAMP is written and read in, and proves that it is set.
    pub(crate) async fn set_time_zone(&mut self) -> Result<(), Failure> {
        let refused = || {
            Failure::of(
                Class::Unlisted,
                "the session's time zone cannot be set to UTC, as LindormTable 2.7.6 and later can",
            )
        };
        match self.run("SET TIME_ZONE='UTC'", STATEMENT_TIMEOUT).await {
            Err(failure) if failure.class.is_transient() => return Err(failure),
            Err(_) => return Err(refused()),
            Ok(()) => {}
        }
        let zone = self.time_zone().await?;
        if is_utc(&zone) { Ok(()) } else { Err(refused()) }
    }

    /// `@@time_zone` as the server spells it.
    pub(crate) async fn time_zone(&mut self) -> Result<String, Failure> {
        let rows = self.ask("SELECT @@time_zone", STATEMENT_TIMEOUT).await?;
        Ok(rows.into_iter().next().and_then(|mut row| text_at(&mut row, 0)).unwrap_or_default())
    }

    /// How long the connection has not been used.
    pub(crate) fn unused(&self, at: UnixMs) -> Duration {
        self.used.until(at)
    }

    /// Whether the server still answers on this connection.
    pub(crate) async fn is_alive(&mut self) -> bool {
        matches!(tokio::time::timeout(PATIENCE, self.conn.ping()).await, Ok(Ok(())))
    }

    /// Whether the connection may be used once more.
    pub(crate) fn is_fresh(&self, at: UnixMs) -> bool {
        is_fresh(self.opened.until(at), self.used.until(at), self.uses)
    }

    /// Runs a statement without values and without rows.
    pub(crate) async fn run(&mut self, sql: &str, timeout: Duration) -> Result<(), Failure> {
        self.note_use();
        let running = self.conn.query_drop(sql);
        finish(tokio::time::timeout(timeout + PATIENCE, running).await, Words::Kept)
    }

    /// Runs a statement without values and gives its rows.
    pub(crate) async fn ask(&mut self, sql: &str, timeout: Duration) -> Result<Vec<Row>, Failure> {
        self.note_use();
        let running = self.conn.query::<Row, _>(sql);
        finish(tokio::time::timeout(timeout + PATIENCE, running).await, Words::Kept)
    }

    /// Runs a statement with values and without rows.
    pub(crate) async fn execute(&mut self, request: Request, timeout: Duration) -> Result<(), Failure> {
        self.note_use();
        let timeout = timeout + PATIENCE;
        let outcome = match request {
            Request::Prepared { sql, values } => {
                let statement = self.prepared(&sql).await?;
                tokio::time::timeout(timeout, self.conn.exec_drop(statement, values)).await
            }
            Request::Text { sql, .. } => tokio::time::timeout(timeout, self.conn.query_drop(sql)).await,
        };
        finish(outcome, Words::Dropped)
    }

    /// Runs a statement with values and gives its rows up to the one that passes `bytes_max`, and whether these were all.
    pub(crate) async fn fetch(
        &mut self,
        request: Request,
        bytes_max: usize,
    ) -> Result<(Vec<Row>, bool), Failure> {
        self.note_use();
        let timeout = STATEMENT_TIMEOUT + PATIENCE;
        let outcome = match request {
            Request::Prepared { sql, values } => {
                let statement = self.prepared(&sql).await?;
                let reading =
                    async { rows_of(self.conn.exec_iter(statement, values).await?, bytes_max).await };
                tokio::time::timeout(timeout, reading).await
            }
            Request::Text { sql, .. } => {
                let reading = async { rows_of(self.conn.query_iter(sql).await?, bytes_max).await };
                tokio::time::timeout(timeout, reading).await
            }
        };
        finish(outcome, Words::Dropped)
    }

    /// Prepares what has to be prepared, so that a failure to do so is known to have had no effect.
    pub(crate) async fn prepare(&mut self, request: &Request) -> Result<(), Failure> {
        match request {
            Request::Prepared { sql, .. } => self.prepared(sql).await.map(|_| ()),
            Request::Text { .. } => Ok(()),
        }
    }

    /// Whether statements written for such a session mean here what was written, once
    /// [`suit`](Self::suit) was called.
    pub(crate) fn can_suit(&self, backslashes: Backslashes) -> bool {
        match backslashes {
            Backslashes::Any | Backslashes::Ordinary => true,
            Backslashes::Untouched => self.backslashes == SessionBackslashes::Untouched,
        }
    }

    /// Makes backslashes ordinary characters where statements are written so. A server that does not know the setting, or
    /// does not let the account have it, has no other kind or keeps its own; which of both was measured in a session set up
    /// by this same call. Any other error says nothing of backslashes, so the session carries no such statement.
    pub(crate) async fn suit(&mut self, backslashes: Backslashes) -> Result<(), Failure> {
        match (backslashes, self.backslashes) {
            (Backslashes::Ordinary, SessionBackslashes::Untouched) => {}
            (Backslashes::Ordinary, SessionBackslashes::Switched)
            | (Backslashes::Any | Backslashes::Untouched, _) => return Ok(()),
        }
        match self.run("SET SQL_MODE='NO_BACKSLASH_ESCAPES'", STATEMENT_TIMEOUT).await {
            Ok(()) | Err(Failure { class: Class::Unsupported | Class::Denied, .. }) => {
                self.backslashes = SessionBackslashes::Switched;
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    async fn prepared(&mut self, sql: &Arc<str>) -> Result<Statement, Failure> {
        if let Some(at) = self.statements.iter().rposition(|(text, _)| Arc::ptr_eq(text, sql) || text == sql)
        {
            let known = self.statements.remove(at);
            let statement = known.1.clone();
            self.statements.push(known);
            return Ok(statement);
        }
        if self.statements.len() >= STATEMENTS_KEPT {
            let (_, oldest) = self.statements.remove(0);
            let closing = tokio::time::timeout(STATEMENT_TIMEOUT, self.conn.close(oldest)).await;
            finish(closing, Words::Dropped).map_err(Failure::before_sending)?;
        }
        let preparing = tokio::time::timeout(STATEMENT_TIMEOUT + PATIENCE, self.conn.prep(&**sql)).await;
        let statement = finish(preparing, Words::Dropped).map_err(Failure::before_sending)?;
        self.statements.push((Arc::clone(sql), statement.clone()));
        Ok(statement)
    }

    fn note_use(&mut self) {
        self.uses = self.uses.saturating_add(1);
        self.used = now();
    }
}

async fn resolves(host: &str, port: u16) -> bool {
    let looking = tokio::time::timeout(CONNECT_TIMEOUT, tokio::net::lookup_host((host, port))).await;
    !matches!(looking, Ok(Err(_)))
}

fn is_fresh(age: Duration, unused: Duration, uses: u32) -> bool {
    age < AGE_MAX && unused < IDLE_MAX && uses < USES_MAX
}

fn finish<T>(
    outcome: Result<Result<T, mysql_async::Error>, tokio::time::error::Elapsed>,
    words: Words,
) -> Result<T, Failure> {
    match outcome {
        Ok(answered) => answered.map_err(|error| Failure::from_driver(error, words)),
        Err(_) => Err(Failure::of(Class::Uncertain, "the server did not answer in time")),
    }
}

/// The rows of an answer up to the one that passes `bytes_max`, and whether these were all.
async fn rows_of<P: Protocol>(
    mut answer: QueryResult<'_, '_, P>,
    bytes_max: usize,
) -> Result<(Vec<Row>, bool), mysql_async::Error> {
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = answer.next().await? {
        bytes += row_bytes(&row);
        rows.push(row);
        if bytes > bytes_max {
            return Ok((rows, false));
        }
    }
    answer.drop_result().await?;
    Ok((rows, true))
}

fn row_bytes(row: &Row) -> usize {
    let bytes = |value: &Value| match value {
        Value::Bytes(bytes) => bytes.len(),
        Value::NULL
        | Value::Int(_)
        | Value::UInt(_)
        | Value::Float(_)
        | Value::Double(_)
        | Value::Date(..)
        | Value::Time(..) => 8,
    };
    (0..row.len()).filter_map(|at| row.as_ref(at)).map(bytes).sum()
}

/// The text of a column, whatever type carries it.
pub(crate) fn text_at(row: &mut Row, at: usize) -> Option<String> {
    match row.take::<Value, _>(at)? {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::NULL | Value::Float(_) | Value::Double(_) | Value::Date(..) | Value::Time(..) => None,
    }
}

fn is_utc(zone: &str) -> bool {
    let spellings = ["utc", "etc/utc", "gmt", "z", "+00:00", "-00:00", "+0:00", "utc+00:00", "gmt+00:00"];
    spellings.contains(&zone.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use migration::task::{Tls, TlsMode};

    use super::{driver_options, is_fresh, is_utc};
    use crate::settings::Settings;

    fn settings(mode: TlsMode) -> Settings {
        Settings {
            host: "h".to_owned(),
            port: 33_060,
            user: "u".to_owned(),
            password: None,
            password_rotates: false,
            tls: Tls { mode, ca: Some("ca.pem".into()) },
            authority: None,
            connections: 1,
        }
    }

    #[test]
    fn nothing_has_to_be_asked_at_connect() {
        let options = driver_options(&settings(TlsMode::Disabled), None);
        assert!(!options.prefer_socket() && options.max_allowed_packet().is_some());
        assert!(options.wait_timeout().is_some() && options.init().is_empty() && options.setup().is_empty());
        assert!(options.tcp_keepalive() < Some(Duration::from_secs(600)));
    }

    #[test]
    fn each_mode_checks_what_its_name_says() {
        let ssl = |mode| driver_options(&settings(mode), None).ssl_opts().cloned();
        assert!(ssl(TlsMode::Disabled).is_none());
        assert!(ssl(TlsMode::Required).is_some_and(|opts| opts.accept_invalid_certs()));
        for mode in [TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
            let options = ssl(mode).unwrap();
            assert!(!options.accept_invalid_certs() && !options.skip_domain_validation());
            assert!(options.disable_built_in_roots() && options.root_certs().len() == 1);
        }
    }

    #[test]
    fn a_connection_is_replaced_by_age_idleness_and_uses() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        assert!(is_fresh(minutes(29), minutes(7), 9_999));
        assert!(!is_fresh(minutes(30), minutes(0), 1));
        assert!(!is_fresh(minutes(9), minutes(8), 1));
        assert!(!is_fresh(minutes(1), minutes(0), 10_000));
    }

    #[test]
    fn only_spellings_of_utc_pass_for_utc() {
        assert!(is_utc("UTC") && is_utc("+00:00") && is_utc(" Etc/UTC "));
        assert!(!is_utc("+08:00") && !is_utc("Asia/Shanghai") && !is_utc("") && !is_utc("SYSTEM"));
    }
}
