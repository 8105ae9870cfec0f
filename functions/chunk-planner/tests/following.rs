//! Runs that follow the log: where it starts, what is compared, the gate, having caught up, and the end asked for.

use std::time::Duration;

use memory::{Call, Platform, TARGET, World, finish, row};
use migration::ident::{ColumnName, TableId, TableName};
use migration::lane::Lane;
use migration::lane_progress::{Epoch, LaneProgress};
use migration::lease::Lease;
use migration::outcome::Outcome;
use migration::owner::Owner;
use migration::port::{Clock, LogStart, QueueName, SourceCatalog};
use migration::reader_state::ReaderState;
use migration::record::{self, TableNumber};
use migration::run::{JournalEntry, Run, State};
use migration::stamp::RunStamp;
use migration::table_plan::TablePlan;
use migration::time::UnixMs;
use serde_json::json;

use crate::invocation::{LONG, end_chunks, plan, plan_at, plan_for};
use crate::still_log::StillLog;

fn following(mode: &str) -> World {
    let mut world = World::on(Platform::automatic());
    world.set_rows_per_chunk(4, 4);
    world.set("migration", json!(mode));
    world.add_table("orders", (0..10).map(row));
    world.start();
    world
}

fn reader(world: &World) -> ReaderState {
    world.load(&record::reader(world.run))
}

fn set_reader(world: &World, change: impl FnOnce(&mut ReaderState)) {
    let mut reader = reader(world);
    change(&mut reader);
    world.store(record::reader(world.run), &reader);
}

fn ask_to_finish(world: &World) {
    let mut run = world.stored_run();
    run.finish = true;
    world.store(record::run(world.run), &run);
}

/// Invocations until none is asked for.
fn settle(world: &World) {
    while let Outcome::Again { after } = plan(world) {
        world.platform.clock.advance(after);
    }
}

/// A run whose copy is over and which has read everything.
fn running() -> World {
    let world = following("full_and_incremental");
    plan(&world);
    end_chunks(&world);
    settle(&world);
    set_reader(&world, |reader| reader.idle_at = Some(UnixMs(1)));
    plan(&world);
    assert_eq!(world.stored_run().state, State::Running);
    world
}

fn read_messages(world: &World) -> usize {
    world.platform.queue.bodies(QueueName::Read).len()
}

#[test]
fn the_start_is_fixed_once_before_the_first_chunk_and_the_journal_tells_it() {
    let world = following("full_and_incremental");
    plan(&world);
    let start: LogStart = world.load(&record::start(world.run));
    let reader = reader(&world);
    assert_eq!((reader.position.transaction, reader.epoch), (start.place, Epoch(1)));
    let lanes: Vec<LaneProgress> = world.all(record::LANES);
    assert_eq!(lanes.len(), 16);
    assert!(lanes.iter().all(|lane| *lane == LaneProgress::starting_at(reader.position)));
    let journal: Vec<JournalEntry> = world.all(record::JOURNAL);
    let cause = &journal.last().unwrap().cause;
    assert!(cause.contains("the log is followed from binlog.000001 257, found under a"), "{cause}");
    assert_eq!(world.chunks(0).len(), 3);
}

#[test]
fn a_full_run_asks_nothing_of_the_log() {
    let world = following("full");
    plan(&world);
    assert!(world.find::<LogStart>(&record::start(world.run)).is_none());
    assert!(world.find::<ReaderState>(&record::reader(world.run)).is_none());
    assert_eq!(world.platform.faults.count(Call::DescribeSource), 0);
}

#[test]
fn as_many_lanes_as_there_may_be_are_made_whatever_answer_is_lost() {
    for commit in 1..20 {
        let mut world = World::on(Platform::automatic());
        world.set("migration", json!("incremental"));
        world.set("tuning", json!({ "lanes": 128 }));
        world.add_table("orders", (0..10).map(row));
        world.start();
        let so_far = world.platform.faults.count(Call::Commit);
        let fault = memory::Fault::After(migration::retry::Retry::Now);
        world.platform.faults.at_call(Call::Commit, so_far + commit, fault);
        while !matches!(plan_for(&world, LONG), Ok(Outcome::Done)) {
            world.platform.clock.advance(Duration::from_secs(60));
        }
        let start: LogStart = world.load(&record::start(world.run));
        let lanes: Vec<LaneProgress> = world.all(record::LANES);
        assert_eq!(lanes.len(), 128);
        assert!(lanes.iter().all(|lane| lane.applied.transaction == start.place));
        assert_eq!((reader(&world).lanes.len(), reader(&world).position), (128, lanes[127].applied));
    }
}

