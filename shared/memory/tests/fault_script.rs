//! What scripted faults do to the checkpoint table and the queue.

use std::time::Duration;

use futures_util::FutureExt;
use memory::{Call, Fault, Platform};
use migration::port::{
    CheckpointTable, Clock, Commit, Expect, Outgoing, PortError, Queue, QueueName, RecordKey, SendOutcome,
    Write,
};
use migration::retry::{Effect, Retry};

fn key() -> RecordKey {
    RecordKey { partition: "p".to_owned(), sort: "s".to_owned() }
}

fn commit(platform: &Platform) -> Result<Commit, PortError> {
    let write = Write::Put { key: key(), body: "x".to_owned(), expect: Expect::Absent };
    platform.table.commit(vec![write]).now_or_never().unwrap()
}

fn is_stored(platform: &Platform) -> bool {
    platform.table.get(&key()).now_or_never().unwrap().unwrap().is_some()
}

#[test]
fn a_commit_that_fails_before_has_no_effect() {
    let platform = Platform::automatic();
    platform.faults.at_call(Call::Commit, 1, Fault::Before(Retry::Now));
    assert_eq!(commit(&platform).unwrap_err().effect, Effect::None);
    assert!(!is_stored(&platform));
    assert_eq!(commit(&platform).unwrap(), Commit::Stored);
    assert_eq!(platform.faults.fired(), 1);
}

#[test]
fn a_commit_that_fails_after_is_stored_and_conflicts_with_itself() {
    let platform = Platform::automatic();
    platform.faults.at(1, Fault::After(Retry::Now));
    assert_eq!(commit(&platform).unwrap_err().effect, Effect::Unknown);
    assert!(is_stored(&platform));
    assert_eq!(commit(&platform).unwrap(), Commit::Conflict);
}

#[test]
fn a_scripted_conflict_writes_nothing() {
    let platform = Platform::automatic();
    platform.faults.next(Call::Commit, Fault::Conflict);
    assert_eq!(commit(&platform).unwrap(), Commit::Conflict);
    assert!(!is_stored(&platform));
}

#[test]
fn half_of_the_messages_may_be_sent() {
    let platform = Platform::automatic();
    platform.faults.next(Call::Send, Fault::Half);
    let messages = ["a", "b", "c", "d"].map(|body| Outgoing::plain(body.to_owned()));
    let outcomes = platform.queue.send(QueueName::Copy, &messages).now_or_never().unwrap().unwrap();
    let sent: Vec<bool> = outcomes.iter().map(|outcome| matches!(outcome, SendOutcome::Sent)).collect();
    assert_eq!(sent, [true, true, false, false]);
    assert_eq!(platform.queue.bodies(QueueName::Copy), ["a", "b"]);
}

#[test]
fn time_may_pass_before_a_call() {
    let platform = Platform::stepped();
    let before = platform.clock.now();
    platform.faults.next(Call::Get, Fault::Pass(Duration::from_secs(60)));
    assert!(!is_stored(&platform));
    assert_eq!(before.until(platform.clock.now()), Duration::from_secs(60));
    assert_eq!(platform.faults.count(Call::Get), 1);
}
