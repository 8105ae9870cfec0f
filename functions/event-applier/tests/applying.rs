//! What is applied, and how little is sent for it.

use std::time::Duration;

use memory::Call;
use migration::port::Clock;
use migration::position::Position;
use migration::value::SourceValue;

use super::lane::{Follow, Op, noted};

#[test]
fn changes_of_consecutive_batches_reach_the_target_and_are_recorded() {
    let mut follow = Follow::new();
    let bodies = vec![
        follow.batch(&[Op::Put(1, Some("a")), Op::Put(2, Some("b"))]),
        follow.batch(&[Op::Put(1, Some("c")), Op::Remove(2), Op::Put(3, None)]),
    ];
    follow.apply(&bodies);
    follow.assert_equal();
    let progress = follow.progress();
    assert_eq!((progress.epoch.0, progress.seq, progress.operations), (1, 2, 5));
    assert!(progress.last_write >= progress.committed_at && follow.lease().was_released());
}

#[test]
fn a_key_that_changes_a_hundred_thousand_times_is_written_once() {
    let mut follow = Follow::new();
    let mut bodies = Vec::new();
    for _ in 0..10 {
        let ops: Vec<Op> =
            (0..10_000).map(|n| Op::Put(7, if n % 3 == 0 { None } else { Some("x") })).collect();
        bodies.push(follow.batch(&ops));
    }
    follow.apply(&bodies);
    follow.assert_equal();
    let faults = &follow.world.platform.faults;
    assert_eq!((faults.count(Call::Write), faults.count(Call::DeleteRows)), (1, 0));
}

#[test]
fn a_value_that_becomes_null_is_erased_by_a_delete_unless_a_null_erases_by_itself() {
    for erases in [false, true] {
        let mut follow = Follow::new();
        let mut run = follow.world.stored_run();
        if !erases {
            run.capabilities.as_mut().unwrap().null_hides_later_arrivals =
                migration::capabilities::Measured::No;
        }
        follow.world.store(migration::record::run(follow.world.run), &run);
        let bodies = [follow.batch(&[Op::Put(1, Some("a")), Op::Put(1, None)])];
        follow.apply(&bodies);
        follow.assert_equal();
        assert_eq!(follow.world.platform.faults.count(Call::DeleteRows), u64::from(!erases));
    }
}

#[test]
fn a_key_swap_and_a_delete_with_reinsertion_in_one_transaction_end_right() {
    let mut follow = Follow::new();
    let first = follow.batch(&[Op::Put(1, Some("one")), Op::Put(2, Some("two")), Op::Put(3, Some("three"))]);
    follow.apply(&[first]);
    let swap = follow.batch(&[
        Op::Remove(1),
        Op::Put(9, Some("one")),
        Op::Remove(2),
        Op::Put(1, Some("two")),
        Op::Remove(9),
        Op::Put(2, Some("one")),
        Op::Remove(3),
        Op::Put(3, None),
    ]);
    follow.apply(&[swap]);
    follow.assert_equal();
    assert_eq!(follow.rows.len(), 3);
}

#[test]
fn keys_that_differ_in_case_only_are_different_keys() {
    // The key of these tables is a number; a text key takes the same way, so the test is one of digests.
    let mut follow = Follow::new();
    let bodies = [follow.batch(&[Op::Put(1, Some("a")), Op::Put(-1, Some("A")), Op::Remove(1)])];
    follow.apply(&bodies);
    follow.assert_equal();
}

#[test]
fn many_keys_are_written_in_few_calls_and_more_than_one_flush() {
    let mut follow = Follow::new();
    let ops: Vec<Op> = (0..9_000).map(|id| Op::Put(id, Some("x"))).collect();
    let body = follow.batch(&ops);
    follow.apply(&[body]);
    follow.assert_equal();
    let faults = &follow.world.platform.faults;
    assert!(faults.count(Call::Write) <= 6, "{}", faults.count(Call::Write));
    assert_eq!(follow.progress().operations, 9_000);
}

#[test]
fn the_rest_of_a_large_batch_is_taken_where_the_time_ended_inside_it() {
    let mut follow = Follow::new();
    let ops: Vec<Op> = (0..9_000).map(|id| Op::Put(id, Some("x"))).collect();
    let body = follow.batch(&ops);
    let faults = &follow.world.platform.faults;
    // The second flush loses its time.
    faults.at_call(Call::Write, 3, memory::Fault::Pass(Duration::from_secs(40)));
    let results = follow.handle_within(std::slice::from_ref(&body), Duration::from_secs(30));
    assert!(matches!(results[0], Ok(migration::outcome::Outcome::Again { .. }) | Err(_)), "{results:?}");
    let part = follow.progress();
    assert!(part.seq == 0 && part.applied > Position::default(), "{part:?}");
    follow.world.platform.clock.advance(Duration::from_secs(20));
    follow.apply(&[body]);
    follow.assert_equal();
    assert_eq!(follow.progress().operations, 9_000);
}

#[test]
fn a_large_batch_comes_from_the_object_store_and_its_object_is_removed() {
    let mut follow = Follow::new();
    let body = follow.batch_in_store(&[Op::Put(1, Some("a"))]);
    assert_eq!(follow.world.platform.objects.names().len(), 1);
    follow.apply(&[body]);
    follow.assert_equal();
    assert!(follow.world.platform.objects.names().is_empty());
}

#[test]
fn a_copied_row_that_arrives_late_neither_overwrites_nor_revives() {
    use migration::port::{Sink, WriteBatch};
    let mut follow = Follow::new();
    follow.rows.insert(1, noted(1, Some("old")));
    follow.rows.insert(2, noted(2, Some("old")));
    let body = follow.batch(&[Op::Put(1, None), Op::Remove(2)]);
    follow.apply(&[body]);
    let stamp: migration::stamp::RunStamp = follow.world.load(&migration::record::stamp(follow.world.run));
    let mapping = follow.world.mapping(0);
    let rows = [1, 2].map(|id| mapping.convert_row(noted(id, Some("old")), &mut 0).unwrap()).to_vec();
    let form = follow.world.stored_run().statement_form();
    let batch = WriteBatch { table: mapping, stamp: stamp.stamp(), form, rows };
    let until = follow.world.platform.clock.now().plus(Duration::from_secs(60));
    memory::finish(follow.world.target.write(batch, until)).unwrap();
    follow.assert_equal();
    assert_eq!(follow.rows[&1][1], SourceValue::Null);
}

#[test]
fn rows_of_only_nulls_are_counted_where_they_may_not_exist() {
    let mut follow = Follow::new();
    let mut run = follow.world.stored_run();
    run.capabilities.as_mut().unwrap().null_rows = migration::capabilities::Measured::No;
    follow.world.store(migration::record::run(follow.world.run), &run);
    let mut empty = noted(1, None);
    empty[2] = SourceValue::Null;
    let body = follow.batch(&[Op::Row(empty), Op::Put(2, None)]);
    follow.apply(&[body]);
    assert_eq!(follow.progress().only_nulls, 1);
}
