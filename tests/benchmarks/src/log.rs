//! Following the log: the same log once transferred raw by `mysqlbinlog`, once read as events, once routed to lanes.
//!
//! The reader is the product's own, over a queue that forgets and a checkpoint table in memory, so what is measured is
//! reading: packets, checksums, row boundaries, keys, lanes, compression and encoding of batches.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use binlog_reader::handler::Reader;
use binlog_reader::pace::ReaderPace;
use clock::SystemClock;
use memory::Platform;
use migration::budget::Budget;
use migration::port::{
    ChangeLog, Clock, LogEvent, LogStream, OpenAt, Outgoing, PortError, Queue, QueueName, SendOutcome,
};
use migration::position::{LogPlace, Position};
use migration::task::TlsMode;
use mysql::{ConnectionSettings, Images, Source, TlsSettings};
use servers::MysqlServer;

use crate::data::{DATABASE, TABLE};
use crate::log_run::{self, RUN};
use crate::process;

/// The table whose rows are in the log.
pub(crate) const LOGGED: &str = "logged";
/// Rows of a transaction.
const ROWS_A_TRANSACTION: u64 = 50_000;
/// How often each way is gone, in turn; the quickest of each counts, because the machine does other things too.
const ROUNDS: usize = 3;
const LOOK: Duration = Duration::from_millis(5);

/// What a way of reading took, and what it used of this process's processor time.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) wall: Duration,
    pub(crate) cpu: Option<Duration>,
    /// What the server used meanwhile.
    pub(crate) server_cpu: Duration,
}

/// The three ways, over as many rows.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) raw: Followed,
    pub(crate) events: Followed,
    pub(crate) routed: Followed,
}

/// A queue that takes everything and keeps nothing.
struct Nowhere {
    batches: AtomicU64,
}

impl Queue for Nowhere {
    async fn send(&self, _queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        self.batches.fetch_add(messages.len() as u64, Ordering::Relaxed);
        Ok(messages.iter().map(|_| SendOutcome::Sent).collect())
    }

    async fn depth(&self, _queue: QueueName) -> Result<u64, PortError> {
        Ok(0)
    }
}

/// Writes the benchmark's rows to the log, and reads them in three ways.
pub(crate) fn follow(server: &MysqlServer, rows: u64, folder: &Path) -> Result<Log> {
    println!("logging {rows} rows ...");
    let from = prepare(server, rows)?;
    let end = place(server)?;
    let bytes = end.place.offset - from.place.offset;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut raw, mut events, mut routed) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}: mysqlbinlog --raw to nowhere, as events, routed to lanes ...");
        raw.push(transfer(server, &from, folder)?);
        events.push(runtime.block_on(measured(server, read_events(server, &from, end.place)))?);
        routed.push(runtime.block_on(measured(server, route(server, &from, end.place)))?);
    }
    let (raw, events, routed) = (quickest(raw)?, quickest(events)?, quickest(routed)?);
    server.sql(&format!("DROP TABLE {DATABASE}.{LOGGED}"))?;
    Ok(Log { rows, bytes, raw, events, routed })
}

fn quickest(rounds: Vec<Followed>) -> Result<Followed> {
    rounds.into_iter().min_by_key(|round| round.wall).context("no rounds")
}

fn prepare(server: &MysqlServer, rows: u64) -> Result<OpenAt> {
    server.sql(&format!("CREATE TABLE {DATABASE}.{LOGGED} LIKE {DATABASE}.{TABLE}; FLUSH BINARY LOGS"))?;
    let from = place(server)?;
    let key = server.sql(&format!(
        "SELECT column_name FROM information_schema.columns \
         WHERE table_schema = '{DATABASE}' AND table_name = '{TABLE}' AND column_key = 'PRI'"
    ))?;
    let key = key.trim();
    for first in (0..=rows).step_by(usize::try_from(ROWS_A_TRANSACTION)?) {
        let last = first + ROWS_A_TRANSACTION - 1;
        server.sql(&format!(
            "INSERT INTO {DATABASE}.{LOGGED} SELECT * FROM {DATABASE}.{TABLE} WHERE {key} BETWEEN {first} AND {last}"
        ))?;
    }
    Ok(from)
}

