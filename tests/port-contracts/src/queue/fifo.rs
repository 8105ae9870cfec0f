//! Order within a message group.

use std::time::Duration;

use migration::port::{Delivery, Inbox, Outgoing, QueueName};

use crate::platform::{
    BEYOND_VISIBILITY, LONG, Platform, VISIBILITY, assert_nothing_visible, delete, grouped, receive,
    receive_all, receive_one, send,
};

const QUEUE: QueueName = QueueName::Changes;

async fn send_group<P: Platform>(platform: &P, group: &str, bodies: &[&str]) {
    let messages: Vec<Outgoing> = bodies.iter().map(|body| grouped(group, body)).collect();
    send(platform, QUEUE, &messages).await;
}

fn of_group<'a>(deliveries: &'a [Delivery], group: &str) -> Vec<&'a str> {
    let of_group = deliveries.iter().filter(|delivery| delivery.group.as_deref() == Some(group));
    of_group.map(|delivery| delivery.body.as_str()).collect()
}

/// Messages of a group come in the order they were sent in, over calls and batches.
pub async fn a_group_comes_in_the_order_it_was_sent<P: Platform>(platform: &P) {
    let sent: Vec<String> = (0..25).map(|number| format!("{number:02}")).collect();
    let (early, late) = sent.split_at(13);
    send_group(platform, "g", &early.iter().map(String::as_str).collect::<Vec<_>>()).await;
    send_group(platform, "g", &late.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut received = Vec::new();
    while received.len() < sent.len() {
        let delivery = receive_one(platform, QUEUE, LONG).await;
        delete(platform, QUEUE, &delivery.receipt).await;
        received.push(delivery.body);
    }
    assert_eq!(received, sent);
}

/// One call may give several of a group, then in order and without a gap.
pub async fn a_batch_holds_a_group_in_order<P: Platform>(platform: &P) {
    for number in 0..4 {
        let body = number.to_string();
        send(platform, QUEUE, &[grouped("one", &body), grouped("two", &body)]).await;
    }
    let received = receive_all(platform, QUEUE, 2, LONG).await;
    for group in ["one", "two"] {
        let bodies = of_group(&received, group);
        assert_eq!(bodies, ["0", "1", "2", "3"][..bodies.len()]);
    }
}

/// While one message of a group is in flight, none of it is handed out; other groups are not held up.
pub async fn a_group_is_blocked_while_one_of_it_is_in_flight<P: Platform>(platform: &P) {
    send_group(platform, "blocked", &["1", "2"]).await;
    let first = receive_one(platform, QUEUE, LONG).await;
    assert_eq!(first.body, "1");
    assert_nothing_visible(platform, QUEUE).await;
    send_group(platform, "free", &["a"]).await;
    assert_eq!(receive_one(platform, QUEUE, LONG).await.body, "a");
    assert_nothing_visible(platform, QUEUE).await;
    delete(platform, QUEUE, &first.receipt).await;
    assert_eq!(receive_one(platform, QUEUE, LONG).await.body, "2");
}

/// A message that was not deleted in time comes again before its successors.
pub async fn a_message_that_timed_out_comes_before_its_successors<P: Platform>(platform: &P) {
    send_group(platform, "g", &["1", "2"]).await;
    assert_eq!(receive_one(platform, QUEUE, VISIBILITY).await.body, "1");
    platform.pass(BEYOND_VISIBILITY).await;
    let again = receive_one(platform, QUEUE, LONG).await;
    assert_eq!((again.body.as_str(), again.receive_count), ("1", 2));
    delete(platform, QUEUE, &again.receipt).await;
    assert_eq!(receive_one(platform, QUEUE, LONG).await.body, "2");
}

/// The same when the handler gave it back by itself.
pub async fn a_message_given_back_comes_before_its_successors<P: Platform>(platform: &P) {
    send_group(platform, "g", &["1", "2"]).await;
    let first = receive_one(platform, QUEUE, LONG).await;
    let given_back = platform.queue().change_visibility(QUEUE, &first.receipt, Duration::ZERO).await;
    given_back.expect("a change succeeds");
    assert_eq!(receive_one(platform, QUEUE, LONG).await.body, "1");
    assert_nothing_visible(platform, QUEUE).await;
}

/// When a batch is deleted in part, the rest of it still blocks the group.
pub async fn a_batch_deleted_in_part_still_blocks_its_group<P: Platform>(platform: &P) {
    send_group(platform, "g", &["1", "2", "3", "4"]).await;
    let batch = receive(platform, QUEUE, 2, LONG).await;
    let Some(last) = batch.last() else { panic!("nothing came") };
    for delivery in &batch[..batch.len() - 1] {
        delete(platform, QUEUE, &delivery.receipt).await;
    }
    assert_nothing_visible(platform, QUEUE).await;
    delete(platform, QUEUE, &last.receipt).await;
    let next = receive_one(platform, QUEUE, LONG).await;
    assert_eq!(next.body, ["1", "2", "3", "4"][batch.len()]);
}
