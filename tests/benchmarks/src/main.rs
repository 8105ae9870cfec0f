//! `make bench`: how fast `ferry run` copies, beside two things anybody can do without it, in one run on one machine.
//!
//! The question it answers: what does a full copy cost in time, processor and memory, compared with (a) draining the
//! same table with `SELECT *` over one connection to nowhere, and (b) `mysqldump | mysql` into a second MySQL?
//! Then it follows the log of as many rows, beside `mysqlbinlog --raw` to nowhere.
//! A task that follows the log then applies what has piled up, and is watched from outside for how late it is.
//! Two further lines tell what the stand-in takes by itself, in memory and with a data folder.
//! With `log` or `apply` as its second argument it does that part only.
//! It asserts nothing about time; it fails only where a step fails or the copy is not equal.

mod applying;
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
    match arguments.next().as_deref() {
        Some("log") => steps::log(rows),
        Some("apply") => steps::apply(),
        _ => steps::all(rows),
    }
}
