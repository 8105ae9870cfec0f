//! What goes wrong on purpose.

use std::time::Duration;

use cloud::Faults;

use crate::stage::{Stage, most_at_once};

const LONG: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_batch_is_delivered_to_two_environments_at_once() {
    let mut stage = Stage::new("twice", &[]).await;
    stage.cloud.set_faults(Faults { twice: 100, ..Faults::default() });
    stage.send(&["ok 300"]).await;
    stage.cloud.start(LONG);
    stage.settled(0).await;
    let notes = stage.notes_of("ok 300");
    assert_eq!((notes.len(), most_at_once(&notes)), (2, 2));
}

#[tokio::test]
async fn a_message_is_lost_and_an_invocation_killed() {
    let mut stage = Stage::new("killed", &[]).await;
    stage.cloud.set_faults(Faults { killed: 100, within: Duration::from_millis(200), ..Faults::default() });
    stage.send(&["ok 300"]).await;
    stage.cloud.start(LONG);
    stage.settled(1).await;
    assert_eq!((stage.counts().killed, stage.notes().len()), (3, 0));
    stage.cloud.set_faults(Faults { dropped: 100, ..Faults::default() });
    stage.send(&["ok 1"]).await;
    stage.settled(1).await;
    assert_eq!(stage.notes().len(), 0);
}

#[tokio::test]
async fn an_invocation_that_hangs_is_killed_at_its_timeout() {
    let mut stage = Stage::new("hung", &[]).await;
    stage.cloud.set_faults(Faults { hung: 100, within: Duration::from_millis(200), ..Faults::default() });
    stage.send(&["ok 300"]).await;
    stage.cloud.start(LONG);
    stage.settled(1).await;
    assert_eq!((stage.counts().timeouts, stage.notes().len()), (3, 0));
}

#[tokio::test]
async fn a_purged_queue_is_empty_and_goes_on() {
    let mut stage = Stage::new("purged", &[]).await;
    stage.send(&["ok 1", "ok 2"]).await;
    stage.cloud.sqs().purge(&stage.queue).await.unwrap();
    stage.cloud.start(LONG);
    stage.send(&["ok 3"]).await;
    stage.settled(0).await;
    assert_eq!((stage.notes().len(), stage.notes_of("ok 3").len()), (1, 1));
}
