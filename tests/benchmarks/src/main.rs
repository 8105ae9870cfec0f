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
mod steps;

use anyhow::Result;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let rows = steps::rows(arguments.next())?;
    if arguments.next().is_some_and(|part| part == "log") { steps::log(rows) } else { steps::all(rows) }
}
