//! A stand-in with faults, a source database of two tables, and the task between them.

use std::time::Duration;

use servers::LindormLocal;

use crate::stage::{Ended, Running, Task, objects, run_sql};

const ROWS: u64 = 3_000;
const POLL: Duration = Duration::from_millis(50);
/// Small chunks and small statements, so that every fault meets many of them.
const TUNING: &str = "tuning: { chunk_bytes: 16 KiB, copiers: 2 }\n";

/// One scenario's servers and task.
pub(crate) struct Stand {
    server: LindormLocal,
    task: Task,
    database: String,
}

impl Stand {
    pub(crate) fn new(name: &str, arguments: &[&str]) -> Self {
        let database = format!("fault_{name}");
        run_sql(&format!(
            "CREATE DATABASE {database}; USE {database}; SET cte_max_recursion_depth = {ROWS};
             CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100));
             INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
               SELECT i, REPEAT(LEFT(SHA2(i, 256), 32), 2) FROM n;
             CREATE TABLE u (id VARCHAR(20) PRIMARY KEY, v INT);
             INSERT INTO u SELECT CONCAT('k', id), id FROM t WHERE id <= 500;
             ANALYZE TABLE t, u"
        ));
        let server = LindormLocal::start_controlled(arguments).expect("the stand-in starts");
        let task = Task::to(&server, &database.replace('_', "-"), &objects(&database, &database), TUNING);
        Self { server, task, database }
    }

    /// Sets a fault on this table, or on everything; gives its number.
    pub(crate) fn set(&self, fault: &str) -> String {
        let fault = fault.replace("DB", &self.database);
        self.server.command(&format!("set {fault}")).expect("the fault is set")
    }

    /// Clears one fault, or `all`; gives how often it struck.
    pub(crate) fn clear(&self, fault: &str) -> u64 {
        let said = self.server.command(&format!("clear {fault}")).expect("the fault is cleared");
        said.split("struck=").nth(1).and_then(|count| count.parse().ok()).expect("a count")
    }

    /// Steps a node's clock.
    pub(crate) fn step_clock(&self, step: &str) {
        self.server.command(&format!("clock {step}")).expect("the clock is stepped");
    }

    /// How often the fault has struck so far.
    pub(crate) fn struck(&self, fault: &str) -> u64 {
        let listed = self.server.command("list").expect("the faults are listed");
        let mine = listed.split("; ").find(|line| line.starts_with(&format!("{fault}:")));
        let count = mine.and_then(|line| line.split("struck=").nth(1)).expect("the fault is there");
        count.split(' ').next().and_then(|count| count.parse().ok()).expect("a count")
    }

    /// Starts `ferry run`.
    pub(crate) fn start(&self) -> Running {
        self.task.start("run", &[])
    }

    /// Waits until a fault has struck so often; the run must not end before.
    #[track_caller]
    pub(crate) fn wait_until_struck(&self, running: &mut Running, fault: &str, times: u64) {
        while self.struck(fault) < times {
            assert!(running.wait_for(POLL).is_none(), "{}: the run has ended", self.database);
        }
    }

    /// Runs to the end, which must be a good one, and compares both sides with no fault left.
    #[track_caller]
    pub(crate) fn run_and_verify(&self, faults: &[String]) {
        self.ends_equal(self.start(), faults);
    }

    /// The same for a run that goes on already.
    #[track_caller]
    pub(crate) fn ends_equal(&self, running: Running, faults: &[String]) {
        self.is_equal(&running.wait().expect(0), faults);
    }

    /// The same for a run that has ended well.
    #[track_caller]
    pub(crate) fn is_equal(&self, ended: &Ended, faults: &[String]) {
        assert_eq!(ended.code, Some(0));
        for fault in faults {
            assert!(self.struck(fault) > 0, "{}: fault {fault} never struck", self.database);
        }
        self.clear("all");
        self.task.ferry("verify", &[]).expect(0);
    }
}
