//! Whether a table that a definition wants copied again can be, beside the log.

use migration::definition::{CopyEffect, Effect, Passage, Refusal};
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, Queue, TargetCatalog, TargetClock, TargetDefiner};
use migration::schema::TableMapping;
use migration::stamp;
use migration::task::UnsupportedDdl;

use super::{Definer, Open};

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    /// The passage, where every table that is to be copied again can be; by policy one that cannot be keeps its rows.
    pub(crate) async fn copyable(
        &self,
        open: &Open,
        mut passage: Passage,
    ) -> Result<Result<Passage, Refusal>, HandlerError> {
        for effect in &mut passage.effects {
            let Effect::Changes { mapping, copy, .. } = effect else { continue };
            if *copy != CopyEffect::Again {
                continue;
            }
            let Some(why) = self.against_copying(open, mapping).await? else { continue };
            let source = &mapping.source.id;
            let what = format!("rows of {source} changed without being logged, and {why}");
            if open.task.on_ddl.unsupported == UnsupportedDdl::Stop {
                let remedy = "`ferry resume NAME --ignore-ddl` leaves such rows as they are, now and later; or start a new \
                              task for a fresh copy";
                let (table, remedy) = (Some(source.clone()), remedy.to_owned());
                return Ok(Err(Refusal { table, what, remedy }));
            }
            *copy = CopyEffect::GoesOn;
            passage.notes.push(format!("{what}: those that are not changed again stay as they are"));
        }
        Ok(Ok(passage))
    }

    async fn against_copying(
        &self,
        open: &Open,
        mapping: &TableMapping,
    ) -> Result<Option<&'static str>, HandlerError> {
        if !open.task.migration.copies() {
            return Ok(Some("the task copies no rows"));
        }
        // As the table is now: somebody may have made an index on it since precheck.
        let found = self.target.describe(&mapping.target.id).await?;
        let margin = open.task.tuning.stamp_margin.duration();
        let takes_stamps = found.is_none_or(|found| stamp::takes_stamps(&found, margin));
        Ok((!open.stamped || !takes_stamps).then_some("the target table takes no stamps"))
    }
}
