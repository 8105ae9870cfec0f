//! One invocation of the planner, and a copier that only says that a chunk is done.

use std::time::Duration;

use chunk_planner::handler::Planner;
use memory::{Platform, TARGET, World, finish, row};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{ChangeLog, CheckpointTable, Commit, QueueName, Write};
use migration::record::{self, Stored};

use crate::still_log::StillLog;

/// Longer than everything a planner waits for.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// A started run over one table of these keys, cut into chunks of so many rows, on a clock that jumps.
pub(crate) fn world(keys: impl IntoIterator<Item = i64>, rows_per_chunk: u32) -> World {
    let mut world = World::on(Platform::automatic());
    world.set_rows_per_chunk(rows_per_chunk, 4);
    world.add_table("orders", keys.into_iter().map(row));
    world.start();
    world
}

/// One invocation.
pub(crate) fn plan_for(world: &World, span: Duration) -> Result<Outcome, HandlerError> {
    plan_with(world, &StillLog::default(), span)
}

/// One invocation over this log, with all the time it wants.
pub(crate) fn plan_at(world: &World, log: &StillLog) -> Outcome {
    plan_with(world, log, LONG).expect("no fault is set")
}

/// One invocation over any log.
pub(crate) fn plan_with(
    world: &World,
    log: &impl ChangeLog,
    span: Duration,
) -> Result<Outcome, HandlerError> {
    let planner = Planner {
        records: &world.platform.table,
        queue: &world.platform.queue,
        sampler: &world.source,
        target: &world.target,
        log,
        clock: &world.platform.clock,
        target_name: TARGET,
    };
    finish(planner.handle(world.run, world.budget(span)))
}

/// One invocation with all the time it wants.
pub(crate) fn plan(world: &World) -> Outcome {
    plan_for(world, LONG).expect("no fault is set")
}

/// Takes the lease records of all chunks away, as copiers do that end them.
pub(crate) fn end_chunks(world: &World) {
    let partition = record::run_partition(world.run);
    let leases = finish(record::load_all::<serde_json::Value>(
        &world.platform.table,
        &partition,
        record::CHUNK_LEASES,
    ));
    for (key, Stored { version, .. }) in leases.expect("the table answers") {
        let commit = finish(world.platform.table.commit(vec![Write::Delete { key, expect: version }]));
        assert_eq!(commit.expect("the table answers"), Commit::Stored);
    }
}

/// How many copy messages are in the queue.
pub(crate) fn copy_messages(world: &World) -> usize {
    world.platform.queue.bodies(QueueName::Copy).len()
}
