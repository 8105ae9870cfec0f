//! What is measured, in its order.

use anyhow::{Context, Result};
use servers::{LindormLocal, MysqlServer, Scratch};

use crate::{copy, data, drain, dump, log, report, stand_in};

/// Rows of the benchmark's table unless an argument says otherwise.
const ROWS: u64 = 3_000_000;

/// How many rows to measure with.
pub(crate) fn rows(argument: Option<String>) -> Result<u64> {
    argument.map_or(Ok(ROWS), |rows| rows.parse()).context("ROWS must be a number")
}

/// Everything, on one server.
pub(crate) fn all(rows: u64) -> Result<()> {
    let (source, folder) = loaded(rows)?;
    let (_, bytes) = data::size(&source)?;
    let drained = drain::drain(&source)?;
    let dumped = dump::dump(&source)?;
    let log = log::follow(&source, rows, folder.path())?;
    let target = LindormLocal::start(std::iter::empty::<&str>())?;
    let copied = copy::copy(&source, &target, folder.path())?;
    drop(target);
    let written = stand_in::write(rows)?;
    report::print(rows, bytes, &drained, &dumped, &copied, &written);
    report::print_log(&log);
    Ok(())
}

/// Following the log alone.
pub(crate) fn log(rows: u64) -> Result<()> {
    let (source, folder) = loaded(rows)?;
    report::print_log(&log::follow(&source, rows, folder.path())?);
    Ok(())
}

fn loaded(rows: u64) -> Result<(MysqlServer, Scratch)> {
    let folder = Scratch::new()?;
    let source = MysqlServer::builder().buffer_pool_mib(1_024).redo_log_mib(1_024).start()?;
    data::load(&source, rows, folder.path())?;
    Ok((source, folder))
}
