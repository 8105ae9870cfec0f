//! Removes what the reject list says of rows that a definition makes void (protocol H21).

use std::time::Duration;

use migration::chunk::Reject;
use migration::definition::Passage;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, Queue, TargetCatalog, TargetClock, TargetDefiner, Write};
use migration::record::{self, TableNumber};
use migration::task::BadRowPolicy;

use super::hold::concerned;
use super::{Definer, Held, Step};

/// Entries removed in one transaction, beside the lease and what it rests on.
const REMOVED_AT_ONCE: u32 = 80;
/// Time for one of them.
const STEP: Duration = Duration::from_millis(500);

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    pub(crate) async fn clear_all(&self, held: &mut Held, passage: &Passage) -> Result<Step, HandlerError> {
        if held.open.task.on_bad_row == BadRowPolicy::Fail {
            // Then nothing was ever rejected.
            return Ok(Step::Over);
        }
        for (table, is_void) in concerned(passage) {
            if is_void && self.clear(held, table).await? != Step::Over {
                return Ok(Step::Later(Duration::ZERO));
            }
        }
        Ok(Step::Over)
    }

    async fn clear(&self, held: &mut Held, table: TableNumber) -> Result<Step, HandlerError> {
        let partition = record::run_partition(held.open.run.value.id);
        let prefix = record::rejects_of(table);
        loop {
            let found =
                record::load_some::<Reject>(self.records, &partition, &prefix, REMOVED_AT_ONCE).await?;
            if found.is_empty() {
                return Ok(Step::Over);
            }
            if !held.budget.allows(self.clock.now(), STEP) {
                return Ok(Step::Later(Duration::ZERO));
            }
            let removed = found.into_iter().map(|(key, entry)| Write::Delete { key, expect: entry.version });
            if !self.store(held, removed.collect()).await? {
                return Ok(Step::Later(Duration::ZERO));
            }
        }
    }
}
