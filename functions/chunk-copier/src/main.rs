//! The chunk-copier on AWS Lambda.

use chunk_copier::handler::Copier;
use lambda::{Function, Work};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;

struct ChunkCopier;

impl Function for ChunkCopier {
    const NAME: &'static str = "chunk-copier";
    const QUEUE: QueueName = QueueName::Copy;

    async fn handle(&self, work: &Work<'_>, message: Message) -> Result<Outcome, HandlerError> {
        let Message::Copy { run, chunk } = message else { return Err(lambda::misdirected(Self::NAME)) };
        let (source, target) = (work.source().await?, work.target().await?);
        let copier = Copier {
            records: work.records(),
            queue: work.queue(),
            source: &source,
            sink: &target,
            log: &source,
            clock: work.clock(),
            target_name: work.target_name(),
        };
        copier.handle(run, chunk, work.budget()).await
    }
}

fn main() -> Result<(), lambda::Error> {
    lambda::run(ChunkCopier)
}
