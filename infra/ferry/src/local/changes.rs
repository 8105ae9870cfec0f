//! The FIFO queue of changes: batches of a lane in order, and definitions.
//!
//! A receive may hand out messages of several groups; the groups are handled at the same time, the messages of one
//! in order. What comes behind a message that has to come again comes again with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_applier::handler::Applier;
use migration::budget::Budget;
use migration::lane_progress::LaneProgress;
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, Delivery, Inbox, QueueName};
use migration::record;
use migration::retry_budget::Activity;
use migration::trouble_store;
use tokio::task::JoinSet;

use crate::local::runner::{Runner, lifetime};

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
        let (mut has_applied, mut behind) = (false, None);
        for (delivery, result) in group.iter().zip(results) {
            let after = match (behind, result) {
                (Some(after), _) => Some(after),
                (None, Ok(Outcome::Done)) => None,
                (None, Ok(Outcome::Again { after })) => Some(after),
                (None, Err(error)) => {
                    behind = Some(self.failed(CHANGES, Activity::Apply, &error).await?);
                    behind
                }
            };
            has_applied |= after.is_none();
            self.settle(delivery, after).await?;
        }
        if has_applied && behind.is_none() { self.lanes_work().await } else { Ok(()) }
    }

    async fn settle(&self, delivery: &Delivery, after: Option<Duration>) -> Result<(), HandlerError> {
        match after {
            None => self.store.delete(CHANGES, &delivery.receipt).await?,
            Some(after) => self.store.change_visibility(CHANGES, &delivery.receipt, after).await?,
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

    /// Ends the trouble of applying where a lane has written since. That a message was done with does not show it: one of
    /// an earlier epoch is dropped without asking the target.
    async fn lanes_work(&self) -> Result<(), HandlerError> {
        let troubles = trouble_store::troubles(&self.store, self.run).await?;
        let Some(trouble) = troubles.of(Activity::Apply) else { return Ok(()) };
        let partition = record::run_partition(self.run);
        let lanes = record::load_all::<LaneProgress>(&self.store, &partition, record::LANES).await?;
        if lanes.iter().any(|(_, lane)| lane.value.last_write > trouble.last) {
            self.hold.over(CHANGES);
            trouble_store::succeeded(&self.store, self.run, Activity::Apply, self.clock.now()).await?;
        }
        Ok(())
    }
}
