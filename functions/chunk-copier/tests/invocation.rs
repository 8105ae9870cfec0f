//! One invocation of the copier on a planned run, whole or one call at a time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use chunk_copier::handler::Copier;
use memory::{MemoryQueue, MemorySource, MemoryTable, MemoryTarget, Platform, TARGET, World, Yielding};
use memory::{chunk_id, finish, row};
use migration::chunk::Chunk;
use migration::key::KeyValue;
use migration::lease::Lease;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;
use migration::record::{self, Stored};

/// More than any copy here takes.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// A run over one table of these keys, not started, on a clock that jumps.
pub(crate) fn unplanned(keys: impl IntoIterator<Item = i64>, rows_per_chunk: u32) -> World {
    let mut world = World::on(Platform::automatic());
    world.set_rows_per_chunk(rows_per_chunk, 4);
    world.add_table("orders", keys.into_iter().map(row));
    world
}

/// The same, planned, its messages still in the queue.
pub(crate) fn planned(keys: impl IntoIterator<Item = i64>, rows_per_chunk: u32) -> World {
    let world = unplanned(keys, rows_per_chunk);
    world.start();
    world.plan();
    world
}

/// Ports that stop in front of each call, with small pages.
pub(crate) struct Ports {
    records: Yielding<MemoryTable>,
    queue: Yielding<MemoryQueue>,
    source: Yielding<MemorySource>,
    sink: Yielding<MemoryTarget>,
    world: World,
}

/// A copier that is polled call by call.
pub(crate) type Copying<'a> = Pin<Box<dyn Future<Output = Result<Outcome, HandlerError>> + 'a>>;

impl Ports {
    pub(crate) fn of(world: &World, page_rows: usize) -> Self {
        Self {
            records: Yielding::new(world.platform.table.clone()),
            queue: Yielding::new(world.platform.queue.clone()),
            source: Yielding::new(world.source.clone()).with_page_rows_max(page_rows),
            sink: Yielding::new(world.target.clone()),
            world: world.clone(),
        }
    }

    /// Starts an invocation for a chunk of the first table.
    pub(crate) fn copy(&self, number: u32, span: Duration) -> Copying<'_> {
        let (run, budget) = (self.world.run, self.world.budget(span));
        Box::pin(async move {
            let copier = Copier {
                records: &self.records,
                queue: &self.queue,
                source: &self.source,
                sink: &self.sink,
                log: &self.world.source.log(),
                clock: &self.world.platform.clock,
                target_name: TARGET,
            };
            copier.handle(run, chunk_id(0, number), budget).await
        })
    }
}

/// Makes the next call; true once the invocation has ended.
pub(crate) fn step(copying: &mut Copying<'_>) -> bool {
    copying.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// A whole invocation for a chunk of the first table.
pub(crate) fn copy(world: &World, number: u32, page_rows: usize) -> Result<Outcome, HandlerError> {
    finish(Ports::of(world, page_rows).copy(number, LONG))
}

/// A chunk of the first table.
pub(crate) fn chunk(world: &World, number: u32) -> Chunk {
    world.load(&record::chunk(world.run, chunk_id(0, number)))
}

/// The lease of a chunk of the first table; none once it is done.
pub(crate) fn lease(world: &World, number: u32) -> Option<Lease> {
    let stored: Option<Stored<Lease>> = world.find(&record::chunk_lease(world.run, chunk_id(0, number)));
    stored.map(|stored| stored.value)
}

/// The key a chunk's cursor stands at.
pub(crate) fn cursor(world: &World, number: u32) -> Option<i64> {
    match chunk(world, number).cursor?.0.first() {
        Some(KeyValue::Int(id)) => Some(*id),
        _ => panic!("the key is a number"),
    }
}

/// How many messages a queue holds.
pub(crate) fn messages(world: &World, queue: QueueName) -> usize {
    world.platform.queue.bodies(queue).len()
}
