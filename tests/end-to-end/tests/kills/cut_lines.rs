//! Lines that are cut and a source that restarts in the middle of a copy: the run goes on by itself.

use servers::MysqlServer;

use crate::stage::{Line, Task, lindorm};

const ROWS: u64 = 60_000;

#[test]
fn a_run_outlives_cut_lines_to_the_target_and_a_restart_of_the_source() {
    let mut source = MysqlServer::builder().start().expect("MySQL starts");
    source
        .sql(&format!(
            "CREATE DATABASE cut_lines; USE cut_lines; SET cte_max_recursion_depth = {ROWS};
             CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100));
             INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
               SELECT i, REPEAT(LEFT(SHA2(i, 256), 32), 3) FROM n;
             ANALYZE TABLE t"
        ))
        .expect("the statements run");
    let line = Line::to(lindorm().port());
    let task = Task::new("cut-lines", "", "");
    task.write(&format!(
        "name: cut-lines
source: {{ host: 127.0.0.1, port: {}, user: root, tls: {{ mode: disabled }} }}
target: {{ host: 127.0.0.1, port: {}, user: root, tls: {{ mode: disabled }} }}
migration: full
objects: [{{ database: cut_lines }}]
tuning: {{ chunk_bytes: 64 KiB, copiers: 2 }}
",
        source.port(),
        line.port()
    ));
    let mut running = task.start("run", &["--json"]);
    let copied = |out: &str| {
        let progress = out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        progress.filter_map(|event| event["rows"].as_u64()).max().unwrap_or(0)
    };
    running.wait_until(|out| copied(out) > 0);
    line.cut();
    source.kill();
    source.restart().expect("MySQL starts again");
    let ended = running.wait().expect(0);
    assert_eq!(copied(&ended.out), ROWS);
    assert!(line.cuts() > 0, "no line was there to be cut");
    task.ferry("verify", &[]).expect(0);
}
