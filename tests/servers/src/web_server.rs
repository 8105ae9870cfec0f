//! A server that speaks HTTP on a port it is given, as a process of its own: LocalStack and moto are such.
//!
//! It is ready once it answers a request for one path with status 200; nothing else of its answers is looked at.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{ServerError, files};
use crate::port;
use crate::process::{POLL, Process};
use crate::scratch::Scratch;

/// Slow where the disk is cold: LocalStack loads hundreds of files.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// An answer to the question whether it is ready.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A port can be lost between choosing and binding it.
const PORT_ATTEMPTS: u32 = 3;

/// A running server on the loopback. Killed on drop.
#[derive(Debug)]
pub(crate) struct WebServer {
    address: SocketAddr,
    process: Process,
    scratch: Scratch,
}

impl WebServer {
    /// Starts the command that `make` makes for an address and a fresh folder, and waits until `path` is there.
    pub(crate) fn start(
        program: &str,
        path: &str,
        make: impl Fn(SocketAddr, &Scratch) -> Command,
    ) -> Result<Self, ServerError> {
        for attempt in 1.. {
            let scratch = Scratch::new()?;
            let address = SocketAddr::from(([127, 0, 0, 1], port::free()?));
            let log = scratch.path().join("server.log");
            let output = File::create(&log).map_err(files("create", &log))?;
            let errors = output.try_clone().map_err(files("open", &log))?;
            let mut command = make(address, &scratch);
            command.stdin(Stdio::null()).stdout(output).stderr(errors);
            let mut server = Self { address, process: Process::start(program, command)?, scratch };
            match server.wait_until_ready(program, path) {
                Err(ServerError::EndedEarly { .. })
                    if attempt < PORT_ATTEMPTS && !port::can_be_bound(address.port()) => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(server),
            }
        }
        Err(ServerError::NoPort)
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its process id.
    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    fn wait_until_ready(&mut self, program: &str, path: &str) -> Result<(), ServerError> {
        let began = Instant::now();
        while began.elapsed() < READY_WITHIN {
            if let Some(status) = self.process.ended() {
                return Err(ServerError::EndedEarly {
                    program: program.to_owned(),
                    status: status.to_string(),
                    last_words: self.last_words(),
                });
            }
            if answers(self.address, path) {
                return Ok(());
            }
            thread::sleep(POLL * 5);
        }
        Err(ServerError::TooSlow {
            program: program.to_owned(),
            state: "ready",
            seconds: READY_WITHIN.as_secs(),
            last_words: self.last_words(),
        })
    }

    fn last_words(&self) -> String {
        const BYTES: usize = 4_000;
        let words = fs::read(self.scratch.path().join("server.log")).unwrap_or_default();
        let end = words.get(words.len().saturating_sub(BYTES)..).unwrap_or_default();
        String::from_utf8_lossy(end).into_owned()
    }
}

fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || {
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(ANSWER_WITHIN))?;
        socket.write_all(format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes())?;
        let mut status = [0; 12];
        socket.read_exact(&mut status)?;
        std::io::Result::Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
