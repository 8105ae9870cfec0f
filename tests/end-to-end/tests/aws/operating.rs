//! What operators do to a task under way: passwords change, accounts vanish, tasks are cancelled.

use std::thread;
use std::time::{Duration, Instant};

use cloud::Faults;

use crate::aws::deployment::{Deployment, source, tables_of_target};
use crate::aws::shop::{Writer, make};

const COLUMNS: [&str; 3] = ["id, customer, amount, note", "order_id, line, sku, raw", "code, n"];
const REFUSED: &str = "error 1045";

#[track_caller]
fn wait_until(deployment: &Deployment, what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(150), "{what}\n{}", deployment.last_words());
        thread::sleep(Duration::from_millis(300));
    }
}

fn log(deployment: &Deployment, function: &str) -> String {
    let found = deployment.cloud.functions().find(|one| one.settings().name.ends_with(function));
    found.and_then(|function| function.log().ok()).unwrap_or_default()
}

/// The servers first and the secret later, as the rotation of one user does it; sessions are closed, and environments killed, so
/// that both ends are asked for new ones in between.
#[test]
fn a_run_outlives_the_rotation_of_both_passwords() {
    make(source(), "aws_rotated", 800);
    let deployment = Deployment::start("rotated", 5);
    let (document, account) = deployment.document_of("rotated", "aws_rotated");
    deployment.drop_document("tasks/rotated.json", &document);
    deployment.wait_for_state("rotated", &["running"]);
    let writer = Writer::start(source().client(), "aws_rotated", 11);
    let is_refused = |function: &str| log(&deployment, function).contains(REFUSED);
    // The target first: nothing would be written to it any more once the log cannot be read.
    account.change_password_at_target();
    deployment.cloud.set_faults(Faults { killed: 40, within: Duration::from_secs(1), ..Faults::default() });
    wait_until(&deployment, "the target refuses", || is_refused("event-applier"));
    account.change_password_at_source();
    wait_until(&deployment, "the source refuses", || is_refused("binlog-reader"));
    deployment.change_secret(&account);
    deployment.cloud.set_faults(Faults::default());
    thread::sleep(Duration::from_secs(2));
    assert!(writer.stop() > 10);
    deployment.becomes_equal("aws_rotated", COLUMNS);
    deployment.ferry(&["finish", "rotated"]).expect(0);
    deployment.wait_for_state("rotated", &["completed"]);
    assert_eq!(deployment.differences("aws_rotated", COLUMNS), Vec::<String>::new());
    deployment.logs_are_clean();
}

#[test]
fn a_task_that_has_stopped_asks_nobody_and_is_cancelled_without_its_source() {
    make(source(), "aws_gone", 400);
    let deployment = Deployment::start("gone", 6);
    let (document, account) = deployment.document_of("gone", "aws_gone");
    deployment.drop_document("tasks/gone.json", &document);
    deployment.wait_for_state("gone", &["running"]);
    let has_probe = || tables_of_target("aws_gone").iter().any(|table| table.starts_with("ferry_probe_"));
    assert!(has_probe(), "{:?}", tables_of_target("aws_gone"));
    let writer = Writer::start(source().client(), "aws_gone", 12);
    account.may_not_follow();
    wait_until(&deployment, "the task stops", || deployment.status("gone")["state"] == "failed");
    source().sql("DROP USER gone").expect("it is dropped");
    // Nothing goes round for a task that has stopped, although every login would fail.
    let queues = ["precheck", "plan", "copy", "read", "changes.fifo"];
    wait_until(&deployment, "messages end", || queues.iter().all(|queue| deployment.depth(queue) == 0));
    writer.stop();
    deployment.ferry(&["cancel", "gone"]).expect(0);
    wait_until(&deployment, "the probe's table goes", || !has_probe());
    assert_eq!(deployment.status("gone")["state"], "cancelled");
    deployment.logs_are_clean();
}
