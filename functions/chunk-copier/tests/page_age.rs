//! A page that took long to read is not written but read again, smaller.

use std::time::Duration;

use memory::{Call, Fault, TARGET, World, chunk_id, finish};
use migration::lease::{FencingToken, Lease};
use migration::outcome::Outcome;
use migration::owner::Owner;
use migration::port::Clock;
use migration::record;

use crate::invocation::{LONG, Ports, chunk, copy, lease, planned, step};

/// Reads on until the first page counts, and says how many rows it had.
fn rows_of_first_page(world: &World) -> u64 {
    let ports = Ports::of(world, usize::MAX);
    let mut copying = ports.copy(0, LONG);
    for _ in 0..200 {
        assert!(!step(&mut copying), "the copier gave up");
        if chunk(world, 0).rows > 0 {
            return chunk(world, 0).rows;
        }
    }
    panic!("the copier reads on and on");
}

#[test]
fn a_page_older_than_thirty_seconds_is_read_again_with_half_the_rows() {
    let world = planned(0..1_500, 2_000);
    world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(31)));
    assert_eq!(rows_of_first_page(&world), 500);
    assert_eq!(world.platform.faults.count(Call::Page), 2);
    assert_eq!(world.platform.faults.count(Call::Write), 1);
}

#[test]
fn a_page_that_outlasts_the_lease_is_read_again_under_a_new_one() {
    for seconds in [11, 14, 20] {
        let world = planned(0..1_500, 2_000);
        world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(seconds)));
        assert_eq!(rows_of_first_page(&world), 500, "after {seconds} s");
        assert_eq!(world.platform.faults.count(Call::Page), 2);
    }
}

#[test]
fn a_page_that_was_read_in_time_is_written() {
    let world = planned(0..1_500, 2_000);
    world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(9)));
    assert_eq!(rows_of_first_page(&world), 1_000);
}

#[test]
fn a_lease_that_somebody_held_over_a_slow_read_is_not_taken_again() {
    let world = planned(0..6, 20);
    let ports = Ports::of(&world, 2);
    let mut copying = ports.copy(0, LONG);
    world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(20)));
    while world.platform.faults.count(Call::Page) == 0 {
        assert!(!step(&mut copying));
    }
    // A successor has been here and gone.
    let held = lease(&world, 0).unwrap();
    let released = Lease { token: FencingToken(held.token.0 + 1), ..Lease::unheld() };
    world.store(record::chunk_lease(world.run, chunk_id(0, 0)), &released);
    while !step(&mut copying) {}
    assert_eq!(world.platform.faults.count(Call::Write), 0);
    assert_eq!(lease(&world, 0), Some(released));
}

#[test]
fn a_table_that_another_run_took_over_a_slow_read_is_not_written() {
    let world = planned(0..6, 20);
    let ports = Ports::of(&world, 2);
    let mut copying = ports.copy(0, LONG);
    world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(20)));
    while world.platform.faults.count(Call::Page) == 0 {
        assert!(!step(&mut copying));
    }
    // The lease has ended, so another run could settle the owner record.
    let key = record::owner(TARGET, &world.mapping(0).target.id);
    let owner = Owner { run: world.beside(2, "other-move").run, ..world.load(&key) };
    world.store(key, &owner);
    while !step(&mut copying) {}
    assert_eq!(world.platform.faults.count(Call::Write), 0);
}

#[test]
fn pages_that_outlast_every_invocation_shrink_from_one_to_the_next() {
    let world = planned(0..1_500, 2_000);
    for _ in 0..3 {
        world.platform.faults.next(Call::Page, Fault::Pass(Duration::from_secs(6)));
        let ended = finish(Ports::of(&world, usize::MAX).copy(0, Duration::from_secs(5))).unwrap();
        assert_eq!((ended, chunk(&world, 0).rows), (Outcome::Done, 0));
    }
    assert_eq!(rows_of_first_page(&world), 125);
}

#[test]
fn slow_pages_only_make_a_copy_longer() {
    let world = planned(0..3_000, 4_000);
    for page in [1, 2, 4] {
        world.platform.faults.at_call(Call::Page, page, Fault::Pass(Duration::from_secs(40)));
    }
    let before = world.platform.clock.now();
    assert_eq!(copy(&world, 0, usize::MAX).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).len(), 3_000);
    assert!(before.until(world.platform.clock.now()) >= Duration::from_secs(120));
}
