//! `ferry run` of a task that follows the log: how fast it applies what has piled up, and how late it is under a steady load.
//!
//! Lateness is measured from outside: a client commits a row at the source, and another looks for it at the target
//! until it is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};
use rustix::process::{Pid, Signal, kill_process};
use servers::{LindormLocal, MysqlServer};
use tokio::runtime::{Builder, Runtime};

use crate::process;

const DATABASE: &str = "followed";
/// Rows that pile up.
const PILED: u64 = 400_000;
/// Rows of one statement of the steady load.
const STEADY_ROWS: u64 = 10;
const STEADY_FOR: Duration = Duration::from_secs(20);
/// Between two samples.
const PAUSE: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);

/// What following took.
#[derive(Debug)]
pub(crate) struct Applied {
    /// Rows that had piled up.
    pub(crate) rows: u64,
    /// From start to exit of the process that applied them.
    pub(crate) wall: Duration,
    pub(crate) ferry_cpu: Duration,
    /// Lateness under each steady load.
    pub(crate) lags: Vec<Lag>,
}

/// How late rows were.
#[derive(Debug)]
pub(crate) struct Lag {
    /// The load that was asked for, in rows a second.
    pub(crate) wanted: u64,
    /// The load that was written.
    pub(crate) written: f64,
    pub(crate) samples: usize,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
    pub(crate) most: Duration,
}

pub(crate) fn apply(source: &MysqlServer, target: &LindormLocal, folder: &Path) -> Result<Applied> {
    println!("ferry run, following ...");
    source.sql(&format!("CREATE DATABASE {DATABASE}; USE {DATABASE}; {TABLES}"))?;
    let task = folder.join("follow.yaml");
    fs::write(&task, document(source, target))?;
    let ferry = Ferry { task, data: folder.join("follow") };
    ferry.succeed("run", &["--until", "caught-up"])?;
    pile_up(source)?;
    let mut child = ferry.start("run", &["--until", "caught-up"])?;
    let started = Instant::now();
    let mut ferry_cpu = Duration::ZERO;
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        ferry_cpu = process::cpu(child.id()).unwrap_or(ferry_cpu);
        thread::sleep(Duration::from_millis(10));
    };
    let wall = started.elapsed();
    ensure!(ended.success(), "ferry run failed");
    ferry.succeed("verify", &[])?;
    let mut lags = Vec::new();
    for wanted in [2_000, 5_000] {
        println!("ferry run, under {wanted} rows/s ...");
        let child = ferry.start("run", &[])?;
        thread::sleep(Duration::from_secs(3));
        let measured = lag(source, target, wanted);
        interrupt(child)?;
        lags.push(measured?);
        ferry.succeed("run", &["--until", "caught-up"])?;
        ferry.succeed("verify", &[])?;
    }
    Ok(Applied { rows: PILED, wall, ferry_cpu, lags })
}

const TABLES: &str = "
    CREATE TABLE piled (id BIGINT PRIMARY KEY, a INT, b INT, c VARCHAR(40), d VARCHAR(40), e DATETIME(3), f DECIMAL(12,2),
      g DOUBLE, h BIGINT, i TINYINT);
    CREATE TABLE steady LIKE piled;
    CREATE TABLE marks (id BIGINT PRIMARY KEY, v INT);";

/// The values of row `id`, about 110 bytes.
fn row(id: &str) -> String {
    format!(
        "{id}, {id} % 1000, {id} % 77, LEFT(SHA2({id}, 256), 24), LEFT(SHA2({id} + 1, 256), 20), \
         '2024-01-01' + INTERVAL {id} SECOND, {id} / 100, {id} / 7, {id} * 1000003, {id} % 100"
    )
}

/// As many transactions of a hundred rows as it takes.
fn pile_up(source: &MysqlServer) -> Result<()> {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)";
    let values = row("(@base + i)");
    let mut sql = format!("USE {DATABASE};\n");
    for base in (0..PILED).step_by(100) {
        sql.push_str(&format!("SET @base = {base}; INSERT INTO piled {numbers} SELECT {values} FROM n;\n"));
    }
    source.sql(&sql)?;
    Ok(())
}

struct Ferry {
    task: PathBuf,
    data: PathBuf,
}

impl Ferry {
    fn start(&self, verb: &str, more: &[&str]) -> Result<Child> {
        let mut command = Command::new(servers::ferry_binary()?);
        command.arg(verb).arg(&self.task).arg("--data-dir").arg(&self.data).args(more).stdout(Stdio::null());
        command.spawn().context("cannot run ferry")
    }

