//! The table that `make bench` prints.

use std::time::Duration;

use crate::applying::Applied;
use crate::copy::Copied;
use crate::drain::Drained;
use crate::dump::Dumped;
use crate::log::{Followed, Log};
use crate::stand_in::{ROW_BYTES, Written};

const MEBIBYTE: f64 = 1_048_576.0;
const GIBIBYTE: f64 = 1_073_741_824.0;

pub(crate) fn print(
    rows: u64,
    table_bytes: u64,
    drained: &Drained,
    dumped: &Dumped,
    copied: &Copied,
    written: &Written,
) {
    let count = rows as f64;
    let value_bytes = copied.bytes as f64;
    let line_of = |name: &str, wall: Duration, bytes: f64| {
        let seconds = wall.as_secs_f64();
        println!("| {name} | {seconds:.1} | {:.0} | {:.1} |", count / seconds, bytes / MEBIBYTE / seconds);
    };
    let line = |name: &str, wall: Duration| line_of(name, wall, value_bytes);
    println!(
        "\n{rows} rows of ten columns, {:.0} bytes of values a row, {:.0} MiB of InnoDB data",
        value_bytes / count,
        table_bytes as f64 / MEBIBYTE
    );
    println!("machine: {}, {} cores", model(), std::thread::available_parallelism().map_or(0, usize::from));
    println!("\n| what | seconds | rows/s | MiB/s |\n|---|---|---|---|");
    line("(a) `SELECT *` over one connection to nowhere", drained.wall);
    line("(b) `mysqldump` piped into `mysql`, second MySQL", dumped.wall);
    line("`ferry run`, copying", copied.copying);
    line("`ferry run`, start to exit", copied.wall);
    line("`ferry verify`", copied.verifying);
    line_of("stand-in, in memory, written by itself", written.in_memory, ROW_BYTES * count);
    line_of("stand-in, `--data-dir`, written by itself", written.with_data_dir, ROW_BYTES * count);
    println!("\n| of `ferry run` | |\n|---|---|");
    println!("| rows per CPU-second of ferry | {:.0} |", count / copied.ferry_cpu.as_secs_f64());
    println!(
        "| CPU-seconds of mysqld per GiB of values | {:.1} |",
        copied.source_cpu.as_secs_f64() / (value_bytes / GIBIBYTE)
    );
    println!(
        "| the same while draining (a) | {:.1} |",
        drained.server_cpu.as_secs_f64() / (value_bytes / GIBIBYTE)
    );
    println!("| CPU-seconds of the stand-in | {:.1} |", copied.target_cpu.as_secs_f64());
    println!("| peak memory of ferry | {:.0} MiB |", copied.peak_memory_kib as f64 / 1_024.0);
    let ideal = value_bytes / copied.peak_bytes_per_second;
    println!(
        "| tail ratio: copying time / (bytes / peak rate over 2 s) | {:.2} |",
        copied.copying.as_secs_f64() / ideal
    );
    println!("| copying time / (b) | {:.2} |", copied.copying.as_secs_f64() / dumped.wall.as_secs_f64());
    println!("| start to exit / (b) | {:.2} |", copied.wall.as_secs_f64() / dumped.wall.as_secs_f64());
    assert_eq!(drained.rows, copied.rows, "every row that is read is copied");
}

/// The rows of one log, read in three ways.
pub(crate) fn print_log(log: &Log) {
    let rows = log.rows as f64;
    println!("\nthe log of {rows} rows: {:.0} MiB", log.bytes as f64 / MEBIBYTE);
    println!(
        "\n| what | seconds | rows/s | MiB/s | rows per CPU-second | CPU-seconds of mysqld |\n|---|---|---|---|---|---|"
    );
    let line = |name: &str, read: &Followed| {
        let seconds = read.wall.as_secs_f64();
        let per_cpu = read.cpu.map_or("".to_owned(), |cpu| format!("{:.0}", rows / cpu.as_secs_f64()));
        let bytes = log.bytes as f64 / MEBIBYTE / seconds;
        let theirs = read.server_cpu.as_secs_f64();
        println!("| {name} | {seconds:.2} | {:.0} | {bytes:.0} | {per_cpu} | {theirs:.2} |", rows / seconds);
    };
    line("`mysqlbinlog --read-from-remote-server --raw` to nowhere", &log.raw);
    line("the log as events, dropped", &log.events);
    line("the reader: routed, batched, compressed, dropped", &log.routed);
    println!(
        "| reader / raw transfer, rows/s | {:.2} | | | | |",
        log.raw.wall.as_secs_f64() / log.routed.wall.as_secs_f64()
    );
}

/// What a task that follows the log applies, and how late it is.
pub(crate) fn print_applied(applied: &Applied) {
    let (rows, seconds) = (applied.rows as f64, applied.wall.as_secs_f64());
    println!("\n| of applying the log | |\n|---|---|");
    println!("| rows that had piled up, applied a second, start to exit | {:.0} |", rows / seconds);
    println!("| of them per CPU-second of ferry | {:.0} |", rows / applied.ferry_cpu.as_secs_f64());
    for lag in &applied.lags {
        let ms = |span: Duration| span.as_secs_f64() * 1_000.0;
        println!(
            "| lag at {} rows/s ({:.0} written): p50, p99, most of {} samples | {:.0}, {:.0}, {:.0} ms |",
            lag.wanted,
            lag.written,
            lag.samples,
            ms(lag.median),
            ms(lag.p99),
            ms(lag.most)
        );
    }
}

/// The processor's name as the kernel tells it.
fn model() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("model name"));
    line.and_then(|line| line.split_once(':'))
        .map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}
