//! The source's address leads to another server while a table is copied.

use std::time::Duration;

use memory::{Call, Fault, Platform, RowChange, World, finish, row};
use migration::outcome::Outcome;
use migration::port::{ChangeLog, Clock, LogEnd, LogStart, StartWay};
use migration::position::LogPlace;
use migration::reader_state::{Evidence, ReaderState};
use migration::record::{self, Stored};
use migration::retry::Retry;
use migration::run::State;
use migration::stamp::RunStamp;
use serde_json::json;

use crate::invocation::{copy, lease};

const FORMER: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const START: LogPlace = LogPlace { file: 1, offset: 4 };

/// A planned run that follows the log of a server which then fails.
fn failed_over(lost: usize) -> World {
    let mut world = World::on(Platform::automatic());
    world.set_rows_per_chunk(10, 4);
    world.set("migration", json!("full_and_incremental"));
    world.add_table("orders", (0..5).map(row));
    world.source.set_gtids(true);
    let table = world.mapping(0).source.id.clone();
    world.source.commit(vec![RowChange::Insert { table, row: row(5) }]);
    world.start();
    world.plan();
    follow(&world, FORMER);
    let executed = end(&world).executed;
    let (file_name, server_uuid) = ("binlog.000001".to_owned(), FORMER.to_owned());
    let start = LogStart { place: START, file_name, executed, server_uuid, way: StartWay::Gtid };
    world.store(record::start(world.run), &start);
    world.source.fail_over(lost);
    world
}

fn follow(world: &World, server: &str) {
    let evidence =
        Evidence { server_uuid: server.to_owned(), file_name: "binlog.000001".to_owned(), format: None };
    let now = world.platform.clock.now();
    world.store(record::reader(world.run), &ReaderState::starting(START, None, evidence, 1, now));
}

fn end(world: &World) -> LogEnd {
    finish(world.source.log().end()).expect("no fault is set")
}

#[test]
fn a_chunk_waits_until_the_reader_has_accepted_the_server_that_answers() {
    let world = failed_over(0);
    for _ in 0..3 {
        let outcome = copy(&world, 0, 10).unwrap();
        assert!(
            matches!(outcome, Outcome::Again { after } if after >= Duration::from_secs(1)),
            "{outcome:?}"
        );
        assert!(lease(&world, 0).unwrap().has_ended(world.platform.clock.now()));
    }
    assert_eq!(world.platform.faults.count(Call::Write), 0);
    follow(&world, &end(&world).server_uuid);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).len(), 6);
}

#[test]
fn a_chunk_is_copied_while_the_server_is_the_one_that_is_followed() {
    let world = failed_over(0);
    follow(&world, &end(&world).server_uuid);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).len(), 6);
}

#[test]
fn what_a_page_may_show_is_stored_before_it_is_written() {
    let world = failed_over(0);
    follow(&world, &end(&world).server_uuid);
    let executed = end(&world).executed.expect("the source has GTIDs");
    world.platform.faults.next(Call::Write, Fault::Before(Retry::Now));
    copy(&world, 0, 10).unwrap_err();
    assert!(world.copied(0).is_empty());
    let shown = finish(migration::shown::load(&world.platform.table, world.run)).unwrap();
    assert!(shown.contains_all(&executed) && !shown.is_empty());
}

#[test]
fn nothing_is_written_while_another_server_is_about_to_be_followed() {
    let world = failed_over(0);
    let server = end(&world).server_uuid;
    follow(&world, &server);
    let stored: Stored<ReaderState> =
        finish(record::must_load(&world.platform.table, &record::reader(world.run))).unwrap();
    world.store(record::reader(world.run), &ReaderState { switching: true, ..stored.value });
    assert!(matches!(copy(&world, 0, 10).unwrap(), Outcome::Again { .. }));
    assert_eq!(world.platform.faults.count(Call::Write), 0);
    assert!(lease(&world, 0).unwrap().has_ended(world.platform.clock.now()));
    follow(&world, &server);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).len(), 6);
}

#[test]
fn before_the_log_is_read_another_server_must_have_what_the_first_had_at_the_start() {
    let world = failed_over(0);
    world.store(record::stamp(world.run), &RunStamp::Unstamped);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).len(), 6);

    let world = failed_over(1);
    world.store(record::stamp(world.run), &RunStamp::Unstamped);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.platform.faults.count(Call::Write), 0);
    let run = world.stored_run();
    assert_eq!(run.state, State::Failed);
    assert!(run.failure.unwrap().what.contains("another source server answers"));
}
