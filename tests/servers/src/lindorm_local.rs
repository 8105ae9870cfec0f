//! The stand-in for LindormTable as a process of its own: start, kill, stop, restart on the same port.
//!
//! A separate process, because tests kill it and benchmarks must not share its memory or its CPU account.
//! Waits for the line the stand-in prints when it listens, and for a second one where it was given a control port; never
//! parses anything else it says.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::binaries::lindorm_local_binary;
use crate::error::{ServerError, files};
use crate::port;
use crate::process::{Process, command};
use crate::scratch::Scratch;

const CONTROL: &str = "--control";
const PROGRAM: &str = "lindorm-local";
const READY_WITHIN: Duration = Duration::from_secs(30);
const STOPPED_WITHIN: Duration = Duration::from_secs(15);
/// A port can be lost between choosing and binding it.
const PORT_ATTEMPTS: u32 = 3;

/// A running (or killed, or stopped) stand-in on the loopback. Killed on drop.
pub struct LindormLocal {
    binary: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    address: SocketAddr,
    control: Option<SocketAddr>,
    process: Option<Process>,
    scratch: Scratch,
}

impl fmt::Debug for LindormLocal {
    // The environment may hold a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LindormLocal").field("address", &self.address).finish_non_exhaustive()
    }
}

impl LindormLocal {
    /// Starts the stand-in with these arguments after `--listen`, on a free port.
    ///
    /// # Errors
    /// Fails when it is not built or does not come up; the error holds the end of its log.
    pub fn start<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Result<Self, ServerError> {
        Self::start_with(arguments, [])
    }

    /// Starts the stand-in with these arguments and environment variables, which is how it gets passwords.
    ///
    /// # Errors
    /// Fails like `start`.
    pub fn start_with<A: Into<OsString>>(
        arguments: impl IntoIterator<Item = A>,
        environment: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, ServerError> {
        let mut server = Self {
            binary: lindorm_local_binary()?,
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            address: SocketAddr::from(([127, 0, 0, 1], port::free()?)),
            control: None,
            process: None,
            scratch: Scratch::new()?,
        };
        for attempt in 1.. {
            match server.launch() {
                Err(ServerError::EndedEarly { .. })
                    if attempt < PORT_ATTEMPTS && !port::can_be_bound(server.address.port()) =>
                {
                    server.address.set_port(port::free()?);
                }
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }
        Ok(server)
    }

    /// The address to connect to.
    pub fn host(&self) -> String {
        self.address.ip().to_string()
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Starts the stand-in with these arguments and a control port, for [`LindormLocal::command`].
    ///
    /// # Errors
    /// Fails like `start`.
    pub fn start_controlled<A: Into<OsString>>(
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self, ServerError> {
        let control = [CONTROL, "127.0.0.1:0"].map(OsString::from);
        Self::start(arguments.into_iter().map(Into::into).chain(control))
    }

    /// Has a command carried out over the control port; what stands behind `ok`.
    ///
    /// # Errors
    /// Fails when there is no control port, or the stand-in refuses the command.
    pub fn command(&self, line: &str) -> Result<String, ServerError> {
        let refused = |answer: String| ServerError::Command { program: PROGRAM, answer };
        let control = self.control.ok_or_else(|| refused("there is no control port".to_owned()))?;
        let mut answer = String::new();
        TcpStream::connect(control)
            .and_then(|mut socket| {
                socket.write_all(format!("{line}\n").as_bytes())?;
                BufReader::new(socket).read_line(&mut answer)
            })
            .map_err(|fault| refused(fault.to_string()))?;
        let said = answer.trim_end().strip_prefix("ok").map(|said| said.trim_start().to_owned());
        said.ok_or_else(|| refused(answer))
    }

    /// Process id of the running server; `None` after `kill` or `stop`.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
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
    /// Fails when the server is still there after a while; it is killed then.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        if process.stop(STOPPED_WITHIN) {
            return Ok(());
        }
        let seconds = STOPPED_WITHIN.as_secs();
        let last_words = self.last_words();
        Err(ServerError::TooSlow { program: PROGRAM.to_owned(), state: "stopped", seconds, last_words })
    }

    /// Starts the server again on its port; a running one is stopped first.
    ///
    /// # Errors
    /// Fails like a first start.
    pub fn restart(&mut self) -> Result<(), ServerError> {
        self.stop()?;
        self.launch()
    }

    /// Starts again with other arguments after `--listen`; a running one is stopped first.
    ///
    /// # Errors
    /// Fails like a first start.
    pub fn restart_with<A: Into<OsString>>(
        &mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<(), ServerError> {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self.restart()
    }

    fn launch(&mut self) -> Result<(), ServerError> {
        let log = self.scratch.path().join("stderr.log");
        let log = File::create(&log).map_err(files("create", &log))?;
        let mut program = command(&self.binary);
        program.arg("--listen").arg(self.address.to_string()).args(&self.arguments);
        program.envs(self.environment.iter().map(|(name, value)| (name, value)));
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut process = Process::start(PROGRAM, program)?;
        let output = process.child().stdout.take().expect("invariant: stdout was piped");
        let (lines, printed) = channel();
        // Reads on after these lines, because a full pipe would stop the server.
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = lines.send(line);
            }
        });
        self.control = None;
        let missing = || ServerError::NoAddress { program: PROGRAM };
        match printed.recv_timeout(READY_WITHIN) {
            Ok(line) => self.address = address_in(&line).ok_or_else(missing)?,
            Err(_) => return Err(self.why_not_ready(&mut process)),
        }
        if self.arguments.iter().any(|argument| argument == CONTROL) {
            let line = printed.recv_timeout(READY_WITHIN).ok();
            self.control = Some(line.and_then(|line| address_in(&line)).ok_or_else(missing)?);
        }
        self.process = Some(process);
        Ok(())
    }

    fn why_not_ready(&self, process: &mut Process) -> ServerError {
        let last_words = self.last_words();
        // The pipe closes a moment before the exit status can be had.
        let ended = process.stop(Duration::from_secs(1)).then(|| process.ended()).flatten();
        match ended {
            Some(status) => ServerError::EndedEarly {
                program: PROGRAM.to_owned(),
                status: status.to_string(),
                last_words,
            },
            None => {
                let seconds = READY_WITHIN.as_secs();
                ServerError::TooSlow { program: PROGRAM.to_owned(), state: "ready", seconds, last_words }
            }
        }
    }

    fn last_words(&self) -> String {
        const BYTES: usize = 4_000;
        let mut words = Vec::new();
        let log = self.scratch.path().join("stderr.log");
        if fs::File::open(log).and_then(|mut file| file.read_to_end(&mut words)).is_err() {
            return "(no log)".to_owned();
        }
        let end = words.get(words.len().saturating_sub(BYTES)..).unwrap_or_default();
        String::from_utf8_lossy(end).into_owned()
    }
}

/// The last word of the line that is an address.
fn address_in(line: &str) -> Option<SocketAddr> {
    line.split_whitespace().rev().find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn the_address_is_found_in_a_ready_line() {
        let address = address_in("lindorm-local listening on 127.0.0.1:33060").unwrap();
        assert_eq!(address.port(), 33060);
    }
}
