//! How many rows a second the stand-in takes: 100-row prepared UPSERTs of ten columns (about 110 bytes) over several
//! connections, with `mysql_async` as the client, then one prepared SELECT of everything; first in memory, then with a data folder
//! (in the folder for temporary files), which is loaded again at the end.
//!
//! The question it answers: is the stand-in a bottleneck for a program that is measured against it? The server is this
//! same program started again as a process of its own, so that its CPU time is told apart from the client's.
//! It checks the number of rows read back and nothing else.
//!
//! `cargo run --release -p lindorm-local --example wire_speed -- [ROWS [CONNECTIONS [ROWS_PER_STATEMENT]]]`

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use lindorm_local::wire::{Options, Server};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Params, Row, Value};

/// Clock ticks a second in `/proc`: fixed at 100 for programs on Linux.
const TICKS: f64 = 100.0;

const COLUMNS: &str = "id, customer, amount, name, email, status, quantity, price, created, note";

const CREATE: &str = "CREATE TABLE speed (id BIGINT, customer BIGINT, amount DECIMAL(12,2), name VARCHAR, \
     email VARCHAR, status INTEGER, quantity SMALLINT, price DOUBLE, created TIMESTAMP, note VARCHAR, \
     PRIMARY KEY (id))";

#[derive(Clone, Copy)]
struct Load {
    rows: u64,
    connections: u64,
    rows_per_statement: u64,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return serve(arguments.get(1).map(PathBuf::from));
    }
    let number = |at: usize, default: u64| {
        arguments.get(at).map_or(Ok(default), |text| text.parse().context("arguments are numbers"))
    };
    let load =
        Load { rows: number(0, 2_000_000)?, connections: number(1, 8)?, rows_per_statement: number(2, 100)? };
    ensure!(load.rows_per_statement > 0 && load.connections > 0, "a count of zero");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("in memory");
    runtime.block_on(measure(load, None))?;
    let folder = tempfile::tempdir()?;
    println!("with a data folder");
    runtime.block_on(measure(load, Some(folder.path())))?;
    let begun = Instant::now();
    let _server = ServerProcess::start(Some(folder.path()))?;
    println!("loaded again in {:.2} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// The server's side: runs until its standard input is closed.
fn serve(data_dir: Option<PathBuf>) -> Result<()> {
    let server = Server::start(Options { data_dir, ..Options::default() })?;
    println!("{}", server.addr());
    std::io::stdin().lock().read_line(&mut String::new())?;
    server.shutdown();
    Ok(())
}

struct ServerProcess {
    child: Child,
    addr: SocketAddr,
}

impl ServerProcess {
    fn start(data_dir: Option<&Path>) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args(data_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("piped")?).read_line(&mut line)?;
        Ok(ServerProcess { addr: line.trim().parse()?, child })
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

async fn measure(load: Load, data_dir: Option<&Path>) -> Result<()> {
    let server = ServerProcess::start(data_dir)?;
    let pid = server.child.id().to_string();
    let mut first = connect(server.addr).await?;
    first.query_drop(CREATE).await?;

    let before = (Instant::now(), cpu("self")?, cpu(&pid)?);
    let share = load.rows / load.connections;
    try_join_all((0..load.connections).map(|nth| {
        let task = tokio::spawn(write(server.addr, nth * share, (nth + 1) * share, load.rows_per_statement));
        async move { task.await? }
    }))
    .await?;
    let written = share * load.connections;
    report("written", written, before, (Instant::now(), cpu("self")?, cpu(&pid)?));

    let before = (Instant::now(), cpu("self")?, cpu(&pid)?);
    let mut read = 0_u64;
    let statement = first.prep(format!("SELECT /*+ _l_allow_filtering_ */ {COLUMNS} FROM speed")).await?;
    let mut result = first.exec_iter(&statement, ()).await?;
    while let Some(_row) = result.next().await?.map(|row: Row| row) {
        read += 1;
    }
    drop(result);
    report("read", read, before, (Instant::now(), cpu("self")?, cpu(&pid)?));
    println!("server memory: {}", peak_memory(&pid)?);
    ensure!(read == written, "{written} rows written but {read} read");
    first.disconnect().await?;
    Ok(())
}

async fn connect(addr: SocketAddr) -> Result<Conn> {
    let opts = OptsBuilder::default()
        .ip_or_hostname(addr.ip().to_string())
        .tcp_port(addr.port())
        .user(Some("root"))
        .prefer_socket(false);
    Ok(Conn::new(opts).await?)
}

async fn write(addr: SocketAddr, from: u64, to: u64, rows_per_statement: u64) -> Result<()> {
    let mut conn = connect(addr).await?;
    let mut next = from;
    let mut prepared = None;
    while next < to {
        let rows = rows_per_statement.min(to - next);
        if prepared.as_ref().is_none_or(|(count, _)| *count != rows) {
            let row = "(?,?,?,?,?,?,?,?,?,?)";
            let values = vec![row; usize::try_from(rows)?].join(",");
            let sql = format!("UPSERT INTO speed ({COLUMNS}) VALUES {values}");
            prepared = Some((rows, conn.prep(sql).await?));
        }
        let mut params = Vec::with_capacity(usize::try_from(rows * 10)?);
        (next..next + rows).for_each(|id| push_row(&mut params, id));
        if let Some((_, statement)) = &prepared {
            conn.exec_drop(statement, Params::Positional(params)).await?;
        }
        next += rows;
    }
    conn.disconnect().await?;
    Ok(())
}

fn push_row(params: &mut Vec<Value>, id: u64) {
    let spread = id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let [small, middle, ..] = spread.to_be_bytes();
    params.extend([
        Value::UInt(id),
        Value::UInt(spread % 100_000),
        Value::Bytes(format!("{}.{:02}", spread % 1_000_000, small % 100).into_bytes()),
        Value::Bytes(format!("Customer number {}", spread % 100_000).into_bytes()),
        Value::Bytes(format!("c{}@shop.example", spread % 100_000).into_bytes()),
        Value::Int(i64::from(small)),
        Value::Int(i64::from(middle)),
        Value::Double(f64::from(middle) / 8.0),
        Value::Date(2024, 1 + small % 12, 1 + middle % 28, small % 24, middle % 60, small % 60, 0),
        Value::Bytes(b"left at the door, as agreed".to_vec()),
    ]);
}

type Moment = (Instant, Duration, Duration);

fn report(what: &str, rows: u64, before: Moment, after: Moment) {
    let seconds = (after.0 - before.0).as_secs_f64();
    let (client, server) = ((after.1 - before.1).as_secs_f64(), (after.2 - before.2).as_secs_f64());
    let count = rows as f64; // Exact far beyond any number of rows here.
    println!(
        "{what}: {rows} rows in {seconds:.2} s = {:.0} rows/s; server {server:.2} CPU s = {:.0} rows per CPU s; \
         client {client:.2} CPU s",
        count / seconds,
        count / server,
    );
}

/// CPU time of a process, from its line in `/proc`: user and system ticks are fields 14 and 15.
fn cpu(process: &str) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let behind_name = stat.rsplit_once(')').context("the form of /proc/PID/stat")?.1;
    let ticks =
        behind_name.split_whitespace().skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(Duration::from_secs_f64(f64::from(ticks) / TICKS))
}

fn peak_memory(process: &str) -> Result<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).context("VmHWM in /proc/PID/status")?;
    Ok(line.split_whitespace().skip(1).collect::<Vec<_>>().join(" "))
}
