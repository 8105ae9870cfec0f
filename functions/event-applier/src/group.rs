//! Consecutive batches that are folded together: their payloads, and the walk over their operations.
//!
//! Batches of one schema version make a group, as far as memory allows. A group with many keys is flushed on the way,
//! inside a batch if need be: the record then holds the position reached, and the number of the last whole batch, so
//! that the rest of the batch is still taken and what was written of it passed over.

use migration::batch::{
    BatchChanges, BatchHead, BatchTable, Envelope, Item, Payload, inline_payload, read_payload,
};
use migration::lane_progress::{LaneProgress, Verdict};
use migration::mutation::{Rule, is_left_out};
use migration::port::{CheckpointTable, Clock, Deleter, ObjectStore, Queue, RowImages, Sink};
use migration::record;
use migration::table_plan::TableRecord;

use crate::decode::Tables;
use crate::fold::Fold;
use crate::handler::{Applier, Stop, verdict};
use crate::hold::Held;

/// Bytes of payloads read at once, if it is more than one.
const GROUP_BYTES_MAX: usize = 16 << 20;
/// Keys folded before they are written: enough to fill statements on every connection, few enough that an invocation of
/// seconds gets on.
const KEYS_MAX: usize = 4_000;

/// A batch with its operations.
struct Batch {
    head: BatchHead,
    changes: BatchChanges,
}

/// What is folded and not yet written.
struct Walk<'b, I: RowImages> {
    tables: Tables<I>,
    fold: Fold<'b>,
    /// What the record becomes when the fold is written.
    reached: LaneProgress,
}

/// What became of a batch's operations.
enum Walked {
    /// All are folded or written.
    Whole,
    /// The batch is older than one of its tables.
    OldSchema,
}

impl<R, Q, O, K, I, C> Applier<'_, R, Q, O, K, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    K: Sink + Deleter,
    I: RowImages,
    C: Clock,
{
    /// Applies the batches at the front that belong together; the first is to be taken.
    pub(crate) async fn apply_group(
        &self,
        held: &mut Held,
        batches: &[Envelope],
        done: &mut usize,
    ) -> Result<(), Stop> {
        let group = self.read_group(held, batches).await?;
        if group.is_empty() {
            // Its payload is gone: as good as a lost message.
            let Some(batch) = batches.first() else { return Ok(()) };
            self.record_gap(held, batch.head.epoch).await?;
            *done += 1;
            return Ok(());
        }
        let reached = held.progress.value;
        let mut walk = Walk { tables: Tables::new(), fold: Fold::default(), reached };
        let (mut whole, mut old) = (0, None);
        for batch in &group {
            match self.walk(held, &mut walk, batch).await {
                Ok(Walked::Whole) => whole += 1,
                Ok(Walked::OldSchema) => {
                    old = Some(batch.head.epoch);
                    break;
                }
                // Those before it are done with first; then it is the first.
                Err(Stop::Undecodable) if whole > 0 => break,
                Err(stop) => return Err(stop),
            }
        }
        let is_last = whole == batches.len();
        self.flush(held, &walk.tables, &mut walk.fold, walk.reached, is_last).await?;
        for batch in batches.iter().take(whole) {
            self.forget(batch).await;
        }
        *done += whole;
        if let Some(epoch) = old {
            self.record_gap(held, epoch).await?;
            *done += 1;
        }
        Ok(())
    }

    /// The payloads of the batches at the front that are to be taken one after the other and have one schema.
    async fn read_group(&self, held: &mut Held, batches: &[Envelope]) -> Result<Vec<Batch>, Stop> {
        let (mut group, mut bytes): (Vec<Batch>, usize) = (Vec::new(), 0);
        held.expected = held.progress.value;
        for batch in batches {
            let head = batch.head;
            let schema = group.first().map_or(head.schema, |first| first.head.schema);
            let is_of_schema = schema == head.schema || is_left_out(Rule::FoldWithinSchema);
            if !is_of_schema || bytes > GROUP_BYTES_MAX || verdict(held, batch) != Verdict::Take {
                break;
            }
            let compressed = match &batch.payload {
                Payload::Inline(text) => inline_payload(text).map_err(|_| Stop::Undecodable),
                Payload::Object(name) => match self.objects.get(name).await? {
                    Some(bytes) => Ok(bytes),
                    None => break,
                },
            };
            let changes = compressed.and_then(|bytes| read_payload(&bytes).map_err(|_| Stop::Undecodable));
            match changes {
                Err(stop) if group.is_empty() => return Err(stop),
                // It comes first next time.
                Err(_) => break,
                Ok(changes) => {
                    bytes += changes.len();
                    held.expected =
                        held.expected.applied(head.epoch, head.seq, head.last, held.expected.last_write);
                    group.push(Batch { head, changes });
                }
            }
        }
        Ok(group)
    }

    async fn walk<'b>(
        &self,
        held: &mut Held,
        walk: &mut Walk<'b, I>,
        batch: &'b Batch,
    ) -> Result<Walked, Stop> {
        let before = walk.reached;
        let mut places = Vec::new();
        for item in batch.changes.read() {
            match item.map_err(|_| Stop::Undecodable)? {
                Item::Table(table) => match self.meet(held, &mut walk.tables, table, &batch.head).await? {
                    Some(place) => places.push(place),
                    None => return Ok(Walked::OldSchema),
                },
                Item::Change(change) => {
                    if before.covers(change.position) && !is_left_out(Rule::PositionFilter) {
                        continue;
                    }
                    let place = places.get(change.table).copied().ok_or(Stop::Undecodable)?;
                    let event = walk.tables.get(place).event(self.images, place, &change)?;
                    walk.fold.add(event);
                    walk.reached.operations += 1;
                    walk.reached.committed_at = change.committed_at;
                    if walk.fold.len() >= KEYS_MAX {
                        let applied = walk.reached.applied.max(change.position);
                        walk.reached = LaneProgress { applied, ..walk.reached };
                        self.flush(held, &walk.tables, &mut walk.fold, walk.reached, false).await?;
                        walk.reached = held.progress.value;
                    }
                }
            }
        }
        let BatchHead { epoch, seq, last, committed_at, .. } = batch.head;
        walk.reached = walk.reached.applied(epoch, seq, last, walk.reached.last_write);
        walk.reached.committed_at = walk.reached.committed_at.max(committed_at);
        Ok(Walked::Whole)
    }

    /// Where the table stands in the group; none where the batch is of an older definition of it.
    async fn meet(
        &self,
        held: &Held,
        tables: &mut Tables<I>,
        table: BatchTable,
        head: &BatchHead,
    ) -> Result<Option<usize>, Stop> {
        if let Some(place) = tables.place(&table) {
            return Ok(Some(place));
        }
        let record = match tables.record(table.number) {
            Some(record) => record.clone(),
            None => {
                record::must_load::<TableRecord>(self.records, &record::table(held.run.id, table.number))
                    .await?
                    .value
            }
        };
        if record.schema > head.schema && !is_left_out(Rule::FoldWithinSchema) {
            return Ok(None);
        }
        tables.meet(self.images, table, record).map(Some)
    }
}
