//! `make bench`: how fast `ferry run` copies, beside two things anybody can do without it, in one run on one machine.
//!
//! The question it answers: what does a full copy cost in time, processor and memory, compared with (a) draining the
//! same table with `SELECT *` over one connection to nowhere, and (b) `mysqldump | mysql` into a second MySQL?
//! Then it follows the log of as many rows, beside `mysqlbinlog --raw` to nowhere.
//! Two further lines tell what the stand-in takes by itself, in memory and with a data folder.
//! With `log` as its second argument it does that last part only. It asserts nothing about time; it fails only where a step fails or the copy is not equal.

mod copy;
mod data;
mod drain;
mod dump;
mod log;
mod log_run;
mod process;
mod report;
mod stand_in;

use anyhow::{Context, Result};
use servers::{LindormLocal, MysqlServer, Scratch};

/// Rows of the benchmark's table unless the first argument says otherwise.
const ROWS: u64 = 3_000_000;

fn main() -> Result<()> {
    let rows =
        std::env::args().nth(1).map_or(Ok(ROWS), |rows| rows.parse()).context("ROWS must be a number")?;
    let folder = Scratch::new()?;
    let source = MysqlServer::builder().buffer_pool_mib(1_024).redo_log_mib(1_024).start()?;
    data::load(&source, rows, folder.path())?;
    let only_log = std::env::args().nth(2).is_some_and(|part| part == "log");
    if only_log {
        report::print_log(&log::follow(&source, rows, folder.path())?);
        return Ok(());
    }
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
