//! How a MySQL of the tests shall run: options, their defaults, and the arguments they become.
//!
//! Defaults suit tests: small memory, no waiting for disks (a killed process loses nothing, only a dead machine would),
//! and everything that a change stream needs. Never reads an option file of the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::certificate::Certificate;
use crate::error::ServerError;
use crate::installation::Installation;
use crate::mysql_server::MysqlServer;

/// Options of a [`MysqlServer`]; `start` makes it.
#[derive(Debug, Clone)]
pub struct MysqlBuilder {
    gtid: bool,
    full_row_metadata: bool,
    tls: bool,
    server_id: u32,
    buffer_pool_mib: u32,
    redo_log_mib: u32,
    port: Option<u16>,
    folder: Option<PathBuf>,
    more: Vec<String>,
}

impl Default for MysqlBuilder {
    fn default() -> Self {
        Self {
            gtid: true,
            full_row_metadata: true,
            tls: true,
            server_id: 1,
            buffer_pool_mib: 64,
            redo_log_mib: 64,
            port: None,
            folder: None,
            more: Vec::new(),
        }
    }
}

impl MysqlBuilder {
    /// Whether transactions get GTIDs (default: yes).
    #[must_use]
    pub fn gtid(mut self, gtid: bool) -> Self {
        self.gtid = gtid;
        self
    }

    /// `binlog_row_metadata`: FULL (default) or MINIMAL.
    #[must_use]
    pub fn full_row_metadata(mut self, full: bool) -> Self {
        self.full_row_metadata = full;
        self
    }

    /// Whether the server offers TLS, with a certificate for localhost and 127.0.0.1 (default: yes).
    #[must_use]
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// `server_id` (default: 1).
    #[must_use]
    pub fn server_id(mut self, server_id: u32) -> Self {
        self.server_id = server_id;
        self
    }

    /// Size of the InnoDB buffer pool (default: 64 MiB; benchmarks want more).
    #[must_use]
    pub fn buffer_pool_mib(mut self, mib: u32) -> Self {
        self.buffer_pool_mib = mib;
        self
    }

    /// Capacity of the redo log (default: 64 MiB; bulk loads are faster with more).
    #[must_use]
    pub fn redo_log_mib(mut self, mib: u32) -> Self {
        self.redo_log_mib = mib;
        self
    }

    /// A fixed port (default: any free one).
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// A folder that is kept when the server goes (default: a fresh one that is removed).
    /// A folder that already holds data is used as it is.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// One more argument for mysqld, such as `--lower-case-table-names=1`; it wins over the defaults.
    #[must_use]
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.more.push(option.into());
        self
    }

    /// Starts the server and waits until it greets clients.
    ///
    /// # Errors
    /// Fails when no MySQL is found or the server does not come up; the error holds the end of its log.
    pub fn start(self) -> Result<MysqlServer, ServerError> {
        MysqlServer::start(self)
    }

    pub(crate) fn fixed_port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) fn kept_folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(crate) fn wants_tls(&self) -> bool {
        self.tls
    }

    /// The arguments of mysqld for this place.
    pub(crate) fn arguments(&self, place: &Place<'_>) -> Vec<OsString> {
        let on_off = |on: bool| if on { "ON" } else { "OFF" };
        let share = &place.installation.share;
        let mut arguments = vec![
            OsString::from("--no-defaults"),
            with_path("--basedir=", &place.installation.basedir),
            with_path("--datadir=", &place.folder.join("data")),
            with_path("--socket=", place.socket),
            with_path("--pid-file=", &place.folder.join("mysqld.pid")),
            with_path("--log-error=", &place.folder.join("error.log")),
            with_path("--lc-messages-dir=", share),
            with_path("--character-sets-dir=", &share.join("charsets")),
        ];
        if let Some(plugins) = &place.installation.plugins {
            arguments.push(with_path("--plugin-dir=", plugins));
        }
        if rustix::process::geteuid().is_root() {
            arguments.push("--user=root".into());
        }
        if let Some(tls) = place.certificate {
            arguments.push(with_path("--ssl-ca=", &tls.authority));
            arguments.push(with_path("--ssl-cert=", &tls.certificate));
            arguments.push(with_path("--ssl-key=", &tls.key));
        } else {
            arguments.push("--tls-version=".into());
        }
        let row_metadata = if self.full_row_metadata { "FULL" } else { "MINIMAL" };
        let settings = [
            format!("--port={}", place.port),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve=ON".to_owned(),
            "--mysqlx=OFF".to_owned(),
            "--auto-generate-certs=OFF".to_owned(),
            "--secure-file-priv=".to_owned(),
            "--local-infile=ON".to_owned(),
            format!("--server-id={}", self.server_id),
            "--log-bin=binlog".to_owned(),
            "--binlog-format=ROW".to_owned(),
            "--binlog-row-image=FULL".to_owned(),
            format!("--binlog-row-metadata={row_metadata}"),
            format!("--gtid-mode={}", on_off(self.gtid)),
            format!("--enforce-gtid-consistency={}", on_off(self.gtid)),
            format!("--innodb-buffer-pool-size={}M", self.buffer_pool_mib),
            format!("--innodb-redo-log-capacity={}M", self.redo_log_mib),
            "--innodb-flush-log-at-trx-commit=2".to_owned(),
            "--sync-binlog=0".to_owned(),
        ];
        arguments.extend(settings.into_iter().chain(self.more.iter().cloned()).map(OsString::from));
        arguments
    }
}

/// Where one server runs.
pub(crate) struct Place<'a> {
    pub(crate) installation: &'a Installation,
    pub(crate) folder: &'a Path,
    pub(crate) socket: &'a Path,
    pub(crate) certificate: Option<&'a Certificate>,
    pub(crate) port: u16,
}

fn with_path(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}
