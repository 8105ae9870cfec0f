//! The `ferry` command as a process of its own: run to its end, or started and signalled.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use servers::{ferry_binary, peak_memory_kib};

/// Far beyond what any test needs; a command that hangs fails its test.
const PATIENCE: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(5);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
    /// The most memory it had at once, in KiB, as far as it was looked at while it ran.
    pub(crate) peak_kib: u64,
}

impl Ended {
    /// Fails the test with everything the command said unless it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// The objects of `--json` whose event is this.
    pub(crate) fn events(&self, event: &str) -> Vec<serde_json::Value> {
        let lines = self.out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.filter(|value| value["event"] == event).collect()
    }
}

/// A running command; killed on drop.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
    peak_kib: u64,
}

impl Running {
    /// Starts the command; its words go to files in `folder` with this name.
    pub(crate) fn start(folder: &Path, name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let (out, err) = (folder.join(format!("{name}.out")), folder.join(format!("{name}.err")));
        let mut command = Command::new(ferry_binary().expect("ferry is built"));
        command
            .args(arguments)
            .env("FERRY_LOG", "warn")
            .envs(environment.iter().copied())
            .current_dir(folder);
        command.stdin(Stdio::null());
        command.stdout(File::create(&out).expect("a file")).stderr(File::create(&err).expect("a file"));
        Self { child: command.spawn().expect("ferry starts"), out, err, peak_kib: 0 }
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> Ended {
        let status = self.wait_for(PATIENCE).expect("the command ends in time");
        self.ended(status)
    }

    /// Waits so long at most; tells whether it has ended.
    pub(crate) fn wait_for(&mut self, patience: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                return Some(status);
            }
            self.look_at_memory();
            if start.elapsed() >= patience {
                return None;
            }
            thread::sleep(POLL);
        }
    }

    /// Waits until the output so far satisfies `seen`; fails the test where the command ends before.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, seen: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !seen(&self.out_so_far()) {
            let ended = self.wait_for(POLL);
            assert!(ended.is_none() && start.elapsed() < PATIENCE, "ended before: {}", self.out_so_far());
        }
    }

    fn out_so_far(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default()
    }

    /// SIGKILL, and the end.
    pub(crate) fn kill(mut self) -> Ended {
        self.child.kill().expect("the child can be killed");
        let status = self.child.wait().expect("the child can be waited for");
        self.ended(status)
    }

    /// SIGINT, as Ctrl-C sends it.
    pub(crate) fn interrupt(&self) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(id, Signal::INT).expect("the signal is sent");
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    fn look_at_memory(&mut self) {
        self.peak_kib = self.peak_kib.max(peak_memory_kib(self.child.id()).unwrap_or(0));
    }

    fn ended(&self, status: ExitStatus) -> Ended {
        let read = |path: &Path| fs::read_to_string(path).expect("the words can be read");
        Ended { code: status.code(), out: read(&self.out), err: read(&self.err), peak_kib: self.peak_kib }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
