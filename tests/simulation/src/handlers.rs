//! The real handlers over the imagined ports, each stopping in front of every call.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use binlog_reader::handler::Reader;
use binlog_reader::pace::ReaderPace;
use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;

use event_applier::define::Definer;
use event_applier::handler::Applier;
use memory::{
    ManualClock, MemoryImages, MemoryLog, MemoryObjects, MemoryQueue, MemorySource, MemoryTable,
    MemoryTarget, TARGET, World, Yielding,
};
use migration::budget::Budget;
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};

/// How the messages of an invocation end, one for each.
pub type Ends = Vec<Result<Outcome, HandlerError>>;

/// A handler at work.
pub(crate) type Working<'h> = Pin<Box<dyn Future<Output = Ends> + 'h>>;

/// What an invocation is to do.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// A control message.
    Message(Message),
    /// Consecutive batches of one lane.
    Lane(Vec<String>),
}

/// Every handler's ports.
pub(crate) struct Handlers {
    records: Yielding<MemoryTable>,
    queue: Yielding<MemoryQueue>,
    objects: Yielding<MemoryObjects>,
    source: Yielding<MemorySource>,
    log: Yielding<MemoryLog>,
    target: Yielding<MemoryTarget>,
    images: MemoryImages,
    clock: ManualClock,
    pace: ReaderPace,
}

impl Handlers {
    /// Handlers of a world's servers; a copier's page has `page_rows` rows.
    #[must_use]
    pub(crate) fn of(world: &World, page_rows: usize, pace: ReaderPace) -> Self {
        Self {
            records: Yielding::new(world.platform.table.clone()),
            queue: Yielding::new(world.platform.queue.clone()),
            objects: Yielding::new(world.platform.objects.clone()),
            source: Yielding::new(world.source.clone()).with_page_rows_max(page_rows),
            log: Yielding::new(world.source.log()),
            target: Yielding::new(world.target.clone()),
            images: MemoryImages,
            clock: world.platform.clock.clone(),
            pace,
        }
    }

    /// Starts an invocation.
    #[must_use]
    pub(crate) fn start(&self, work: Work, budget: Budget) -> Working<'_> {
        match work {
            Work::Lane(bodies) => Box::pin(self.apply(bodies, budget)),
            Work::Message(message) => Box::pin(async move { vec![self.handle(message, budget).await] }),
        }
    }

    async fn apply(&self, bodies: Vec<String>, budget: Budget) -> Ends {
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let Self { records, queue, objects, target, images, clock, .. } = self;
        let applier = Applier { records, queue, objects, target, images, clock, target_name: TARGET };
        applier.handle(&bodies, budget).await
    }

    async fn handle(&self, message: Message, budget: Budget) -> Result<Outcome, HandlerError> {
        let Self { records, queue, objects, source, log, target, images, clock, .. } = self;
        let target_name = TARGET;
        match message {
            Message::Precheck { .. } => Ok(Outcome::Done),
            Message::Plan { run } => {
                let planner = Planner { records, queue, sampler: source, log, target, clock, target_name };
                Box::pin(planner.handle(run, budget)).await
            }
            Message::Copy { run, chunk } => {
                let copier = Copier { records, queue, source, log, sink: target, clock, target_name };
                Box::pin(copier.handle(run, chunk, budget)).await
            }
            Message::Read { run } => {
                let pace = self.pace;
                let reader = Reader { records, queue, objects, log, images, clock, target_name, pace };
                Box::pin(reader.handle(run, budget)).await
            }
            Message::Define { run, .. } => {
                let definer = Definer { records, queue, target, clock, target_name };
                Box::pin(definer.handle(run, budget)).await
            }
        }
    }
}

/// How soon a reader does what, where seconds count.
#[must_use]
pub(crate) fn pace() -> ReaderPace {
    ReaderPace {
        flush_after: Duration::from_millis(200),
        batch_operations: 4,
        batches_outstanding_max: 40,
        stall_patience: Duration::from_secs(40),
        wait: Duration::from_millis(400),
        ..ReaderPace::default()
    }
}
