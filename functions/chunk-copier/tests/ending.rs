//! How an invocation ends: by the deadline, and by the last chunk.

use std::time::Duration;

use memory::{Call, Fault, chunk_id, finish};
use migration::message::Message;
use migration::outcome::Outcome;
use migration::port::QueueName;
use migration::record;
use migration::retry::Retry;

use crate::invocation::{Ports, copy, cursor, lease, messages, planned};

#[test]
fn near_its_deadline_a_copier_hands_the_rest_on_by_a_new_message() {
    let world = planned(0..6, 20);
    world.platform.queue.purge();
    world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(3)));
    let outcome = finish(Ports::of(&world, 2).copy(0, Duration::from_secs(5))).unwrap();
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(cursor(&world, 0), Some(1));
    assert_eq!(lease(&world, 0).unwrap().until.0, 0, "the next one need not wait");
    let rest = Message::Copy { run: world.run, chunk: chunk_id(0, 0) };
    assert_eq!(world.platform.queue.bodies(QueueName::Copy), [rest.outgoing().body]);

    assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0), world.wanted(0));
}

#[test]
fn an_invocation_without_time_reads_nothing() {
    let world = planned(0..6, 20);
    assert_eq!(finish(Ports::of(&world, 2).copy(0, Duration::from_millis(900))).unwrap(), Outcome::Done);
    assert_eq!(world.platform.faults.count(Call::Page), 0);
}

#[test]
fn the_last_chunk_and_no_other_wakes_the_planner() {
    let world = planned(0..6, 4);
    assert_eq!(messages(&world, QueueName::Plan), 0);
    copy(&world, 0, 10).unwrap();
    assert_eq!(messages(&world, QueueName::Plan), 0);
    copy(&world, 1, 10).unwrap();
    assert_eq!(messages(&world, QueueName::Plan), 1);
}

#[test]
fn the_planner_is_woken_also_if_the_copier_dies_right_after_its_last_commit() {
    let world = planned(0..3, 4);
    world.platform.faults.next(Call::Send, Fault::Before(Retry::Now));
    copy(&world, 0, 10).unwrap_err();
    assert_eq!((lease(&world, 0), messages(&world, QueueName::Plan)), (None, 0));
    // The message was not deleted, so it comes again.
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(messages(&world, QueueName::Plan), 1);
}

#[test]
fn two_chunks_of_a_table_may_end_at_once() {
    let world = planned(0..6, 4);
    // Somebody else counts a chunk between the reading of the progress record and the transaction.
    let so_far = world.platform.faults.count(Call::Commit);
    world.platform.faults.at_call(Call::Commit, so_far + 2, Fault::Conflict);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    let progress: migration::table_plan::TableProgress =
        world.load(&record::progress(world.run, migration::record::TableNumber(0)));
    assert_eq!((progress.chunks, progress.rows), (1, 4));
}
