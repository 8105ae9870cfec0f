//! The tick: which messages the run's records call for, when none is waiting.

use migration::lease::Lease;
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{Clock, Queue};
use migration::record::{self, Stored};
use migration::retry_budget::Troubles;
use migration::run::State;
use migration::{run_store, trouble_store};

use crate::local::runner::{Runner, activity_of};

impl Runner {
    /// Sends what the run's state calls for, unless one is waiting and that counts, or its work fails just now and is not due.
    pub(crate) async fn wake(&self, waiting_counts: bool) -> Result<(), HandlerError> {
        let Some(run) = run_store::load_run(&self.store, self.run).await? else { return Ok(()) };
        let now = self.clock.now();
        trouble_store::forget_overdue(&self.store, self.run, now).await?;
        let troubles = trouble_store::troubles(&self.store, self.run).await?;
        for message in self.owed(run.value.state).await? {
            self.send_if_due(message, &troubles, waiting_counts).await?;
        }
        Ok(())
    }

    async fn owed(&self, state: State) -> Result<Vec<Message>, HandlerError> {
        let run = self.run;
        let mut owed = match state {
            State::Created | State::Prechecking => vec![Message::Precheck { run }],
            State::Planning | State::Copying | State::CatchingUp | State::Running | State::Finishing => {
                vec![Message::Plan { run }]
            }
            State::PrecheckFailed
            | State::Completed
            | State::Paused
            | State::Retrying
            | State::Failed
            | State::Cancelled => Vec::new(),
        };
        if self.follows && state.follows() && self.nobody_reads().await? {
            owed.push(Message::Read { run });
        }
        Ok(owed)
    }

    /// A reader that ends by itself sends the next message before it gives its lease back.
    async fn nobody_reads(&self) -> Result<bool, HandlerError> {
        let lease: Option<Stored<Lease>> = record::load(&self.store, &record::reader_lease(self.run)).await?;
        Ok(lease.is_none_or(|lease| lease.value.has_ended(self.clock.now())))
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
