//! Queues are only transport: what cannot be read is laid aside, and what is lost is sent again.

use std::thread;
use std::time::{Duration, Instant};

use crate::aws::deployment::{Deployment, source};
use crate::aws::shop::{COLUMNS, Writer, make};

#[test]
fn a_message_nobody_can_read_becomes_a_dead_letter_and_purged_queues_cost_nothing_but_time() {
    make(source(), "aws_transport", 1_000);
    let deployment = Deployment::start("transport", 4);
    let writer = Writer::start(source().client(), "aws_transport", 9);
    for queue in ["precheck", "plan", "copy", "read"] {
        deployment.send_body(queue, "{\"version\":1,\"kind\":\"nonsense\"}", None);
    }
    deployment.send_body("changes.fifo", "nonsense", Some(("some-lane", "1")));
    let document = deployment.document("transport", "full_and_incremental", "aws_transport");
    deployment.drop_document("tasks/transport.json", &document);
    deployment.wait_for_state("transport", &["copying", "catching_up", "running"]);
    deployment.purge();
    deployment.wait_for_state("transport", &["running"]);
    deployment.purge();
    thread::sleep(Duration::from_secs(1));
    writer.stop();
    deployment.becomes_equal("aws_transport", COLUMNS);
    deployment.ferry(&["finish", "transport"]).expect(0);
    deployment.wait_for_state("transport", &["completed"]);
    assert_eq!(deployment.differences("aws_transport", COLUMNS), Vec::<String>::new());
    deployment.logs_are_clean();
    become_dead(&deployment);
}

/// What cannot be read, sent where nothing else goes on any more, so that no purge takes it.
fn become_dead(deployment: &Deployment) {
    let before: Vec<u64> = DEAD.iter().map(|(_, dead)| deployment.depth(dead)).collect();
    for (queue, _) in &DEAD[..4] {
        deployment.send_body(queue, "nonsense", None);
    }
    deployment.send_body("changes.fifo", "nonsense", Some(("some-lane", "2")));
    let start = Instant::now();
    for ((queue, dead), before) in DEAD.iter().zip(before) {
        while deployment.depth(dead) == before || deployment.depth(queue) > 0 {
            let late = start.elapsed() > Duration::from_secs(150);
            assert!(!late, "{queue} keeps what cannot be read\n{}", deployment.last_words());
            thread::sleep(Duration::from_millis(500));
        }
    }
}

const DEAD: [(&str, &str); 5] = [
    ("precheck", "precheck-dead"),
    ("plan", "plan-dead"),
    ("copy", "copy-dead"),
    ("read", "read-dead"),
    ("changes.fifo", "changes-dead.fifo"),
];
