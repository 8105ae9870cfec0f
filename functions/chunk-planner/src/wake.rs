//! Sends what is owed: a chunk that is not done, that nobody holds, and that no message can be waiting for.
//!
//! That is how the queue may lose everything and the task still ends (invariant 4). A message too many is harmless.

use migration::lease::Lease;
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, Queue, QueueName, SourceCatalog, TargetCatalog,
    TargetClock, TargetProbe,
};
use migration::record;

use crate::handler::{Planner, Work};

/// Chunks woken at a time; the next tick wakes more.
const WOKEN_MAX: usize = 200;

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn wake_owed(&self, work: &Work) -> Result<(), HandlerError> {
        if self.queue.depth(QueueName::Copy).await? > 0 {
            return Ok(());
        }
        let run = work.run.id;
        let now = self.clock.now();
        let leases =
            record::load_all::<Lease>(self.records, &record::run_partition(run), record::CHUNK_LEASES)
                .await?;
        let owed: Vec<Message> = leases
            .iter()
            .filter(|(_, lease)| lease.value.has_ended(now))
            .filter_map(|(key, _)| record::chunk_of_lease(key))
            .map(|chunk| Message::Copy { run, chunk })
            .take(WOKEN_MAX)
            .collect();
        Ok(message::send(self.queue, &owed).await?)
    }
}
