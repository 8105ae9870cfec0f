//! Writes folded keys: deletes, then rows, in rounds, so that a key that must wait keeps no other waiting.
//!
//! In each round everything whose time has come is sent: deletes over all connections, then rows in statements of many. A
//! key that was deleted to be written anew comes up again when its spacing is over. Only where nothing may be sent yet is there a
//! wait, and only as far as the invocation's time allows.

use std::time::Duration;

use migration::lane_progress::LaneProgress;
use migration::mutation::{Rule, is_left_out};
use migration::port::{
    CheckpointTable, Clock, DeleteBatch, Deleter, ObjectStore, Queue, RowImages, Sink, WriteBatch,
};
use migration::schema::BadRow;
use migration::task::BadRowPolicy;
use migration::value::TargetRow;

use crate::decode::Tables;
use crate::fold::Fold;
use crate::handler::{Applier, Stop};
use crate::hold::Held;
use crate::rejects::Rejections;
use crate::rows::{BadKey, Judged, Next, Pending};

/// Rows handed to the target in one call, which prolongs the lease before each.
const ROWS_MAX: usize = 2_000;
/// Keys deleted in one call.
const DELETES_MAX: usize = 1_000;
/// Time kept for the record after a wait.
const RESERVE: Duration = Duration::from_millis(200);

