//! A MySQL of a test's own, a source on it, and what its log tells, in words.

use std::time::{Duration, Instant};

use migration::port::{ChangeLog, LogEvent, LogStream, OpenAt, PortError};
use migration::position::LogPlace;
use migration::task::TlsMode;
use mysql::{ConnectionSettings, Follower, Source, TlsSettings};
use servers::{MysqlBuilder, MysqlServer};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const WAIT: Duration = Duration::from_millis(200);

/// A server and a source on it.
pub(crate) struct Stand {
    pub(crate) server: MysqlServer,
    pub(crate) source: Source,
}

/// What was told, with the places it was told at.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) events: Vec<LogEvent>,
}

impl Stand {
    pub(crate) async fn start(builder: MysqlBuilder) -> Self {
        let server = builder.tls(false).start().unwrap();
        server.sql("CREATE DATABASE shop").unwrap();
        let source = Source::connect(&settings(&server), 3).await.unwrap();
        Self { server, source }
    }

    /// Runs statements in a database of its own, `shop`.
    pub(crate) fn sql(&self, statements: &str) -> String {
        self.server.sql(&format!("USE shop;\n{statements}")).unwrap()
    }

    /// Where the log ends now.
    pub(crate) fn end(&self) -> OpenAt {
        let status = self.server.sql("SHOW BINARY LOG STATUS").unwrap();
        let mut fields = status.split('\t');
        let file_name = fields.next().unwrap().to_owned();
        let offset = fields.next().unwrap().trim().parse().unwrap();
        let file = file_name.rsplit_once('.').unwrap().1.parse().unwrap();
        OpenAt { place: LogPlace { file, offset }, file_name }
    }

    pub(crate) async fn open(&self, at: &OpenAt) -> Follower {
        self.source.open(at).await.unwrap().unwrap()
    }

    /// All that is told from a place up to the log's end, of the database's own tables.
    pub(crate) async fn told_since(&self, at: &OpenAt) -> Told {
        let mut stream = self.open(at).await;
        read_to(&mut stream, self.end().place).await.unwrap()
    }
}

/// Settings for the server's account without password, without TLS.
pub(crate) fn settings(server: &MysqlServer) -> ConnectionSettings {
    ConnectionSettings {
        host: server.host().to_owned(),
        port: server.port(),
        user: server.user().to_owned(),
        password: None,
        password_rotates: false,
        tls: TlsSettings { mode: TlsMode::Disabled, authorities: None },
        connect_timeout: Duration::from_secs(20),
    }
}

/// Everything up to the log's being idle at this place or behind it.
pub(crate) async fn read_to(stream: &mut Follower, end: LogPlace) -> Result<Told, PortError> {
    let begun = Instant::now();
    let mut told = Told::default();
    loop {
        assert!(begun.elapsed() < PATIENCE, "not idle at {end}: {:?}", told.words());
        match stream.next(WAIT).await? {
            Some(LogEvent::Idle { at }) if at >= end => {
                told.events.push(LogEvent::Idle { at });
                return Ok(told);
            }
            Some(event) => told.events.push(event),
            None => {}
        }
    }
}

impl Told {
    /// Each event in a word or two; idle moments left out.
    pub(crate) fn words(&self) -> Vec<String> {
        self.events.iter().filter_map(word).collect()
    }

    /// The words from the first transaction on, as one line.
    pub(crate) fn line(&self) -> String {
        self.words().into_iter().skip_while(|word| !word.starts_with("begin")).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn begins(&self) -> impl Iterator<Item = &migration::port::Begin> {
        self.events.iter().filter_map(|event| match event {
            LogEvent::Begin(begin) => Some(begin),
            _ => None,
        })
    }
}

fn word(event: &LogEvent) -> Option<String> {
    Some(match event {
        LogEvent::File { name, .. } => format!("file {name}"),
        LogEvent::Begin(_) => "begin".to_owned(),
        LogEvent::XaPrepared => "prepared".to_owned(),
        LogEvent::Table { table, .. } => format!("table {}", table.table),
        LogEvent::Rows { kind: 23 | 30, .. } => "write".to_owned(),
        LogEvent::Rows { kind: 24 | 31, .. } => "update".to_owned(),
        LogEvent::Rows { .. } => "delete".to_owned(),
        LogEvent::Commit { .. } => "commit".to_owned(),
        LogEvent::Definition { .. } => "definition".to_owned(),
        LogEvent::Unreadable { what, .. } => format!("unreadable ({what})"),
        LogEvent::Idle { .. } | LogEvent::GoesOn => return None,
    })
}
