//! A range of keys that does not answer, as one region of a table that is being moved.

use std::time::{Duration, Instant};

use lindorm_local::wire::{Options, Server};
use mysql_async::prelude::Queryable;

use super::{command, rows_with, run, stand, struck};
use crate::wire::{connect, start};

const HASTY: &str = "/*+ _l_operation_timeout_(100) */";

/// The number of the error of a hasty statement; none where it was run.
async fn hasty(server: &Server, verb: &str, rest: &str) -> Option<u16> {
    let outcome = run(&mut connect(server).await, &format!("{verb} {HASTY} {rest}")).await;
    outcome.err().map(|code| code.expect("an answer"))
}

#[tokio::test]
async fn writes_within_the_range_time_out_unapplied_and_others_do_not() {
    let (server, _client) = stand().await;
    let block = command(&server, "set block table=default.t from=3 to=5 for=1m");
    let begun = Instant::now();
    assert_eq!(hasty(&server, "UPSERT", "INTO t (k, v) VALUES (1, 1), (4, 1)").await, Some(3024));
    assert!((100..20_000).contains(&begun.elapsed().as_millis()), "the statement's own timeout");
    assert_eq!(hasty(&server, "DELETE", "FROM t WHERE k = 3").await, Some(3024));
    assert_eq!(hasty(&server, "UPDATE", "t SET v = 1 WHERE k = 4").await, Some(3024));
    assert_eq!(hasty(&server, "UPSERT", "INTO t (k, v) VALUES (2, 1), (5, 1)").await, None);
    assert_eq!(hasty(&server, "SELECT", "* FROM t WHERE k = 3").await, None);
    assert_eq!(struck(&server, &block), 3);
    command(&server, "clear all");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((rows_with(&server, 0).await, rows_with(&server, 1).await), (8, 2));
}

#[tokio::test]
async fn a_hanging_write_is_applied_when_the_block_is_lifted() {
    let (server, mut client) = stand().await;
    let block = command(&server, "set block table=default.t from=3");
    let write = tokio::spawn(async move { run(&mut client, "UPSERT INTO t (k, v) VALUES (9, 1)").await });
    while struck(&server, &block) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(rows_with(&server, 1).await, 0);
    command(&server, &format!("clear {block}"));
    write.await.unwrap().unwrap();
    assert_eq!(rows_with(&server, 1).await, 1);
}

#[tokio::test]
async fn a_block_is_over_after_its_time() {
    let (server, mut client) = stand().await;
    command(&server, "set block table=default.t for=150ms");
    let begun = Instant::now();
    run(&mut client, "UPSERT INTO t (k, v) VALUES (9, 1)").await.unwrap();
    assert!((100..20_000).contains(&begun.elapsed().as_millis()));
}

#[tokio::test]
async fn reads_hang_where_their_condition_reaches_the_range() {
    let (server, _client) = stand().await;
    command(&server, "set block table=default.t on=read from=3 to=5");
    assert_eq!(hasty(&server, "SELECT", "* FROM t WHERE k = 4").await, Some(3024));
    assert_eq!(hasty(&server, "SELECT", "* FROM t WHERE k >= 1 AND k < 4").await, Some(3024));
    assert_eq!(hasty(&server, "SELECT", "* FROM t").await, Some(3024));
    assert_eq!(hasty(&server, "SELECT", "* FROM t WHERE k >= 5").await, None);
    assert_eq!(hasty(&server, "SELECT", "* FROM t WHERE k IN (1, 7)").await, None);
    assert_eq!(hasty(&server, "UPSERT", "INTO t (k, v) VALUES (4, 1)").await, None);
}

#[tokio::test]
async fn a_range_of_texts_and_of_a_descending_key_is_what_it_says() {
    let server = start(Options::default());
    let mut client = connect(&server).await;
    client
        .query_drop("CREATE TABLE d (k VARCHAR, n INTEGER, v INTEGER, PRIMARY KEY (k DESC, n))")
        .await
        .unwrap();
    command(&server, "set block table=default.d from=b to='d e'");
    for (key, answer) in [("a", None), ("b", Some(3024)), ("d", Some(3024)), ("d e", None), ("d f", None)] {
        let write = format!("INTO d (k, n, v) VALUES ('{key}', 1, 1)");
        assert_eq!(hasty(&server, "UPSERT", &write).await, answer, "{key}");
        let read = format!("* FROM d WHERE k = '{key}'");
        command(&server, "set block table=default.d on=read from=b to='d e'");
        assert_eq!(hasty(&server, "SELECT", &read).await, answer, "{key}");
    }
}

#[tokio::test]
async fn a_bound_that_is_no_key_is_told_and_not_overlooked() {
    let (server, mut client) = stand().await;
    command(&server, "set block table=default.t from=x");
    assert_eq!(run(&mut client, "UPSERT INTO t (k, v) VALUES (9, 1)").await, Err(Some(1366)));
}
