//! What a closed and opened file still holds, and two stores on one folder.

use std::time::Duration;

use embedded::{QueueSettings, Store};
use futures_util::future::join_all;
use memory::ManualClock;
use migration::port::{
    CheckpointTable, Commit, Expect, Inbox, Outgoing, Queue, QueueName, RecordKey, Version, Write,
};
use migration::time::UnixMs;
use tempfile::TempDir;

const VISIBILITY: Duration = Duration::from_secs(30);

fn clock() -> ManualClock {
    ManualClock::stepped(UnixMs(1_700_000_000_000))
}

fn open(folder: &TempDir, clock: &ManualClock, scope: &str) -> Store<ManualClock> {
    Store::open(folder.path(), clock.clone(), QueueSettings::new(scope)).unwrap()
}

fn put(sort: &str, body: &str, expect: Expect) -> Write {
    let key = RecordKey { partition: "p".to_owned(), sort: sort.to_owned() };
    Write::Put { key, body: body.to_owned(), expect }
}

fn in_group(body: &str) -> Outgoing {
    Outgoing {
        group: Some("g".to_owned()),
        deduplication: Some(body.to_owned()),
        ..Outgoing::plain(body.to_owned())
    }
}

#[tokio::test]
async fn records_with_their_versions_are_there_after_reopening() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let store = open(&folder, &clock, "a");
    let large = "x".repeat(350 << 10);
    store.commit(vec![put("1", "first", Expect::Absent), put("2", &large, Expect::Absent)]).await.unwrap();
    store.commit(vec![put("1", "second", Expect::Version(Version(1)))]).await.unwrap();
    drop(store);
    let store = open(&folder, &clock, "a");
    let found = store.range("p", "", None, 10).await.unwrap();
    let found: Vec<(u64, &str)> =
        found.iter().map(|record| (record.version.0, record.body.as_str())).collect();
    assert_eq!(found, [(2, "second"), (1, large.as_str())]);
}

#[tokio::test]
async fn a_queue_goes_on_after_reopening_as_if_nothing_had_been() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let store = open(&folder, &clock, "a");
    store.send(QueueName::Changes, &[in_group("1"), in_group("2")]).await.unwrap();
    let first = store.receive(QueueName::Changes, 1, VISIBILITY).await.unwrap();
    drop(store);
    let store = open(&folder, &clock, "a");
    store.send(QueueName::Changes, &[in_group("1")]).await.unwrap();
    assert_eq!(store.depth(QueueName::Changes).await.unwrap(), 2, "the deduplication id was forgotten");
    assert_eq!(
        store.receive(QueueName::Changes, 9, VISIBILITY).await.unwrap(),
        [],
        "the group is not blocked"
    );
    store.delete(QueueName::Changes, &first[0].receipt).await.unwrap();
    let second = store.receive(QueueName::Changes, 9, VISIBILITY).await.unwrap();
    assert_eq!(second.iter().map(|delivery| delivery.body.as_str()).collect::<Vec<_>>(), ["2"]);
}

#[tokio::test]
async fn a_receipt_of_a_deleted_message_never_meets_a_later_one() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let store = open(&folder, &clock, "a");
    store.send(QueueName::Copy, &[Outgoing::plain("old".to_owned())]).await.unwrap();
    let old = store.receive(QueueName::Copy, 1, VISIBILITY).await.unwrap();
    store.delete(QueueName::Copy, &old[0].receipt).await.unwrap();
    drop(store);
    let store = open(&folder, &clock, "a");
    store.send(QueueName::Copy, &[Outgoing::plain("new".to_owned())]).await.unwrap();
    store.receive(QueueName::Copy, 1, VISIBILITY).await.unwrap();
    store.delete(QueueName::Copy, &old[0].receipt).await.unwrap();
    assert_eq!(store.depth(QueueName::Copy).await.unwrap(), 1);
}

#[tokio::test]
async fn two_stores_on_one_folder_see_each_other_and_never_both_win() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let stores = [open(&folder, &clock, "a"), open(&folder, &clock, "b")];
    for version in 0..40 {
        let expect = if version == 0 { Expect::Absent } else { Expect::Version(Version(version)) };
        let both = stores.iter().map(|store| store.commit(vec![put("shared", "x", expect)]));
        let outcomes = join_all(both).await;
        let stored = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Commit::Stored))).count();
        let conflicts = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Commit::Conflict))).count();
        assert_eq!((stored, conflicts), (1, 1));
        for store in &stores {
            let found = store.range("p", "shared", None, 1).await.unwrap();
            assert_eq!(found[0].version, Version(version + 1));
        }
    }
}

#[tokio::test]
async fn the_queues_of_two_scopes_are_apart() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let (one, other) = (open(&folder, &clock, "a"), open(&folder, &clock, "b"));
    one.send(QueueName::Copy, &[Outgoing::plain("for a".to_owned())]).await.unwrap();
    assert_eq!(other.depth(QueueName::Copy).await.unwrap(), 0);
    assert_eq!(other.receive(QueueName::Copy, 1, VISIBILITY).await.unwrap(), []);
    assert_eq!(one.receive(QueueName::Copy, 1, VISIBILITY).await.unwrap().len(), 1);
}
