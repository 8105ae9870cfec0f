//! Delays and visibility timeouts.

use std::time::Duration;

use migration::port::{Inbox, Outgoing, QueueName, Receipt};

use crate::platform::{
    BEYOND_VISIBILITY, LONG, Platform, VISIBILITY, assert_nothing_visible, receive_one, send, send_plain,
};

const QUEUE: QueueName = QueueName::Read;

async fn change<P: Platform>(platform: &P, receipt: &Receipt, visibility: Duration) {
    platform.queue().change_visibility(QUEUE, receipt, visibility).await.expect("a change succeeds");
}

/// A delayed message comes when its delay is over, not before.
pub async fn a_delayed_message_comes_after_its_delay<P: Platform>(platform: &P) {
    let delayed = Outgoing { delay: VISIBILITY, ..Outgoing::plain("later".to_owned()) };
    send(platform, QUEUE, &[delayed, Outgoing::plain("now".to_owned())]).await;
    assert_eq!(receive_one(platform, QUEUE, LONG).await.body, "now");
    assert_nothing_visible(platform, QUEUE).await;
    platform.pass(BEYOND_VISIBILITY).await;
    let later = receive_one(platform, QUEUE, LONG).await;
    assert_eq!((later.body.as_str(), later.receive_count), ("later", 1));
}

/// A received message is invisible for exactly its timeout.
pub async fn a_received_message_comes_again_after_its_timeout<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    receive_one(platform, QUEUE, VISIBILITY * 2).await;
    platform.pass(VISIBILITY).await;
    assert_nothing_visible(platform, QUEUE).await;
    platform.pass(BEYOND_VISIBILITY).await;
    receive_one(platform, QUEUE, LONG).await;
}

/// A busy handler may keep its message longer.
pub async fn a_longer_visibility_keeps_a_message_away<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    let delivery = receive_one(platform, QUEUE, VISIBILITY).await;
    change(platform, &delivery.receipt, LONG).await;
    platform.pass(BEYOND_VISIBILITY).await;
    assert_nothing_visible(platform, QUEUE).await;
}

/// A handler that cannot work now may give its message back, at once or for later; the receive still counts.
pub async fn a_shorter_visibility_gives_a_message_back<P: Platform>(platform: &P) {
    send_plain(platform, QUEUE, &["a"]).await;
    let first = receive_one(platform, QUEUE, LONG).await;
    change(platform, &first.receipt, Duration::ZERO).await;
    let second = receive_one(platform, QUEUE, LONG).await;
    assert_eq!(second.receive_count, 2);
    change(platform, &second.receipt, VISIBILITY).await;
    assert_nothing_visible(platform, QUEUE).await;
    platform.pass(BEYOND_VISIBILITY).await;
    assert_eq!(receive_one(platform, QUEUE, LONG).await.receive_count, 3);
}
