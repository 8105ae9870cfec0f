//! What an acknowledged page changes in the records, in one transaction each.

use std::collections::BTreeMap;

use migration::chunk::{Chunk, Pacing, Reject};
use migration::lease::Lease;
use migration::limits::LEASE_SPAN_MAX;
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, RecordKey, RowSource, Sink, Write,
};
use migration::record::{self, Stored};
use migration::table_plan::{TableProgress, TableRecord};

use crate::handler::{Copier, Held};
use crate::page::PageWritten;

/// Rejects stored in one transaction, with a page or before it.
const REJECTS_MAX: usize = 80;
/// How often the table's progress record is tried against other copiers ending a chunk of the same table.
const TRIES: u32 = 50;

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advance {
    /// The cursor has moved.
    Stored,
    /// The chunk is done.
    Done,
    /// The lease, the generation or the chunk is not as it was: somebody else works here now.
    Lost,
}

impl<R, Q, S, K, L, C> Copier<'_, R, Q, S, K, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    S: RowSource + KeySampler,
    K: Sink,
    L: ChangeLog,
    C: Clock,
{
    /// Moves the cursor past an acknowledged page, and prolongs the lease where less than its longest span is left.
    pub(crate) async fn advance(&self, held: &mut Held, page: PageWritten) -> Result<Advance, HandlerError> {
        let Some(last) = page.last_key.clone() else {
            return Err(HandlerError::Inconsistent(
                "the source returned an empty page that is not the last".to_owned(),
            ));
        };
        let Some(rejects) = self.store_rejects(held, &page.rejects).await? else { return Ok(Advance::Lost) };
        let chunk = held.chunk.value.clone().advanced(last, page.written);
        let now = self.clock.now();
        let token = held.lease.value.token;
        let Ok(lease) = held.lease.value.renew(token, now, held.budget.deadline) else {
            return Ok(Advance::Lost);
        };
        let renewed = held.lease.value.until < now.plus(LEASE_SPAN_MAX);
        let lease_key = record::chunk_lease(held.run.id, chunk.id);
        let mut writes = vec![
            record::put(record::chunk(held.run.id, chunk.id), &chunk, held.chunk.unchanged()),
            Write::Check { key: record::table(held.run.id, chunk.id.table), expect: held.table.unchanged() },
            if renewed {
                record::put(lease_key, &lease, held.lease.unchanged())
            } else {
                Write::Check { key: lease_key, expect: held.lease.unchanged() }
            },
        ];
        if renewed {
            // Another run may have taken the table since: it waits for the leases it has seen, and no longer.
            writes.push(held.owned.clone());
        }
        writes.extend(rejects);
        if self.records.commit(writes).await? == Commit::Conflict {
            return Ok(Advance::Lost);
        }
        held.chunk = held.chunk.next(chunk);
        if renewed {
            held.lease = held.lease.next(lease);
        }
        Ok(Advance::Stored)
    }

    /// Ends the chunk: done, its lease record gone, the table's progress counted, in one transaction.
    pub(crate) async fn complete(&self, held: &mut Held, page: PageWritten) -> Result<Advance, HandlerError> {
        let run = held.run.id;
        let cursor = page.last_key.clone().or_else(|| held.chunk.value.cursor.clone());
        let mut chunk: Chunk = held.chunk.value.clone();
        if let Some(cursor) = cursor {
            chunk = chunk.advanced(cursor, page.written);
        }
        let chunk = chunk.done();
        let progress_key = record::progress(run, chunk.id.table);
        let table_key = record::table(run, chunk.id.table);
        for _ in 0..TRIES {
            // Read anew each time: a change of the log may have replaced or removed one of them.
            let Some(rejects) = self.store_rejects(held, &page.rejects).await? else {
                return Ok(Advance::Lost);
            };
            let progress: Stored<TableProgress> = record::must_load(self.records, &progress_key).await?;
            let counted = TableProgress {
                chunks: progress.value.chunks + 1,
                rows: progress.value.rows + chunk.rows,
                bytes: progress.value.bytes + chunk.bytes,
                zero_dates: progress.value.zero_dates + chunk.zero_dates,
                rejected: progress.value.rejected + chunk.rejected,
            };
            let lease_key = record::chunk_lease(run, chunk.id);
            let mut writes = vec![
                record::put(record::chunk(run, chunk.id), &chunk, held.chunk.unchanged()),
                Write::Check { key: table_key.clone(), expect: held.table.unchanged() },
                Write::Delete { key: lease_key, expect: held.lease.version },
                record::put(progress_key.clone(), &counted, progress.unchanged()),
            ];
            writes.extend(rejects);
            if self.records.commit(writes).await? == Commit::Stored {
                self.wake_planner_if_last(held).await?;
                return Ok(Advance::Done);
            }
            // Only the progress record or a reject may have changed.
            if !self.is_held(held).await? {
                return Ok(Advance::Lost);
            }
        }
        Err(HandlerError::Inconsistent(
            "the table's progress record changes faster than it can be written".to_owned(),
        ))
    }

    /// Whether lease and table are as they were; if not, this holder has nothing to say any more.
    async fn is_held(&self, held: &Held) -> Result<bool, HandlerError> {
        let id = held.chunk.value.id;
        let lease: Option<Stored<Lease>> =
            record::load(self.records, &record::chunk_lease(held.run.id, id)).await?;
        let table: Option<Stored<TableRecord>> =
            record::load(self.records, &record::table(held.run.id, id.table)).await?;
        let is_unchanged = table.is_some_and(|table| table.version == held.table.version);
        Ok(is_unchanged && lease.is_some_and(|lease| lease.version == held.lease.version))
    }

    async fn wake_planner_if_last(&self, held: &Held) -> Result<(), HandlerError> {
        let partition = record::run_partition(held.run.id);
        if self.records.range(&partition, record::CHUNK_LEASES, None, 1).await?.is_empty() {
            message::send(self.queue, &[Message::Plan { run: held.run.id }]).await?;
        }
        Ok(())
    }

    /// Gives the holder time for another try after a page that was too old to be written.
    ///
    /// The lease may have run out over the reading. It is taken again only where nobody has held it since, which its
    /// version tells, and where the table is still this run's; then nobody else has moved the cursor either.
    /// The size of the next page is stored, because every try may take the whole of an invocation.
    pub(crate) async fn take_again(
        &self,
        held: &mut Held,
        next_page: Pacing,
    ) -> Result<Advance, HandlerError> {
        let (before, now, deadline) = (held.lease.value, self.clock.now(), held.budget.deadline);
        let renewed = before.renew(before.token, now, deadline);
        let Ok(lease) = renewed.or_else(|_| before.acquire(now, deadline)) else { return Ok(Advance::Lost) };
        let chunk = Chunk { page_rows: Some(next_page.rows()), ..held.chunk.value.clone() };
        let writes = vec![
            record::put(record::chunk(held.run.id, chunk.id), &chunk, held.chunk.unchanged()),
            record::put(record::chunk_lease(held.run.id, chunk.id), &lease, held.lease.unchanged()),
            Write::Check { key: record::table(held.run.id, chunk.id.table), expect: held.table.unchanged() },
            held.owned.clone(),
        ];
        if self.records.commit(writes).await? == Commit::Conflict {
            return Ok(Advance::Lost);
        }
        held.chunk = held.chunk.next(chunk);
        held.lease = held.lease.next(lease);
        Ok(Advance::Stored)
    }

    /// The writes that keep rejects, those beyond one transaction's room stored at once: an earlier store of a
    /// reject does no harm, a lost one would. Rows whose keys cannot be told apart share a record. None where the lease or
    /// the table is not as it was.
    async fn store_rejects(
        &self,
        held: &Held,
        rejects: &[Reject],
    ) -> Result<Option<Vec<Write>>, HandlerError> {
        let by_key: BTreeMap<RecordKey, &Reject> = rejects
            .iter()
            .map(|reject| (record::reject(held.run.id, held.chunk.value.id.table, reject.key), reject))
            .collect();
        let all: Vec<(RecordKey, &Reject)> = by_key.into_iter().collect();
        let (first, with_page) = all.split_at(all.len().saturating_sub(REJECTS_MAX));
        for part in first.chunks(REJECTS_MAX) {
            if !self.store_now(held, part).await? {
                return Ok(None);
            }
        }
        Ok(Some(self.reject_writes(with_page).await?))
    }

    async fn store_now(&self, held: &Held, rejects: &[(RecordKey, &Reject)]) -> Result<bool, HandlerError> {
        let (run, id) = (held.run.id, held.chunk.value.id);
        for _ in 0..TRIES {
            let mut writes = self.reject_writes(rejects).await?;
            if writes.is_empty() {
                return Ok(true);
            }
            writes.push(Write::Check { key: record::table(run, id.table), expect: held.table.unchanged() });
            writes.push(Write::Check { key: record::chunk_lease(run, id), expect: held.lease.unchanged() });
            if self.records.commit(writes).await? == Commit::Stored {
                return Ok(true);
            }
            if !self.is_held(held).await? {
                return Ok(false);
            }
        }
        Err(HandlerError::Inconsistent("the rejects change faster than they can be written".to_owned()))
    }

    async fn reject_writes(&self, rejects: &[(RecordKey, &Reject)]) -> Result<Vec<Write>, HandlerError> {
        let mut writes = Vec::with_capacity(rejects.len());
        for (key, reject) in rejects {
            let stored: Option<Stored<Reject>> = record::load(self.records, key).await?;
            // A change of the log is newer than any copied row, so its reject stays (protocol H21).
            if stored.as_ref().is_some_and(|stored| stored.value.position.is_some()) {
                continue;
            }
            let expect = record::as_found(stored.as_ref());
            writes.push(record::put(key.clone(), *reject, expect));
        }
        Ok(writes)
    }
}
