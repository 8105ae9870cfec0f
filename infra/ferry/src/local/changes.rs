//! The FIFO queue of changes: batches of a lane in order, and definitions.
//!
//! A receive may hand out messages of several groups; the groups are handled at the same time, the messages of one
//! in order. What comes behind a message that has to come again comes again with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_applier::handler::Applier;
use migration::budget::Budget;
use migration::delivery::{self, Due};
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, Delivery, Inbox, QueueName};
use migration::retry_budget::Activity;
use tokio::task::JoinSet;

use crate::local::runner::{Runner, lifetime, tell_failure};

const CHANGES: QueueName = QueueName::Changes;

/// Handles and settles what one receive has handed out.
pub(crate) async fn deliver_changes(runner: &Arc<Runner>, received: Vec<Delivery>) {
    let mut groups: BTreeMap<Option<String>, Vec<Delivery>> = BTreeMap::new();
    for delivery in received {
        groups.entry(delivery.group.clone()).or_default().push(delivery);
    }
    let mut working = JoinSet::new();
    for group in groups.into_values() {
        let runner = Arc::clone(runner);
        working.spawn(async move {
            if let Err(error) = runner.deliver_group(&group).await {
                tracing::error!(%error, "cannot settle changes");
            }
        });
    }
    while working.join_next().await.is_some() {}
}

impl Runner {
    async fn deliver_group(&self, group: &[Delivery]) -> Result<(), HandlerError> {
        if group.first().is_some_and(|delivery| Message::parse(&delivery.body).is_ok()) {
            for delivery in group {
                self.deliver(CHANGES, delivery).await?;
            }
            return Ok(());
        }
        let bodies: Vec<&str> = group.iter().map(|delivery| delivery.body.as_str()).collect();
        let results = Box::pin(self.apply(&bodies)).await;
        for result in &results {
            tell_failure(Activity::Apply, result);
        }
        let now = self.clock.now();
        let ends = delivery::settle_lane(&self.store, self.run, Due::Troubled, results, now).await?;
        for (delivery, end) in group.iter().zip(ends) {
            self.hold_by(CHANGES, end);
            self.settle(delivery, end.outcome()).await?;
        }
        Ok(())
    }

    async fn settle(&self, delivery: &Delivery, outcome: Outcome) -> Result<(), HandlerError> {
        match outcome {
            Outcome::Done => self.store.delete(CHANGES, &delivery.receipt).await?,
            Outcome::Again { after } => {
                self.store.change_visibility(CHANGES, &delivery.receipt, after).await?;
            }
        }
        Ok(())
    }

    async fn apply(&self, bodies: &[&str]) -> Vec<Result<Outcome, HandlerError>> {
        let applier = Applier {
            records: &self.store,
            queue: &self.queue,
            objects: &self.objects,
            target: &self.ends.target,
            images: &self.images,
            clock: &self.clock,
            target_name: self.ends.target_name.as_str(),
        };
        let budget = Budget { deadline: self.clock.now().plus(lifetime(CHANGES)) };
        applier.handle(bodies, budget).await
    }
}
