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
