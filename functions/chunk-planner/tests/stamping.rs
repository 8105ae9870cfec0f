//! Emptiness, the stamp, and what the owner records know before the first chunk exists.

use std::time::Duration;

use memory::{Call, Fault, TARGET, World, finish, row};
use migration::outcome::Outcome;
use migration::owner::Owner;
use migration::port::{Clock, Sink, WriteBatch};
use migration::record;
use migration::retry::Retry;
use migration::run::State;
use migration::stamp::RunStamp;
use migration::statement_form::StatementForm;
use serde_json::json;

use crate::invocation::{LONG, plan, plan_for, world};

const MARGIN: Duration = Duration::from_secs(2);

fn stamp(world: &World) -> RunStamp {
    world.load(&record::stamp(world.run))
}

fn put_stranger(world: &World) {
    world.target.add_table(world.mapping(0).target.clone());
    let mapping = world.mapping(0);
    let rows = vec![mapping.convert_row(row(99), &mut 0).expect("it can be carried")];
    let until = world.platform.clock.now().plus(Duration::from_secs(60));
    let written =
        finish(world.target.write(
            WriteBatch { table: mapping, stamp: None, form: StatementForm::documented(), rows },
            until,
        ));
    assert!(written.expect("no fault is set").rejected.is_empty());
}

#[test]
fn a_target_that_is_not_empty_fails_the_run_with_a_remedy() {
    let world = world(0..3, 4);
    put_stranger(&world);
    assert_eq!(plan(&world), Outcome::Done);
    let run = world.stored_run();
    assert_eq!(run.state, State::Failed);
    let failure = run.failure.unwrap();
    assert_eq!(failure.what, "target table shop.orders is not empty");
    assert_eq!(failure.remedy, "empty it, or set `tables_on_target: { if_not_empty: allow }`");
    assert!(world.find::<RunStamp>(&record::stamp(world.run)).is_none());
    assert!(world.chunks(0).is_empty());
}

#[test]
fn a_target_that_may_hold_rows_is_not_looked_at() {
    let mut world = memory::World::on(memory::Platform::automatic());
    world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
    world.add_table("orders", [row(1)]);
    world.start();
    put_stranger(&world);
    plan(&world);
    assert_eq!(world.stored_run().state, State::Copying);
    assert_eq!(world.platform.faults.count(Call::IsEmpty), 0);
}

#[test]
fn the_stamp_lies_above_the_target_s_clock_and_margin_and_is_put_once() {
    let world = world(0..3, 4);
    world.target.set_clock_ahead(Duration::from_secs(100));
    plan(&world);
    let RunStamp::At { stamp: first } = stamp(&world) else { panic!("the run is stamped") };
    let target_now = world.platform.clock.now().plus(Duration::from_secs(100));
    assert!(first > world.stored_run().created_at.plus(Duration::from_secs(100)).plus(MARGIN));
    assert!(first <= target_now.plus(MARGIN).plus(Duration::from_millis(1)));

    world.platform.clock.advance(Duration::from_secs(600));
    plan(&world);
    assert_eq!(stamp(&world), RunStamp::At { stamp: first });
}

#[test]
fn a_stamp_whose_answer_was_lost_stays_the_stamp() {
    let mut lost_right_there = 0;
    for commit in 1..12 {
        let world = world(0..3, 4);
        let so_far = world.platform.faults.count(Call::Commit);
        world.platform.faults.at_call(Call::Commit, so_far + commit, Fault::After(Retry::Now));
        let failed = plan_for(&world, LONG).is_err();
        let seen = world.find::<RunStamp>(&record::stamp(world.run)).map(|stored| stored.value);
        lost_right_there += u32::from(failed && seen.is_some() && world.chunks(0).is_empty());
        world.platform.clock.advance(Duration::from_secs(60));
        plan(&world);
        assert!(seen.is_none_or(|seen| seen == stamp(&world)), "the answer of commit {commit} was lost");
    }
    assert!(lost_right_there > 0);
}

#[test]
fn every_owner_knows_the_stamp_before_the_first_chunk_exists() {
    let world = world(0..3, 4);
    // The first boundary is asked for right before the first chunk is stored.
    world.platform.faults.next(Call::BoundaryAfter, Fault::Before(Retry::Now));
    plan_for(&world, LONG).unwrap_err();
    assert!(world.chunks(0).is_empty());
    let owner: Owner = world.load(&record::owner(TARGET, &world.mapping(0).target.id));
    assert_eq!(Some(owner.highest_stamp), stamp(&world).stamp());
}

#[test]
fn a_target_that_keeps_no_stamps_is_copied_without() {
    let world = world(0..3, 4);
    let mut run = world.stored_run();
    let unknown = migration::capabilities::Capabilities::unknown("not probed");
    (run.capabilities, run.probe_database) = (Some(unknown), None);
    world.store(record::run(world.run), &run);
    plan(&world);
    assert_eq!(stamp(&world), RunStamp::Unstamped);
    assert_eq!(world.stored_run().state, State::Copying);
}

#[test]
fn a_target_table_that_changed_since_precheck_fails_the_run() {
    let world = world(0..3, 4);
    let mut other = world.mapping(0).target.clone();
    other.columns.pop();
    world.target.add_table(other);
    plan(&world);
    let failure = world.stored_run().failure.unwrap();
    assert!(
        failure.what.contains("target table shop.orders is not as it was at precheck"),
        "{}",
        failure.what
    );
}

#[test]
fn a_missing_table_that_may_not_be_made_fails_the_run() {
    let mut world = memory::World::on(memory::Platform::automatic());
    world.set("tables_on_target", json!({ "create": false }));
    world.add_table("orders", [row(1)]);
    world.start();
    plan(&world);
    let failure = world.stored_run().failure.unwrap();
    assert!(failure.what.contains("target table shop.orders does not exist"), "{}", failure.what);
}
