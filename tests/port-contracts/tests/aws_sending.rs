//! Sends of which a part fails, which is SQS's usual way to be busy: an answer of status 200 with entries in `Failed`.

use aws::SqsQueues;
use migration::port::{Inbox, Outgoing, Queue, QueueName, SendOutcome};
use migration::retry::{Effect, Retry};

use crate::aws_proxy::{Act, Proxy};
use crate::aws_servers::{clients_at, fresh_name, localstack, localstack_url, make_queues};

const SENDS: &[&str] = &["SendMessageBatch"];

/// The queues seen directly, and by somebody behind the proxy.
struct Busy {
    proxy: Proxy,
    behind: SqsQueues,
    direct: SqsQueues,
}

impl Busy {
    async fn fresh() -> Self {
        let (name, clients) = (fresh_name(), localstack().await);
        make_queues(&clients, &name, 3);
        let direct = SqsQueues::named(&clients, &name).await.unwrap();
        let proxy = Proxy::before(&localstack_url(), SENDS).await;
        let behind = SqsQueues::new(&clients_at(proxy.url()).await, direct.urls().clone());
        Self { proxy, behind, direct }
    }

    /// The bodies in the queue of changes, by group in order.
    async fn received(&self) -> Vec<String> {
        let long = std::time::Duration::from_secs(600);
        let mut bodies = Vec::new();
        for _ in 0..4 {
            let received = self.direct.receive(QueueName::Changes, 10, long).await.unwrap();
            for delivery in received {
                self.direct.delete(QueueName::Changes, &delivery.receipt).await.unwrap();
                bodies.push(delivery.body);
            }
        }
        bodies
    }
}

/// `g1` is the first message of group g.
fn messages(bodies: &[&str]) -> Vec<Outgoing> {
    let message = |body: &&str| Outgoing {
        group: body.get(..1).map(str::to_owned),
        deduplication: Some((*body).to_owned()),
        ..Outgoing::plain((*body).to_owned())
    };
    bodies.iter().map(message).collect()
}

