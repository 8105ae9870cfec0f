//! A process killed again and again while it follows: what it held has run out, not been given back, so what it may have
//! shipped is shipped again, and both sides end equal.

use std::thread::sleep;
use std::time::Duration;

use crate::following::stage::{Writer, following};

#[test]
fn a_killed_process_starts_a_new_epoch_and_loses_nothing() {
    let task = following("follow_killed", 5_000);
    let writer = Writer::start("follow_killed");
    let mut running = task.start("run", &[]);
    running.wait_until(|out| out.contains("-> running"));
    running.kill();
    for millis in [300, 1_100, 2_700] {
        let running = task.start("run", &[]);
        sleep(Duration::from_millis(millis));
        running.kill();
    }
    writer.stop();
    task.ferry("run", &["--until", "caught-up"]).expect(0);
    let status = task.start_raw(&["status", "--data-dir", "data", "--json"], &[]).wait().expect(0);
    assert!(status.events("following")[0]["epoch_restarts"].as_u64() > Some(0), "{}", status.out);
    task.ferry("verify", &[]).expect(0);
}
