//! The chunk-planner on AWS Lambda.

use chunk_planner::handler::Planner;
use lambda::{Function, Work};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;

struct ChunkPlanner;

impl Function for ChunkPlanner {
    const NAME: &'static str = "chunk-planner";
    const QUEUE: QueueName = QueueName::Plan;

    async fn handle(&self, work: &Work<'_>, message: Message) -> Result<Outcome, HandlerError> {
        let Message::Plan { run } = message else { return Err(lambda::misdirected(Self::NAME)) };
        let (source, target) = (work.source().await?, work.target().await?);
        let planner = Planner {
            records: work.records(),
            queue: work.queue(),
            sampler: &source,
            target: &target,
            log: &source,
            clock: work.clock(),
            target_name: work.target_name(),
        };
        planner.handle(run, work.budget()).await
    }
}

fn main() -> Result<(), lambda::Error> {
    lambda::run(ChunkPlanner)
}
