//! Which batches a lane takes, and what becomes of the others.

use std::time::Duration;

use memory::Call;
use migration::lane_progress::Epoch;
use migration::lease::Lease;
use migration::outcome::Outcome;
use migration::port::{Clock, QueueName};
use migration::record::{self, TableNumber};
use migration::run::Event;
use migration::schema::SchemaVersion;
use migration::table_plan::TableRecord;
use migration::time::UnixMs;

use super::lane::{Follow, LANE, Op};

#[test]
fn a_batch_that_comes_again_is_done_with_and_changes_nothing() {
    let mut follow = Follow::new();
    let first = follow.batch(&[Op::Put(1, Some("a"))]);
    let second = follow.batch(&[Op::Put(1, Some("b"))]);
    follow.apply(&[first.clone(), second]);
    let writes = follow.world.platform.faults.count(Call::Write);
    follow.apply(&[first]);
    follow.assert_equal();
    assert_eq!(follow.world.platform.faults.count(Call::Write), writes);
}

#[test]
fn a_gap_is_recorded_told_to_the_reader_and_its_batches_are_deleted() {
    let mut follow = Follow::new();
    let first = follow.batch(&[Op::Put(1, Some("a"))]);
    let lost = follow.batch(&[Op::Put(2, Some("a"))]);
    let after = follow.batch(&[Op::Put(1, Some("b"))]);
    follow.apply(&[first, after]);
    assert_eq!((follow.progress().seq, follow.progress().gap), (1, Some(Epoch(1))));
    assert_eq!(follow.world.platform.queue.bodies(QueueName::Read).len(), 1);
    drop(lost);
    // The next epoch ships both again.
    (follow.epoch, follow.seq) = (2, 0);
    follow.rows.clear();
    let again = [follow.batch(&[Op::Put(1, Some("b"))]), follow.batch(&[Op::Put(2, Some("a"))])];
    follow.apply(&again);
    follow.assert_equal();
    assert_eq!((follow.progress().epoch, follow.progress().gap), (Epoch(2), None));
}

#[test]
fn what_a_new_epoch_ships_again_is_passed_over() {
    let mut follow = Follow::new();
    let (one, two) = (follow.position(), follow.position());
    follow.seq = 1;
    let first = follow.batch_at(one, &[Op::Put(1, Some("old"))]);
    follow.seq = 2;
    let second = follow.batch_at(two, &[Op::Put(1, Some("new"))]);
    (follow.epoch, follow.seq) = (2, 1);
    let again = follow.batch_at(one, &[Op::Put(1, Some("old"))]);
    follow.apply(&[first, second]);
    // In the same call, and in one of its own.
    follow.rows.insert(1, super::lane::noted(1, Some("new")));
    follow.apply(&[again]);
    follow.assert_equal();
    assert_eq!((follow.progress().epoch, follow.progress().seq), (Epoch(2), 1));
}

#[test]
fn an_older_prefix_is_not_folded_over_a_newer_row_of_the_same_call() {
    let mut follow = Follow::new();
    let (one, two) = (follow.position(), follow.position());
    follow.seq = 1;
    let first = follow.batch_at(one, &[Op::Put(1, Some("old"))]);
    follow.seq = 2;
    let second = follow.batch_at(two, &[Op::Put(1, Some("new"))]);
    (follow.epoch, follow.seq) = (2, 1);
    let again = follow.batch_at(one, &[Op::Put(1, Some("old"))]);
    follow.rows.insert(1, super::lane::noted(1, Some("new")));
    follow.apply(&[first, second, again]);
    follow.assert_equal();
}

#[test]
fn messages_of_a_run_that_does_not_follow_are_deleted() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    let mut run = follow.world.stored_run();
    run.step(Event::PausedByHand, "test", UnixMs(1)).unwrap();
    follow.world.store(record::run(follow.world.run), &run);
    follow.apply(&[body]);
    assert_eq!(follow.world.platform.faults.count(Call::Write), 0);
    assert_eq!(follow.progress().seq, 0);
}

#[test]
fn a_held_lane_sends_its_messages_back_until_the_lease_ends() {
    let mut follow = Follow::new();
    let bodies = [follow.batch(&[Op::Put(1, Some("a"))]), follow.batch(&[Op::Put(2, Some("a"))])];
    let now = follow.world.platform.clock.now();
    let held = Lease::unheld().acquire(now, now.plus(Duration::from_secs(3))).unwrap();
    follow.world.store(record::lane_lease(follow.world.run, LANE), &held);
    let results = follow.handle(&bodies);
    assert_eq!(results[0].as_ref().unwrap(), &Outcome::Again { after: now.until(held.until) });
    assert!(matches!(results[1], Ok(Outcome::Again { .. })));
    assert_eq!(follow.world.platform.faults.count(Call::Write), 0);
}

#[test]
fn what_cannot_be_read_is_an_error_and_what_follows_waits() {
    let mut follow = Follow::new();
    let (first, last) = (follow.batch(&[Op::Put(1, Some("a"))]), follow.batch(&[Op::Put(2, Some("a"))]));
    let results = follow.handle(&[first, "{}".to_owned(), last]);
    assert!(matches!(results[0], Ok(Outcome::Done)) && results[1].is_err());
    assert!(matches!(results[2], Ok(Outcome::Again { .. })));
}

#[test]
fn a_lost_payload_is_a_gap() {
    let mut follow = Follow::new();
    let body = follow.batch_in_store(&[Op::Put(1, Some("a"))]);
    follow.world.platform.objects.lose_all();
    follow.apply(&[body]);
    assert_eq!(follow.progress().gap, Some(Epoch(1)));
}

#[test]
fn a_batch_older_than_its_table_is_a_gap() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    let key = record::table(follow.world.run, TableNumber(0));
    let table: TableRecord = follow.world.load(&key);
    follow.world.store(key, &TableRecord { schema: SchemaVersion(1), ..table });
    follow.apply(&[body]);
    assert_eq!((follow.progress().seq, follow.progress().gap), (0, Some(Epoch(1))));
    follow.schema = 1;
    (follow.epoch, follow.seq) = (2, 0);
    follow.rows.clear();
    let again = follow.batch(&[Op::Put(1, Some("a"))]);
    follow.apply(&[again]);
    follow.assert_equal();
}
