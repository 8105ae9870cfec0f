//! What is measured, in its order.

use anyhow::{Context, Result};
use servers::{LindormLocal, MysqlServer, Scratch};

use crate::{applying, copy, data, drain, dump, log, report, stand_in};

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
    let applied = applying::apply(&source, &target, folder.path())?;
    drop(target);
    let written = stand_in::write(rows)?;
    report::print(rows, bytes, &drained, &dumped, &copied, &written);
    report::print_log(&log);
    report::print_applied(&applied);
    Ok(())
}

/// Applying the log alone.
pub(crate) fn apply() -> Result<()> {
    let (source, folder) = started()?;
    let target = LindormLocal::start(std::iter::empty::<&str>())?;
    report::print_applied(&applying::apply(&source, &target, folder.path())?);
    Ok(())
}

/// Following the log alone.
pub(crate) fn log(rows: u64) -> Result<()> {
    let (source, folder) = loaded(rows)?;
    report::print_log(&log::follow(&source, rows, folder.path())?);
    Ok(())
}

fn started() -> Result<(MysqlServer, Scratch)> {
    let source = MysqlServer::builder().buffer_pool_mib(1_024).redo_log_mib(1_024).start()?;
    Ok((source, Scratch::new()?))
}

fn loaded(rows: u64) -> Result<(MysqlServer, Scratch)> {
    let (source, folder) = started()?;
    data::load(&source, rows, folder.path())?;
    Ok((source, folder))
}
