//! Makes the target databases and tables that are missing, and compares what is there with what the run expects.

use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, PortError, Queue, SourceCatalog, Surface, TargetCatalog,
    TargetClock, TargetProbe,
};
use migration::retry::{Effect, Retry};
use migration::schema::TableMapping;

use crate::handler::{Planner, Progress, Work};
use crate::phase;

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn prepare(&self, work: &Work) -> Result<Progress, HandlerError> {
        let mut phase = phase::load(self.records, work.run.id).await?;
        while phase.prepared < work.run.tables {
            if !self.time_left(work) {
                phase::store(self.records, work.run.id, phase).await?;
                return Ok(Progress::Later(std::time::Duration::ZERO));
            }
            let table = phase::table(self.records, work.run.id, phase.prepared).await?;
            self.prepare_table(&table.mapping, work.task.tables_on_target.create).await?;
            phase.prepared += 1;
        }
        phase::store(self.records, work.run.id, phase).await?;
        Ok(Progress::Over)
    }

    async fn prepare_table(&self, mapping: &TableMapping, create: bool) -> Result<(), HandlerError> {
        let wanted = &mapping.target;
        let mut found = self.target.describe(&wanted.id).await?;
        if found.is_none() && create {
            if !self.target.databases().await?.contains(&wanted.id.database) {
                self.target.create_database(&wanted.id.database).await?;
            }
            self.target.create_table(wanted).await?;
            found = self.target.describe(&wanted.id).await?;
        }
        match found {
            Some(found) if found.takes_rows_of(wanted) => Ok(()),
            Some(_) => Err(differs(format!(
                "target table {} is not as it was at precheck; drop it, or run the task under a new name",
                wanted.id
            ))),
            None => Err(differs(format!("target table {} does not exist", wanted.id))),
        }
    }
}

fn differs(summary: String) -> HandlerError {
    let (surface, retry, effect) = (Surface::Target, Retry::Operator, Effect::None);
    HandlerError::Port(PortError { surface, code: None, summary, retry, effect, cause: None })
}
