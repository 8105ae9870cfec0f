//! One MySQL server as a child process: start, kill, stop, restart on the same folder and port.
//!
//! A fresh server is a copy of the prepared data folder, so it starts in about two seconds.
//! Never shares a folder, a port or a socket with another server.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::certificate::Certificate;
use crate::error::{ServerError, files};
use crate::installation::Installation;
use crate::mysql_client::MysqlClient;
use crate::mysql_options::{MysqlBuilder, Place};
use crate::port;
use crate::process::{POLL, Process, command};
use crate::scratch::Scratch;

/// Cold caches and busy machines included; a warm start takes about two seconds.
const READY_WITHIN: Duration = Duration::from_secs(90);
const STOPPED_WITHIN: Duration = Duration::from_secs(60);
/// A port can be lost between choosing and binding it.
const PORT_ATTEMPTS: u32 = 3;

/// A running (or killed, or stopped) MySQL on the loopback. Killed and removed on drop.
#[derive(Debug)]
pub struct MysqlServer {
    options: MysqlBuilder,
    installation: Installation,
    certificate: Option<Certificate>,
    port: u16,
    socket: PathBuf,
    folder: PathBuf,
    process: Option<Process>,
    // Last, so that the folders go after the process that writes into them.
    _scratch: Scratch,
}

impl MysqlServer {
    /// Options with defaults that suit tests.
    pub fn builder() -> MysqlBuilder {
        MysqlBuilder::default()
    }

    pub(crate) fn start(options: MysqlBuilder) -> Result<Self, ServerError> {
        let installation = Installation::find()?;
        let scratch = Scratch::new()?;
        let folder = options.kept_folder().unwrap_or(scratch.path()).to_owned();
        fs::create_dir_all(&folder).map_err(files("create", &folder))?;
        let folder = folder.canonicalize().map_err(files("resolve", &folder))?;
        copy_template(&installation.template, &folder.join("data"))?;
        let certificate = options.wants_tls().then(|| Certificate::in_folder(&folder)).transpose()?;
        let mut server = Self {
            port: options.fixed_port().map_or_else(port::free, Ok)?,
            // The scratch folder keeps this path far below the 107 bytes that a socket's name may have.
            socket: scratch.path().join("s"),
            options,
            installation,
            certificate,
            folder,
            process: None,
            _scratch: scratch,
        };
        for attempt in 1.. {
            let result = server.launch();
            let port_was_lost = server.options.fixed_port().is_none() && !port::can_be_bound(server.port);
            match result {
                Err(ServerError::EndedEarly { .. }) if port_was_lost && attempt < PORT_ATTEMPTS => {
                    server.port = port::free()?;
                }
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }
        Ok(server)
    }

    /// The address to connect to.
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The account with all rights and no password, over TCP and over the socket.
    pub fn user(&self) -> &'static str {
        "root"
    }

    /// `mysql://root@127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("mysql://{}@{}:{}", self.user(), self.host(), self.port)
    }

    /// The Unix socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The authority that signed the server's certificate, in PEM; `None` without TLS.
    pub fn certificate_authority(&self) -> Option<&Path> {
        self.certificate.as_ref().map(|certificate| certificate.authority.as_path())
    }

    /// The server's data folder, where its binlog lies too.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The programs this server belongs to.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Process id of the running server; `None` after `kill` or `stop`.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// The exit status in words, once the server has ended by itself.
    pub fn ended(&mut self) -> Option<String> {
        self.process.as_mut().and_then(Process::ended).map(|status| status.to_string())
    }

    /// SIGKILL: the server gets no chance to tidy up.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// SIGTERM, and waits for the clean end.
    ///
    /// # Errors
    /// Fails when the server is still there after a minute; it is killed then.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        if process.stop(STOPPED_WITHIN) {
            return Ok(());
        }
        let seconds = STOPPED_WITHIN.as_secs();
        let last_words = self.last_words();
        Err(ServerError::TooSlow {
            program: process.program().to_owned(),
            state: "stopped",
            seconds,
            last_words,
        })
    }

    /// Starts the server again on its folder and port; a running one is stopped first.
    ///
    /// # Errors
    /// Fails like a first start.
    pub fn restart(&mut self) -> Result<(), ServerError> {
        self.stop()?;
        self.launch()
    }

    /// Adds one more argument for mysqld, which counts from the next `restart`.
    pub fn add_option(&mut self, option: impl Into<String>) {
        self.options = self.options.clone().option(option);
    }

    /// Runs SQL with the `mysql` client; answers rows as lines of tab-separated values, without names.
    ///
    /// # Errors
    /// Fails with the error's number; the server's text may hold values and is left out.
    pub fn sql(&self, statements: &str) -> Result<String, ServerError> {
        self.client().sql(statements)
    }

    /// The `mysql` client on this server's socket, as root.
    pub fn client(&self) -> MysqlClient {
        MysqlClient::by_socket(&self.installation.mysql, &self.socket, self.user())
    }

    fn launch(&mut self) -> Result<(), ServerError> {
        let place = Place {
            installation: &self.installation,
            folder: &self.folder,
            socket: &self.socket,
            certificate: self.certificate.as_ref(),
            port: self.port,
        };
        let mut mysqld = command(&self.installation.mysqld);
        mysqld.args(self.options.arguments(&place));
        mysqld.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process::start("mysqld", mysqld)?;
        let start = Instant::now();
        while !greets(self.port) {
            if let Some(status) = process.ended() {
                let status = status.to_string();
                return Err(ServerError::EndedEarly {
                    program: "mysqld".to_owned(),
                    status,
                    last_words: self.last_words(),
                });
            }
            if start.elapsed() > READY_WITHIN {
                return Err(ServerError::TooSlow {
                    program: "mysqld".to_owned(),
                    state: "ready",
                    seconds: READY_WITHIN.as_secs(),
                    last_words: self.last_words(),
                });
            }
            thread::sleep(POLL);
        }
        self.process = Some(process);
        Ok(())
    }

    /// The end of the server's log. It holds no statements and no data.
    fn last_words(&self) -> String {
        const LINES: usize = 15;
        let mut log = String::new();
        let opened =
            File::open(self.folder.join("error.log")).and_then(|mut file| file.read_to_string(&mut log));
        if opened.is_err() {
            return "(no log)".to_owned();
        }
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
    }
}

/// Whether a MySQL server answers here with its greeting (protocol version 10).
fn greets(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let patience = Duration::from_secs(1);
    let Ok(mut stream) = TcpStream::connect_timeout(&address, patience) else { return false };
    let mut header = [0_u8; 5];
    stream.set_read_timeout(Some(patience)).is_ok()
        && stream.read_exact(&mut header).is_ok()
        && header[4] == 10
}

/// Copies the prepared data folder, unless the place already holds data. A copy that was cut short is not taken for data.
fn copy_template(template: &Path, data: &Path) -> Result<(), ServerError> {
    if data.exists() {
        return Ok(());
    }
    let unfinished = data.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(files("remove", &unfinished))?;
    }
    let status = Command::new("cp")
        .args(["-a", "--reflink=auto"])
        .args([template, &unfinished])
        .status()
        .map_err(|cause| ServerError::Program { program: "cp".to_owned(), cause })?;
    if !status.success() {
        return Err(ServerError::EndedEarly {
            program: "cp".to_owned(),
            status: status.to_string(),
            last_words: "the prepared data folder could not be copied".to_owned(),
        });
    }
    fs::rename(&unfinished, data).map_err(files("rename", &unfinished))
}
