//! A copier that takes its chunk while a TRUNCATE is being carried over, and whose page lands behind the next one.
//!
//! The first TRUNCATE closes the chunk, lease and all. So the second finds no lease to wait for, although a copier took
//! it in between and its page, read before the second TRUNCATE, is still to be written: behind it, where no delete
//! marker hides it. Nobody may take a chunk from the moment on at which the first definition looks for leases.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;
use event_applier::define::Definer;
use memory::{Call, Platform, RowChange, TARGET, World, Yielding, chunk_id, finish, next_call, row};
use migration::barrier::Barrier;
use migration::mutation::{self, Rule};
use migration::outcome::Outcome;
use migration::port::Clock;
use migration::position::{LogPlace, Position, Timeline};
use migration::reader_state::ReaderState;
use migration::record;
use migration::schema::TableChange;
use migration::value::SourceValue;

const MINUTE: Duration = Duration::from_mins(1);

/// A run that has cut its one table and copied nothing.
fn planned() -> World {
    let mut world = World::on(Platform::automatic());
    world.set("migration", serde_json::json!("full_and_incremental"));
    world.add_table("orders", (0..2).map(row));
    world.start();
    let planner = Planner {
        records: &world.platform.table,
        queue: &world.platform.queue,
        sampler: &world.source,
        target: &world.target,
        log: &world.source.log(),
        clock: &world.platform.clock,
        target_name: TARGET,
    };
    finish(planner.handle(world.run, world.budget(10 * MINUTE))).expect("no fault is set");
    world
}

/// Empties the table at the source, and declares the barrier for it as a reader that has nothing outstanding does.
fn truncate(world: &World, offset: u64) {
    let table = world.mapping(0).source.id.clone();
    let changes = vec![TableChange::Truncated { table }];
    world.source.define(changes.clone(), "TRUNCATE TABLE orders", SourceValue::Null);
    let mut reader: ReaderState = world.load(&record::reader(world.run));
    let file = reader.position.transaction.file;
    reader.barrier = Some(Barrier {
        position: Position::boundary(Timeline(0), LogPlace { file, offset }),
        stored: reader.position,
        epoch: reader.epoch,
        next: LogPlace { file, offset: offset + 100 },
        gtid: None,
        goes_on: false,
        committed_at: world.platform.clock.now(),
        changes,
        statement: "TRUNCATE TABLE orders".to_owned(),
    });
    world.store(record::reader(world.run), &reader);
}

fn is_passed(world: &World) -> bool {
    world.load::<ReaderState>(&record::reader(world.run)).barrier.is_none()
}

fn poll<T>(future: &mut Pin<Box<impl Future<Output = T>>>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// The rows of the target where the copier comes in after `steps` of the first definition; none where that has ended
/// before.
fn rows_behind(steps: usize) -> Option<usize> {
    let world = planned();
    let (records, queue) =
        (Yielding::new(world.platform.table.clone()), Yielding::new(world.platform.queue.clone()));
    let (source, target) = (Yielding::new(world.source.clone()), Yielding::new(world.target.clone()));
    let (log, clock, target_name) = (world.source.log(), world.platform.clock.clone(), TARGET);
    let definer = Definer { records: &records, queue: &queue, target: &target, clock: &clock, target_name };
    let copier = Copier {
        records: &records,
        queue: &queue,
        source: &source,
        sink: &target,
        log: &log,
        clock: &clock,
        target_name,
    };
    let define = || Box::pin(definer.handle(world.run, world.budget(MINUTE)));
    let pass = || {
        while !is_passed(&world) {
            if let Ok(Outcome::Again { after }) = finish(define()) {
                clock.advance(after);
            }
        }
    };

    truncate(&world, 10_000);
    let insert = RowChange::Insert { table: world.mapping(0).source.id.clone(), row: row(7) };
    world.source.commit(vec![insert]);
    let mut first = define();
    for _ in 0..steps {
        if poll(&mut first).is_ready() {
            return None;
        }
    }
    let mut copying = Box::pin(copier.handle(world.run, chunk_id(0, 0), world.budget(MINUTE)));
    let (mut copies, mut comes) = (true, None);
    while copies && comes != Some(Call::Write) {
        (copies, comes) = next_call(|| poll(&mut copying).is_pending());
    }
    // What became of it does not matter: it is carried out until the barrier is passed.
    drop(finish(first));
    pass();
    truncate(&world, 20_000);
    pass();
    if copies {
        drop(finish(copying));
    }
    clock.advance(10 * MINUTE);
    Some(world.copied(0).len())
}

/// How many rows are left where the copier comes in, for every moment of the first definition.
fn at_every_moment() -> Vec<usize> {
    (0..).map_while(rows_behind).collect()
}

#[test]
fn a_page_of_a_copier_that_comes_between_is_never_written_behind_the_next_definition() {
    let rows = at_every_moment();
    assert!(rows.len() > 20, "a definition takes more calls than {}", rows.len());
    assert!(rows.iter().all(|rows| *rows == 0), "{rows:?}");
}

/// The rule [`Generation`](Rule::Generation) left out.
#[test]
fn without_a_further_generation_such_a_page_comes_up() {
    mutation::leave_out([Rule::Generation]);
    let rows = at_every_moment();
    mutation::leave_out([]);
    assert!(rows.iter().any(|rows| *rows > 0), "{rows:?}");
}
