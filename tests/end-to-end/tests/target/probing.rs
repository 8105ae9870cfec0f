//! The probe against a target that behaves in every way the documentation leaves open.

use migration::capabilities::{Capabilities, Measured};
use migration::port::{TargetClock, TargetProbe};
use migration::run::RunId;

use super::stand::{Stand, database, now};

fn run() -> RunId {
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff".parse().expect("a run id")
}

async fn probed(stand: &Stand) -> Capabilities {
    stand.target.probe(run(), &database()).await.expect("the probe ends")
}

async fn tables(stand: &Stand) -> Vec<String> {
    stand.rows("SHOW TABLES").await.into_iter().map(|mut row| row.take(0).expect("a name")).collect()
}

#[tokio::test]
async fn each_open_question_gets_the_answer_of_the_target() {
    for (assumption, null_rows, odd_names) in [
        ("null_row=absent", Measured::No, Measured::Yes),
        ("null_row=exists", Measured::Yes, Measured::Yes),
        ("names=documented", Measured::No, Measured::No),
        ("equal_stamp=first_wins", Measured::No, Measured::Yes),
        ("equal_stamp=value_order", Measured::No, Measured::Yes),
        ("null_write=ignored", Measured::No, Measured::Yes),
        ("null_write=removes_once", Measured::No, Measured::Yes),
    ] {
        let stand = Stand::with(&[assumption]).await;
        let found = probed(&stand).await;
        assert_eq!((&found.clock, &found.stamp_hint), (&Measured::Yes, &Measured::Yes), "{assumption}");
        assert!(found.stamped(), "{assumption}");
        assert_eq!(found.odd_names, odd_names, "{assumption}");
        match assumption {
            // A NULL that is ignored leaves the row that was there, so the three ways to such a row disagree.
            "null_write=ignored" => assert!(!found.null_rows.is_shown()),
            _ => assert_eq!(found.null_rows, null_rows, "{assumption}"),
        }
    }
}

#[tokio::test]
async fn a_row_stamped_as_its_delete_does_not_blur_what_a_delete_hides() {
    for assumption in ["equal_to_marker=shown", "delete_affected=zero", "timeout_on_delete=refused"] {
        let stand = Stand::with(&[assumption]).await;
        assert_eq!(probed(&stand).await.delete_hides_later_arrivals, Measured::Yes, "{assumption}");
    }
}

#[tokio::test]
async fn nothing_is_told_of_stamps_that_are_ignored() {
    let stand = Stand::with(&["stamps=ignored"]).await;
    let found = probed(&stand).await;
    assert_eq!((&found.clock, &found.stamp_hint), (&Measured::Yes, &Measured::No));
    assert!(matches!(found.delete_hides_later_arrivals, Measured::Inconclusive { .. }));
}

#[tokio::test]
async fn probing_again_gives_the_same_answers_and_only_the_clock_stays() {
    let stand = Stand::new().await;
    let first = probed(&stand).await;
    assert_eq!(probed(&stand).await, first);
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
