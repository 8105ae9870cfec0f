//! A target that is killed and starts again on its data in the middle of a copy: what it acknowledged is there, what it did
//! not is written again, and the run goes on by itself.

use servers::{LindormLocal, Scratch};

use crate::stage::{Task, objects, run_sql};

const ROWS: u64 = 60_000;
const KILLS: u64 = 3;

#[test]
fn a_run_outlives_kills_of_the_target() {
    run_sql(&format!(
        "CREATE DATABASE target_killed; USE target_killed; SET cte_max_recursion_depth = {ROWS};
         CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100), n INT);
         INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
           SELECT i, REPEAT(LEFT(SHA2(i, 256), 32), 3), IF(i % 3, i, NULL) FROM n;
         ANALYZE TABLE t"
    ));
    let data = Scratch::new().expect("a folder");
    let folder = data.path().join("lindorm");
    let mut target = LindormLocal::start([std::ffi::OsStr::new("--data-dir"), folder.as_os_str()])
        .expect("the stand-in starts");
    let more = "tuning: { chunk_bytes: 64 KiB, copiers: 2 }\n";
    let task = Task::to(&target, "target-killed", &objects("target_killed", "target_killed"), more);
    let mut running = task.start("run", &["--json"]);
    for kill in 0..KILLS {
        running.wait_until(|out| copied(out) > kill * ROWS / 10);
        target.kill();
        target.restart().expect("the stand-in starts again");
    }
    let ended = running.wait().expect(0);
    assert_eq!(copied(&ended.out), ROWS);
    task.ferry("verify", &[]).expect(0);
}

fn copied(out: &str) -> u64 {
    let progress = out.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    progress.filter_map(|event| event["rows"].as_u64()).max().unwrap_or(0)
}
