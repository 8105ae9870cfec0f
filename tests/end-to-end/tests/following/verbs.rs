//! `pause`, `resume`, `finish` and `cancel` beside a live process and without one.

use crate::following::stage::{Writer, following};
use crate::stage::{Ended, Task, run_sql};

fn verb(task: &Task, verb: &str) -> Ended {
    task.start_raw(&[verb, &task.name, "--data-dir", "data"], &[]).wait()
}

fn state(task: &Task) -> String {
    let ended = task.start_raw(&["status", &task.name, "--data-dir", "data", "--json"], &[]).wait().expect(0);
    ended.events("run")[0]["state"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_run_is_paused_resumed_and_finished_by_hand() {
    let task = following("follow_verbs", 2_000);
    let writer = Writer::start("follow_verbs");
    let mut running = task.start("run", &[]);
    running.wait_until(|out| out.contains("-> running"));
    let paused = verb(&task, "pause").expect(0);
    assert_eq!(
        paused.out,
        "task follow_verbs: paused, was running; its process ends what is in hand and exits; \
         `ferry run TASK` or `ferry resume follow_verbs` goes on\n"
    );
    running.wait().expect(0);
    assert_eq!(state(&task), "paused");
    assert_eq!(verb(&task, "pause").expect(0).out, "task follow_verbs: is paused already\n");
    assert_eq!(
        verb(&task, "finish").expect(2).err,
        "ferry: task follow_verbs is paused; resume it before it can finish\n"
    );
    assert_eq!(
        verb(&task, "resume").expect(0).out,
        "task follow_verbs: running, was paused; no process works on it: `ferry run TASK` goes on with it\n"
    );
    let running = task.start("run", &[]);
    let finishes = verb(&task, "finish").expect(0).out;
    assert!(finishes.contains("is completed once everything committed before now is applied"), "{finishes}");
    let ended = running.wait().expect(0);
    assert!(ended.out.contains("asked by hand to finish"), "{}", ended.out);
    assert_eq!(state(&task), "completed");
    assert!(writer.stop() > 0);
    assert_eq!(verb(&task, "finish").expect(0).out, "task follow_verbs: is completed already\n");
    assert_eq!(
        verb(&task, "resume").expect(2).err,
        "ferry: task follow_verbs is completed, which is an end: it cannot be resumed\n"
    );
    verb(&task, "pause").expect(2);
    verb(&task, "cancel").expect(2);
}

#[test]
fn a_cancelled_run_ends_for_good() {
    let task = following("follow_cancel", 500);
    let mut running = task.start("run", &[]);
    running.wait_until(|out| out.contains("-> planning"));
    verb(&task, "cancel").expect(0);
    running.wait().expect(1);
    assert_eq!(state(&task), "cancelled");
    assert_eq!(verb(&task, "cancel").expect(0).out, "task follow_cancel: is cancelled already\n");
    verb(&task, "resume").expect(2);
    task.ferry("run", &[]).expect(1);
    let unknown = task.start_raw(&["pause", "other", "--data-dir", "data"], &[]).wait().expect(2);
    assert_eq!(unknown.err, "ferry: there is no task other in this data folder; it has follow_cancel\n");
}

#[test]
fn a_definition_that_cannot_be_carried_stops_the_task_until_its_owner_goes_past_it() {
    let task = following("follow_past", 300);
    task.ferry("run", &["--until", "caught-up"]).expect(0);
    run_sql(
        "USE follow_past; CREATE TABLE heap (a INT); INSERT INTO heap VALUES (1); UPDATE orders SET v = v + 1",
    );
    let ended = task.ferry("run", &["--until", "caught-up"]).expect(1);
    let failed = "a definition of follow_past.heap cannot be carried";
    assert!(ended.out.contains(failed) && ended.out.contains("resume NAME --ignore-ddl"), "{}", ended.out);
    // By hand without a word on definitions it stops there again.
    task.ferry("run", &["--until", "caught-up"]).expect(1);
    let resumed =
        task.start_raw(&["resume", &task.name, "--ignore-ddl", "--data-dir", "data"], &[]).wait().expect(0);
    assert!(resumed.out.contains("from now on past definitions that cannot be carried"), "{}", resumed.out);
    task.ferry("run", &["--until", "caught-up"]).expect(0);
    // So it stays, for rows of what was left out and for the next such definition.
    run_sql(
        "USE follow_past; INSERT INTO heap VALUES (2); CREATE TABLE heap2 (a INT); UPDATE orders SET v = v + 1",
    );
    let ended = task.ferry("run", &["--until", "caught-up"]).expect(0);
    assert!(ended.out.contains("ignored for follow_past.heap2"), "{}", ended.out);
    task.ferry("verify", &[]).expect(0);
}
