//! What the stand-in takes by itself: prepared UPSERTs of 100 rows of ten columns over eight connections, without ferry.
//!
//! Once in memory and once with a data folder, so that one run tells what keeping data costs, and whether the stand-in holds
//! up whatever is measured against it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Params, Value};
use servers::{LindormLocal, Scratch};

const CONNECTIONS: u64 = 8;
const ROWS_PER_STATEMENT: u64 = 100;
const COLUMNS: &str = "id, customer, amount, name, email, status, quantity, price, created, note";
const CREATE: &str = "CREATE TABLE speed (id BIGINT, customer BIGINT, amount DECIMAL(12,2), name VARCHAR, \
     email VARCHAR, status INTEGER, quantity SMALLINT, price DOUBLE, created TIMESTAMP, note VARCHAR, \
     PRIMARY KEY (id))";
/// What the values of a row take, the texts at their own length.
pub(crate) const ROW_BYTES: f64 = 114.0;

/// What writing took.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) in_memory: Duration,
    pub(crate) with_data_dir: Duration,
}

pub(crate) fn write(rows: u64) -> Result<Written> {
    println!("writing to the stand-in by itself ...");
    let folder = Scratch::new()?;
    let with_folder = ["--data-dir".into(), folder.path().as_os_str().to_owned()];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let timed = |server: &LindormLocal| runtime.block_on(write_all(server, rows));
    Ok(Written {
        in_memory: timed(&LindormLocal::start(std::iter::empty::<&str>())?)?,
        with_data_dir: timed(&LindormLocal::start(with_folder)?)?,
    })
}

async fn write_all(server: &LindormLocal, rows: u64) -> Result<Duration> {
    let mut connection = connect(server).await?;
    connection.query_drop(CREATE).await?;
    let started = Instant::now();
    let share = |nth: u64| nth * rows / CONNECTIONS;
    try_join_all((0..CONNECTIONS).map(|nth| write_range(server, share(nth), share(nth + 1)))).await?;
    let wall = started.elapsed();
    let count: Option<u64> = connection.query_first("SELECT count(*) FROM speed").await?;
    ensure!(count == Some(rows), "{count:?} of {rows} rows were kept");
    connection.disconnect().await?;
    Ok(wall)
}

async fn connect(server: &LindormLocal) -> Result<Conn> {
    let options = OptsBuilder::default()
        .ip_or_hostname(server.host())
        .tcp_port(server.port())
        .user(Some("root"))
        .prefer_socket(false);
    Ok(Conn::new(options).await?)
}

async fn write_range(server: &LindormLocal, from: u64, to: u64) -> Result<()> {
    let mut connection = connect(server).await?;
    let sql = |count: u64| {
        let marks = vec!["(?,?,?,?,?,?,?,?,?,?)"; usize::try_from(count).unwrap_or_default()].join(",");
        format!("UPSERT INTO speed ({COLUMNS}) VALUES {marks}")
    };
    let whole = connection.prep(sql(ROWS_PER_STATEMENT)).await?;
    let mut next = from;
    while next < to {
        let end = to.min(next + ROWS_PER_STATEMENT);
        let params = Params::Positional((next..end).flat_map(row).collect());
        if end - next == ROWS_PER_STATEMENT {
            connection.exec_drop(&whole, params).await?;
        } else {
            let last = connection.prep(sql(end - next)).await?;
            connection.exec_drop(&last, params).await?;
        }
        next = end;
    }
    connection.disconnect().await?;
    Ok(())
}

fn row(id: u64) -> [Value; 10] {
    let text = |text: &str| Value::Bytes(text.as_bytes().to_vec());
    [
        Value::UInt(id),
        Value::UInt(id % 9_973),
        text("1234.56"),
        text("Ada Lovelace-Byron"),
        text("ada.lovelace@example.com"),
        Value::UInt(id % 5),
        Value::UInt(id % 100),
        Value::Double(19.99),
        Value::Date(2024, 8, 30, 8, 11, 15, 354_000),
        text("left at the door, as agreed"),
    ]
}
