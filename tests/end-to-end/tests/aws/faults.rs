//! A migration with live writes through functions that are killed, that hang, and that get their messages twice.

use std::thread;
use std::time::{Duration, Instant};

use cloud::{Counts, Faults};

use crate::aws::deployment::{Deployment, source};
use crate::aws::shop::{COLUMNS, Writer, make};

const COLUMNS_LATER: [&str; 3] = ["id, customer, amount, note, extra", "order_id, line, sku, raw", "code, n"];

#[test]
fn copy_and_changes_arrive_through_functions_that_are_killed_and_messages_that_come_twice() {
    make(source(), "aws_shop", 2_000);
    let deployment = Deployment::start("faulty", 1);
    let writer = Writer::start(source().client(), "aws_shop", 7);
    let within = Duration::from_secs(3);
    // The submission is the one message that nobody sends again: it may come twice and be killed, and is not dropped.
    let faults = Faults { killed: 12, hung: 8, within, twice: 20, dropped: 0 };
    deployment.cloud.set_faults(faults);
    let document = deployment.document("shop", "full_and_incremental", "aws_shop");
    deployment.drop_document("tasks/shop.json", &document);
    deployment.wait_for_submission("shop");
    deployment.cloud.set_faults(Faults { dropped: 3, ..faults });
    deployment.wait_for_state("shop", &["copying", "catching_up", "running"]);
    source().sql("ALTER TABLE aws_shop.orders ADD COLUMN extra VARCHAR(60)").expect("a column is added");
    writer.use_extra();
    deployment.wait_for_state("shop", &["running"]);
    wait_for_faults(&deployment);
    assert!(writer.stop() > 50);
    deployment.becomes_equal("aws_shop", COLUMNS_LATER);
    deployment.cloud.set_faults(Faults::default());
    deployment.ferry(&["finish", "shop"]).expect(0);
    deployment.wait_for_state("shop", &["completed"]);
    assert_eq!(deployment.differences("aws_shop", COLUMNS_LATER), Vec::<String>::new());
    deployment.verify(&document);
    deployment.logs_are_clean();
    assert_eq!(sum(&deployment, |counts| counts.errors), 0, "{}", deployment.last_words());
}

fn sum(deployment: &Deployment, of: fn(&Counts) -> u32) -> u32 {
    deployment.counts().values().map(of).sum()
}

/// With writers at work: until functions have been killed, some of them at their timeout.
#[track_caller]
fn wait_for_faults(deployment: &Deployment) {
    let start = Instant::now();
    while sum(deployment, |counts| counts.killed) < 5 || sum(deployment, |counts| counts.timeouts) < 2 {
        assert!(start.elapsed() < Duration::from_secs(240), "{:#?}", deployment.counts());
        thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn a_full_migration_completes_through_functions_that_are_killed() {
    make(source(), "aws_full", 2_000);
    let deployment = Deployment::start("full", 2);
    deployment.cloud.set_faults(Faults {
        killed: 10,
        within: Duration::from_secs(1),
        twice: 20,
        ..Faults::default()
    });
    let document = deployment.document("full", "full", "aws_full");
    deployment.drop_document("tasks/full.json", &document);
    deployment.wait_for_state("full", &["completed"]);
    assert_eq!(deployment.differences("aws_full", COLUMNS), Vec::<String>::new());
    deployment.verify(&document);
    deployment.logs_are_clean();
}
