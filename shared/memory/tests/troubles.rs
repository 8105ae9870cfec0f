//! What fails is counted in the records, told from its second failure on, and fails the run where its window has passed.

use std::time::Duration;

use memory::{Platform, World, finish};
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Commit, PortError, Surface};
use migration::record;
use migration::retry::Retry;
use migration::retry_budget::Activity;
use migration::run::{JournalEntry, Run, State};
use migration::time::UnixMs;
use migration::trouble_store;

const MINUTE: u64 = 60_000;

fn world() -> World {
    let world = World::on(Platform::automatic());
    world.start();
    world
}

fn error(surface: Surface, retry: Retry) -> HandlerError {
    HandlerError::Port(PortError { retry, ..PortError::permanent(surface, "gone") })
}

fn fail(world: &World, retry: Retry, minute: u64) -> Duration {
    let error = error(Surface::Target, retry);
    let now = UnixMs(minute * MINUTE);
    finish(trouble_store::failed(&world.platform.table, world.run, Activity::Copy, &error, now)).unwrap()
}

fn run(world: &World) -> Run {
    let key = record::run(world.run);
    finish(record::must_load::<Run>(&world.platform.table, &key)).unwrap().value
}

fn journal(world: &World) -> Vec<(State, State)> {
    let partition = record::run_partition(world.run);
    let entries =
        finish(record::load_all::<JournalEntry>(&world.platform.table, &partition, record::JOURNAL)).unwrap();
    entries.into_iter().map(|(_, entry)| (entry.value.from, entry.value.to)).collect()
}

#[test]
fn trouble_is_journalled_from_its_second_failure_and_ends_with_a_success() {
    let world = world();
    let before = journal(&world).len();
    let working = run(&world).state;
    fail(&world, Retry::Now, 1);
    assert_eq!(journal(&world).len(), before);
    fail(&world, Retry::Now, 2);
    fail(&world, Retry::Now, 3);
    assert_eq!(run(&world).state, working);
    let now = UnixMs(4 * MINUTE);
    for _ in 0..2 {
        finish(trouble_store::succeeded(&world.platform.table, world.run, Activity::Copy, now)).unwrap();
    }
    assert_eq!(journal(&world)[before..], [(working, State::Retrying), (State::Retrying, working)]);
}

#[test]
fn a_window_that_passed_fails_the_run_with_the_last_error_and_a_resume_starts_another() {
    let world = world();
    let later = Retry::After(Duration::from_secs(1));
    for minute in [0, 10] {
        assert!(!fail(&world, later, minute).is_zero());
        assert!(run(&world).state.is_live());
    }
    fail(&world, later, 11);
    let failed = run(&world);
    assert_eq!(failed.state, State::Failed);
    let what = failed.failure.unwrap().what;
    assert_eq!(what, "target: gone; copying was tried 3 times in 10m, the window `retry.other`");
    let cleared = finish(trouble_store::cleared(&world.platform.table, world.run)).unwrap();
    assert_eq!(finish(world.platform.table.commit(cleared)).unwrap(), Commit::Stored);
    assert!(finish(trouble_store::troubles(&world.platform.table, world.run)).unwrap().is_empty());
    assert!(finish(trouble_store::cleared(&world.platform.table, world.run)).unwrap().is_empty());
}

#[test]
fn what_a_person_must_mend_fails_the_run_at_once() {
    let world = world();
    fail(&world, Retry::Operator, 1);
    let failed = run(&world);
    assert_eq!((failed.state, failed.failure.unwrap().what.as_str()), (State::Failed, "target: gone"));
    assert!(finish(trouble_store::troubles(&world.platform.table, world.run)).unwrap().is_empty());
}