/// The answer to a request of these entries, of which some fail; nothing reaches the queue.
fn answer(sent: &[usize], failed: &[usize], code: &str, is_fault: bool) -> Act {
    let one = |id: &usize| format!(r#"{{"Id":"{id}","MessageId":"m{id}","MD5OfMessageBody":"0"}}"#);
    let other =
        |id: &usize| format!(r#"{{"Id":"{id}","SenderFault":{is_fault},"Code":"{code}","Message":"x"}}"#);
    let sent: Vec<String> = sent.iter().map(one).collect();
    let failed: Vec<String> = failed.iter().map(other).collect();
    let body = format!(r#"{{"Successful":[{}],"Failed":[{}]}}"#, sent.join(","), failed.join(","));
    Act::Answer(200, body)
}

fn is_sent(outcomes: &[SendOutcome]) -> Vec<bool> {
    outcomes.iter().map(|outcome| matches!(outcome, SendOutcome::Sent)).collect()
}

#[tokio::test]
async fn what_failed_in_a_request_is_sent_again() {
    let queues = Busy::fresh().await;
    queues.proxy.script([answer(&[], &[0, 1], "ServiceUnavailable", false)]);
    let outcomes = queues.behind.send(QueueName::Changes, &messages(&["a1", "b1"])).await.unwrap();
    assert_eq!(is_sent(&outcomes), [true, true]);
    assert_eq!(queues.received().await, ["a1", "b1"]);
    queues.proxy.script([Act::LoseCall, Act::LoseAnswer]);
    let outcomes = queues.behind.send(QueueName::Changes, &messages(&["a2", "a3"])).await.unwrap();
    assert_eq!(is_sent(&outcomes), [true, true]);
    assert_eq!(queues.received().await, ["a2", "a3"], "the deduplication id lets none through twice");
}

#[tokio::test]
async fn after_a_message_that_failed_for_good_no_later_one_of_its_group_is_sent() {
    let queues = Busy::fresh().await;
    // Twelve messages make two requests; entry 0 is the first of group a.
    let bodies = ["a0", "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "a1", "b9"];
    let sent: Vec<usize> = (1..10).collect();
    queues.proxy.script([answer(&sent, &[0], "InvalidMessageContents", true)]);
    let outcomes = queues.behind.send(QueueName::Changes, &messages(&bodies)).await.unwrap();
    let expected: Vec<bool> = bodies.iter().map(|body| body.starts_with('b')).collect();
    assert_eq!(is_sent(&outcomes), expected);
    let Some(SendOutcome::Failed(error)) = outcomes.into_iter().nth(10) else { panic!("a1 was not sent") };
    assert_eq!((error.retry, error.effect), (Retry::Now, Effect::None));
    assert_eq!(queues.received().await, ["b9"]);
}

#[tokio::test]
async fn a_message_that_failed_while_a_later_one_of_its_group_was_taken_is_not_sent_behind_it() {
    let queues = Busy::fresh().await;
    queues.proxy.script([answer(&[1, 2], &[0], "ServiceUnavailable", false)]);
    let outcomes = queues.behind.send(QueueName::Changes, &messages(&["a0", "a1", "b0"])).await.unwrap();
    assert_eq!(is_sent(&outcomes), [false, true, true]);
    assert_eq!(queues.proxy.seen().len(), 1);
}

#[tokio::test]
async fn of_a_failed_group_only_what_comes_before_every_taken_one_is_sent_again() {
    let queues = Busy::fresh().await;
    queues.proxy.script([answer(&[0, 3], &[1, 2], "ServiceUnavailable", false)]);
    let outcomes =
        queues.behind.send(QueueName::Changes, &messages(&["a0", "a1", "b0", "b1"])).await.unwrap();
    // a1 comes after the taken a0 and is sent again; b0 would come behind the taken b1.
    assert_eq!(is_sent(&outcomes), [true, true, false, true]);
    assert_eq!(queues.received().await, ["a1"]);
}

#[tokio::test]
async fn a_queue_that_cannot_be_used_fails_every_message_after_one_request() {
    let queues = Busy::fresh().await;
    let denied = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"x"}"#;
    queues.proxy.script([Act::Answer(403, denied.to_owned())]);
    let bodies: Vec<String> = (0..25).map(|number| format!("a{number}")).collect();
    let plain: Vec<Outgoing> = bodies.into_iter().map(Outgoing::plain).collect();
    let outcomes = queues.behind.send(QueueName::Copy, &plain).await.unwrap();
    assert!(is_sent(&outcomes).iter().all(|sent| !sent) && outcomes.len() == 25);
    assert!(queues.proxy.seen().len() == 1);
    let Some(SendOutcome::Failed(error)) = outcomes.first() else { panic!("it failed") };
    assert_eq!((error.retry, error.effect), (Retry::Operator, Effect::None));
}

#[tokio::test]
async fn several_messages_are_given_back_at_once_and_stale_receipts_are_passed_over() {
    use std::time::Duration;
    let queues = Busy::fresh().await;
    let bodies = ["a0", "a1", "a2", "b0"];
    queues.direct.send(QueueName::Changes, &messages(&bodies)).await.unwrap();
    let long = Duration::from_secs(600);
    let mut receipts = Vec::new();
    while receipts.len() < bodies.len() {
        let received = queues.direct.receive(QueueName::Changes, 10, long).await.unwrap();
        receipts.extend(received.into_iter().map(|delivery| delivery.receipt));
    }
    let gone = receipts.pop().unwrap();
    queues.direct.delete(QueueName::Changes, &gone).await.unwrap();
    receipts.push(gone);
    for visibility in [Duration::from_secs(700), Duration::ZERO] {
        queues.direct.change_visibility_of(QueueName::Changes, &receipts, visibility).await.unwrap();
    }
    assert_eq!(queues.received().await, ["a0", "a1", "a2"]);
}

#[tokio::test]
async fn a_stack_without_queues_is_told_by_their_name() {
    let clients = localstack().await;
    let error = SqsQueues::named(&clients, "nobody").await.unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Operator, Effect::None));
    assert!(error.to_string().contains("nobody-precheck"), "{error}");
}
