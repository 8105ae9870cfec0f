//! Which statements a fault strikes: tables, kinds, counts, times, chances, and the order of several.

use std::time::Duration;

use super::{command, run, stand, struck, write};

const OTHER: &str = "UPSERT INTO other (k, v) VALUES (1, 1)";

#[tokio::test]
async fn a_fault_strikes_its_table_and_its_kinds_of_statements_only() {
    let (server, mut client) = stand().await;
    run(&mut client, "CREATE TABLE other (k INTEGER, v INTEGER, PRIMARY KEY (k))").await.unwrap();
    command(&server, "set limit table=default.t on=upsert,read");
    assert_eq!(write(&mut client, 1).await, Err(Some(8008)));
    assert_eq!(run(&mut client, "SELECT * FROM t").await, Err(Some(8008)));
    run(&mut client, "DELETE FROM t WHERE k = 1").await.unwrap();
    run(&mut client, OTHER).await.unwrap();
    run(&mut client, "SELECT * FROM other").await.unwrap();
}

#[tokio::test]
async fn every_and_times_count_the_statements_that_fit() {
    let (server, mut client) = stand().await;
    let fault = command(&server, "set error every=3 times=2");
    let mut outcomes = Vec::new();
    for v in 0..10 {
        outcomes.push(write(&mut client, v).await.is_err());
    }
    let expected = [2, 5].map(|nth: usize| nth);
    let failed: Vec<usize> = (0..10).filter(|nth| outcomes[*nth]).collect();
    assert_eq!(failed, expected);
    assert_eq!(command(&server, "list"), format!("{fault}: error every=3 times=2 seen=6 struck=2 spent"));
}

#[tokio::test]
async fn a_fault_is_over_after_its_time() {
    let (server, mut client) = stand().await;
    command(&server, "set error for=200ms");
    assert_eq!(write(&mut client, 1).await, Err(Some(1030)));
    tokio::time::sleep(Duration::from_millis(250)).await;
    write(&mut client, 1).await.unwrap();
    assert!(command(&server, "list").ends_with("spent"));
}

#[tokio::test]
async fn a_chance_is_the_same_for_the_same_seed() {
    let (server, mut client) = stand().await;
    let mut histories = Vec::new();
    for seed in [7, 7, 8] {
        let fault = command(&server, &format!("set error percent=40 seed={seed}"));
        let mut history = Vec::new();
        for v in 0..40 {
            history.push(write(&mut client, v).await.is_err());
        }
        assert!((5..30).contains(&struck(&server, &fault)), "about 16 of 40");
        command(&server, "clear all");
        histories.push(history);
    }
    assert_eq!(histories[0], histories[1]);
    assert_ne!(histories[0], histories[2]);
}

#[tokio::test]
async fn the_fault_set_first_goes_first_and_hides_the_next() {
    let (server, mut client) = stand().await;
    let first = command(&server, "set limit times=1");
    let second = command(&server, "set timeout times=1");
    assert_eq!(write(&mut client, 1).await, Err(Some(8008)));
    assert_eq!((struck(&server, &first), struck(&server, &second)), (1, 0));
    assert_eq!(write(&mut client, 1).await, Err(Some(3024)));
    write(&mut client, 1).await.unwrap();
    assert_eq!(command(&server, "clear all"), "cleared=2 struck=2");
    assert_eq!(command(&server, "list"), "");
}
