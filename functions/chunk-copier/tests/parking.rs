//! Chunks the source refuses to read: they wait until the log has told why, and are read by the table as it is then.

use std::time::Duration;

use memory::{Call, Platform, World, row};
use migration::chunk::Generation;
use migration::outcome::{HandlerError, Outcome};
use migration::port::Clock;
use migration::position::{LogPlace, Position, Timeline};
use migration::reader_state::{Evidence, ReaderState};
use migration::recopy::{Recopy, Stage};
use migration::record::{self, TableNumber};
use migration::run::State;
use migration::schema::SchemaVersion;
use migration::stamp::RunStamp;
use migration::table_plan::TableRecord;
use migration::time::UnixMs;
use serde_json::json;

use crate::invocation::{chunk, copy, lease};

/// A planned run that follows the log, and whose table the source has dropped.
fn dropped() -> World {
    let mut world = World::on(Platform::automatic());
    world.set_rows_per_chunk(10, 4);
    world.set("migration", json!("full_and_incremental"));
    world.add_table("orders", (0..5).map(row));
    world.start();
    world.plan();
    let now = world.platform.clock.now();
    let server_uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562".to_owned();
    let evidence = Evidence { server_uuid, file_name: "binlog.000001".to_owned(), format: None };
    let start = LogPlace { file: 1, offset: 4 };
    world.store(record::reader(world.run), &ReaderState::starting(start, None, evidence, 1, now));
    world.source.drop_table(&world.mapping(0).source.id);
    world
}

/// As if the reader had stored that it shipped everything up to here.
fn ship(world: &World, place: LogPlace) {
    let mut reader: ReaderState = world.load(&record::reader(world.run));
    reader.position = Position::boundary(Timeline(0), place);
    world.store(record::reader(world.run), &reader);
}

const FAR: LogPlace = LogPlace { file: 9, offset: 4 };

fn is_parked(outcome: &Result<Outcome, HandlerError>) -> bool {
    matches!(outcome, Ok(Outcome::Again { after }) if *after >= Duration::from_secs(1))
}

#[test]
fn a_parked_chunk_is_not_read_before_the_log_has_passed_the_end_of_then() {
    let world = dropped();
    assert!(is_parked(&copy(&world, 0, 10)));
    assert!(chunk(&world, 0).parked.is_some());
    assert!(lease(&world, 0).unwrap().has_ended(world.platform.clock.now()), "it may be closed at once");
    let pages = world.platform.faults.count(Call::Page);
    assert!(is_parked(&copy(&world, 0, 10)));
    assert_eq!(world.platform.faults.count(Call::Page), pages);
    assert_eq!(world.stored_run().state, State::Copying);
}

#[test]
fn what_the_log_does_not_explain_stops_the_run() {
    let world = dropped();
    assert!(is_parked(&copy(&world, 0, 10)));
    ship(&world, FAR);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.stored_run().state, State::Failed);
}

#[test]
fn a_definition_passed_meanwhile_has_the_chunk_read_by_the_new_record() {
    let world = dropped();
    assert!(is_parked(&copy(&world, 0, 10)));
    // The table is there again under the columns of the new record, and the log is far ahead.
    world.source.add_rows(world.mapping(0), (0..5).map(row));
    ship(&world, FAR);
    let key = record::table(world.run, TableNumber(0));
    let table = TableRecord { schema: SchemaVersion(1), ..world.load(&key) };
    world.store(key, &table);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).len(), 5);
    assert_eq!((chunk(&world, 0).parked, lease(&world, 0)), (None, None));
}

#[test]
fn a_second_definition_parks_the_chunk_again() {
    let world = dropped();
    assert!(is_parked(&copy(&world, 0, 10)));
    let first = chunk(&world, 0).parked;
    ship(&world, FAR);
    let key = record::table(world.run, TableNumber(0));
    let table = TableRecord { schema: SchemaVersion(1), ..world.load(&key) };
    world.store(key, &table);
    assert!(is_parked(&copy(&world, 0, 10)));
    assert_ne!(chunk(&world, 0).parked, first);
    assert_eq!(world.stored_run().state, State::Copying);
}

#[test]
fn where_the_log_is_read_after_the_copy_or_not_at_all_an_altered_table_stops_the_run() {
    let sequential = dropped();
    sequential.store(record::stamp(sequential.run), &RunStamp::Unstamped);
    assert_eq!(copy(&sequential, 0, 10).unwrap(), Outcome::Done);
    let failure = sequential.stored_run().failure.unwrap();
    assert!(failure.what.starts_with("shop.orders was altered at the source while it was copied"));

    let mut full = World::on(Platform::automatic());
    full.add_table("orders", (0..5).map(row));
    full.start();
    full.plan();
    full.source.drop_table(&full.mapping(0).source.id);
    assert_eq!(copy(&full, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(full.stored_run().state, State::Failed);
}

#[test]
fn chunks_of_a_second_copy_carry_its_stamp_and_wait_for_it() {
    let world = dropped();
    world.source.add_rows(world.mapping(0), (0..5).map(row));
    let recopy = Recopy::wanted(Generation(0));
    world.store(record::recopy(world.run, TableNumber(0)), &recopy);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert!(world.copied(0).is_empty());
    world.platform.clock.advance(Duration::from_mins(1));
    let stamp = UnixMs(4_000_000_000_000);
    world.store(record::recopy(world.run, TableNumber(0)), &recopy.at(Stage::Open { stamp }));
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.target.stamp_max(&world.mapping(0).target.id), Some(stamp));
}
