//! Rows that cannot be carried, by policy (protocol H21).

use memory::{Call, finish};
use migration::chunk::Reject;
use migration::lease::Lease;
use migration::outcome::Outcome;
use migration::port::CheckpointTable;
use migration::record::{self, TableNumber};
use migration::run::State;
use migration::value::{Digest, Refusal, TargetValue};
use serde_json::json;

use super::lane::{Follow, LANE, Op};

fn rejecting() -> Follow {
    let follow = Follow::with(|world| world.set("on_bad_row", json!("reject")));
    follow.world.target.refuse_rows(|_, row| {
        let bad = row.get(1) == Some(&TargetValue::Text("bad".to_owned()));
        bad.then_some(Refusal::Target { code: 1_264 })
    });
    follow
}

fn rejects(follow: &Follow) -> Vec<Reject> {
    follow.world.all(&record::rejects_of(TableNumber(0)))
}

fn digest(follow: &Follow, id: i64) -> Digest {
    follow.world.mapping(0).key_digest(&vec![TargetValue::Int(id)])
}

#[test]
fn a_rejected_row_goes_from_the_target_and_a_later_good_one_clears_the_list() {
    let mut follow = rejecting();
    let bodies = [follow.batch(&[Op::Put(1, Some("good")), Op::Put(2, Some("good"))])];
    follow.apply(&bodies);
    let body = follow.batch(&[Op::Put(1, Some("bad")), Op::Put(2, Some("better"))]);
    follow.apply(&[body]);
    let left = rejects(&follow);
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].key, left[0].refusal), (digest(&follow, 1), Refusal::Target { code: 1_264 }));
    assert!(left[0].position.is_some());
    assert_eq!(follow.world.copied(0).keys().copied().collect::<Vec<_>>(), [2]);
    let body = follow.batch(&[Op::Put(1, Some("mended"))]);
    follow.apply(&[body]);
    assert!(rejects(&follow).is_empty());
    follow.assert_equal();
}

#[test]
fn only_the_last_version_of_a_row_is_judged() {
    let mut follow = rejecting();
    let bodies = [follow.batch(&[Op::Put(1, Some("bad"))]), follow.batch(&[Op::Put(1, Some("good"))])];
    follow.apply(&bodies);
    assert!(rejects(&follow).is_empty());
    follow.assert_equal();
}

#[test]
fn a_deleted_row_leaves_the_list_and_a_copied_row_s_reject_goes_with_any_change() {
    let mut follow = rejecting();
    let key = digest(&follow, 5);
    let copied = Reject { key, column: None, refusal: Refusal::OnlyNulls, position: None };
    follow.world.store(record::reject(follow.world.run, TableNumber(0), key), &copied);
    let body = follow.batch(&[Op::Put(1, Some("bad")), Op::Put(5, Some("good"))]);
    follow.apply(&[body]);
    assert_eq!(rejects(&follow).len(), 1);
    let body = follow.batch(&[Op::Remove(1)]);
    follow.apply(&[body]);
    assert!(rejects(&follow).is_empty());
    follow.assert_equal();
}

#[test]
fn many_rejects_are_stored_beyond_one_transaction() {
    let mut follow = rejecting();
    let ops: Vec<Op> = (0..2_000).map(|id| Op::Put(id, Some("bad"))).collect();
    let body = follow.batch(&ops);
    follow.apply(&[body]);
    assert_eq!(rejects(&follow).len(), 2_000);
    let ops: Vec<Op> = (0..2_000).map(|id| Op::Put(id, Some("good"))).collect();
    let body = follow.batch(&ops);
    follow.apply(&[body]);
    assert!(rejects(&follow).is_empty());
    follow.assert_equal();
}

#[test]
fn who_has_lost_the_lane_adds_nothing_to_the_list() {
    let mut follow = rejecting();
    let (table, run) = (follow.world.platform.table.clone(), follow.world.run);
    follow.world.target.refuse_rows(move |_, _| {
        // Meanwhile another invocation has taken the lane.
        let key = record::lane_lease(run, LANE);
        let lease = finish(record::must_load::<Lease>(&table, &key)).expect("the lease");
        finish(table.commit(vec![record::put(key, &lease.value, lease.unchanged())]))
            .expect("no fault is set");
        Some(Refusal::OnlyNulls)
    });
    let ops: Vec<Op> = (0..300).map(|id| Op::Put(id, Some("bad"))).collect();
    let body = follow.batch(&ops);
    let results = follow.handle(&[body]);
    assert!(!matches!(results[0], Ok(Outcome::Done)), "{results:?}");
    assert!(rejects(&follow).is_empty());
}

#[test]
fn by_default_a_bad_row_fails_the_run_with_table_key_and_position() {
    let mut follow = Follow::new();
    follow.world.target.refuse_rows(|_, row| {
        (row.first() == Some(&TargetValue::Int(2))).then_some(Refusal::Target { code: 1_264 })
    });
    let body = follow.batch(&[Op::Put(1, Some("a")), Op::Put(2, Some("b"))]);
    follow.apply(&[body]);
    let run = follow.world.stored_run();
    let what = run.failure.expect("a failure").what;
    assert_eq!(run.state, State::Failed);
    let digest = digest(&follow, 2).to_string();
    assert!(what.contains("shop.orders") && what.contains(&digest) && what.contains("row 2.0"), "{what}");
    assert_eq!(follow.progress().seq, 0);
    assert_eq!(follow.world.platform.faults.count(Call::Write), 1);
}