/// Where the log ends.
fn place(server: &MysqlServer) -> Result<OpenAt> {
    let status = server.sql("SHOW BINARY LOG STATUS")?;
    let mut fields = status.split('\t');
    let file_name = fields.next().context("no file")?.to_owned();
    let offset = fields.next().context("no place")?.trim().parse()?;
    let file = file_name.rsplit_once('.').context("no number")?.1.parse()?;
    Ok(OpenAt { place: LogPlace { file, offset }, file_name })
}

/// `mysqlbinlog` writes what it gets to a name that leads to `/dev/null`.
fn transfer(server: &MysqlServer, from: &OpenAt, folder: &Path) -> Result<Followed> {
    let nowhere = folder.join("nowhere");
    if !nowhere.exists() {
        std::fs::create_dir(&nowhere)?;
        symlink("/dev/null", nowhere.join(&from.file_name))?;
    }
    let before = process::cpu(process_of(server)?)?;
    let started = Instant::now();
    let status = Command::new(&server.installation().mysqlbinlog)
        .args(["--no-defaults", "--read-from-remote-server", "--raw", "--ssl-mode=DISABLED"])
        .arg(format!("--host={}", server.host()))
        .arg(format!("--port={}", server.port()))
        .arg(format!("--user={}", server.user()))
        .arg(format!("--result-file={}/", nowhere.display()))
        .arg(&from.file_name)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("cannot run mysqlbinlog")?;
    if !status.success() {
        bail!("mysqlbinlog failed");
    }
    let wall = started.elapsed();
    let server_cpu = process::cpu(process_of(server)?)?.saturating_sub(before);
    Ok(Followed { wall, cpu: None, server_cpu })
}

async fn measured(server: &MysqlServer, work: impl Future<Output = Result<()>>) -> Result<Followed> {
    let (us, them) = (std::process::id(), process_of(server)?);
    let (before, theirs) = (process::cpu(us)?, process::cpu(them)?);
    let started = Instant::now();
    work.await?;
    let wall = started.elapsed();
    let cpu = Some(process::cpu(us)?.saturating_sub(before));
    Ok(Followed { wall, cpu, server_cpu: process::cpu(them)?.saturating_sub(theirs) })
}

fn process_of(server: &MysqlServer) -> Result<u32> {
    server.process_id().context("the server has no process")
}

fn source(server: &MysqlServer) -> Source {
    let settings = ConnectionSettings {
        host: server.host().to_owned(),
        port: server.port(),
        user: server.user().to_owned(),
        password: None,
        password_rotates: false,
        tls: TlsSettings { mode: TlsMode::Disabled, authorities: None },
        connect_timeout: Duration::from_secs(20),
    };
    Source::new(&settings, 2)
}

async fn read_events(server: &MysqlServer, from: &OpenAt, end: LogPlace) -> Result<()> {
    let opened = source(server).open(from).await?;
    let mut stream = opened.map_err(|gone| anyhow::anyhow!("the log is gone: {gone:?}"))?;
    loop {
        match stream.next(Duration::from_secs(1)).await? {
            Some(LogEvent::Commit { next }) if next >= end => return Ok(()),
            Some(_) => {}
            None => bail!("the log ends early"),
        }
    }
}

async fn route(server: &MysqlServer, from: &OpenAt, end: LogPlace) -> Result<()> {
    let (log, platform, clock) = (source(server), Platform::automatic(), SystemClock::default());
    log_run::store(&platform.table, &log, from, clock.now()).await?;
    let queue = Nowhere { batches: AtomicU64::new(0) };
    let reader = Reader {
        records: &platform.table,
        queue: &queue,
        objects: &platform.objects,
        log: &log,
        images: &Images,
        clock: &clock,
        target_name: log_run::TARGET,
        pace: ReaderPace { batches_outstanding_max: u64::MAX, ..ReaderPace::default() },
    };
    let is_behind = async {
        let end = Position::boundary(migration::position::Timeline(0), end);
        while log_run::position(&platform.table).await? < end {
            tokio::time::sleep(LOOK).await;
        }
        anyhow::Ok(())
    };
    let budget = Budget { deadline: clock.now().plus(Duration::from_secs(600)) };
    tokio::select! {
        reached = is_behind => reached?,
        ended = reader.handle(RUN, budget) => bail!("the reader has ended early: {ended:?}"),
    }
    log_run::ensure_alive(&platform.table).await
}
