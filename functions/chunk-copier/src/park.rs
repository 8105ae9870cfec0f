//! Leaves a chunk alone until the log has told why it cannot be read; `migration::chunk::Parked` argues for it.

use migration::chunk::{Chunk, Parked};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, PortError, Queue, RowSource, Sink, Write,
};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run::{Failure, RunId};
use migration::run_store;
use migration::table_plan::TableRecord;

use crate::handler::{Copier, HELD_PAUSE, Held};

impl<R, Q, S, K, L, C> Copier<'_, R, Q, S, K, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    S: RowSource + KeySampler,
    K: Sink,
    L: ChangeLog,
    C: Clock,
{
    /// Whether a parked chunk has to wait on.
    pub(crate) async fn is_parked(
        &self,
        run: RunId,
        chunk: &Chunk,
        table: &TableRecord,
    ) -> Result<bool, HandlerError> {
        let Some(parked) = &chunk.parked else { return Ok(false) };
        let reader: Option<Stored<ReaderState>> = record::load(self.records, &record::reader(run)).await?;
        Ok(reader.is_some_and(|reader| parked.waits(table, &reader.value)))
    }

    /// Parks the chunk after a read that a definition may explain. Nothing was sent to the target since the last
    /// acknowledged page, so the lease is given back.
    pub(crate) async fn park(&self, held: &Held, error: PortError) -> Result<Outcome, HandlerError> {
        let run = held.run.id;
        if !held.task.migration.follows() {
            return Err(error.into());
        }
        if !held.beside_log {
            self.fail_altered(held, &error).await?;
            return Ok(Outcome::Done);
        }
        let reader: Stored<ReaderState> = record::must_load(self.records, &record::reader(run)).await?;
        let (table, chunk) = (&held.table.value, &held.chunk.value);
        if chunk.parked.is_some_and(|parked| parked.is_unexplained(table, &reader.value)) {
            return Err(error.into());
        }
        let end = self.log.end().await?;
        // Another server's end says nothing of the reader's position; the chunk is tried again.
        if end.server_uuid == reader.value.evidence.server_uuid {
            let parked = Some(Parked::until(end.place, table, &reader.value));
            let writes = vec![
                record::put(
                    record::chunk(run, chunk.id),
                    &Chunk { parked, ..chunk.clone() },
                    held.chunk.unchanged(),
                ),
                Write::Check { key: record::chunk_lease(run, chunk.id), expect: held.lease.unchanged() },
                Write::Check { key: record::table(run, chunk.id.table), expect: held.table.unchanged() },
            ];
            // A conflict means that somebody else works here now, or that a definition was faster.
            self.records.commit(writes).await?;
        }
        self.release(held).await?;
        Ok(Outcome::Again { after: HELD_PAUSE })
    }

    async fn fail_altered(&self, held: &Held, error: &PortError) -> Result<(), HandlerError> {
        let table = &held.table.value.mapping.source.id;
        let what = format!("{table} was altered at the source while it was copied: {error}");
        let remedy =
            "the target takes no stamps, so the log is followed only after the copy, and no table may be \
                      altered until then; start the task again under a new name"
                .to_owned();
        run_store::fail_run(self.records, held.run.id, Failure { what, remedy, at: self.clock.now() }).await
    }
}
