//! The event-applier on AWS Lambda.

use event_applier::Applier;
use event_applier::define::Definer;
use lambda::{Function, Work};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::QueueName;

struct EventApplier;

impl Function for EventApplier {
    const NAME: &'static str = "event-applier";
    const QUEUE: QueueName = QueueName::Changes;

    async fn handle(&self, work: &Work<'_>, message: Message) -> Result<Outcome, HandlerError> {
        let Message::Define { run, .. } = message else { return Err(lambda::misdirected(Self::NAME)) };
        let (records, queue, clock) = (work.records(), work.queue(), work.clock());
        let (target, target_name) = (&work.target().await?, work.target_name());
        Definer { records, queue, target, clock, target_name }.handle(run, work.budget()).await
    }

    async fn apply(
        &self,
        work: &Work<'_>,
        bodies: &[&str],
    ) -> Result<Vec<Result<Outcome, HandlerError>>, HandlerError> {
        let (records, queue, objects) = (work.records(), work.queue(), work.objects());
        let (target, target_name) = (&work.target().await?, work.target_name());
        let (images, clock) = (&mysql::Images, work.clock());
        let applier = Applier { records, queue, objects, target, images, clock, target_name };
        Ok(applier.handle(bodies, work.budget()).await)
    }
}

fn main() -> Result<(), lambda::Error> {
    lambda::run(EventApplier)
}
