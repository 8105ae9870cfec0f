//! The benchmark's table: ten columns, about 110 bytes a row.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use servers::MysqlServer;

/// The database that `demo-data --preset bench` makes, and its one table.
pub(crate) const DATABASE: &str = "bench";
pub(crate) const TABLE: &str = "bench";

/// Makes and loads the table.
pub(crate) fn load(source: &MysqlServer, rows: u64, folder: &Path) -> Result<()> {
    println!("loading {rows} rows ...");
    let program = std::env::current_exe()?.with_file_name("demo-data");
    let status = Command::new(&program)
        .args(["--preset", "bench", "--load", "--discard", "--rows"])
        .arg(rows.to_string())
        .arg("--out")
        .arg(folder.join("data"))
        .arg("--socket")
        .arg(source.socket())
        .stdout(std::process::Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    if !status.success() {
        bail!("demo-data failed");
    }
    source.sql(&format!("ANALYZE TABLE {DATABASE}.{TABLE}"))?;
    Ok(())
}

/// Rows and bytes of the table as the server's statistics have them.
pub(crate) fn size(source: &MysqlServer) -> Result<(u64, u64)> {
    let text = source.sql(&format!(
        "SELECT table_rows, data_length FROM information_schema.tables WHERE table_schema = '{DATABASE}' AND table_name = '{TABLE}'"
    ))?;
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    numbers.next().zip(numbers.next()).context("the server does not say how large the table is")
}