    fn succeed(&self, verb: &str, more: &[&str]) -> Result<()> {
        ensure!(self.start(verb, more)?.wait()?.success(), "ferry {verb} failed");
        Ok(())
    }
}

fn interrupt(mut child: Child) -> Result<()> {
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a process id")?;
    kill_process(id, Signal::INT)?;
    ensure!(child.wait()?.success(), "ferry did not stop well");
    Ok(())
}

fn lag(source: &MysqlServer, target: &LindormLocal, wanted: u64) -> Result<Lag> {
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writer = {
        let (stop, count, url) = (Arc::clone(&stop), Arc::clone(&count), source.url());
        thread::spawn(move || write_steadily(&url, wanted, &stop, &count))
    };
    let started = Instant::now();
    let samples = samples(source, target, wanted);
    let written = count.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    writer.join().ok().context("the writer does not panic")??;
    let mut samples = samples?;
    samples.sort_unstable();
    let at = |share: usize| samples.get(samples.len() * share / 100).copied().unwrap_or_default();
    let most = samples.last().copied().unwrap_or_default();
    Ok(Lag { wanted, written, samples: samples.len(), median: at(50), p99: at(99), most })
}

fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// Transactions of a few rows each, evenly in time; half of them change rows that are there.
fn write_steadily(url: &str, wanted: u64, stop: &AtomicBool, count: &AtomicU64) -> Result<()> {
    runtime()?.block_on(async {
        let mut connection = Conn::new(Opts::from_url(url)?).await?;
        connection.query_drop(format!("USE {DATABASE}")).await?;
        let started = Instant::now();
        let mut statements = 0;
        while !stop.load(Ordering::Relaxed) {
            let due = Duration::from_secs_f64((statements * STEADY_ROWS) as f64 / wanted as f64);
            tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
            let base = wanted * 1_000_000 + (statements / 2) * STEADY_ROWS;
            let sql = if statements.is_multiple_of(2) {
                let rows: Vec<String> =
                    (base..base + STEADY_ROWS).map(|id| format!("({})", row(&id.to_string()))).collect();
                format!("INSERT INTO steady VALUES {}", rows.join(", "))
            } else {
                format!("UPDATE steady SET a = a + 1 WHERE id >= {base} AND id < {}", base + STEADY_ROWS)
            };
            connection.query_drop(sql).await?;
            statements += 1;
            count.fetch_add(STEADY_ROWS, Ordering::Relaxed);
        }
        connection.disconnect().await?;
        Ok(())
    })
}

/// Marks written one after the other, each looked for until it has arrived.
fn samples(source: &MysqlServer, target: &LindormLocal, wanted: u64) -> Result<Vec<Duration>> {
    runtime()?.block_on(async {
        let mut write = Conn::new(Opts::from_url(&source.url())?).await?;
        let options = OptsBuilder::default().ip_or_hostname(target.host()).tcp_port(target.port());
        let options = options.user(Some("root")).prefer_socket(false).db_name(Some(DATABASE));
        let mut look = Conn::new(options).await?;
        let (started, mut samples) = (Instant::now(), Vec::new());
        while started.elapsed() < STEADY_FOR {
            let mark = wanted * 1_000_000 + samples.len() as u64;
            write.query_drop(format!("INSERT INTO {DATABASE}.marks VALUES ({mark}, 1)")).await?;
            let committed = Instant::now();
            let find = format!("SELECT v FROM marks WHERE id = {mark}");
            while look.query_first::<i64, _>(&find).await?.is_none() {
                ensure!(committed.elapsed() < PATIENCE, "a row has not arrived within {PATIENCE:?}");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            samples.push(committed.elapsed());
            tokio::time::sleep(PAUSE).await;
        }
        write.disconnect().await?;
        look.disconnect().await?;
        Ok(samples)
    })
}

fn document(source: &MysqlServer, target: &LindormLocal) -> String {
    let end =
        |port: u16| format!("{{ host: 127.0.0.1, port: {port}, user: root, tls: {{ mode: disabled }} }}");
    format!(
        "name: follow\nsource: {}\ntarget: {}\nmigration: full_and_incremental\nobjects: [{{ database: {DATABASE} }}]\nignore: [sync_binlog]\n",
        end(source.port()),
        end(target.port())
    )
}
