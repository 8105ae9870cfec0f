//! What the suite needs to know of a platform, and short ways to say what the cases say.

use std::future::Future;
use std::time::Duration;

use migration::port::{
    CheckpointTable, Commit, Delivery, Expect, Inbox, Outgoing, PortError, Queue, QueueName, Receipt, Record,
    RecordKey, SendOutcome, Version, Write,
};
use migration::retry::{Effect, Retry};

/// A visibility timeout that ends within a case only if the case lets it.
pub(crate) const VISIBILITY: Duration = Duration::from_secs(2);
/// Longer than [`VISIBILITY`], and than what a real clock rounds.
pub(crate) const BEYOND_VISIBILITY: Duration = Duration::from_millis(2_500);
/// Longer than any case takes.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// Receive calls that may come back empty although something is there, as a short poll of SQS may.
const POLLS_MAX: u32 = 20;

/// A message received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its body.
    pub body: String,
    /// How often it was delivered, where the platform tells.
    pub receive_count: Option<u32>,
}

/// A fresh deployment: an empty table and empty queues that nobody else uses, whose messages go to the dead letters
/// after [`RECEIVES_MAX`](Self::RECEIVES_MAX) deliveries.
pub trait Platform: Sized + Send + Sync {
    /// Deliveries of a message before it goes to the dead letters.
    const RECEIVES_MAX: u32 = 3;
    /// Cases of a property, small where calls are slow.
    const CASES: u32;
    /// Its checkpoint table.
    type Table: CheckpointTable;
    /// Its queues.
    type Queue: Queue + Inbox;

    /// Makes one.
    fn fresh() -> impl Future<Output = Self> + Send;

    /// Its checkpoint table.
    fn table(&self) -> &Self::Table;

    /// Its queues.
    fn queue(&self) -> &Self::Queue;

    /// Lets time pass: moves a clock, or waits.
    fn pass(&self, span: Duration) -> impl Future<Output = ()> + Send;

    /// The dead letters of a queue, oldest first.
    fn dead_letters(&self, queue: QueueName) -> impl Future<Output = Vec<DeadLetter>> + Send;
}

/// The key of a record.
pub(crate) fn key(partition: &str, sort: &str) -> RecordKey {
    RecordKey { partition: partition.to_owned(), sort: sort.to_owned() }
}

/// Stores a body under a condition.
pub(crate) fn put(key: &RecordKey, body: &str, expect: Expect) -> Write {
    Write::Put { key: key.clone(), body: body.to_owned(), expect }
}

/// The record, read.
pub(crate) async fn get<P: Platform>(platform: &P, key: &RecordKey) -> Option<Record> {
    platform.table().get(key).await.expect("a get succeeds")
}

/// Commits, and says what became of it.
pub(crate) async fn commit<P: Platform>(platform: &P, writes: Vec<Write>) -> Commit {
    platform.table().commit(writes).await.expect("a commit succeeds")
}

/// Commits, and fails unless it was stored.
pub(crate) async fn store<P: Platform>(platform: &P, writes: Vec<Write>) {
    assert_eq!(commit(platform, writes).await, Commit::Stored);
}

/// The version, as a condition.
pub(crate) fn at(version: u64) -> Expect {
    Expect::Version(Version(version))
}

/// Fails unless the call was refused for good and without effect.
pub(crate) fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, PortError>) {
    let error = outcome.expect_err("the call is refused");
    assert_eq!((error.retry, error.effect), (Retry::Never, Effect::None), "{error}");
}

/// A message of a group; its deduplication id is made of group and body, in the characters an id may have.
pub(crate) fn grouped(group: &str, body: &str) -> Outgoing {
    Outgoing {
        group: Some(group.to_owned()),
        deduplication: Some(format!("{group}-{body}").replace(' ', "-")),
        ..Outgoing::plain(body.to_owned())
    }
}

/// Sends, and fails unless every message was taken.
pub(crate) async fn send<P: Platform>(platform: &P, queue: QueueName, messages: &[Outgoing]) {
    let outcomes = platform.queue().send(queue, messages).await.expect("a send succeeds");
    assert_eq!(outcomes.len(), messages.len());
    assert!(outcomes.iter().all(|outcome| matches!(outcome, SendOutcome::Sent)), "{outcomes:?}");
}

/// Sends plain bodies.
pub(crate) async fn send_plain<P: Platform>(platform: &P, queue: QueueName, bodies: &[&str]) {
    let messages: Vec<Outgoing> = bodies.iter().map(|body| Outgoing::plain((*body).to_owned())).collect();
    send(platform, queue, &messages).await;
}

/// One receive call.
pub(crate) async fn receive<P: Platform>(
    platform: &P,
    queue: QueueName,
    most: u32,
    visibility: Duration,
) -> Vec<Delivery> {
    platform.queue().receive(queue, most, visibility).await.expect("a receive succeeds")
}

/// Receives until `count` messages came, and fails where they do not come.
pub(crate) async fn receive_all<P: Platform>(
    platform: &P,
    queue: QueueName,
    count: usize,
    visibility: Duration,
) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for _ in 0..POLLS_MAX {
        let missing = u32::try_from(count - deliveries.len()).expect("a case asks for few messages");
        deliveries.extend(receive(platform, queue, missing.min(10), visibility).await);
        if deliveries.len() >= count {
            return deliveries;
        }
    }
    panic!("{} of {count} messages came", deliveries.len());
}

/// Receives exactly one message.
pub(crate) async fn receive_one<P: Platform>(
    platform: &P,
    queue: QueueName,
    visibility: Duration,
) -> Delivery {
    receive_all(platform, queue, 1, visibility).await.remove(0)
}

/// Fails if a message can be received.
pub(crate) async fn assert_nothing_visible<P: Platform>(platform: &P, queue: QueueName) {
    let found = receive(platform, queue, 10, Duration::ZERO).await;
    assert!(found.is_empty(), "{} messages are visible", found.len());
}

/// Deletes by a receipt.
pub(crate) async fn delete<P: Platform>(platform: &P, queue: QueueName, receipt: &Receipt) {
    platform.queue().delete(queue, receipt).await.expect("a delete succeeds");
}

/// The bodies of deliveries, in order.
pub(crate) fn bodies(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.body.as_str()).collect()
}

/// The bodies of deliveries, sorted.
pub(crate) fn sorted_bodies(deliveries: &[Delivery]) -> Vec<&str> {
    let mut found = bodies(deliveries);
    found.sort_unstable();
    found
}