#[test]
fn a_definition_between_precheck_and_start_ends_the_run_before_anything_is_cut() {
    let world = following("full_and_incremental");
    let id = world.mapping(0).source.id.clone();
    let mut tables = finish(world.source.describe(std::slice::from_ref(&id))).unwrap();
    let mut changed = tables.remove(0);
    changed.columns[1].name = ColumnName::new("remark").unwrap();
    world.source.add_table(changed);
    plan(&world);
    let failure = world.stored_run().failure.unwrap();
    assert_eq!(failure.what, "the definition of table shop.orders changed since precheck");
    assert_eq!(failure.remedy, "cancel the task and run it again: it is checked anew");
    assert!(world.chunks(0).is_empty());
}

#[test]
fn a_table_dropped_or_added_between_precheck_and_start_ends_the_run() {
    let dropped = following("incremental");
    dropped.source.drop_table(&dropped.mapping(0).source.id);
    plan(&dropped);
    let failure = dropped.stored_run().failure.unwrap();
    assert_eq!(failure.what, "table shop.orders was dropped or renamed since precheck");

    let added = following("incremental");
    let mut other = added.mapping(0).source.clone();
    other.id = TableId { table: TableName::new("others").unwrap(), ..other.id };
    added.source.add_table(other);
    plan(&added);
    let failure = added.stored_run().failure.unwrap();
    assert_eq!(failure.what, "table shop.others was created since precheck");
}

#[test]
fn new_statistics_of_a_table_are_no_other_definition() {
    let world = following("incremental");
    let mut grown = world.mapping(0).source.clone();
    (grown.rows_estimate, grown.data_bytes) = (77, 1 << 30);
    world.source.add_table(grown);
    plan(&world);
    assert_eq!(world.stored_run().state, State::CatchingUp);
}

#[test]
fn without_a_copy_there_is_no_chunk_and_rows_on_the_target_do_not_matter() {
    let world = following("incremental");
    settle(&world);
    assert_eq!(world.stored_run().state, State::CatchingUp);
    assert!(world.chunks(0).is_empty());
    let whole: TablePlan = world.load(&record::plan(world.run, TableNumber(0)));
    assert_eq!((whole.chunks, whole.complete), (0, true));
    assert_eq!(world.platform.faults.count(Call::IsEmpty), 0);
    assert!(matches!(world.load(&record::stamp(world.run)), RunStamp::At { .. }));
}

#[test]
fn the_gate_is_passed_while_chunks_are_open_and_the_reader_is_woken() {
    let world = following("full_and_incremental");
    let gate = |world: &World| world.find::<UnixMs>(&record::gate(world.run)).map(|gate| gate.value);
    let Outcome::Again { after } = plan(&world) else { panic!("nobody comes for the gate") };
    assert_eq!((world.stored_run().state, gate(&world)), (State::Copying, None));
    world.platform.clock.advance(after);
    assert_eq!(plan(&world), Outcome::Done);
    let RunStamp::At { stamp } = world.load(&record::stamp(world.run)) else { panic!("it is stamped") };
    assert!(gate(&world).unwrap() > stamp.plus(Duration::from_secs(2)));
    assert_eq!((world.stored_run().state, read_messages(&world)), (State::Copying, 1));
}

