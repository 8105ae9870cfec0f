//! What a process has used so far, read from `/proc` (proc(5)).

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks of `/proc/PID/stat` in a second: 100 on every Linux that Rust supports (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time of a process, all its threads together.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the process has ended")?;
    let after_name = stat.rsplit_once(')').context("unreadable /proc stat")?.1;
    let field = |at: usize| after_name.split_whitespace().nth(at).and_then(|field| field.parse::<f64>().ok());
    let ticks =
        field(11).zip(field(12)).map(|(user, system)| user + system).context("unreadable /proc stat")?;
    Ok(Duration::from_secs_f64(ticks / TICKS_PER_SECOND))
}
