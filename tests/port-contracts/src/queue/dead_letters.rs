//! A message received too often.

use migration::port::{Queue, QueueName};

use crate::platform::{
    BEYOND_VISIBILITY, DeadLetter, LONG, Platform, VISIBILITY, assert_nothing_visible, bodies, delete,
    grouped, receive, receive_all, receive_one, send, send_plain,
};

/// It is delivered as often as the bound says, then it stands among the dead letters and nowhere else.
pub async fn a_message_received_too_often_goes_to_the_dead_letters<P: Platform>(platform: &P) {
    let queue = QueueName::Copy;
    send_plain(platform, queue, &["poison"]).await;
    for count in 1..=P::RECEIVES_MAX {
        assert_eq!(platform.dead_letters(queue).await, []);
        assert_eq!(receive_one(platform, queue, VISIBILITY).await.receive_count, count);
        platform.pass(BEYOND_VISIBILITY).await;
    }
    assert_nothing_visible(platform, queue).await;
    let dead = platform.dead_letters(queue).await;
    assert_eq!(dead.len(), 1);
    for DeadLetter { body, receive_count } in dead {
        assert_eq!(body, "poison");
        assert!(receive_count.is_none_or(|count| count == P::RECEIVES_MAX));
    }
    assert_eq!(platform.queue().depth(queue).await.expect("a depth succeeds"), 0);
    assert_eq!(platform.dead_letters(QueueName::Plan).await, []);
}

/// A dead letter in front does not cost the receiver what stands behind it.
pub async fn a_dead_letter_makes_way_in_the_same_call<P: Platform>(platform: &P) {
    let queue = QueueName::Plan;
    send_plain(platform, queue, &["poison"]).await;
    for _ in 0..P::RECEIVES_MAX {
        receive_one(platform, queue, VISIBILITY).await;
        platform.pass(BEYOND_VISIBILITY).await;
    }
    send_plain(platform, queue, &["healthy"]).await;
    assert_eq!(receive_one(platform, queue, LONG).await.body, "healthy");
    assert_nothing_visible(platform, queue).await;
    assert_eq!(platform.dead_letters(queue).await.len(), 1);
}

/// A dead letter unblocks its group.
pub async fn a_dead_letter_of_a_group_lets_the_next_one_pass<P: Platform>(platform: &P) {
    let queue = QueueName::Changes;
    send(platform, queue, &[grouped("g", "1 poison"), grouped("g", "2"), grouped("g", "3")]).await;
    for _ in 0..P::RECEIVES_MAX {
        assert_eq!(bodies(&receive_all(platform, queue, 1, VISIBILITY).await), ["1 poison"]);
        assert_eq!(receive(platform, queue, 10, VISIBILITY).await.len(), 0);
        platform.pass(BEYOND_VISIBILITY).await;
    }
    for body in ["2", "3"] {
        let delivery = receive_one(platform, queue, LONG).await;
        assert_eq!(delivery.body, body);
        delete(platform, queue, &delivery.receipt).await;
    }
    assert_eq!(platform.dead_letters(queue).await.len(), 1);
}
