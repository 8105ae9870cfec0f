//! Who may work on a chunk, and what somebody who may not any more does to the records: nothing.

use std::time::Duration;

use memory::{Call, Fault, TARGET, World, chunk_id};
use migration::chunk::Generation;
use migration::lease::Lease;
use migration::outcome::Outcome;
use migration::owner::Owner;
use migration::port::Clock;
use migration::record::{self, TableNumber};
use migration::retry::Retry;
use migration::run::{RunId, State};
use migration::table_plan::TableRecord;

use crate::invocation::{LONG, Ports, copy, cursor, lease, planned, step};

/// Gives the chunk to somebody else.
fn take_away(world: &World) {
    let now = world.platform.clock.now();
    let held = lease(world, 0).expect("the chunk is open");
    let taken = Lease { token: migration::lease::FencingToken(held.token.0 + 1), until: now.plus(LONG) };
    world.store(record::chunk_lease(world.run, chunk_id(0, 0)), &taken);
}

fn raise_generation(world: &World) {
    let key = record::table(world.run, TableNumber(0));
    let table = TableRecord { generation: Generation(1), chunks_from: Generation(1), ..world.load(&key) };
    world.store(key, &table);
}

fn give_to_another_run(world: &World) {
    let key = record::owner(TARGET, &world.mapping(0).target.id);
    let other = world.beside(2, "other-move").run;
    let owner = Owner { run: other, task: "other-move".to_owned(), ..world.load(&key) };
    world.store(key, &owner);
}

#[test]
fn a_busy_lease_brings_the_message_back_when_it_ends() {
    let world = planned(0..6, 20);
    let ports = Ports::of(&world, 2);
    let mut first = ports.copy(0, Duration::from_secs(5));
    while lease(&world, 0).is_none_or(|lease| lease.until.0 == 0) {
        assert!(!step(&mut first));
    }
    let until = lease(&world, 0).unwrap().until;
    let after = world.platform.clock.now().until(until);
    assert_eq!(after, Duration::from_secs(10));
    assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Again { after });
    assert_eq!(world.platform.faults.count(Call::Page), 0);
}

/// What makes a copier lose its right.
type Loss = fn(&World);

#[test]
fn a_copier_that_lost_its_right_at_any_moment_changes_no_record_afterwards() {
    let losses: [(&str, Loss); 2] = [("lease", take_away), ("generation", raise_generation)];
    for (what, lose) in losses {
        let mut calls = 0;
        loop {
            let world = planned(0..6, 20);
            let ports = Ports::of(&world, 2);
            let mut copying = ports.copy(0, LONG);
            let held = |world: &World| lease(world, 0).is_some_and(|lease| lease.until.0 > 0);
            while !held(&world) {
                assert!(!step(&mut copying));
            }
            if (0..calls).any(|_| step(&mut copying)) || lease(&world, 0).is_none() {
                break;
            }
            lose(&world);
            let before = world.platform.table.dump();
            while !step(&mut copying) {}
            assert!(world.platform.table.dump() == before, "{what} lost after {calls} calls");
            assert_eq!(world.stored_run().state, State::Copying);
            calls += 1;
        }
        assert!(calls > 8, "only {calls} calls");
    }
}

#[test]
fn a_chunk_of_an_older_generation_is_not_read() {
    let world = planned(0..6, 20);
    raise_generation(&world);
    assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
    assert_eq!(world.platform.faults.count(Call::Page), 0);
    assert_eq!(lease(&world, 0), Some(Lease::unheld()));
}

#[test]
fn a_table_that_another_run_took_fails_the_run() {
    let world = planned(0..6, 20);
    give_to_another_run(&world);
    assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
    let run = world.stored_run();
    assert_eq!(run.state, State::Failed);
    let failure = run.failure.unwrap();
    assert_eq!(failure.what, "target table shop.orders was taken by task other-move");
    assert_eq!(
        failure.remedy,
        "run one task per target table; start this task under a new name to copy again"
    );
    assert_eq!(world.platform.faults.count(Call::Page), 0);
}

#[test]
fn nobody_gets_a_lease_once_owner_or_generation_have_changed() {
    let changes: [Loss; 2] = [give_to_another_run, raise_generation];
    for change in changes {
        let mut calls = 0;
        loop {
            let world = planned(0..6, 20);
            let ports = Ports::of(&world, 2);
            let mut copying = ports.copy(0, LONG);
            for _ in 0..calls {
                assert!(!step(&mut copying));
            }
            if lease(&world, 0) != Some(Lease::unheld()) {
                break;
            }
            change(&world);
            while !step(&mut copying) {}
            assert_eq!(lease(&world, 0), Some(Lease::unheld()), "changed after {calls} calls");
            assert_eq!(world.platform.faults.count(Call::Write), 0);
            calls += 1;
        }
        assert!(calls > 5, "only {calls} calls");
    }
}

#[test]
fn after_an_uncertain_write_the_lease_is_left_to_run_out() {
    let world = planned(0..6, 20);
    world.platform.faults.next(Call::Write, Fault::After(Retry::Now));
    copy(&world, 0, 2).unwrap_err();
    let left = lease(&world, 0).unwrap();
    assert!(!left.has_ended(world.platform.clock.now()));
    let again = copy(&world, 0, 2).unwrap();
    assert_eq!(again, Outcome::Again { after: world.platform.clock.now().until(left.until) });
}

#[test]
fn a_long_chunk_keeps_its_lease_page_by_page() {
    let world = planned(0..20, 40);
    for page in 1..=20 {
        world.platform.faults.at_call(Call::Page, page, Fault::Pass(Duration::from_secs(4)));
    }
    assert_eq!(copy(&world, 0, 1).unwrap(), Outcome::Done);
    assert_eq!(world.platform.faults.count(Call::Page), 20);
    assert_eq!(cursor(&world, 0), Some(19));
}

#[test]
fn messages_of_runs_that_do_not_copy_are_done_with() {
    let world = planned(0..6, 20);
    for state in [State::Prechecking, State::Finishing, State::Completed, State::Failed] {
        let mut run = world.stored_run();
        run.state = state;
        world.store(record::run(world.run), &run);
        let before = world.platform.table.dump();
        assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
        assert!(world.platform.table.dump() == before);
    }
    let mut stranger = world.clone();
    stranger.run = RunId(uuid::Uuid::from_u128(99));
    assert_eq!(copy(&stranger, 0, 2).unwrap(), Outcome::Done);
}
