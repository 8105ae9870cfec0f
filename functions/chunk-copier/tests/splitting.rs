//! The last chunk is shared, and sharing it loses nothing.

use std::time::Duration;

use memory::{Call, Fault, World, chunk_id};
use migration::lease::{FencingToken, Lease};
use migration::message::Message;
use migration::outcome::Outcome;
use migration::port::{Clock, QueueName};
use migration::record::{self, TableNumber};
use migration::retry::Retry;
use migration::run::State;
use migration::table_plan::TablePlan;

use crate::invocation::{LONG, Ports, copy, planned, step};

/// A planned run with one open chunk of 60 rows, whose pages take long enough for a look around.
fn slow() -> World {
    let world = planned(0..60, 100);
    world.platform.queue.purge();
    for page in 1..=3 {
        world.platform.faults.at_call(Call::Page, page, Fault::Pass(Duration::from_millis(600)));
    }
    world
}

fn plan_record(world: &World) -> TablePlan {
    world.load(&record::plan(world.run, TableNumber(0)))
}

#[test]
fn a_lonely_copier_gives_half_of_its_rest_to_another() {
    let world = slow();
    let ports = Ports::of(&world, 1);
    let mut copying = ports.copy(0, LONG);
    while world.chunks(0).len() < 2 {
        assert!(!step(&mut copying), "nothing was given away");
    }
    let (kept, given) = (&world.chunks(0)[0], &world.chunks(0)[1]);
    assert_eq!(kept.range.through, given.range.after);
    assert_eq!(given.range.through, None);
    assert_eq!(plan_record(&world).chunks, 2);
    assert!(!step(&mut copying));
    let message = Message::Copy { run: world.run, chunk: chunk_id(0, 1) };
    assert_eq!(world.platform.queue.bodies(QueueName::Copy), [message.outgoing().body]);

    assert_eq!(copy(&world, 1, 100).unwrap(), Outcome::Done);
    assert!(world.copied(0).len() < 60);
    while !step(&mut copying) {}
    assert_eq!(world.copied(0), world.wanted(0));
    let rows: u64 = world.chunks(0).iter().map(|chunk| chunk.rows).sum();
    assert_eq!(rows, 60);
}

#[test]
fn nothing_is_given_away_while_chunks_wait_or_all_copiers_are_busy() {
    let waiting = Lease::unheld();
    let now = slow().platform.clock.now();
    let busy = Lease::unheld().acquire(now, now.plus(LONG)).unwrap();
    let busy = Lease { until: busy.until.plus(LONG), ..busy };
    for (others, splits) in [(vec![waiting], false), (vec![busy; 3], false), (vec![busy; 2], true)] {
        let world = slow();
        for (number, lease) in (7..).zip(&others) {
            world.store(record::chunk_lease(world.run, chunk_id(0, number)), lease);
        }
        let ports = Ports::of(&world, 1);
        let mut copying = ports.copy(0, LONG);
        while !step(&mut copying) {}
        assert_eq!(world.chunks(0).len() > 1, splits, "{others:?}");
    }
}

#[test]
fn nothing_is_given_away_before_planning_is_over() {
    let world = slow();
    let mut run = world.stored_run();
    run.state = State::Planning;
    world.store(record::run(world.run), &run);
    assert_eq!(copy(&world, 0, 1).unwrap(), Outcome::Done);
    assert_eq!(world.chunks(0).len(), 1);
}

#[test]
fn a_copier_that_lost_its_lease_gives_nothing_away() {
    let world = slow();
    let ports = Ports::of(&world, 1);
    let mut copying = ports.copy(0, LONG);
    let boundaries = world.platform.faults.count(Call::BoundaryAfter);
    while world.platform.faults.count(Call::BoundaryAfter) == boundaries {
        assert!(!step(&mut copying));
    }
    let taken = Lease { token: FencingToken(9), until: world.platform.clock.now().plus(LONG) };
    world.store(record::chunk_lease(world.run, chunk_id(0, 0)), &taken);
    while !step(&mut copying) {}
    assert_eq!(world.chunks(0).len(), 1);
}

#[test]
fn a_split_whose_answer_was_lost_or_whose_message_was_not_sent_loses_nothing() {
    for (call, fault) in [(Call::Commit, Fault::After(Retry::Now)), (Call::Send, Fault::Before(Retry::Now))] {
        let world = slow();
        let ports = Ports::of(&world, 1);
        let mut copying = ports.copy(0, LONG);
        let boundaries = world.platform.faults.count(Call::BoundaryAfter);
        while world.platform.faults.count(Call::BoundaryAfter) == boundaries {
            assert!(!step(&mut copying));
        }
        world.platform.faults.next(call, fault);
        while !step(&mut copying) {}
        assert_eq!((world.chunks(0).len(), world.chunk_leases().len()), (2, 2), "{call:?}");

        world.platform.clock.advance(Duration::from_secs(20));
        assert_eq!(copy(&world, 0, 100).unwrap(), Outcome::Done);
        assert_eq!(copy(&world, 1, 100).unwrap(), Outcome::Done);
        assert_eq!(world.copied(0), world.wanted(0));
    }
}
