//! What operators do to a task under way: passwords change, accounts vanish, tasks are cancelled.

use std::thread;
use std::time::{Duration, Instant};

use cloud::Faults;

use crate::aws::deployment::{Account, Deployment, source, tables_of_target};
use crate::aws::shop::{COLUMNS, Writer, make};

const REFUSED: &str = "error 1045";

#[track_caller]
fn wait_until(deployment: &Deployment, what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(150), "{what}\n{}", deployment.last_words());
        thread::sleep(Duration::from_millis(300));
    }
}

/// A task that follows its database of so many orders, with an account of its own; all have the same name.
fn running(name: &str, orders: u64, seed: u64) -> (Deployment, Account) {
    let database = format!("aws_{name}");
    make(source(), &database, orders);
    let deployment = Deployment::start(name, seed);
    let (document, account) = deployment.document_of(name, &database);
    deployment.drop_document(&format!("tasks/{name}.json"), &document);
    deployment.wait_for_state(name, &["running"]);
    (deployment, account)
}

/// The servers first and the secret later, as the rotation of one user does it; sessions are closed, and environments killed, so
/// that both ends are asked for new ones in between.
#[test]
fn a_run_outlives_the_rotation_of_both_passwords() {
    let (deployment, account) = running("rotated", 800, 5);
    let writer = Writer::start(source().client(), "aws_rotated", 11);
    let is_refused = |function: &str| {
        let function = deployment.cloud.function(function).expect("there is such a function");
        function.log().expect("a log").contains(REFUSED)
    };
    // The target first: nothing would be written to it any more once the log cannot be read.
    account.change_password_at_target();
    deployment.cloud.set_faults(Faults { killed: 40, within: Duration::from_secs(1), ..Faults::default() });
    wait_until(&deployment, "the target refuses", || is_refused("rotated-event-applier"));
    account.change_password_at_source();
    wait_until(&deployment, "the source refuses", || is_refused("rotated-binlog-reader"));
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
    let (deployment, account) = running("gone", 400, 6);
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
