//! No straggler tail: when planning is over and no chunk waits for a copier, a copier gives half of its rest away.
//!
//! Shrinking its own end, the new chunk, its lease record and the table's count are one transaction under the lease and
//! the unchanged table record (protocol H20); the message is sent afterwards, and `wake` sends it again should it be lost.

use std::time::Duration;

use migration::chunk::Pacing;
use migration::lease::Lease;
use migration::message::{self, Message};
use migration::outcome::HandlerError;
use migration::port::{ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, RowSource, Sink, Write};
use migration::record::{self, Stored};
use migration::run::State;
use migration::run_store;
use migration::table_plan::{self, TablePlan};

use crate::handler::{Copier, Held};

/// How often a copier looks whether it should give work away.
pub(crate) const INTERVAL: Duration = Duration::from_millis(500);
/// A rest of fewer pages than this is not worth splitting.
const PAGES_MIN: u64 = 4;
/// Leases looked at; where there are more, there is work enough.
const LEASES_SEEN: u32 = 64;

impl<R, Q, S, K, L, C> Copier<'_, R, Q, S, K, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    S: RowSource + KeySampler,
    K: Sink,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn split_if_last(&self, held: &mut Held, pacing: Pacing) -> Result<(), HandlerError> {
        let source = &held.table.value.mapping.source;
        let chunk_bytes = held.task.tuning.chunk_bytes.bytes();
        let planned = table_plan::rows_per_chunk(source.rows_estimate, source.data_bytes, chunk_bytes);
        let rest_rows = planned.saturating_sub(held.chunk.value.rows);
        if rest_rows < PAGES_MIN.saturating_mul(pacing.rows() as u64) || !self.others_are_idle(held).await? {
            return Ok(());
        }
        let rest = held.chunk.value.rest();
        let Some(middle) =
            self.source.boundary_after(&held.table.value.mapping, &rest, rest_rows / 2).await?
        else {
            return Ok(());
        };
        let run = held.run.id;
        let plan_key = record::plan(run, held.table.value.number);
        let plan: Stored<TablePlan> = record::must_load(self.records, &plan_key).await?;
        let (kept, given, counted) = held.chunk.value.clone().split(middle, &plan.value);
        let writes = vec![
            record::put(record::chunk(run, kept.id), &kept, held.chunk.unchanged()),
            record::put_new(record::chunk(run, given.id), &given),
            record::put_new(record::chunk_lease(run, given.id), &Lease::unheld()),
            record::put(plan_key, &counted, plan.unchanged()),
            Write::Check { key: record::chunk_lease(run, kept.id), expect: held.lease.unchanged() },
            Write::Check { key: record::table(run, kept.id.table), expect: held.table.unchanged() },
        ];
        if self.records.commit(writes).await? == Commit::Stored {
            held.chunk = held.chunk.next(kept);
            message::send(self.queue, &[Message::Copy { run, chunk: given.id }]).await?;
        }
        Ok(())
    }

    async fn others_are_idle(&self, held: &mut Held) -> Result<bool, HandlerError> {
        if held.run.state != State::Copying {
            match run_store::load_run(self.records, held.run.id).await? {
                Some(run) => held.run = run.value,
                None => return Ok(false),
            }
        }
        if held.run.state != State::Copying {
            return Ok(false);
        }
        let partition = record::run_partition(held.run.id);
        let leases = self.records.range(&partition, record::CHUNK_LEASES, None, LEASES_SEEN).await?;
        let now = self.clock.now();
        let waiting = leases.iter().any(|record| {
            serde_json::from_str::<Lease>(&record.body).is_ok_and(|lease| lease.has_ended(now))
        });
        // As many copiers as the document asks for are at work: nobody could take the other half.
        let busy = leases.len() >= usize::from(held.task.tuning.copiers);
        Ok(!waiting && !busy)
    }
}
