//! Writes whose answers are lost, which meet other transactions, or which are throttled.
//!
//! The one thing that must never happen: `Conflict`, which says that nothing was written, about something that was.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws::DynamoTable;
use migration::port::{CheckpointTable, Commit, Expect, PortError, RecordKey, Version, Write};
use migration::record::JOURNAL;
use migration::retry::{Effect, Retry};
use proptest::collection::vec;
use proptest::prelude::{Just, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use tokio::sync::oneshot;

use crate::aws_proxy::{Act, Proxy};
use crate::aws_servers::{clients_at, fresh_name, make_table, moto, moto_url};

const WRITES: &[&str] = &["PutItem", "DeleteItem", "TransactWriteItems"];

/// A table seen directly, and by somebody behind the proxy.
struct Lossy {
    proxy: Proxy,
    behind: DynamoTable,
    direct: DynamoTable,
}

impl Lossy {
    async fn fresh() -> Self {
        let name = fresh_name();
        make_table(&name);
        let proxy = Proxy::before(&moto_url(), WRITES).await;
        let behind = DynamoTable::new(&clients_at(proxy.url()).await, name.clone());
        Self { proxy, behind, direct: DynamoTable::new(&moto().await, name) }
    }

    async fn found(&self, sort: &str) -> Option<(u64, String)> {
        let found = self.direct.get(&key(sort)).await.unwrap();
        found.map(|record| (record.version.0, record.body))
    }
}

fn key(sort: &str) -> RecordKey {
    RecordKey { partition: "p".to_owned(), sort: sort.to_owned() }
}

fn put(sort: &str, body: &str, expect: Expect) -> Write {
    Write::Put { key: key(sort), body: body.to_owned(), expect }
}

/// One write, and a transaction of two.
fn both_kinds(body: &str) -> [Vec<Write>; 2] {
    let a = || put("a", body, Expect::Absent);
    [vec![a()], vec![a(), put("b", body, Expect::Absent)]]
}

fn is_unknown(outcome: &Result<Commit, PortError>) -> bool {
    matches!(outcome, Err(error) if error.effect == Effect::Unknown && error.retry == Retry::Now)
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_found_to_be_stored_and_stored_once() {
    for (writes, acts) in both_kinds("mine").into_iter().zip([Act::LoseAnswer, Act::LoseAnswer]) {
        let table = Lossy::fresh().await;
        table.proxy.script([acts]);
        assert_eq!(table.behind.commit(writes).await.unwrap(), Commit::Stored);
        assert_eq!(table.found("a").await, Some((1, "mine".to_owned())));
        assert_eq!(table.proxy.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_write_that_never_arrived_is_sent_again() {
    for writes in both_kinds("mine") {
        let table = Lossy::fresh().await;
        table.proxy.script([Act::LoseCall, Act::LoseCall]);
        assert_eq!(table.behind.commit(writes).await.unwrap(), Commit::Stored);
        assert_eq!(table.found("a").await, Some((1, "mine".to_owned())));
    }
}

#[tokio::test]
async fn a_stored_write_that_was_overwritten_before_its_repetition_is_no_conflict() {
    for writes in both_kinds("mine") {
        let table = Lossy::fresh().await;
        let ((told, done), (go, wait)) = (oneshot::channel(), oneshot::channel());
        table.proxy.script([Act::LoseAnswerAfter(told, wait)]);
        let others = async {
            done.await.unwrap();
            let theirs = vec![put("a", "theirs", Expect::Version(Version(1)))];
            assert_eq!(table.direct.commit(theirs).await.unwrap(), Commit::Stored);
            go.send(()).unwrap();
        };
        // Where another record of the transaction still is as it was written, it is proof enough.
        let is_proved = writes.len() > 1;
        let (outcome, ()) = tokio::join!(table.behind.commit(writes), others);
        let expected = if is_proved { matches!(outcome, Ok(Commit::Stored)) } else { is_unknown(&outcome) };
        assert!(expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_condition_that_fails_after_a_lost_call_is_no_conflict_either() {
    for writes in both_kinds("mine") {
        let table = Lossy::fresh().await;
        assert_eq!(
            table.direct.commit(vec![put("a", "theirs", Expect::Absent)]).await.unwrap(),
            Commit::Stored
        );
        assert_eq!(table.behind.commit(writes.clone()).await.unwrap(), Commit::Conflict);
        table.proxy.script([Act::LoseCall]);
        let outcome = table.behind.commit(writes).await;
        assert!(is_unknown(&outcome), "{outcome:?}");
    }
}

/// DynamoDB refuses a repetition that differs from the first: what an item says of its time must not move on.
#[tokio::test]
async fn a_repeated_transaction_is_the_same_request_however_much_later() {
    let table = Lossy::fresh().await;
    let ((told, done), (go, wait)) = (oneshot::channel(), oneshot::channel());
    table.proxy.script([Act::LoseAnswerAfter(told, wait)]);
    let later = async {
        done.await.unwrap();
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        go.send(()).unwrap();
    };
    let entry = format!("{JOURNAL}7");
    let writes = vec![put("a", "mine", Expect::Absent), put(&entry, "entry", Expect::Absent)];
    let (outcome, ()) = tokio::join!(table.behind.commit(writes), later);
    assert_eq!(outcome.unwrap(), Commit::Stored);
    let seen = table.proxy.seen();
    let seen: Vec<serde_json::Value> = seen.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    assert!(seen.len() == 2 && seen[0] == seen[1], "{seen:#?}");
    assert!(seen[0].to_string().contains("\"ttl\""), "{seen:#?}");
}

#[tokio::test]
async fn a_deletion_whose_answer_is_lost_is_no_conflict() {
    let table = Lossy::fresh().await;
    let delete = || vec![Write::Delete { key: key("a"), expect: Version(1) }];
    assert_eq!(table.behind.commit(delete()).await.unwrap(), Commit::Conflict);
    for (act, is_stored) in [(Act::LoseCall, true), (Act::LoseAnswer, false)] {
        assert_eq!(table.direct.commit(vec![put("a", "x", Expect::Absent)]).await.unwrap(), Commit::Stored);
        table.proxy.script([act]);
        let outcome = table.behind.commit(delete()).await;
        let expected = if is_stored { matches!(outcome, Ok(Commit::Stored)) } else { is_unknown(&outcome) };
        assert!(expected && table.found("a").await.is_none(), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_write_none_of_whose_answers_arrives_has_an_unknown_effect() {
    let table = Lossy::fresh().await;
    table.proxy.script((0..100).map(|_| Act::LoseCall));
    let outcome = table.behind.commit(vec![put("a", "mine", Expect::Absent)]).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert!(table.proxy.seen().len() < 20);
}

fn throttled() -> Act {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"x",
        "throttlingReasons":[{"reason":"TableWriteKeyRangeThroughputExceeded","resource":"table/t"}]}"#;
    Act::Answer(400, body.to_owned())
}

fn cancelled(code: &str) -> Act {
    let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reasons = format!(r#"[{{"Code":"None"}},{{"Code":"{code}","Message":"x"}}]"#);
    Act::Answer(400, format!(r#"{{"__type":"{name}","Message":"x","CancellationReasons":{reasons}}}"#))
}

fn internal() -> Act {
    Act::Answer(
        500,
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"x"}"#.to_owned(),
    )
}

#[tokio::test]
async fn a_throttled_write_is_tried_again_and_then_given_back_with_a_pause_and_without_effect() {
    for writes in both_kinds("mine") {
        let table = Lossy::fresh().await;
        table.proxy.script((0..100).map(|_| throttled()));
        let error = table.behind.commit(writes.clone()).await.unwrap_err();
        assert!(matches!(error.retry, Retry::After(_)) && error.effect == Effect::None, "{error:?}");
        table.proxy.script((0..3).map(|_| throttled()));
        assert_eq!(table.behind.commit(writes).await.unwrap(), Commit::Stored);
    }
    let table = Lossy::fresh().await;
    table.proxy.script([cancelled("ThrottlingError"), cancelled("ProvisionedThroughputExceeded")]);
    let [_, transaction] = both_kinds("mine");
    assert_eq!(table.behind.commit(transaction).await.unwrap(), Commit::Stored);
}

#[tokio::test]
async fn a_transaction_that_meets_others_is_tried_again_and_then_a_conflict() {
    let table = Lossy::fresh().await;
    let [_, transaction] = both_kinds("mine");
    table.proxy.script((0..100).map(|_| cancelled("TransactionConflict")));
    assert_eq!(table.behind.commit(transaction.clone()).await.unwrap(), Commit::Conflict);
    let unclear = [Act::LoseCall].into_iter().chain((0..100).map(|_| cancelled("TransactionConflict")));
    table.proxy.script(unclear);
    let outcome = table.behind.commit(transaction.clone()).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    table.proxy.script((0..3).map(|_| cancelled("TransactionConflict")));
    assert_eq!(table.behind.commit(transaction).await.unwrap(), Commit::Stored);
}

#[tokio::test]
async fn what_a_person_must_cure_is_said_at_once() {
    let table = Lossy::fresh().await;
    let denied = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized"}"#;
    table.proxy.script([Act::Answer(400, denied.to_owned())]);
    let write = || vec![put("a", "mine", Expect::Absent)];
    let error = table.behind.commit(write()).await.unwrap_err();
    assert_eq!((error.retry, error.effect), (Retry::Operator, Effect::None));
    let missing = DynamoTable::new(&moto().await, "no-such-table");
    for error in [missing.commit(write()).await.unwrap_err(), missing.get(&key("a")).await.unwrap_err()] {
        assert_eq!((error.retry, error.effect), (Retry::Operator, Effect::None), "{error:?}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Forward,
    LoseCall,
    LoseAnswer,
    Throttle,
    Fail,
}

impl Fate {
    fn act(self) -> Act {
        match self {
            Self::Forward => Act::Forward,
            Self::LoseCall => Act::LoseCall,
            Self::LoseAnswer => Act::LoseAnswer,
            Self::Throttle => throttled(),
            Self::Fail => internal(),
        }
    }
}

#[test]
fn whatever_becomes_of_the_tries_a_conflict_and_an_error_without_effect_wrote_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let table = runtime.block_on(Lossy::fresh());
    let fate = prop_oneof![
        Just(Fate::Forward),
        Just(Fate::LoseCall),
        Just(Fate::LoseAnswer),
        Just(Fate::Throttle),
        Just(Fate::Fail)
    ];
    let strategy = (vec(fate, 0..5), 0..3_u64, proptest::bool::ANY);
    let number = AtomicU32::new(0);
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&strategy, |(fates, expect, is_alone)| {
        let (case, expect) = (number.fetch_add(1, Ordering::Relaxed), (expect > 0).then_some(expect));
        let (one, other) = (format!("{case} one"), format!("{case} other"));
        let expected = expect.map_or(Expect::Absent, |version| Expect::Version(Version(version)));
        let mut writes = vec![put(&one, "mine", expected), put(&other, "mine", Expect::Absent)];
        if is_alone {
            writes.pop();
        }
        runtime.block_on(async {
            if expect.is_some() {
                table.direct.commit(vec![put(&one, "before", Expect::Absent)]).await.unwrap();
            }
            table.proxy.script(fates.into_iter().map(Fate::act));
            let outcome = table.behind.commit(writes).await;
            let found = table.found(&one).await;
            let is_written = found.as_ref().is_some_and(|(_, body)| body == "mine");
            assert_eq!(table.found(&other).await.is_some(), is_written && !is_alone);
            match outcome {
                Ok(Commit::Stored) => assert_eq!(found, Some((expect.unwrap_or(0) + 1, "mine".to_owned()))),
                Ok(Commit::Conflict) => assert!(!is_written && expect == Some(2)),
                Err(error) => assert!(error.effect == Effect::Unknown || !is_written),
            }
        });
        Ok(())
    });
    outcome.unwrap();
}
