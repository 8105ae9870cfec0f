//! `--until caught-up`, and Ctrl-C on a run that follows.

use crate::following::stage::{Writer, following};

#[test]
fn writes_beside_the_copy_arrive_and_the_run_ends_when_it_has_caught_up() {
    let task = following("follow_until", 20_000);
    let writer = Writer::start("follow_until");
    task.ferry("run", &["--until", "caught-up"]).expect(0);
    assert!(writer.stop() > 0);
    let ended = task.ferry("run", &["--until", "caught-up", "--json"]).expect(0);
    let following = ended.events("following");
    assert!(!following.is_empty(), "{}", ended.out);
    task.ferry("verify", &[]).expect(0);
}

#[test]
fn a_signal_ends_a_run_that_has_copied_everything_with_0() {
    let task = following("follow_signal", 100);
    let writer = Writer::start("follow_signal");
    let mut running = task.start("run", &[]);
    running.wait_until(|out| out.contains("-> running"));
    writer.stop();
    running.interrupt();
    running.wait().expect(0);
    task.ferry("run", &["--until", "caught-up"]).expect(0);
    task.ferry("verify", &[]).expect(0);
}
