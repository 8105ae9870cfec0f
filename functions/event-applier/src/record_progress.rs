//! Recording what the target has acknowledged, and gaps.

use std::time::Duration;

use migration::lane_progress::{Epoch, LaneProgress};
use migration::lease::Lease;
use migration::message::{self, Message};
use migration::mutation::{Rule, is_left_out};
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, Commit, Deleter, ObjectStore, Queue, RowImages, Sink, Write};
use migration::recent_keys::RecentKeys;
use migration::record::{self, Stored};
use migration::time::UnixMs;

use crate::handler::{Applier, Stop};
use crate::hold::Held;
use crate::rejects::Rejections;
use crate::spacing::KeyName;

/// How often the record is tried; only entries of the reject list may change beside a lane's holder.
const TRIES: u32 = 20;

impl Held {
    /// A write of these keys was acknowledged.
    pub(crate) fn wrote(&mut self, keys: impl IntoIterator<Item = KeyName>, at: UnixMs) {
        self.spacing.wrote(keys, at);
        self.last_write = self.last_write.max(at);
    }
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
    /// Stores how far the lane is, and gives the lease back with it where nothing else is to be done.
    pub(crate) async fn record(
        &self,
        held: &mut Held,
        reached: LaneProgress,
        rejections: &Rejections,
        is_last: bool,
    ) -> Result<(), Stop> {
        let (id, lease_key) = (held.run.id, record::lane_lease(held.run.id, held.lane));
        let stands = Write::Check { key: lease_key.clone(), expect: held.lease.unchanged() };
        let stands = (!is_left_out(Rule::FencingToken)).then_some(stands);
        for _ in 0..TRIES {
            let Some(mut writes) = rejections.store(self.records, id, stands.as_ref()).await? else {
                self.still_held(held).await?;
                continue;
            };
            writes.push(record::put(record::lane(id, held.lane), &reached, held.progress.unchanged()));
            let gives_back = is_last && !is_left_out(Rule::FencingToken);
            let lease = held.lease.value.release(held.lease.value.token).ok().filter(|_| gives_back);
            match &lease {
                Some(released) => {
                    writes.push(record::put(lease_key.clone(), released, held.lease.unchanged()));
                    let keys = held.spacing.recent(self.clock.now());
                    let recent = RecentKeys::with(&reached, keys.as_ref());
                    writes.push(record::put(record::recent(id, held.lane), &recent, held.recent));
                }
                None => writes.extend(stands.clone()),
            }
            if self.records.commit(writes).await? == Commit::Stored {
                held.progress = held.progress.next(reached);
                held.expected = reached;
                held.unrecorded = false;
                if let Some(released) = lease {
                    held.lease = held.lease.next(released);
                }
                return Ok(());
            }
            self.still_held(held).await?;
        }
        let what = "the lane's record changes faster than it can be written".to_owned();
        Err(HandlerError::Inconsistent(what).into())
    }

    /// Stops where somebody else has the lane now.
    async fn still_held(&self, held: &Held) -> Result<(), Stop> {
        let key = record::lane_lease(held.run.id, held.lane);
        let stored: Option<Stored<Lease>> = record::load(self.records, &key).await?;
        let is_held = stored.is_some_and(|stored| stored.version == held.lease.version);
        if is_held { Ok(()) } else { Err(Stop::Again(Duration::ZERO)) }
    }

    /// Records that a batch of this epoch is missing, and wakes the reader, who starts another epoch.
    pub(crate) async fn record_gap(&self, held: &mut Held, epoch: Epoch) -> Result<(), Stop> {
        if held.progress.value.gap == Some(epoch) {
            return Ok(());
        }
        let reached = LaneProgress { gap: Some(epoch), ..held.progress.value };
        self.record(held, reached, &Rejections::default(), false).await?;
        message::send(self.queue, &[Message::Read { run: held.run.id }]).await?;
        Ok(())
    }
}
