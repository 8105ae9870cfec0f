//! Verbs at the wrong time.

use crate::misuse::stage::{Broken, task_of};
use crate::stage::run_sql;

#[test]
fn there_is_nothing_to_verify_before_a_run() {
    run_sql(
        "CREATE DATABASE IF NOT EXISTS misuse; CREATE TABLE IF NOT EXISTS misuse.plain (id INT PRIMARY KEY, v INT)",
    );
    let task = task_of(&Broken::default().document());
    let ended = task.ferry("verify", &[]).expect(2);
    assert_eq!(ended.err, "ferry: there is no data folder data\n");
    task.ferry("precheck", &[]).expect(0);
    let ended = task.ferry("verify", &[]).expect(2);
    assert_eq!(ended.err, "ferry: task misuse has not been run in this data folder\n");
    let status = |words: &[&str]| {
        task.start_raw(&[&["status", "--data-dir", "data"], words].concat(), &[]).wait().expect(2).err
    };
    assert_eq!(status(&[]), "ferry: there is no task in this data folder\n");
    assert_eq!(status(&["other"]), "ferry: there is no task other in this data folder\n");
}

#[test]
fn an_unfinished_run_is_neither_changed_nor_repaired_nor_run_twice() {
    run_sql(
        "CREATE DATABASE IF NOT EXISTS misuse;
         CREATE TABLE IF NOT EXISTS misuse.unfinished (id INT PRIMARY KEY, v INT)",
    );
    let objects = "  - { database: misuse, include: [unfinished] }\n";
    let task = task_of(&Broken { objects, ..Broken::default() }.document());
    let mut running = task.start("run", &[]);
    running.wait_until(|out| out.contains("-> planning"));
    for verb in ["run", "verify"] {
        let second = task.ferry(verb, &[]).expect(1);
        let expected = format!("ferry: the task is already running in process {}\n", running.process_id());
        assert_eq!((second.err, second.out), (expected, String::new()), "{verb}");
    }
    running.interrupt();
    let ended = running.wait().expect(5);
    let last = ended.out.lines().last();
    assert_eq!(last, Some("stopping: ending what is in hand; the same command goes on from there"));

    let refused = task.ferry("verify", &["--repair"]).expect(2);
    assert_eq!(
        refused.err,
        "ferry: task misuse is planning; only a completed task is repaired, or one that follows the log and is paused: \
         let `ferry run` end first, or `ferry pause` it\n"
    );
    let more = "on_bad_row: reject\ntuning: { copiers: 7 }\n";
    task.write(&Broken { objects, more, ..Broken::default() }.document());
    let refused = task.ferry("run", &[]).expect(2);
    assert_eq!(
        refused.err,
        "ferry: task misuse is planning with another document; give the changed task a new name, or undo the change:
  on_bad_row: was \"fail\", is \"reject\"
  tuning.copiers: was 4, is 7\n"
    );

    task.write(&Broken { objects, ..Broken::default() }.document());
    task.run_and_verify();
    let again = task.ferry("run", &[]).expect(0);
    assert!(again.out.contains("completed"), "{}", again.out);
}
