//! What a queue does after minutes and days; only for platforms whose time is moved by hand.

use std::time::Duration;

use migration::limits::{DEDUPLICATION_SPAN, MESSAGE_DELAY_MAX, MESSAGE_RETENTION, VISIBILITY_MAX};
use migration::port::{Outgoing, Queue, QueueName};

use crate::platform::{
    LONG, Platform, assert_nothing_visible, delete, grouped, receive_one, send, send_plain,
};

const SECOND: Duration = Duration::from_secs(1);

/// Five minutes after the first message of an id, and not after the last, the id is free again.
pub async fn a_deduplication_id_is_forgotten_after_five_minutes<P: Platform>(platform: &P) {
    let queue = QueueName::Changes;
    let message = grouped("g", "again");
    send(platform, queue, std::slice::from_ref(&message)).await;
    let delivery = receive_one(platform, queue, LONG).await;
    delete(platform, queue, &delivery.receipt).await;
    platform.pass(DEDUPLICATION_SPAN - SECOND).await;
    send(platform, queue, std::slice::from_ref(&message)).await;
    assert_nothing_visible(platform, queue).await;
    platform.pass(SECOND * 2).await;
    send(platform, queue, &[message]).await;
    assert_eq!(receive_one(platform, queue, LONG).await.body, "again");
}

/// What nobody deleted is dropped after four days, dead or alive, and not a moment before.
pub async fn a_message_is_dropped_after_four_days<P: Platform>(platform: &P) {
    let queue = QueueName::Plan;
    send_plain(platform, queue, &["old"]).await;
    platform.pass(MESSAGE_RETENTION - SECOND).await;
    send_plain(platform, queue, &["young"]).await;
    assert_eq!(platform.queue().depth(queue).await.expect("a depth succeeds"), 2);
    platform.pass(SECOND * 2).await;
    assert_eq!(platform.queue().depth(queue).await.expect("a depth succeeds"), 1);
    assert_eq!(receive_one(platform, queue, LONG).await.body, "young");
    assert_nothing_visible(platform, queue).await;
}

/// The longest delay and the longest visibility are kept to the second.
pub async fn the_longest_delay_and_visibility_are_kept<P: Platform>(platform: &P) {
    let queue = QueueName::Read;
    send(platform, queue, &[Outgoing { delay: MESSAGE_DELAY_MAX, ..Outgoing::plain("late".to_owned()) }])
        .await;
    platform.pass(MESSAGE_DELAY_MAX - SECOND).await;
    assert_nothing_visible(platform, queue).await;
    platform.pass(SECOND).await;
    receive_one(platform, queue, VISIBILITY_MAX).await;
    platform.pass(VISIBILITY_MAX - SECOND).await;
    assert_nothing_visible(platform, queue).await;
    platform.pass(SECOND).await;
    assert_eq!(receive_one(platform, queue, LONG).await.receive_count, 2);
}
