//! What is owed is sent again, and nothing is sent for what somebody holds.

use std::future::Future;
use std::task::{Context, Waker};
use std::time::Duration;

use chunk_planner::handler::Planner;
use memory::{Call, Fault, TARGET, Yielding, chunk_id, finish};
use migration::lease::Lease;
use migration::outcome::Outcome;
use migration::port::{Clock, QueueName};
use migration::record;
use migration::retry::Retry;
use migration::run::State;

use crate::invocation::{LONG, copy_messages, end_chunks, plan, plan_for, world};
use crate::still_log::StillLog;

#[test]
fn a_lost_copy_queue_is_sent_again_by_a_plan_message() {
    let world = world(0..10, 4);
    plan(&world);
    let sent = world.platform.queue.bodies(QueueName::Copy);
    world.platform.queue.purge();
    assert_eq!(plan(&world), Outcome::Done);
    assert_eq!(world.platform.queue.bodies(QueueName::Copy), sent);
}

#[test]
fn a_chunk_that_somebody_holds_is_not_sent_again_until_its_lease_has_ended() {
    let world = world(0..10, 4);
    plan(&world);
    world.platform.queue.purge();
    let now = world.platform.clock.now();
    let held = Lease::unheld().acquire(now, now.plus(Duration::from_secs(5))).unwrap();
    world.store(record::chunk_lease(world.run, chunk_id(0, 1)), &held);
    plan(&world);
    assert_eq!(copy_messages(&world), 2);

    world.platform.queue.purge();
    world.platform.clock.advance(now.until(held.until));
    plan(&world);
    assert_eq!(copy_messages(&world), 3);
}

#[test]
fn nothing_is_sent_while_messages_are_waiting() {
    let world = world(0..10, 4);
    plan(&world);
    plan(&world);
    assert_eq!(copy_messages(&world), 3);
}

#[test]
fn a_chunk_whose_message_could_not_be_sent_is_owed() {
    let world = world(0..10, 4);
    world.platform.faults.next(Call::Send, Fault::Before(Retry::Now));
    plan_for(&world, LONG).unwrap_err();
    assert_eq!((world.chunks(0).len(), copy_messages(&world)), (1, 0));
    plan(&world);
    assert_eq!((world.chunks(0).len(), copy_messages(&world)), (3, 2));

    world.platform.queue.purge();
    plan(&world);
    assert_eq!(copy_messages(&world), 3);
}

#[test]
fn a_planner_that_finds_another_at_work_does_nothing() {
    let world = world(0..10, 4);
    let now = world.platform.clock.now();
    let held = Lease::unheld().acquire(now, now.plus(Duration::from_secs(60))).unwrap();
    world.store(record::planner_lease(world.run), &held);
    assert_eq!(plan(&world), Outcome::Done);
    assert_eq!(world.platform.faults.count(Call::DescribeTarget), 0);
    assert_eq!(world.stored_run().state, State::Planning);
}

#[test]
fn a_last_chunk_that_ends_at_any_moment_of_a_planner_s_work_ends_the_copy() {
    let mut polls = 0;
    loop {
        let world = world(0..3, 4);
        plan(&world);
        let records = Yielding::new(world.platform.table.clone());
        let planner = Planner {
            records: &records,
            queue: &world.platform.queue,
            sampler: &world.source,
            target: &world.target,
            log: &StillLog::default(),
            clock: &world.platform.clock,
            target_name: TARGET,
        };
        let mut first = Box::pin(planner.handle(world.run, world.budget(LONG)));
        let mut context = Context::from_waker(Waker::noop());
        if (0..polls).any(|_| first.as_mut().poll(&mut context).is_ready()) {
            break;
        }
        // The copier of the last chunk says so while the first planner is at work.
        end_chunks(&world);
        let second = plan(&world);
        let first = finish(first).expect("no fault is set");
        if [first, second].iter().any(|outcome| *outcome != Outcome::Done) {
            plan(&world);
        }
        assert_eq!(world.stored_run().state, State::Completed, "after {polls} polls");
        polls += 1;
    }
    assert!(polls > 8, "only {polls} polls");
}
