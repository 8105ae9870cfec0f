//! Deduplication on FIFO queues.

use migration::port::{Outgoing, QueueName};

use crate::platform::{LONG, Platform, assert_nothing_visible, delete, grouped, receive_one, send};

const QUEUE: QueueName = QueueName::Changes;

/// A message with the id of a waiting one is accepted and dropped.
pub async fn a_second_message_with_an_id_is_accepted_and_dropped<P: Platform>(platform: &P) {
    let message = grouped("g", "once");
    send(platform, QUEUE, &[message.clone(), message.clone()]).await;
    send(platform, QUEUE, &[Outgoing { body: "another body".to_owned(), ..message }]).await;
    let delivery = receive_one(platform, QUEUE, LONG).await;
    assert_eq!(delivery.body, "once");
    delete(platform, QUEUE, &delivery.receipt).await;
    assert_nothing_visible(platform, QUEUE).await;
}

/// The id is remembered although the message was received and deleted.
pub async fn an_id_is_remembered_after_its_message_was_deleted<P: Platform>(platform: &P) {
    let message = grouped("g", "once");
    send(platform, QUEUE, std::slice::from_ref(&message)).await;
    let delivery = receive_one(platform, QUEUE, LONG).await;
    send(platform, QUEUE, std::slice::from_ref(&message)).await;
    delete(platform, QUEUE, &delivery.receipt).await;
    send(platform, QUEUE, &[message]).await;
    assert_nothing_visible(platform, QUEUE).await;
    send(platform, QUEUE, &[grouped("g", "next")]).await;
    assert_eq!(receive_one(platform, QUEUE, LONG).await.body, "next");
}
