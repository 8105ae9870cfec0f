//! Statements that end otherwise than they should: with an error or cut, and with some, all or nothing of them applied.

use std::time::{Duration, Instant};

use lindorm_local::wire::Options;
use mysql_async::Conn;
use mysql_async::prelude::Queryable;

use super::{command, rows_with, run, stand, stand_with, struck, until_rows_have, write};
use crate::wire::raw::{Raw, error};
use crate::wire::{connect, opts, refusal};

#[tokio::test]
async fn a_storm_refuses_connections_and_leaves_the_open_ones_alone() {
    let (server, mut client) = stand().await;
    let storm = command(&server, "set refuse times=2");
    let fault = Conn::new(opts(&server)).await.unwrap_err();
    assert_eq!(refusal(&fault).0, 1040);
    let (_, packet) = Raw::open(server.addr());
    assert_eq!(error(&packet), (1040, "08004"));
    write(&mut client, 1).await.unwrap();
    connect(&server).await;
    assert_eq!(struck(&server, &storm), 2);
}

#[tokio::test]
async fn a_burst_of_limits_applies_nothing_or_the_first_rows() {
    let (server, mut client) = stand().await;
    command(&server, "set limit times=2");
    assert_eq!(write(&mut client, 1).await, Err(Some(8008)));
    assert_eq!(run(&mut client, "DELETE FROM t WHERE k = 1").await, Err(Some(8008)));
    assert_eq!(rows_with(&server, 0).await, 10);
    command(&server, "set limit times=1 applied=3");
    assert_eq!(write(&mut client, 1).await, Err(Some(8008)));
    assert_eq!(rows_with(&server, 1).await, 3);
    write(&mut client, 2).await.unwrap();
    assert_eq!(rows_with(&server, 2).await, 10);
}

#[tokio::test]
async fn the_first_rows_of_a_prepared_statement_are_applied() {
    let (server, mut client) = stand().await;
    command(&server, "set timeout times=1 applied=2");
    let values: Vec<i32> = (0..5).flat_map(|k| [k, 7]).collect();
    let sql = format!("UPSERT INTO t (k, v) VALUES {}", ["(?, ?)"; 5].join(", "));
    let fault = client.exec_drop(&sql, values.clone()).await.unwrap_err();
    assert_eq!(refusal(&fault), (3024, "HY000"));
    assert_eq!(rows_with(&server, 7).await, 2);
    client.exec_drop(&sql, values).await.unwrap();
    assert_eq!(rows_with(&server, 7).await, 5);
}

#[tokio::test]
async fn a_timeout_comes_before_or_after_the_write_was_applied() {
    let (server, mut client) = stand().await;
    command(&server, "set timeout times=1");
    assert_eq!(write(&mut client, 1).await, Err(Some(3024)));
    assert_eq!(rows_with(&server, 1).await, 0);
    command(&server, "set timeout times=1 applied=all delay=50ms");
    let begun = Instant::now();
    assert_eq!(write(&mut client, 2).await, Err(Some(3024)));
    assert!(begun.elapsed() >= Duration::from_millis(50));
    assert_eq!(rows_with(&server, 2).await, 10);
}

#[tokio::test]
async fn a_connection_is_cut_before_or_after_the_write_was_applied() {
    let (server, mut client) = stand().await;
    command(&server, "set cut times=1");
    assert_eq!(write(&mut client, 1).await, Err(None));
    assert_eq!(rows_with(&server, 1).await, 0);
    let mut client = connect(&server).await;
    command(&server, "set cut times=1 applied=all");
    assert_eq!(write(&mut client, 2).await, Err(None));
    assert_eq!(rows_with(&server, 2).await, 10);
}

#[tokio::test]
async fn a_late_write_takes_effect_after_the_cut_and_never_after_its_timeout() {
    let (server, mut client) = stand().await;
    command(&server, "set cut times=1 applied=later:100ms");
    assert_eq!(write(&mut client, 1).await, Err(None));
    assert_eq!(rows_with(&server, 1).await, 0);
    until_rows_have(&server, 10, 1).await;

    let mut client = connect(&server).await;
    command(&server, "set cut times=1 applied=later:200ms");
    let hasty = "UPSERT /*+ _l_operation_timeout_(50) */ INTO t (k, v) VALUES (1, 2)";
    assert_eq!(run(&mut client, hasty).await, Err(None));
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(rows_with(&server, 2).await, 0);
}

#[tokio::test]
async fn a_hint_on_a_delete_that_is_passed_over_limits_no_time() {
    for (assumption, left) in [("honoured", 10), ("ignored", 9)] {
        let mut options = Options::default();
        options.engine.assumptions.assume(&format!("timeout_on_delete={assumption}")).unwrap();
        let (server, mut client) = stand_with(options).await;
        command(&server, "set cut times=1 applied=later:200ms");
        let hasty = "DELETE /*+ _l_operation_timeout_(50) */ FROM t WHERE k = 1";
        assert_eq!(run(&mut client, hasty).await, Err(None));
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(rows_with(&server, 0).await, left, "{assumption}");
    }
}

#[tokio::test]
async fn a_full_storage_refuses_every_write_until_it_is_lifted() {
    let (server, mut client) = stand().await;
    let full = command(&server, "set full");
    assert_eq!(write(&mut client, 1).await, Err(Some(1030)));
    assert_eq!(run(&mut client, "DELETE FROM t WHERE k = 1").await, Err(Some(1030)));
    assert_eq!(run(&mut client, "UPDATE t SET v = 1 WHERE k = 1").await, Err(Some(1030)));
    assert_eq!(rows_with(&server, 0).await, 10);
    assert_eq!(command(&server, &format!("clear {full}")), "cleared=1 struck=3");
    write(&mut client, 1).await.unwrap();
    command(&server, "set full code=8009 state=08S01");
    assert_eq!(write(&mut client, 2).await, Err(Some(8009)));
}

#[tokio::test]
async fn a_definition_times_out_and_completes_at_once_late_or_never() {
    let (server, mut client) = stand().await;
    command(&server, "set timeout on=ddl times=1 applied=all");
    assert_eq!(run(&mut client, "ALTER TABLE t ADD COLUMN a INTEGER").await, Err(Some(3024)));
    assert_eq!(run(&mut client, "ALTER TABLE t ADD COLUMN a INTEGER").await, Err(Some(1060)));
    command(&server, "set timeout on=ddl times=1 applied=later:100ms");
    assert_eq!(
        run(&mut client, "CREATE TABLE late (k INTEGER, v INTEGER, PRIMARY KEY (k))").await,
        Err(Some(3024))
    );
    assert_eq!(run(&mut client, "SELECT * FROM late").await, Err(Some(1146)));
    while run(&mut client, "SELECT * FROM late").await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    command(&server, "set timeout on=ddl times=1");
    assert_eq!(run(&mut client, "ALTER TABLE t ADD COLUMN b INTEGER").await, Err(Some(3024)));
    run(&mut client, "ALTER TABLE t ADD COLUMN b INTEGER").await.unwrap();
}

#[tokio::test]
async fn a_fault_hides_no_refusal_of_the_statement_itself() {
    let (server, mut client) = stand().await;
    command(&server, "set timeout applied=all");
    assert_eq!(run(&mut client, "UPSERT INTO t (k, v) VALUES (1, 'x')").await, Err(Some(1366)));
}
