//! Statements that take longer, and what the statement's own timeout makes of it (rule 10).

use std::time::{Duration, Instant};

use lindorm_local::wire::Options;

use super::{command, rows_with, run, stand, struck, write};
use crate::wire::start;

#[tokio::test]
async fn a_stall_makes_every_statement_late_and_no_more() {
    let (server, mut client) = stand().await;
    let stall = command(&server, "set stall delay=50ms..80ms seed=3");
    let begun = Instant::now();
    write(&mut client, 1).await.unwrap();
    run(&mut client, "SELECT * FROM t").await.unwrap();
    run(&mut client, "SHOW DATABASES").await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert_eq!(struck(&server, &stall), 3);
}

#[tokio::test]
async fn a_stall_beyond_the_timeout_is_3024_and_nothing_is_applied() {
    let (server, mut client) = stand().await;
    command(&server, "set stall delay=1m");
    let begun = Instant::now();
    let hasty = "UPSERT /*+ _l_operation_timeout_(100) */ INTO t (k, v) VALUES (1, 1)";
    assert_eq!(run(&mut client, hasty).await, Err(Some(3024)));
    assert!(begun.elapsed() < Duration::from_secs(20));
    command(&server, "clear all");
    assert_eq!(rows_with(&server, 1).await, 0);
}

#[tokio::test]
async fn a_stall_during_definitions_strikes_for_a_while_after_one() {
    let (server, mut client) = stand().await;
    let stall = command(&server, "set stall delay=1ms after_ddl=300ms");
    write(&mut client, 1).await.unwrap();
    assert_eq!(struck(&server, &stall), 0);
    run(&mut client, "ALTER TABLE t ADD COLUMN a INTEGER").await.unwrap();
    write(&mut client, 2).await.unwrap();
    assert_eq!(struck(&server, &stall), 2);
    tokio::time::sleep(Duration::from_millis(400)).await;
    write(&mut client, 3).await.unwrap();
    assert_eq!(struck(&server, &stall), 2);
}

#[tokio::test]
async fn a_server_that_stops_cuts_what_hangs_and_applies_nothing() {
    let server = start(Options::default());
    let mut client = crate::wire::connect(&server).await;
    run(&mut client, "CREATE TABLE t (k INTEGER, v INTEGER, PRIMARY KEY (k))").await.unwrap();
    let stall = command(&server, "set stall delay=5m");
    let hanging = tokio::spawn(async move { run(&mut client, "UPSERT INTO t (k, v) VALUES (1, 1)").await });
    while struck(&server, &stall) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let engine = std::sync::Arc::clone(server.engine());
    let begun = Instant::now();
    server.shutdown();
    assert!(begun.elapsed() < Duration::from_secs(4), "nobody waits for a stall");
    assert_eq!(hanging.await.unwrap(), Err(None));
    let mut session = engine.session(None).unwrap();
    let answer = engine.query(&mut session, "SELECT * FROM t").unwrap();
    let lindorm_local::answer::Answer::Rows { mut rows, .. } = answer else { panic!("rows") };
    assert!(!rows.next_batch(&mut |_| panic!("a row")).unwrap());
}
