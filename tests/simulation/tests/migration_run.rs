//! Whole migrations, planner and copiers together, in orders drawn from seeds.

use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;
use memory::{Disturbance, Handled, Platform, Simulation, TARGET, World, Yielding, row, simulate};
use migration::budget::Budget;
use migration::chunk;
use migration::message::Message;
use migration::outcome::Outcome;
use migration::port::Clock;
use migration::record;
use migration::run::{JournalEntry, State};
use migration::stamp::RunStamp;
use migration::table_plan::{TablePlan, TableProgress};

/// Two tables: one of three pages a chunk, one empty.
pub(crate) fn small() -> World {
    let mut world = World::on(Platform::stepped());
    world.set_rows_per_chunk(5, 2);
    world.add_table("orders", (0..8).map(row));
    world.add_table("notes", []);
    world.start();
    world
}

/// One table in one chunk that is worth sharing.
pub(crate) fn long() -> World {
    let mut world = World::on(Platform::stepped());
    world.set_rows_per_chunk(100, 3);
    world.add_table("orders", (0..90).map(row));
    world.start();
    world
}

/// Carries the run out and returns how many calls the handlers made.
pub(crate) fn carry_out(world: &World, seed: u64, disturbance: Disturbance, page_rows: usize) -> u64 {
    let records = Yielding::new(world.platform.table.clone());
    let queue = Yielding::new(world.platform.queue.clone());
    let source = Yielding::new(world.source.clone()).with_page_rows_max(page_rows);
    let target = Yielding::new(world.target.clone());
    let clock = world.platform.clock.clone();
    let log = world.source.log();
    let handle = |message: Message, budget: Budget| -> Handled<'_> {
        let (records, queue, source, target, clock) = (&records, &queue, &source, &target, &clock);
        let log = &log;
        let target_name = TARGET;
        match message {
            Message::Precheck { .. } | Message::Read { .. } | Message::Define { .. } => {
                Box::pin(async { Ok(Outcome::Done) })
            }
            Message::Plan { run } => {
                let planner = Planner { records, queue, sampler: source, target, log, clock, target_name };
                Box::pin(async move { planner.handle(run, budget).await })
            }
            Message::Copy { run, chunk } => {
                let copier = Copier { records, queue, source, sink: target, log, clock, target_name };
                Box::pin(async move { copier.handle(run, chunk, budget).await })
            }
        }
    };
    simulate(&Simulation { world, seed, disturbance, copiers: 3 }, handle)
}

/// Everything that must be true of a run that has ended.
pub(crate) fn assert_copied(world: &World, tables: u32, what: &str) {
    let run = world.stored_run();
    assert_eq!(run.state, State::Completed, "{what}: {:?}", run.failure);
    let journal: Vec<JournalEntry> = world.all(record::JOURNAL);
    let completed = journal.iter().filter(|entry| entry.to == State::Completed).count();
    assert_eq!(completed, 1, "{what}: completed once");
    assert!(world.chunk_leases().is_empty(), "{what}: a lease of a chunk is left");
    assert!(world.target.probes().is_empty(), "{what}: the probe table is left");
    let RunStamp::At { stamp } = world.load(&record::stamp(world.run)) else {
        panic!("{what}: the run has no stamp")
    };
    let ended = journal.last().map(|entry| entry.at).unwrap_or_default();
    assert!(ended > stamp.plus(std::time::Duration::from_secs(2)), "{what}: completed before the gate");
    for number in 0..tables {
        let at = number as usize;
        assert!(world.copied(at) == world.wanted(at), "{what}: table {number} differs");
        let seen = world.target.stamp_max(&world.mapping(at).target.id);
        assert!(seen.is_none_or(|seen| seen == stamp), "{what}: a cell is not stamped S");
        assert_counted(world, number, what);
    }
}

fn assert_counted(world: &World, number: u32, what: &str) {
    let chunks = world.chunks(number);
    assert!(chunks.iter().all(|chunk| chunk.state == chunk::State::Done), "{what}: a chunk is open");
    let table = migration::record::TableNumber(number);
    let plan: TablePlan = world.load(&record::plan(world.run, table));
    assert!(plan.complete, "{what}: the plan is not complete");
    assert_eq!(plan.chunks as usize, chunks.len(), "{what}: chunks of table {number}");
    let progress: TableProgress = world.load(&record::progress(world.run, table));
    assert_eq!(progress.chunks, plan.chunks, "{what}: chunks done of table {number}");
    let rows = world.wanted(number as usize).len() as u64;
    assert_eq!(progress.rows, rows, "{what}: rows counted of table {number}");
}

#[test]
fn one_seed_twice_makes_the_same_calls() {
    let calls = || {
        let world = small();
        carry_out(&world, 11, Disturbance::None, 2);
        (world.platform.faults.calls(), world.platform.clock.now(), world.platform.table.dump())
    };
    let (one, other) = (calls(), calls());
    assert!(one == other);
}

#[test]
fn every_order_of_invocations_copies_everything() {
    for seed in 0..100 {
        let world = small();
        carry_out(&world, seed, Disturbance::None, 2);
        assert_copied(&world, 2, &format!("seed {seed}"));
    }
}

#[test]
fn a_long_last_chunk_is_split_and_copied_whole_in_every_order() {
    let mut splits = 0;
    for seed in 0..30 {
        let world = long();
        carry_out(&world, seed, Disturbance::None, 1);
        assert_copied(&world, 1, &format!("seed {seed}"));
        splits += world.chunks(0).len() - 1;
    }
    assert!(splits > 20, "only {splits} splits");
}
