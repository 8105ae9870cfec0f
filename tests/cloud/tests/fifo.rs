//! What becomes of messages of a FIFO queue.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::stage::Stage;

const LONG: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn messages_of_a_group_come_in_order_and_never_in_two_batches_at_once() {
    let parameters = [("Fifo", "true"), ("BatchSize", "3"), ("Timeout", "4"), ("Visibility", "5")];
    let mut stage = Stage::new("ordered", &parameters).await;
    for at in 0..8 {
        for group in ["a", "b"] {
            let deduplication = format!("{group}{at}");
            let body = format!("ok {}", 20 + at);
            stage.cloud.sqs().send(&stage.queue, &body, Some((group, &deduplication))).await.unwrap();
        }
    }
    stage.cloud.start(LONG);
    stage.settled(0).await;
    let mut of_group: BTreeMap<String, Vec<(u64, u64, String)>> = BTreeMap::new();
    for note in stage.notes() {
        let span = (note["begun"].as_u64().unwrap(), note["ended"].as_u64().unwrap());
        let body = note["body"].as_str().unwrap().to_owned();
        of_group.entry(note["group"].to_string()).or_default().push((span.0, span.1, body));
    }
    assert_eq!(of_group.len(), 2);
    for (group, notes) in of_group {
        let bodies: Vec<&str> = notes.iter().map(|(_, _, body)| body.as_str()).collect();
        let sent: Vec<String> = (0..8).map(|at| format!("ok {}", 20 + at)).collect();
        assert_eq!(bodies, sent, "{group}");
        for pair in notes.windows(2) {
            // Of one batch, or of the next one, which begins when that one is over.
            assert!(pair[1].0 == pair[0].0 || pair[1].0 >= pair[0].1, "{group}: {pair:?}");
        }
    }
}

#[tokio::test]
async fn a_message_that_fails_holds_its_group_and_no_other() {
    let parameters = [("Fifo", "true"), ("BatchSize", "1")];
    let mut stage = Stage::new("held", &parameters).await;
    for (body, group) in [("fail", "a"), ("ok 1", "a"), ("ok 2", "b")] {
        stage.cloud.sqs().send(&stage.queue, body, Some((group, &body.replace(' ', "-")))).await.unwrap();
    }
    stage.cloud.start(LONG);
    stage.settled(1).await;
    let begun = |body: &str| -> Vec<u64> {
        stage.notes_of(body).iter().filter_map(|note| note["begun"].as_u64()).collect()
    };
    let (fails, behind, other) = (begun("fail"), begun("ok 1"), begun("ok 2"));
    assert_eq!((fails.len(), behind.len(), other.len()), (3, 1, 1));
    assert!(behind[0] >= fails[2], "the group goes on behind the dead letter");
    assert!(other[0] < fails[1], "another group waits for nothing");
}
