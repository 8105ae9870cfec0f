//! A child process that never outlives its owner.
//!
//! Decision: a test process can be killed at any moment, and statics are never dropped, so `Drop` alone would leave
//! servers behind. Where `setpriv` exists (util-linux) a child is started with the kernel's parent-death signal. That
//! signal is tied to the *thread* that made the child, and test threads end with their test; so one thread, which lives
//! as long as the process, makes all children.
//! Signals go to the process id that we started, never to a name.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::ServerError;

/// How often a waiting owner looks at its child.
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// A running child; killed on drop.
#[derive(Debug)]
pub struct Process {
    program: String,
    child: Child,
}

impl Process {
    /// Starts `command`; `program` is its name in messages.
    pub fn start(program: &str, command: Command) -> Result<Self, ServerError> {
        let child = make_child(command)
            .map_err(|cause| ServerError::Program { program: program.to_owned(), cause })?;
        Ok(Self { program: program.to_owned(), child })
    }

    /// Process id of the child.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child's standard streams, where they were piped.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The exit status, if the child has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// SIGKILL, and waits for the end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and waits for the end; false when the child is still running after `patience`.
    pub fn stop(&mut self, patience: Duration) -> bool {
        if self.ended().is_some() {
            return true;
        }
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, Signal::TERM);
        }
        let start = Instant::now();
        while start.elapsed() < patience {
            if self.ended().is_some() {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }

    /// Name of the program in messages.
    pub fn program(&self) -> &str {
        &self.program
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The most memory that a process has held so far, in KiB; none where there is no such process any more.
#[must_use]
pub fn peak_memory_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}

/// A command for this program that ends with our process, however that ends.
///
/// The program gets the process id that [`Process::id`] tells, because `setpriv` execs.
pub fn command(program: &Path) -> Command {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    let available = *AVAILABLE.get_or_init(|| {
        Command::new("setpriv").arg("--version").output().is_ok_and(|out| out.status.success())
    });
    if available {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

type Order = (Command, Sender<io::Result<Child>>);

/// Has the long-lived thread start a command.
fn make_child(command: Command) -> io::Result<Child> {
    static MAKER: OnceLock<Sender<Order>> = OnceLock::new();
    let maker = MAKER.get_or_init(|| {
        let (orders, inbox) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                let _ = answer.send(command.spawn());
            }
        });
        orders
    });
    let (answer, result) = channel();
    let gone = |_| io::Error::other("the thread that starts programs is gone");
    maker.send((command, answer)).map_err(|_| gone(()))?;
    result.recv().map_err(|_| gone(()))?
}
