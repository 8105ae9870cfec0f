//! Chunks cover the keys exactly once, however planning is stopped, repeated or overtaken.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use chunk_planner::handler::Planner;
use memory::{
    Disturbance, Fault, Handled, Platform, Simulation, TARGET, World, Yielding, finish, row, simulate,
};
use migration::budget::Budget;
use migration::message::Message;
use migration::outcome::Outcome;
use migration::port::{PageRequest, RowSource};
use migration::record::{self, TableNumber};
use migration::run::State;
use migration::table_plan::TablePlan;
use migration::value::SourceValue;
use proptest::collection::btree_set;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq};
use proptest::proptest;

use crate::invocation::{copy_messages, end_chunks, plan, plan_for, world};
use crate::still_log::StillLog;

/// The keys that each chunk of a table reads, in the order of the chunks.
fn keys_by_chunk(world: &World, table: u32) -> Vec<Vec<i64>> {
    let mapping = world.mapping(table as usize);
    let read = |range| {
        let request = PageRequest { table: mapping, range, rows_max: 1_000_000, bytes_max: usize::MAX };
        finish(world.source.page(&request)).expect("no fault is set").rows
    };
    let key = |row: Vec<SourceValue>| match row.first() {
        Some(SourceValue::Int(id)) => *id,
        _ => panic!("a row has a key"),
    };
    let chunks = world.chunks(table);
    chunks.iter().map(|chunk| read(&chunk.range).into_iter().map(key).collect()).collect()
}

/// No gap and no overlap: each chunk starts where the one before ends, the first and the last are open.
fn assert_covering(world: &World, table: u32) {
    let chunks = world.chunks(table);
    let mut end = None;
    for (at, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk.range.after, end, "chunk {at} starts where the one before ends");
        end.clone_from(&chunk.range.through);
        assert_eq!(end.is_none(), at + 1 == chunks.len(), "only the last chunk is open");
    }
    let plan: TablePlan = world.load(&record::plan(world.run, TableNumber(table)));
    assert!(plan.complete && plan.chunks as usize == chunks.len());
}

#[test]
fn an_empty_table_is_one_open_chunk() {
    let world = world([], 4);
    plan(&world);
    assert_eq!(keys_by_chunk(&world, 0), [Vec::<i64>::new()]);
    assert_covering(&world, 0);
    assert_eq!(world.stored_run().state, State::Copying);
}

#[test]
fn one_row_is_one_open_chunk() {
    let world = world([7], 1);
    plan(&world);
    assert_eq!(keys_by_chunk(&world, 0), [vec![7]]);
    assert_covering(&world, 0);
}

#[test]
fn chunks_have_as_many_rows_as_asked_for_and_a_message_each() {
    let world = world(0..10, 4);
    plan(&world);
    assert_eq!(keys_by_chunk(&world, 0), [vec![0, 1, 2, 3], vec![4, 5, 6, 7], vec![8, 9]]);
    assert_covering(&world, 0);
    assert_eq!(copy_messages(&world), 3);
    assert_eq!(world.chunk_leases().len(), 3);
}

#[test]
fn a_run_without_tables_completes() {
    let world = World::on(Platform::automatic());
    world.start();
    assert_eq!(plan(&world), Outcome::Done);
    assert_eq!(world.stored_run().state, State::Completed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_in_exactly_one_chunk(keys in btree_set(-1_000_000i64..1_000_000, 0..120), rows in 1u32..30) {
        let world = world(keys.iter().copied(), rows);
        plan(&world);
        assert_covering(&world, 0);
        let chunks = keys_by_chunk(&world, 0);
        prop_assert!(chunks.iter().all(|chunk| chunk.len() <= rows as usize));
        prop_assert_eq!(chunks.concat(), keys.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn planning_goes_on_wherever_it_was_stopped() {
    for stop_at in 1..80 {
        let mut world = World::on(Platform::automatic());
        world.set_rows_per_chunk(3, 4);
        world.add_table("orders", (0..11).map(row));
        world.add_table("notes", (0..2).map(row));
        world.start();
        // At this call a whole invocation's time passes, so that nothing after it fits in.
        let calls = world.platform.faults.calls().len() as u64;
        world.platform.faults.at(calls + stop_at, Fault::Pass(Duration::from_millis(19_500)));
        for _ in 0..20 {
            match plan_for(&world, Duration::from_secs(20)).expect("no call fails") {
                Outcome::Done => break,
                Outcome::Again { after } => world.platform.clock.advance(after),
            }
        }
        assert_eq!(world.stored_run().state, State::Copying, "stopped at call {stop_at}");
        assert_covering(&world, 0);
        assert_covering(&world, 1);
        assert_eq!(keys_by_chunk(&world, 0).concat(), (0..11).collect::<Vec<_>>(), "stopped at {stop_at}");
    }
}

#[test]
fn an_invocation_without_time_changes_nothing_and_comes_again() {
    let world = world(0..10, 4);
    assert_eq!(plan_for(&world, Duration::from_secs(1)).unwrap(), Outcome::Again { after: Duration::ZERO });
    assert!(world.chunks(0).is_empty());
    assert!(world.target.rows(&world.mapping(0).target.id).is_empty());
}

/// Planners only: copiers would hide a gap that another planner leaves.
fn plan_disturbed(world: &World, seed: u64, disturbance: Disturbance) -> u64 {
    let records = Yielding::new(world.platform.table.clone());
    let queue = Yielding::new(world.platform.queue.clone());
    let source = Yielding::new(world.source.clone());
    let target = Yielding::new(world.target.clone());
    let clock = world.platform.clock.clone();
    let log = StillLog::default();
    let handle = |message: Message, budget: Budget| -> Handled<'_> {
        let (records, queue, sampler, target, clock) = (&records, &queue, &source, &target, &clock);
        let log = &log;
        let planner = Planner { records, queue, sampler, target, log, clock, target_name: TARGET };
        let run = message.run();
        Box::pin(async move {
            match message {
                Message::Plan { .. } => planner.handle(run, budget).await,
                Message::Copy { .. }
                | Message::Precheck { .. }
                | Message::Read { .. }
                | Message::Define { .. } => {
                    end_chunks_of_a_planned_run(world);
                    Ok(Outcome::Done)
                }
            }
        })
    };
    simulate(&Simulation { world, seed, disturbance, copiers: 1 }, handle)
}

fn end_chunks_of_a_planned_run(world: &World) {
    if world.stored_run().state == State::Copying {
        end_chunks(world);
    }
}

#[test]
fn a_planner_that_hangs_anywhere_and_comes_back_leaves_no_gap() {
    let cuts = RefCell::new(BTreeSet::new());
    let fresh = || {
        let mut world = World::on(Platform::stepped());
        world.set_rows_per_chunk(2, 1);
        world.add_table("orders", (0..7).map(row));
        world.start();
        world
    };
    let seed = 5;
    let calls = plan_disturbed(&fresh(), seed, Disturbance::None);
    for call in 0..calls {
        let world = fresh();
        plan_disturbed(&world, seed, Disturbance::Stall(call, Duration::from_secs(40)));
        assert_covering(&world, 0);
        assert_eq!(keys_by_chunk(&world, 0).concat(), (0..7).collect::<Vec<_>>(), "hung at call {call}");
        assert_eq!(world.stored_run().state, State::Completed, "hung at call {call}");
        cuts.borrow_mut().insert(world.chunks(0).len());
    }
    assert!(calls > 60, "only {calls} calls");
    assert_eq!(cuts.into_inner(), BTreeSet::from([4]));
}
