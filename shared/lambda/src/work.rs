//! What a handler gets for one message: the deployment's ports, the run's two ends, and the time it has.

use std::time::Duration;

use aws::{DynamoTable, S3Objects, SqsQueues};
use clock::SystemClock;
use lindorm::Target;
use migration::budget::Budget;
use migration::outcome::HandlerError;
use migration::run::{Run, RunId};
use migration::task::Task;
use mysql::Source;

use crate::ends::Ends;
use crate::platform::Platform;

/// One message's work.
pub struct Work<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) ends: &'a Ends,
    pub(crate) run: RunId,
    pub(crate) task: Task,
    pub(crate) target_name: String,
    pub(crate) budget: Budget,
    pub(crate) is_over: bool,
}

impl<'a> Work<'a> {
    pub(crate) fn new(platform: &'a Platform, ends: &'a Ends, run: &Run, task: Task, budget: Budget) -> Self {
        let target_name = task.target.instance();
        Self { platform, ends, run: run.id, task, target_name, budget, is_over: run.state.is_over() }
    }

    /// The checkpoint table.
    #[must_use]
    pub fn records(&self) -> &DynamoTable {
        &self.platform.records
    }

    /// The queues.
    #[must_use]
    pub fn queue(&self) -> &SqsQueues {
        &self.platform.queue
    }

    /// Where payloads go that are too large for a message.
    #[must_use]
    pub fn objects(&self) -> &S3Objects {
        &self.platform.objects
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &SystemClock {
        &self.platform.clock
    }

    /// When the handler must have ended.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// Names the target instance in owner records.
    #[must_use]
    pub fn target_name(&self) -> &str {
        &self.target_name
    }

    /// The run's source, connected; not connected where the run is over and only the target has to be cleared: the source may
    /// be gone.
    ///
    /// # Errors
    /// What stood against the login, or against reading the password.
    pub async fn source(&self) -> Result<Source, HandlerError> {
        if self.is_over {
            return Ok(Source::new(&mysql::ConnectionSettings::of(&self.task.source, None, None), 1));
        }
        self.ends.source(self.platform, self.run, &self.task).await
    }

    /// The run's target, connected.
    ///
    /// # Errors
    /// What stood against the login, or against reading the password.
    pub async fn target(&self) -> Result<Target, HandlerError> {
        self.ends.target(self.platform, self.run, &self.task).await
    }

    /// How long a batch of changes stays invisible while it is worked on.
    #[must_use]
    pub fn changes_visibility(&self) -> Duration {
        self.platform.environment.changes_visibility
    }

    /// Whether the reader sends itself the next message.
    #[must_use]
    pub fn reader_renews(&self) -> bool {
        self.platform.environment.reader_renews
    }
}
