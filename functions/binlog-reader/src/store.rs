//! Every store of the reader: its state, under its lease.
//!
//! # Why only the holder's state is ever stored, and once
//!
//! 1. Each store is one transaction: the state under the condition that it is the one this holder knows, and the lease
//!    either checked or prolonged. A later holder has changed the lease's record, so a former one stores nothing.
//! 2. A conflict, or an answer that was lost, may hide that the transaction was stored. Both records are read
//!    again: exactly this state under this holder's token is a success. Anything else is not, and ends the invocation.
//! 3. The position only moves forward here; a new epoch, which lowers it, is stored by the same function under the same
//!    conditions ([`migration::reader_state`]).

use migration::lease::Lease;
use migration::limits::LEASE_SPAN_MAX;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, ObjectStore, PortError, Queue, RowImages, Version, Write,
};
use migration::reader_state::{ReaderState, Shipped};
use migration::record::{self, Stored};
use migration::retry::Effect;
use migration::time::UnixMs;

use crate::cursor::Reached;
use crate::halt::Halt;
use crate::handler::Reader;
use crate::held::Held;

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Stores that everything up to there is shipped.
    pub(crate) async fn store_position(
        &self,
        held: &mut Held,
        reached: &Reached,
        shipped: &[Shipped],
        idle_at: Option<UnixMs>,
    ) -> Result<(), Halt> {
        let next = self.moved(held, reached, shipped, idle_at).await?;
        self.store_state(held, next).await?;
        held.unsettled = false;
        Ok(())
    }

    /// The state in which everything up to there is shipped.
    pub(crate) async fn moved(
        &self,
        held: &mut Held,
        reached: &Reached,
        shipped: &[Shipped],
        idle_at: Option<UnixMs>,
    ) -> Result<ReaderState, Halt> {
        held.lanes = self.load_lanes(held).await?;
        let now = self.clock.now();
        held.state.value.watch(&held.lanes, self.pace.stall_patience, now);
        let state = &held.state.value;
        let mut next = state.stored(shipped, reached.position, reached.resume.clone(), &held.lanes, now);
        next.committed_at = state.committed_at.max(reached.committed_at);
        next.idle_at = idle_at.or(state.idle_at);
        Ok(next)
    }

    /// Stores the state, and prolongs the lease where it is time.
    pub(crate) async fn store_state(&self, held: &mut Held, next: ReaderState) -> Result<(), Halt> {
        let (lease, lease_write) = self.lease_write(held)?;
        let key = record::reader(held.run.id);
        let writes = vec![record::put(key, &next, held.state.unchanged()), lease_write];
        if self.commit(writes).await? == Commit::Stored {
            held.state = following(&held.state, next);
            if let Some(lease) = lease {
                held.lease = following(&held.lease, lease);
            }
            return Ok(());
        }
        self.reload(held).await?;
        if held.state.value == next { Ok(()) } else { Err(Halt::Lost) }
    }

    /// Makes sure that the lease lasts for what is sent next.
    pub(crate) async fn keep_lease(&self, held: &mut Held) -> Result<(), Halt> {
        let (lease, write) = self.lease_write(held)?;
        let Some(lease) = lease else { return Ok(()) };
        if self.commit(vec![write]).await? == Commit::Stored {
            held.lease = following(&held.lease, lease);
            return Ok(());
        }
        self.reload_lease(held).await
    }

    /// Gives the lease back, and stores what was seen of the lanes. Where it fails the lease runs out.
    pub(crate) async fn give_back(&self, held: &Held) {
        let Ok(released) = held.lease.value.release(held.lease.value.token) else { return };
        if held.unsettled {
            return;
        }
        let lease = record::put(record::reader_lease(held.run.id), &released, held.lease.unchanged());
        let state = record::put(record::reader(held.run.id), &held.state.value, held.state.unchanged());
        // Whatever comes of it: a lease that is not given back costs the next reader an epoch, and no row. The state
        // may have been moved by whoever passed a barrier; what was seen of the lanes is not worth more.
        if let Ok(Commit::Conflict) = self.records.commit(vec![state, lease.clone()]).await {
            let _ = self.records.commit(vec![lease]).await;
        }
    }

    /// Both records as they are now; lost where another holds the lease.
    pub(crate) async fn reload(&self, held: &mut Held) -> Result<(), Halt> {
        self.reload_lease(held).await?;
        held.state = record::must_load(self.records, &record::reader(held.run.id)).await?;
        Ok(())
    }

    async fn reload_lease(&self, held: &mut Held) -> Result<(), Halt> {
        let token = held.lease.value.token;
        let found: Stored<Lease> =
            record::must_load(self.records, &record::reader_lease(held.run.id)).await?;
        if found.value.token != token || found.value.has_ended(self.clock.now()) {
            return Err(Halt::Lost);
        }
        held.lease = found;
        Ok(())
    }

    /// The condition on the lease, which prolongs it where less than its longest span is left.
    fn lease_write(&self, held: &Held) -> Result<(Option<Lease>, Write), Halt> {
        let now = self.clock.now();
        let lease = held.lease.value;
        let key = record::reader_lease(held.run.id);
        let renewed = lease.renew(lease.token, now, held.budget.deadline).map_err(|_| Halt::Lost)?;
        if lease.until < now.plus(LEASE_SPAN_MAX) && renewed.until > lease.until {
            return Ok((Some(renewed), record::put(key, &renewed, held.lease.unchanged())));
        }
        Ok((None, Write::Check { key, expect: held.lease.unchanged() }))
    }

    /// Commits; an answer that was lost is a conflict, whose resolution is to look.
    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        match self.records.commit(writes).await {
            Err(error) if error.effect == Effect::Unknown && error.is_transient() => Ok(Commit::Conflict),
            other => other,
        }
    }
}

/// A record after this holder's own successful write.
fn following<T>(before: &Stored<T>, value: T) -> Stored<T> {
    Stored { value, version: Version(before.version.0 + 1) }
}
