//! Receiving and deleting.

use std::time::Duration;

use migration::limits::VISIBILITY_MAX;
use migration::port::{Inbox, QueueName, Receipt};

use crate::platform::{
    BEYOND_VISIBILITY, LONG, Platform, VISIBILITY, assert_nothing_visible, assert_refused, delete, receive,
    receive_all, receive_one, send_plain, sorted_bodies,
};

const QUEUE: QueueName = QueueName::Copy;

/// An empty queue gives nothing, and asking for nothing gives nothing.
pub async fn an_empty_queue_gives_nothing<P: Platform>(platform: &P) {
    assert_nothing_visible(platform, QUEUE).await;
    assert_eq!(receive(platform, QUEUE, 1, LONG).await.len(), 0);
}

/// A call gives at most what was asked for, and each message to one caller.
pub async fn a_message_is_handed_to_one_receiver_at_a_time<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a", "b", "c", "d", "e"]).await;
    assert!(receive_and_count(platform, 2).await <= 2);
    let rest = futures_util::future::join_all((0..8).map(|_| receive(platform, QUEUE, 1, LONG))).await;
    assert!(rest.iter().flatten().count() <= 3);
    assert_eq!(rest.iter().map(Vec::len).max(), Some(1));
}

async fn receive_and_count<P: Platform>(platform: &P, most: u32) -> usize {
    receive_all(platform, QUEUE, most as usize, LONG).await.len()
}

/// A deleted message never comes again.
pub async fn a_deleted_message_never_comes_again<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a", "b"]).await;
    let received = receive_all(platform, QUEUE, 2, VISIBILITY).await;
    let deleted = received.iter().find(|delivery| delivery.body == "a").expect("a came");
    delete(platform, QUEUE, &deleted.receipt).await;
    delete(platform, QUEUE, &deleted.receipt).await;
    platform.pass(BEYOND_VISIBILITY).await;
    let again = receive_all(platform, QUEUE, 1, LONG).await;
    assert_eq!(sorted_bodies(&again), ["b"]);
    assert_nothing_visible(platform, QUEUE).await;
}

/// Each delivery has a receipt and a count of its own.
pub async fn a_redelivery_counts_up_and_has_a_new_receipt<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    let first = receive_one(platform, QUEUE, VISIBILITY).await;
    assert_nothing_visible(platform, QUEUE).await;
    platform.pass(BEYOND_VISIBILITY).await;
    let second = receive_one(platform, QUEUE, LONG).await;
    assert_eq!((first.receive_count, second.receive_count), (1, 2));
    assert_ne!(first.receipt, second.receipt);
    assert_eq!(first.body, second.body);
}

/// Once a message was received again, the former receipt has no power over it.
pub async fn a_stale_receipt_removes_nothing_and_is_no_error<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    let stale = receive_one(platform, QUEUE, VISIBILITY).await;
    platform.pass(BEYOND_VISIBILITY).await;
    let newest = receive_one(platform, QUEUE, VISIBILITY).await;
    delete(platform, QUEUE, &stale.receipt).await;
    let hidden = platform.queue().change_visibility(QUEUE, &stale.receipt, LONG).await;
    hidden.expect("changing the visibility by a stale receipt is no error");
    platform.pass(BEYOND_VISIBILITY).await;
    let third = receive_one(platform, QUEUE, LONG).await;
    assert_eq!(third.receive_count, 3);
    delete(platform, QUEUE, &newest.receipt).await;
    assert_eq!(queue_depth(platform).await, 1);
    delete(platform, QUEUE, &third.receipt).await;
    assert_eq!(queue_depth(platform).await, 0);
}

async fn queue_depth<P: Platform>(platform: &P) -> u64 {
    migration::port::Queue::depth(platform.queue(), QUEUE).await.expect("a depth succeeds")
}

/// A receipt of another queue or of no queue touches nothing.
pub async fn a_foreign_receipt_touches_nothing<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    send_plain(platform, QueueName::Plan, &["b"]).await;
    let delivery = receive_one(platform, QueueName::Plan, LONG).await;
    receive_one(platform, QUEUE, LONG).await;
    // Some platforms refuse it, some ignore it; none may act on it.
    let _ = platform.queue().delete(QUEUE, &delivery.receipt).await;
    assert_eq!(queue_depth(platform).await, 1);
    assert_refused(platform.queue().delete(QUEUE, &Receipt("no receipt".to_owned())).await);
}

/// A visibility timeout beyond what any queue keeps is refused.
pub async fn a_visibility_beyond_twelve_hours_is_refused<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    let too_long = VISIBILITY_MAX + Duration::from_secs(1);
    assert_refused(platform.queue().receive(QUEUE, 1, too_long).await);
    let delivery = receive_one(platform, QUEUE, VISIBILITY_MAX).await;
    assert_eq!(delivery.receive_count, 1);
    assert_refused(platform.queue().change_visibility(QUEUE, &delivery.receipt, too_long).await);
}
