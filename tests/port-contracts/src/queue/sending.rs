//! What a queue takes, what it refuses, and how it counts.

use std::time::Duration;

use migration::limits::{MESSAGE_BYTES_MAX, MESSAGE_DELAY_MAX};
use migration::port::{Outgoing, Queue, QueueName, SendOutcome};

use crate::platform::{
    LONG, Platform, assert_nothing_visible, assert_refused, bodies, delete, grouped, receive_all,
    receive_one, send, send_plain, sorted_bodies,
};

/// Every queue takes messages of its kind and keeps them apart from the others.
pub async fn each_queue_holds_its_own_messages<P: Platform>(platform: &P) {
    for queue in QueueName::ALL {
        let body = format!("for {queue}");
        let message = if queue.is_fifo() { grouped("g", &body) } else { Outgoing::plain(body) };
        send(platform, queue, &[message]).await;
    }
    for queue in QueueName::ALL {
        let delivery = receive_one(platform, queue, LONG).await;
        assert_eq!(delivery.body, format!("for {queue}"));
        assert_eq!(delivery.group.is_some(), queue.is_fifo());
        assert_nothing_visible(platform, queue).await;
    }
}

/// More messages than any server takes at once are sent by one call.
pub async fn one_call_sends_any_number_of_messages<P: Platform>(platform: &P) {
    let sent: Vec<String> = (0..37).map(|number| format!("message {number:02}")).collect();
    send_plain(platform, QueueName::Copy, &sent.iter().map(String::as_str).collect::<Vec<_>>()).await;
    send_plain(platform, QueueName::Copy, &[]).await;
    let received = receive_all(platform, QueueName::Copy, sent.len(), LONG).await;
    assert_eq!(sorted_bodies(&received), sent);
}

/// A body comes back as it was, whatever text it is.
pub async fn a_body_comes_back_unchanged<P: Platform>(platform: &P) {
    let texts =
        ["{\"v\":1}", " spaces and\ttabs\r\nlines ", "größe 中文 😀", "'; DROP TABLE x; --", "<&>\u{FFFD}"];
    send_plain(platform, QueueName::Plan, &texts).await;
    let mut expected = texts;
    expected.sort_unstable();
    let received = receive_all(platform, QueueName::Plan, texts.len(), LONG).await;
    assert_eq!(sorted_bodies(&received), expected);
}

/// 1 MiB is taken, one byte more is not; on a FIFO queue too.
pub async fn a_body_of_one_mebibyte_is_the_largest<P: Platform>(platform: &P) {
    let body = |bytes| "b".repeat(bytes);
    for queue in [QueueName::Copy, QueueName::Changes] {
        let message = |bytes| Outgoing { body: body(bytes), ..template(queue) };
        let outcomes = platform.queue().send(queue, &[message(MESSAGE_BYTES_MAX + 1)]).await;
        assert_refused_alone(outcomes.expect("the call itself succeeds"));
        send(platform, queue, &[message(MESSAGE_BYTES_MAX)]).await;
        assert_eq!(receive_one(platform, queue, LONG).await.body.len(), MESSAGE_BYTES_MAX);
    }
}

fn template(queue: QueueName) -> Outgoing {
    if queue.is_fifo() { grouped("g", "template") } else { Outgoing::plain(String::new()) }
}

fn assert_refused_alone(outcomes: Vec<SendOutcome>) {
    assert_eq!(outcomes.len(), 1);
    for outcome in outcomes {
        match outcome {
            SendOutcome::Failed(error) => assert_refused(Err::<(), _>(error)),
            SendOutcome::Sent => panic!("a message was taken that must not be"),
        }
    }
}

/// Messages that cannot be taken fail one by one; the others are sent.
pub async fn each_message_has_its_own_outcome<P: Platform>(platform: &P) {
    let plain = |body: &str| Outgoing::plain(body.to_owned());
    let too_long = MESSAGE_DELAY_MAX + Duration::from_secs(1);
    let messages = [
        plain("first"),
        plain(""),
        Outgoing { delay: too_long, ..plain("late") },
        plain("second"),
        Outgoing { group: Some("g".to_owned()), deduplication: Some("d".to_owned()), ..plain("grouped") },
        plain("a\u{0}b"),
        plain("third"),
    ];
    let outcomes = platform.queue().send(QueueName::Copy, &messages).await.expect("the call itself succeeds");
    let sent: Vec<bool> = outcomes.iter().map(|outcome| matches!(outcome, SendOutcome::Sent)).collect();
    assert_eq!(sent, [true, false, false, true, false, false, true]);
    for outcome in outcomes.into_iter().filter(|outcome| matches!(outcome, SendOutcome::Failed(_))) {
        assert_refused_alone(vec![outcome]);
    }
    let received = receive_all(platform, QueueName::Copy, 3, LONG).await;
    assert_eq!(sorted_bodies(&received), ["first", "second", "third"]);
    assert_nothing_visible(platform, QueueName::Copy).await;
}

/// A FIFO queue needs group and deduplication id and takes no delay.
pub async fn a_fifo_queue_refuses_what_it_cannot_order<P: Platform>(platform: &P) {
    let good = grouped("g", "good");
    let messages = [
        Outgoing { group: None, ..grouped("g", "1") },
        Outgoing { deduplication: None, ..grouped("g", "2") },
        Outgoing { delay: Duration::from_secs(1), ..grouped("g", "3") },
        good,
        Outgoing { group: Some("g".repeat(129)), ..grouped("g", "5") },
    ];
    let outcomes =
        platform.queue().send(QueueName::Changes, &messages).await.expect("the call itself succeeds");
    let sent: Vec<bool> = outcomes.iter().map(|outcome| matches!(outcome, SendOutcome::Sent)).collect();
    assert_eq!(sent, [false, false, false, true, false]);
    assert_eq!(bodies(&receive_all(platform, QueueName::Changes, 1, LONG).await), ["good"]);
}

/// The depth counts waiting, delayed and in-flight messages, and nothing else.
pub async fn the_depth_counts_everything_not_yet_deleted<P: Platform>(platform: &P) {
    let queue = QueueName::Copy;
    let depth = async || platform.queue().depth(queue).await.expect("a depth succeeds");
    assert_eq!(depth().await, 0);
    send_plain(platform, queue, &["waiting", "in flight"]).await;
    let delayed = Outgoing { delay: LONG, ..Outgoing::plain("delayed".to_owned()) };
    send(platform, queue, &[delayed]).await;
    assert_eq!(depth().await, 3);
    let delivery = receive_one(platform, queue, LONG).await;
    assert_eq!(depth().await, 3);
    delete(platform, queue, &delivery.receipt).await;
    assert_eq!(depth().await, 2);
    assert_eq!(platform.queue().depth(QueueName::Plan).await.expect("a depth succeeds"), 0);
}
