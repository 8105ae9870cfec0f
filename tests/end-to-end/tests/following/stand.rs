//! A source of its own, a target of its own, a database that is written to, and the task between them.

use std::time::Duration;

use servers::{LindormLocal, MysqlServer};

use crate::following::writer::{TABLES, Writer};
use crate::stage::{Running, Task, objects};

pub(crate) const DATABASE: &str = "moving";
const TUNING: &str = "tuning: { chunk_bytes: 64 KiB, copiers: 2 }\n";

/// Servers and task of one scenario.
pub(crate) struct Stand {
    pub(crate) source: MysqlServer,
    pub(crate) target: LindormLocal,
    pub(crate) task: Task,
}

impl Stand {
    /// With the writer's tables and `rows` rows besides that only the copy meets.
    pub(crate) fn new(source: MysqlServer, target: LindormLocal, mode: &str, rows: u64) -> Self {
        source
            .sql(&format!(
                "SET time_zone = '+00:00'; CREATE DATABASE {DATABASE}; USE {DATABASE}; {TABLES}
                 SET cte_max_recursion_depth = 1000000;
                 CREATE TABLE bulk (id INT PRIMARY KEY, v VARCHAR(100), n INT);
                 INSERT INTO bulk WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                   SELECT i, REPEAT(LEFT(SHA2(i, 256), 32), 2), IF(i % 3, i, NULL) FROM n;
                 ANALYZE TABLE bulk"
            ))
            .expect("the source is made");
        let ports = (source.port(), target.port());
        let accepted = "ignore: [gtid_mode, binlog_retention, sync_binlog, probe_stamp]\n";
        let more = format!("{TUNING}{accepted}");
        let task = Task::between(ports, mode, "moving", &objects(DATABASE, DATABASE), &more);
        Self { source, target, task }
    }

    /// A writer into the database.
    pub(crate) fn writer(&self, seed: u64) -> Writer {
        Writer::start(self.source.client(), DATABASE, seed, Duration::from_millis(5))
    }

    /// Runs SQL in the database.
    #[track_caller]
    pub(crate) fn sql(&self, statements: &str) -> String {
        let modes = "SET time_zone = '+00:00', SESSION cte_max_recursion_depth = 1000000;";
        self.source.sql(&format!("{modes} USE {DATABASE}; {statements}")).expect("the statements run")
    }

    pub(crate) fn start(&self, more: &[&str]) -> Running {
        self.task.start("run", more)
    }

    /// With the source quiet: runs until everything is applied, and compares both sides.
    #[track_caller]
    pub(crate) fn catches_up_equal(&self) {
        self.task.ferry("run", &["--until", "caught-up"]).expect(0);
        self.task.ferry("verify", &[]).expect(0);
    }
}
