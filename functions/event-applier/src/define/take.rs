//! Tables that a definition brings in are taken like any other before anything of theirs is made (protocol H5).

use std::time::Duration;

use migration::definition::{Effect, Passage};
use migration::outcome::HandlerError;
use migration::owner::Owner;
use migration::port::{CheckpointTable, Clock, Queue, TargetCatalog, TargetClock, TargetDefiner};
use migration::record;
use migration::run::Failure;
use migration::run_store;
use migration::taking::{self, Taking};
use migration::time::UnixMs;

use super::{Definer, Held, Step};

impl<R, Q, T, C> Definer<'_, R, Q, T, C>
where
    R: CheckpointTable,
    Q: Queue,
    T: TargetCatalog + TargetDefiner + TargetClock,
    C: Clock,
{
    pub(crate) async fn take_all(&self, held: &Held, passage: &Passage) -> Result<Step, HandlerError> {
        let run = &held.open.run.value;
        for effect in &passage.effects {
            let Effect::Enters { mapping } = effect else { continue };
            let table = &mapping.target.id;
            let key = record::owner(self.target_name, table);
            let now = self.clock.now();
            match taking::take(self.records, run, &key, now).await? {
                Taking::Taken(owner) => {
                    if let Some(wait) = self.below_former_stamps(held, &owner).await? {
                        return Ok(Step::Later(wait));
                    }
                }
                Taking::WaitUntil(at) => return Ok(Step::Later(now.until(at))),
                Taking::Refused { task } => {
                    let what = format!("target table {table} belongs to the unfinished task {task}");
                    let remedy = format!("let task {task} end first, then run this task again");
                    run_store::fail_run(self.records, run.id, Failure { what, remedy, at: now }).await?;
                    return Ok(Step::Ended);
                }
            }
        }
        Ok(Step::Over)
    }

    /// How long until what is written now lies above every stamp the table has seen; none where it does.
    async fn below_former_stamps(
        &self,
        held: &Held,
        owner: &Owner,
    ) -> Result<Option<Duration>, HandlerError> {
        let run = &held.open.run.value;
        let (Some(database), true) = (&run.probe_database, owner.highest_stamp > UnixMs(0)) else {
            return Ok(None);
        };
        let above = owner.highest_stamp.plus(held.open.task.tuning.stamp_margin.duration());
        let target_now = self.target.target_now(run.id, database).await?;
        Ok((target_now <= above).then(|| target_now.until(above) + Duration::from_millis(1)))
    }
}