#[test]
fn the_run_has_caught_up_once_what_was_there_at_the_end_of_the_copy_is_applied() {
    let world = following("full_and_incremental");
    let log = StillLog::default();
    plan_at(&world, &log);
    log.grow(1_000);
    end_chunks(&world);
    while plan_at(&world, &log) != Outcome::Done {
        world.platform.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(world.stored_run().state, State::CatchingUp);
    let end = log.place();
    log.grow(1_000);
    set_reader(&world, |reader| reader.position.transaction.offset = end.offset - 1);
    plan_at(&world, &log);
    assert_eq!(world.stored_run().state, State::CatchingUp);
    set_reader(&world, |reader| {
        reader.position.transaction = end;
        reader.lanes[3].seq = 1;
    });
    plan_at(&world, &log);
    assert_eq!(world.stored_run().state, State::CatchingUp, "a lane is behind");
    let lane: LaneProgress = world.load(&record::lane(world.run, Lane(3)));
    world.store(record::lane(world.run, Lane(3)), &LaneProgress { epoch: Epoch(1), seq: 1, ..lane });
    plan_at(&world, &log);
    assert_eq!(world.stored_run().state, State::Running);
}

#[test]
fn a_run_finishes_when_everything_before_the_end_is_applied_and_no_chunk_is_open() {
    let world = running();
    assert_eq!(plan(&world), Outcome::Done);
    ask_to_finish(&world);
    assert!(matches!(plan(&world), Outcome::Again { .. }), "the reader has not noted the end");
    let mut end = reader(&world).position.transaction;
    end.offset += 50;
    set_reader(&world, |reader| reader.finish_at = Some(end));
    plan(&world);
    assert_eq!(world.stored_run().state, State::Running, "not read up to the end");

    set_reader(&world, |reader| reader.position.transaction = end);
    let lease = record::chunk_lease(world.run, memory::chunk_id(0, 7));
    world.store(lease, &Lease::unheld());
    plan(&world);
    assert_eq!(world.stored_run().state, State::Running, "a chunk is open");
    end_chunks(&world);
    plan(&world);
    assert_eq!(world.stored_run().state, State::Completed);
    assert!(world.target.probes().is_empty());
}

#[test]
fn a_finishing_run_completes_when_every_lease_has_ended() {
    let world = running();
    ask_to_finish(&world);
    let end = reader(&world).position.transaction;
    set_reader(&world, |reader| reader.finish_at = Some(end));
    let until = world.platform.clock.now().plus(Duration::from_secs(20));
    for key in [
        record::lane_lease(world.run, Lane(3)),
        record::reader_lease(world.run),
        record::definition_lease(world.run),
    ] {
        world.store(key, &Lease { until, ..Lease::unheld() });
    }
    assert!(matches!(plan_for(&world, Duration::from_secs(3)), Ok(Outcome::Again { .. })));
    assert_eq!(world.stored_run().state, State::Finishing);
    assert_eq!(world.target.probes().len(), 1);
    plan(&world);
    assert_eq!(world.stored_run().state, State::Completed);
    assert!(world.platform.clock.now() >= until);
}

#[test]
fn a_plan_that_was_opened_again_is_cut_while_the_log_is_followed_and_keeps_the_run_from_finishing() {
    let world = running();
    ask_to_finish(&world);
    let end = reader(&world).position.transaction;
    set_reader(&world, |reader| reader.finish_at = Some(end));
    let cut: TablePlan = world.load(&record::plan(world.run, TableNumber(0)));
    let again = TablePlan { cursor: None, complete: false, ..cut };
    world.store(record::plan(world.run, TableNumber(0)), &again);
    plan(&world);
    assert_eq!((world.stored_run().state, world.chunk_leases().len()), (State::Running, 3));
    end_chunks(&world);
    plan(&world);
    assert_eq!(world.stored_run().state, State::Completed);
}

#[test]
fn the_clock_of_a_cancelled_run_is_dropped_once_its_leases_have_ended() {
    let world = running();
    let until = world.platform.clock.now().plus(Duration::from_secs(20));
    world.store(record::lane_lease(world.run, Lane(0)), &Lease { until, ..Lease::unheld() });
    let run = Run { state: State::Cancelled, ..world.stored_run() };
    world.store(record::run(world.run), &run);
    assert!(matches!(plan_for(&world, Duration::from_secs(3)), Ok(Outcome::Again { .. })));
    assert_eq!(world.target.probes().len(), 1);
    assert_eq!(plan(&world), Outcome::Done);
    assert!(world.target.probes().is_empty());
    assert_eq!(plan(&world), Outcome::Done);
}

#[test]
fn a_failed_run_that_follows_the_log_keeps_its_tables_until_it_is_cancelled() {
    let former = running();
    let set = |state| {
        let run = Run { state, ..former.stored_run() };
        former.store(record::run(former.run), &run);
    };
    for (number, state) in (2..).zip([State::Running, State::Paused, State::Failed]) {
        set(state);
        let other = former.beside(number, &format!("other-{number}"));
        other.start();
        plan(&other);
        let failure = other.stored_run().failure.unwrap();
        assert_eq!(failure.what, "target table shop.orders belongs to the unfinished task shop-move");
    }
    set(State::Cancelled);
    let other = former.beside(9, "other-9");
    other.start();
    plan(&other);
    let owner: Owner = other.load(&record::owner(TARGET, &other.mapping(0).target.id));
    assert_eq!(owner.run, other.run);
}

#[test]
fn a_run_that_lost_a_table_before_it_followed_the_log_fails() {
    let world = following("full_and_incremental");
    world.platform.faults.next(Call::DescribeSource, memory::Fault::Before(migration::retry::Retry::Now));
    plan_for(&world, LONG).unwrap_err();
    let key = record::owner(TARGET, &world.mapping(0).target.id);
    let owner: Owner = world.load(&key);
    let other = world.beside(2, "other-move");
    world.store(key, &Owner { run: other.run, task: "other-move".to_owned(), ..owner });
    plan(&world);
    let failure = world.stored_run().failure.unwrap();
    assert_eq!(failure.what, "target table shop.orders was taken by task other-move");
}
