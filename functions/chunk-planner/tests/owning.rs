//! Who may take a target table, and when.

use std::time::Duration;

use memory::{Call, Fault, TARGET, World, chunk_id};
use migration::lease::Lease;
use migration::limits::{LEASE_SPAN_MAX, STATEMENT_TIMEOUT};
use migration::outcome::Outcome;
use migration::owner::Owner;
use migration::port::Clock;
use migration::record;
use migration::retry::Retry;
use migration::run::{Run, RunId, State};
use migration::time::UnixMs;

use crate::invocation::{LONG, plan, plan_for, world};

fn owner(world: &World) -> Option<Owner> {
    world.find(&record::owner(TARGET, &world.mapping(0).target.id)).map(|stored| stored.value)
}

fn own(world: &World, owner: &Owner) {
    world.store(record::owner(TARGET, &world.mapping(0).target.id), owner);
}

/// A run of another task over the same table, in this state, whose one chunk is leased until then.
fn other_run(world: &World, id: u128, state: State, leased_until: UnixMs) -> RunId {
    let other = world.beside(id, "other-move");
    let run = Run { state, ..Run::created(other.run, "other-move".to_owned(), UnixMs(0)) };
    world.store(record::run(other.run), &run);
    let lease = Lease { until: leased_until, ..Lease::unheld() };
    world.store(record::chunk_lease(other.run, chunk_id(0, 0)), &lease);
    other.run
}

fn owned_by(run: RunId, former: Option<RunId>) -> Owner {
    let settled = former.is_none();
    Owner { run, task: "other-move".to_owned(), highest_stamp: UnixMs(0), former, settled }
}

#[test]
fn a_table_without_owner_record_is_taken_one_whole_lease_after_the_run_was_made() {
    let world = world(0..3, 4);
    let ends = world.stored_run().created_at.plus(LEASE_SPAN_MAX).plus(STATEMENT_TIMEOUT);
    let Outcome::Again { after } = plan_for(&world, Duration::from_secs(5)).unwrap() else {
        panic!("the planner does not wait")
    };
    assert_eq!(world.platform.clock.now().plus(after), ends);
    assert_eq!(owner(&world), None);

    plan(&world);
    assert!(world.platform.clock.now() >= ends);
    assert_eq!(owner(&world).unwrap().run, world.run);
}

#[test]
fn a_table_of_a_live_run_is_refused_and_nothing_is_written() {
    let world = world(0..3, 4);
    let other = other_run(&world, 2, State::Copying, UnixMs(0));
    own(&world, &owned_by(other, None));
    assert_eq!(plan(&world), Outcome::Done);
    let run = world.stored_run();
    assert_eq!(run.state, State::Failed);
    let failure = run.failure.unwrap();
    assert_eq!(failure.what, "target table shop.orders belongs to the unfinished task other-move");
    assert_eq!(failure.remedy, "finish or cancel task other-move first, or leave the table out of this task");
    assert_eq!(owner(&world).unwrap(), owned_by(other, None));
    assert!(world.chunks(0).is_empty());
}

#[test]
fn leases_of_a_former_run_are_waited_for_after_the_owner_record_was_written() {
    let world = world(0..3, 4);
    let until = world.platform.clock.now().plus(Duration::from_secs(60));
    let other = other_run(&world, 2, State::Failed, until);
    own(&world, &owned_by(other, None));
    let Outcome::Again { .. } = plan_for(&world, Duration::from_secs(5)).unwrap() else {
        panic!("the planner does not wait")
    };
    // The record says already that the former run gets no new lease.
    let taken = owner(&world).unwrap();
    assert_eq!((taken.run, taken.former, taken.settled), (world.run, Some(other), false));

    plan(&world);
    assert!(world.platform.clock.now() >= until);
    let taken = owner(&world).unwrap();
    assert_eq!((taken.run, taken.former, taken.settled), (world.run, None, true));
}

#[test]
fn a_record_that_was_never_settled_hands_the_leases_of_its_own_former_run_on() {
    let world = world(0..3, 4);
    let until = world.platform.clock.now().plus(Duration::from_secs(60));
    let first = other_run(&world, 2, State::Failed, until);
    let second = other_run(&world, 3, State::Failed, UnixMs(0));
    own(&world, &owned_by(second, Some(first)));
    plan(&world);
    assert_eq!(owner(&world).unwrap().run, world.run);
    assert!(world.platform.clock.now() >= until, "the first run's copier may still write");
}

#[test]
fn a_completed_run_s_highest_stamp_survives_the_change_of_owner() {
    let world = world(0..3, 4);
    let other = other_run(&world, 2, State::Completed, UnixMs(0));
    let high = world.platform.clock.now().plus(Duration::from_secs(3_600));
    own(&world, &Owner { highest_stamp: high, ..owned_by(other, None) });
    plan(&world);
    assert!(owner(&world).unwrap().highest_stamp > high);
}

#[test]
fn a_run_that_lost_its_table_before_its_stamp_was_known_to_the_owner_fails() {
    let world = world(0..3, 4);
    // Taken and found empty, but not yet stamped.
    world.platform.faults.next(Call::TargetNow, Fault::Before(Retry::Now));
    plan_for(&world, LONG).unwrap_err();
    let other = other_run(&world, 2, State::Planning, UnixMs(0));
    own(&world, &owned_by(other, None));
    assert_eq!(plan(&world), Outcome::Done);
    let failure = world.stored_run().failure.unwrap();
    assert_eq!(failure.what, "target table shop.orders was taken by task other-move");
    assert!(world.chunks(0).is_empty());
}
