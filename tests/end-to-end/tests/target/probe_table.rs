//! The probe's tables: made, found again after a crash, used as the clock, dropped.

use migration::capabilities::Measured;
use migration::port::{TargetClock, TargetProbe};
use migration::schema::TargetType;

use super::probing::{probed, run, timeless};
use super::stand::{Stand, database, now};

async fn tables(stand: &Stand) -> Vec<String> {
    stand.rows("SHOW TABLES").await.into_iter().map(|mut row| row.take(0).expect("a name")).collect()
}

#[tokio::test]
async fn probing_again_gives_the_same_answers_and_only_the_clock_stays() {
    let stand = Stand::new().await;
    let first = timeless(probed(&stand).await);
    assert_eq!(timeless(probed(&stand).await), first);
    assert_eq!(tables(&stand).await, [format!("ferry_probe_{}", run())]);
    stand.target.drop_probe(run(), &database()).await.unwrap();
    assert!(tables(&stand).await.is_empty());
    stand.target.drop_probe(run(), &database()).await.unwrap();
}

#[tokio::test]
async fn a_table_left_by_a_crash_half_way_is_used_and_dropped() {
    let stand = Stand::new().await;
    let odd = "CREATE TABLE `ferry probe ``ü`` 6f9619ff8b86d011b42d00cf4fc964ff` (`select` BIGINT, `with space` BIGINT, \
               `größe` BIGINT, `注文` BIGINT, `back``tick` BIGINT, `a:b?` BIGINT, PRIMARY KEY (`select`))";
    stand.run(odd).await;
    assert_eq!(probed(&stand).await.odd_names, Measured::Yes);
    stand.run(odd).await;
    stand.target.drop_probe(run(), &database()).await.unwrap();
    assert!(tables(&stand).await.is_empty());
}

#[tokio::test]
async fn a_table_an_earlier_try_made_without_some_types_tells_that_they_are_refused() {
    let stand = Stand::new().await;
    let first = probed(&stand).await;
    assert!(first.types_refused.is_empty());
    let columns = "c0 BOOLEAN, c1 TINYINT, c2 SMALLINT, c3 INTEGER, c4 BIGINT, c5 FLOAT, c6 DOUBLE, c7 DECIMAL(38,10), \
                   c8 DECIMAL(20,0), c9 VARCHAR, c10 VARBINARY, c13 TIMESTAMP, c14 JSON";
    let table = "ferry_probe_values_6f9619ff8b86d011b42d00cf4fc964ff";
    stand.run(&format!("CREATE TABLE {table} (probe_key BIGINT, {columns}, PRIMARY KEY (probe_key))")).await;
    let found = probed(&stand).await;
    assert_eq!(found.types_refused, [TargetType::Date, TargetType::Time]);
    assert!(found.types_lost.is_empty(), "{:?}", found.types_lost);
}

#[tokio::test]
async fn the_targets_clock_runs_and_comes_back_when_its_table_is_lost() {
    let stand = Stand::new().await;
    let before = now();
    let first = stand.target.target_now(run(), &database()).await.unwrap();
    let second = stand.target.target_now(run(), &database()).await.unwrap();
    assert!(before <= first && first <= second && second <= now());
    stand.target.drop_probe(run(), &database()).await.unwrap();
    assert!(second <= stand.target.target_now(run(), &database()).await.unwrap());
}

#[tokio::test]
async fn a_database_where_no_table_can_be_made_leaves_everything_open() {
    let stand = Stand::new().await;
    let nowhere = migration::ident::DatabaseName::new("nowhere").unwrap();
    let found = stand.target.probe(run(), &nowhere).await.unwrap();
    assert!(!found.stamped());
    assert!(matches!(found.clock, Measured::Inconclusive { .. }));
}
