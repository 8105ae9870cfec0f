//! Precheck on AWS Lambda.

use lambda::{Function, Work};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;

struct Precheck;

impl Function for Precheck {
    const NAME: &'static str = "precheck";
    const QUEUE: QueueName = QueueName::Precheck;

    async fn handle(&self, work: &Work<'_>, message: Message) -> Result<Outcome, HandlerError> {
        let Message::Precheck { run } = message else { return Err(lambda::misdirected(Self::NAME)) };
        let (source, target) = (work.source().await?, work.target().await?);
        let ports = precheck::Ports {
            records: work.records(),
            queue: work.queue(),
            source: &source,
            target: &target,
            clock: work.clock(),
            target_name: work.target_name(),
        };
        precheck::handle(&ports, run, work.budget()).await
    }
}

fn main() -> Result<(), lambda::Error> {
    lambda::run(Precheck)
}