impl<R, Q, O, K, I, C> Applier<'_, R, Q, O, K, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    K: Sink + Deleter,
    I: RowImages,
    C: Clock,
{
    /// Writes what is folded, then records it.
    pub(crate) async fn flush(
        &self,
        held: &mut Held,
        tables: &Tables<I>,
        fold: &mut Fold<'_>,
        reached: LaneProgress,
        is_last: bool,
    ) -> Result<(), Stop> {
        let folded = fold.take();
        let mut rejections = Rejections::default();
        let mut pending = Vec::with_capacity(folded.len());
        for folded in folded {
            let known = tables.get(folded.table);
            let (key, position) = (folded.key, folded.position);
            match held.judge(self.images, known, folded)? {
                Judged::Pending(next) => pending.push(next),
                Judged::Nothing => continue,
                Judged::Bad(bad) => pending.extend(self.refuse(held, tables, &mut rejections, bad)?),
            }
            rejections.met(key, position);
        }
        if is_left_out(Rule::RecordAfterWrite) {
            self.record(held, reached, &rejections, false).await?;
        }
        while !pending.is_empty() {
            pending = self.round(held, tables, &mut rejections, pending).await?;
        }
        let reached = LaneProgress {
            last_write: held.progress.value.last_write.max(held.last_write),
            only_nulls: held.progress.value.only_nulls + rejections.only_nulls,
            ..reached
        };
        self.record(held, reached, &rejections, is_last).await
    }

    /// Sends everything that may be sent now; returns what is left.
    async fn round(
        &self,
        held: &mut Held,
        tables: &Tables<I>,
        rejections: &mut Rejections,
        pending: Vec<Pending>,
    ) -> Result<Vec<Pending>, Stop> {
        let now = self.clock.now();
        let Some(first) = pending.iter().map(|next| held.spacing.due(next.key)).min() else {
            return Ok(pending);
        };
        if first > now {
            let wait = now.until(first);
            if held.budget.left(now) < wait.saturating_add(RESERVE) {
                return Err(Stop::Again(Duration::ZERO));
            }
            self.clock.sleep(wait).await;
            return Ok(pending);
        }
        let (ready, mut left): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|next| held.spacing.due(next.key) <= now);
        let (deletes, upserts): (Vec<_>, Vec<_>) =
            ready.into_iter().partition(|next| matches!(next.next, Next::Delete { .. }));
        for part in parts(deletes, DELETES_MAX) {
            left.extend(self.delete(held, tables, part).await?);
        }
        for part in parts(upserts, ROWS_MAX) {
            left.extend(self.upsert(held, tables, rejections, part).await?);
        }
        Ok(left)
    }

    /// Deletes keys of one table; returns the rows to be written in their place.
    async fn delete(
        &self,
        held: &mut Held,
        tables: &Tables<I>,
        part: Vec<Pending>,
    ) -> Result<Vec<Pending>, Stop> {
        let Some(table) = part.first().map(|next| next.table) else { return Ok(Vec::new()) };
        let mapping = &tables.get(table).record.mapping;
        let settled_by = self.settled_by(held).await?;
        let mut keys = Vec::with_capacity(part.len());
        let (mut names, mut follow) = (Vec::with_capacity(part.len()), Vec::new());
        for Pending { key, key_values, table, position, next } in part {
            names.push(key);
            match next {
                Next::Delete { then: Some(row) } => {
                    keys.push(key_values.clone());
                    follow.push(Pending { key, key_values, table, position, next: Next::Upsert(row) });
                }
                Next::Delete { then: None } | Next::Upsert(_) => keys.push(key_values),
            }
        }
        held.unrecorded = true;
        self.target.delete(DeleteBatch { table: mapping, form: held.form, keys }, settled_by).await?;
        held.wrote(names, self.clock.now());
        Ok(follow)
    }

    /// Writes rows of one table; returns the keys to be deleted because the target refused their rows.
    async fn upsert(
        &self,
        held: &mut Held,
        tables: &Tables<I>,
        rejections: &mut Rejections,
        part: Vec<Pending>,
    ) -> Result<Vec<Pending>, Stop> {
        let Some(table) = part.first().map(|next| next.table) else { return Ok(Vec::new()) };
        let known = tables.get(table);
        let settled_by = self.settled_by(held).await?;
        let (mut rows, mut keys): (Vec<TargetRow>, Vec<_>) =
            (Vec::with_capacity(part.len()), Vec::with_capacity(part.len()));
        for Pending { key, key_values, position, next, .. } in part {
            let Next::Upsert(row) = next else { continue };
            if held.may_not_exist(known, &row) {
                rejections.only_nulls += 1;
            }
            rows.push(row);
            keys.push((key, key_values, position));
        }
        held.unrecorded = true;
        let batch = WriteBatch { table: &known.record.mapping, stamp: None, form: held.form, rows };
        let outcome = self.target.write(batch, settled_by).await?;
        held.wrote(keys.iter().map(|(key, ..)| *key), self.clock.now());
        let mut refused = Vec::new();
        for rejected in outcome.rejected {
            let Some((key, values, position)) = keys.get(rejected.index) else { continue };
            let bad = BadRow { key: key.1, column: None, refusal: rejected.refusal };
            let key_values = Some(values.clone());
            let bad = BadKey { key: *key, table, position: *position, bad, key_values };
            refused.extend(self.refuse(held, tables, rejections, bad)?);
        }
        Ok(refused)
    }

    /// What becomes of a row that cannot be carried: the run fails, or the row's key is deleted and its reject kept.
    fn refuse(
        &self,
        held: &Held,
        tables: &Tables<I>,
        rejections: &mut Rejections,
        bad: BadKey,
    ) -> Result<Option<Pending>, Stop> {
        let BadKey { key, table, position, bad, key_values } = bad;
        if held.task.on_bad_row == BadRowPolicy::Fail {
            return Err(Stop::BadRow(crate::rejects::failure(
                &tables.get(table).record.mapping,
                &bad,
                position,
                self.clock.now(),
            )));
        }
        rejections.reject(key, bad, position);
        if is_left_out(Rule::RejectDeletes) {
            return Ok(None);
        }
        let next = Next::Delete { then: None };
        Ok(key_values.map(|key_values| Pending { key, key_values, table, position, next }))
    }
}

/// The statements by table, at most `most` together.
fn parts(mut pending: Vec<Pending>, most: usize) -> Vec<Vec<Pending>> {
    pending.sort_by_key(|next| next.table);
    let mut parts: Vec<Vec<Pending>> = Vec::new();
    for next in pending {
        match parts.last_mut() {
            Some(part)
                if part.len() < most && part.first().is_some_and(|first| first.table == next.table) =>
            {
                part.push(next);
            }
            _ => parts.push(vec![next]),
        }
    }
    parts
}
