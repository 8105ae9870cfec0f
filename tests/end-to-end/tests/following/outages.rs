//! A target that is away for a while: the task is shown as retrying with cause and count, and goes on by itself.

use std::ffi::OsStr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use servers::{LindormLocal, Scratch};

use crate::following::stage::{Writer, fill};
use crate::stage::{Task, objects};

const PATIENCE: Duration = Duration::from_secs(60);

fn status(task: &Task, event: &str) -> Vec<Value> {
    let ended = task.start_raw(&["status", &task.name, "--data-dir", "data", "--json"], &[]).wait().expect(0);
    ended.events(event)
}

fn wait_for_state(task: &Task, wanted: &str) {
    let start = Instant::now();
    while status(task, "run")[0]["state"] != wanted {
        assert!(start.elapsed() < PATIENCE, "never {wanted}: {:?}", status(task, "run"));
        sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_target_that_is_away_is_waited_for() {
    let data = Scratch::new().expect("a folder");
    let folder = data.path().join("lindorm");
    let mut target =
        LindormLocal::start([OsStr::new("--data-dir"), folder.as_os_str()]).expect("the stand-in starts");
    fill("follow_away", 1_000);
    let task = Task::to(&target, "follow_away", &objects("follow_away", "follow_away"), "");
    task.follow();
    let writer = Writer::start("follow_away");
    let mut running = task.start("run", &["--until", "caught-up"]);
    running.wait_until(|out| out.contains("-> catching_up"));
    target.kill();
    wait_for_state(&task, "retrying");
    let retrying = status(&task, "retrying");
    assert_eq!(retrying[0]["class"], "connections", "{retrying:?}");
    assert!(retrying[0]["count"].as_u64() > Some(1), "{retrying:?}");
    assert!(writer.stop() > 0);
    target.restart().expect("the stand-in starts again");
    let ended = running.wait().expect(0);
    assert!(ended.out.contains("retrying -> "), "{}", ended.out);
    task.ferry("run", &["--until", "caught-up"]).expect(0);
    assert!(status(&task, "retrying").is_empty());
    task.ferry("verify", &[]).expect(0);
}
