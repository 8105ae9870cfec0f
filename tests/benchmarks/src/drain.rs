//! (a) Reading alone: `SELECT *` over one connection, every row decoded and dropped.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::StreamExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, Row};
use servers::MysqlServer;

use crate::data::{DATABASE, TABLE};
use crate::process;

/// What reading took.
#[derive(Debug)]
pub(crate) struct Drained {
    pub(crate) rows: u64,
    pub(crate) wall: Duration,
    pub(crate) server_cpu: Duration,
}

pub(crate) fn drain(source: &MysqlServer) -> Result<Drained> {
    println!("draining with SELECT * over one connection ...");
    let server = source.process_id().context("the source has no process")?;
    let before = process::cpu(server)?;
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(read_all(&source.url()))?;
    Ok(Drained { rows, wall: started.elapsed(), server_cpu: process::cpu(server)?.saturating_sub(before) })
}

async fn read_all(url: &str) -> Result<u64> {
    let mut connection = Conn::new(Opts::from_url(url)?).await?;
    let statement = connection.prep(format!("SELECT * FROM {DATABASE}.{TABLE}")).await?;
    let mut rows = connection.exec_stream::<Row, _, _>(&statement, ()).await?;
    let mut count = 0;
    while let Some(row) = rows.next().await {
        row?;
        count += 1;
    }
    drop(rows);
    connection.disconnect().await?;
    Ok(count)
}
