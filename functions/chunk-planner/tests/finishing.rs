//! The end of a run: the gate, the probe table, and `completed` exactly once.

use std::time::Duration;

use memory::{Call, Fault, World};
use migration::outcome::Outcome;
use migration::port::Clock;
use migration::record;
use migration::retry::Retry;
use migration::run::{JournalEntry, State};
use migration::stamp::RunStamp;

use crate::invocation::{LONG, end_chunks, plan, plan_for, world};

const MARGIN: Duration = Duration::from_secs(2);

/// A planned run whose chunks are all done.
fn copied() -> World {
    let world = world(0..10, 4);
    plan(&world);
    end_chunks(&world);
    world
}

fn completions(world: &World) -> usize {
    world.all::<JournalEntry>(record::JOURNAL).iter().filter(|entry| entry.to == State::Completed).count()
}

#[test]
fn a_run_does_not_end_while_a_chunk_is_open() {
    let world = world(0..10, 4);
    plan(&world);
    world.platform.clock.advance(Duration::from_secs(3_600));
    assert_eq!(plan(&world), Outcome::Done);
    assert_eq!(world.stored_run().state, State::Copying);
}

#[test]
fn a_run_completes_once_the_target_s_clock_is_strictly_past_stamp_and_margin() {
    let world = copied();
    let RunStamp::At { stamp } = world.load(&record::stamp(world.run)) else { panic!("it is stamped") };
    let Outcome::Again { after } = plan_for(&world, Duration::from_secs(3)).unwrap() else {
        panic!("the planner does not wait")
    };
    assert_eq!(world.stored_run().state, State::Finishing);
    assert_eq!(world.platform.clock.now().plus(after), stamp.plus(MARGIN).plus(Duration::from_millis(1)));
    assert_eq!(world.target.probes().len(), 1, "the clock is still needed");

    world.platform.clock.advance(after - Duration::from_millis(1));
    assert_eq!(
        plan_for(&world, Duration::from_millis(1_300)).unwrap(),
        Outcome::Again { after: Duration::from_millis(1) }
    );
    world.platform.clock.advance(Duration::from_millis(1));
    assert_eq!(plan_for(&world, Duration::from_millis(1_300)).unwrap(), Outcome::Done);
    assert_eq!((world.stored_run().state, completions(&world)), (State::Completed, 1));
    assert!(world.target.probes().is_empty());
}

#[test]
fn the_gate_waits_for_the_target_s_clock_and_not_for_ours() {
    let world = copied();
    world.target.set_clock_ahead(Duration::ZERO);
    let before = world.platform.clock.now();
    plan(&world);
    assert_eq!(world.stored_run().state, State::Completed);
    assert!(before.until(world.platform.clock.now()) > MARGIN);
}

#[test]
fn a_planner_that_dies_after_it_dropped_the_clock_is_followed_by_one_that_ends_the_run() {
    let world = copied();
    world.platform.faults.next(Call::DropProbe, Fault::After(Retry::Now));
    plan_for(&world, LONG).unwrap_err();
    assert!(world.target.probes().is_empty());
    assert_eq!(world.stored_run().state, State::Finishing);
    assert_eq!(plan(&world), Outcome::Done);
    assert_eq!((world.stored_run().state, completions(&world)), (State::Completed, 1));
}

#[test]
fn a_completed_run_is_left_alone() {
    let world = copied();
    plan(&world);
    let before = world.platform.table.dump();
    assert_eq!(plan(&world), Outcome::Done);
    assert_eq!(world.platform.table.dump(), before);
    assert_eq!(completions(&world), 1);
}
