//! The tick: which messages the run's records call for, when none is waiting.

use migration::delivery::activity_of;
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{Clock, Queue};
use migration::retry_budget::Troubles;
use migration::{run_store, trouble_store, wake};

use crate::local::runner::Runner;

impl Runner {
    /// Sends what the run's state calls for, unless one is waiting and that counts, or its work fails just now and is not due.
    pub(crate) async fn wake(&self, waiting_counts: bool) -> Result<(), HandlerError> {
        let Some(run) = run_store::load_run(&self.store, self.run).await? else { return Ok(()) };
        let now = self.clock.now();
        trouble_store::forget_overdue(&self.store, self.run, now).await?;
        let troubles = trouble_store::troubles(&self.store, self.run).await?;
        for message in wake::owed(&self.store, &run.value, self.follows, now).await? {
            self.send_if_due(message, &troubles, waiting_counts).await?;
        }
        Ok(())
    }

    async fn send_if_due(
        &self,
        message: Message,
        troubles: &Troubles,
        waiting_counts: bool,
    ) -> Result<(), HandlerError> {
        // What failed before this process started is tried at once.
        let is_due = !waiting_counts || troubles.may_try(activity_of(&message), self.clock.now());
        if is_due && (!waiting_counts || self.queue.depth(message.queue()).await? == 0) {
            message::send(&self.queue, &[message]).await?;
        }
        Ok(())
    }
}
