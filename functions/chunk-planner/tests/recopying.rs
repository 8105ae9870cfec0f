//! Tables that are copied again: their own stamp, its gate, what the source must show, and the cutting.

use std::time::Duration;

use memory::{Call, Fault, Platform, RowChange, TARGET, World, row};
use migration::chunk::{Chunk, Generation};
use migration::outcome::Outcome;
use migration::owner::Owner;
use migration::port::Clock;
use migration::recopy::{Recopy, Stage};
use migration::record::{self, ChunkNumber, TableNumber};
use migration::retry::Retry;
use migration::run::State;
use migration::stamp::RunStamp;
use migration::table_plan::{TablePlan, TableRecord};
use migration::time::UnixMs;
use serde_json::json;

use crate::invocation::{LONG, end_chunks, plan_with};

const MARGIN: Duration = Duration::from_secs(2);
/// How long the source hides what it has logged.
const SLOW: Duration = Duration::from_secs(6);

/// A run that copies, and whose only table a definition has made to be copied again.
fn wanted() -> World {
    let mut world = World::on(Platform::automatic());
    world.set_rows_per_chunk(4, 4);
    world.set("migration", json!("full_and_incremental"));
    world.add_table("orders", (0..10).map(row));
    world.start();
    world.plan();
    end_chunks(&world);
    let key = record::table(world.run, TableNumber(0));
    let held = world.load::<TableRecord>(&key).hold(true);
    world.store(key, &TableRecord { held: false, ..held });
    let plan = TablePlan { chunks: 3, ..TablePlan::default() };
    world.store(record::plan(world.run, TableNumber(0)), &plan);
    world.store(record::recopy(world.run, TableNumber(0)), &Recopy::wanted(Generation(1)));
    let table = world.mapping(0).source.id.clone();
    world.source.commit_slowly(vec![RowChange::Insert { table, row: row(77) }], SLOW);
    world
}

fn recopy(world: &World) -> Recopy {
    world.load(&record::recopy(world.run, TableNumber(0)))
}

fn is_cut(world: &World) -> bool {
    let key = record::plan(world.run, TableNumber(0));
    let dump = world.platform.table.dump();
    let stored = dump.iter().find(|stored| stored.key == key).expect("the plan is there");
    serde_json::from_str::<TablePlan>(&stored.body).expect("a plan").complete
}

/// Invocations until the table is cut to its end, however many fail.
fn settle(world: &World) {
    let log = world.source.log();
    for _ in 0..300 {
        let wait = match plan_with(world, &log, LONG) {
            Ok(Outcome::Again { after }) => after,
            Ok(Outcome::Done) if is_cut(world) => return,
            Ok(Outcome::Done) | Err(_) => Duration::from_secs(1),
        };
        world.platform.clock.advance(wait);
    }
    panic!("not cut again: {:?} {:?}", recopy(world), world.stored_run().failure);
}

fn check(world: &World, what: &str) {
    let Stage::Open { stamp } = recopy(world).stage else { panic!("{what}: {:?}", recopy(world)) };
    let fixed: RunStamp = world.load(&record::stamp(world.run));
    assert!(Some(stamp) > fixed.stamp(), "{what}");
    let owner: Owner = world.load(&record::owner(TARGET, &world.mapping(0).target.id));
    assert_eq!(owner.highest_stamp, stamp, "{what}");
    assert!(world.platform.clock.now() > stamp.plus(MARGIN), "{what}");
    let again: Vec<Chunk> =
        world.chunks(0).into_iter().filter(|chunk| chunk.generation == Generation(1)).collect();
    // Ten rows, and the one that was hidden when the table was to be copied again.
    assert_eq!(
        again.iter().map(|chunk| chunk.id.number).collect::<Vec<_>>(),
        (3..6).map(ChunkNumber).collect::<Vec<_>>(),
        "{what}"
    );
    assert_eq!(world.chunk_leases().len(), 3, "{what}");
    assert_eq!(world.stored_run().state, State::Copying, "{what}: {:?}", world.stored_run().failure);
}

#[test]
fn a_table_is_cut_again_above_everything_and_after_the_source_shows_everything() {
    let calls = |world: &World| world.platform.faults.calls().len() as u64;
    let calm = wanted();
    let (begun, before) = (calm.platform.clock.now(), calls(&calm));
    settle(&calm);
    let behind = calls(&calm);
    check(&calm, "calm");
    assert!(begun.until(calm.platform.clock.now()) >= SLOW);
    for number in before + 1..=behind {
        for fault in [Fault::Before(Retry::Now), Fault::After(Retry::Now), Fault::Conflict] {
            let world = wanted();
            world.platform.faults.at(number, fault);
            settle(&world);
            assert_eq!(world.platform.faults.fired(), 1);
            let what = format!("{fault:?} at call {}", number - before);
            check(&world, &what);
            assert!(begun.until(world.platform.clock.now()) >= SLOW, "{what}");
        }
    }
}

#[test]
fn no_chunk_is_cut_while_a_definition_holds_the_table() {
    let world = wanted();
    let key = record::table(world.run, TableNumber(0));
    let table: TableRecord = world.load(&key);
    world.store(key.clone(), &TableRecord { held: true, ..table.clone() });
    world.store(
        record::recopy(world.run, TableNumber(0)),
        &Recopy { generation: Generation(1), stage: Stage::Open { stamp: UnixMs(9) } },
    );
    let log = world.source.log();
    assert!(matches!(plan_with(&world, &log, LONG), Ok(Outcome::Again { .. })));
    assert!(world.chunk_leases().is_empty());
    world.store(key, &table);
    settle(&world);
    assert_eq!(world.chunk_leases().len(), 3);
}

#[test]
fn a_table_that_the_source_has_dropped_meanwhile_is_left_to_the_copier() {
    let world = wanted();
    settle(&world);
    world.store(record::plan(world.run, TableNumber(0)), &TablePlan { chunks: 6, ..TablePlan::default() });
    let table = world.mapping(0).source.id.clone();
    world.source.drop_table(&table);
    settle(&world);
    let last = world.chunks(0).pop().unwrap();
    assert_eq!((last.id.number, last.range.through), (ChunkNumber(6), None));
    assert_eq!(world.stored_run().state, State::Copying);
    assert!(world.platform.faults.count(Call::BoundaryAfter) > 0);
}
