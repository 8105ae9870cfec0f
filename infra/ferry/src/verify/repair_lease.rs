//! The right to repair a table: it is still this run's, and nobody can take it while a batch is written.
//!
//! # Why a repair never writes beside a later owner, nor beside a repair that was killed
//!
//! 1. A batch is written under a lease of the run whose end lies behind the timeout of its last statement. It is stored
//!    in a transaction that checks the table's owner record, so a table another run has taken is not touched.
//! 2. Whoever takes the table waits for every lease of the former run, this one included.
//! 3. It is given back only after every statement was answered. What a killed or failed repair has sent may still take
//!    effect, so the next one waits for the end of that lease before it writes.

use std::time::Duration;

use anyhow::{Context, bail};
use clock::SystemClock;
use migration::lease::{FencingToken, Lease};
use migration::limits::DDL_TIMEOUT;
use migration::owner::Owner;
use migration::port::{CheckpointTable, Clock, Commit, Expect, Write};
use migration::record::{self, Stored};
use migration::run::RunId;
use migration::schema::TableMapping;
use migration::time::UnixMs;

use crate::records::Records;

/// How long the statements of one batch may be sent; a DELETE may take effect for as long as the server allows after it
/// was sent, where the target takes no timeout with it.
const BATCH_TIME: Duration = Duration::from_secs(30);

/// What the right is read from and written to.
pub(crate) struct RepairLease<'a> {
    pub(crate) store: &'a Records,
    pub(crate) clock: &'a SystemClock,
    pub(crate) run: RunId,
    /// Names the target instance in owner records.
    pub(crate) target_name: &'a str,
}

impl RepairLease<'_> {
    /// Takes the right to write one batch; returns when all of it must have taken effect.
    pub(crate) async fn take(&self, mapping: &TableMapping) -> anyhow::Result<UnixMs> {
        let table = &mapping.target.id;
        let owner_key = record::owner(self.target_name, table);
        let owner: Stored<Owner> = record::must_load(self.store, &owner_key).await?;
        if owner.value.run != self.run {
            bail!("target table {table} belongs to task {} by now and is not repaired", owner.value.task);
        }
        let key = record::repair_lease(self.run);
        let stored: Option<Stored<Lease>> = record::load(self.store, &key).await?;
        let (former, expect) = match stored {
            Some(stored) => (stored.value, stored.unchanged()),
            None => (Lease::unheld(), Expect::Absent),
        };
        if !former.has_ended(self.clock.now()) {
            // Nothing is waited for longer than it can take effect, should the clock have stepped back.
            let wait = self.clock.now().until(former.until).min(BATCH_TIME + DDL_TIMEOUT);
            eprintln!("ferry: waiting {} s for what an interrupted repair may have sent", wait.as_secs());
            self.clock.sleep(wait).await;
        }
        let until = self.clock.now().plus(BATCH_TIME).plus(DDL_TIMEOUT);
        let lease = Lease { token: FencingToken(former.token.0 + 1), until };
        let writes = vec![
            record::put(key, &lease, expect),
            Write::Check { key: owner_key, expect: owner.unchanged() },
        ];
        match self.store.commit(writes).await? {
            Commit::Stored => Ok(until),
            Commit::Conflict => bail!("target table {table} was taken by another task meanwhile"),
        }
    }

    /// Gives the right back; only after every statement was answered.
    pub(crate) async fn give_back(&self) -> anyhow::Result<()> {
        let key = record::repair_lease(self.run);
        let stored: Stored<Lease> = record::must_load(self.store, &key).await?;
        let released = stored.value.release(stored.value.token).context("the repair lease was lost")?;
        self.store.commit(vec![record::put(key, &released, stored.unchanged())]).await?;
        Ok(())
    }
}
