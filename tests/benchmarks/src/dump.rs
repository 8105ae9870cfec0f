//! (b) `mysqldump | mysql` into a second MySQL of the same installation.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use servers::MysqlServer;

use crate::data::DATABASE;

/// What dumping and loading took.
#[derive(Debug)]
pub(crate) struct Dumped {
    pub(crate) wall: Duration,
}

pub(crate) fn dump(source: &MysqlServer) -> Result<Dumped> {
    println!("mysqldump | mysql into a second MySQL ...");
    let sink = MysqlServer::builder().server_id(2).buffer_pool_mib(1_024).redo_log_mib(1_024).start()?;
    let started = Instant::now();
    let mut dump = Command::new(&source.installation().mysqldump)
        .args(["--no-defaults", "--user=root", "--single-transaction", "--quick", "--skip-lock-tables"])
        .args(["--set-gtid-purged=OFF", "--databases", DATABASE])
        .arg(format!("--socket={}", source.socket().display()))
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run mysqldump")?;
    let output = dump.stdout.take().context("mysqldump has no output")?;
    let loaded = Command::new(&sink.installation().mysql)
        .args(["--no-defaults", "--user=root"])
        .arg(format!("--socket={}", sink.socket().display()))
        .stdin(output)
        .status()
        .context("cannot run mysql")?;
    if !dump.wait()?.success() || !loaded.success() {
        bail!("mysqldump | mysql failed");
    }
    Ok(Dumped { wall: started.elapsed() })
}
