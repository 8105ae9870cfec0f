//! After a kill: the leases of the process that died need not be waited for to their end.
//!
//! The task's lock is an operating-system file lock, which vanishes with its holder. Whoever holds it knows that no
//! other process works on the task, so a statement of the dead process was sent before now, and its own timeout is
//! all that is left of it. Only this platform knows that much about a death; elsewhere leases run out.

use clock::SystemClock;
use embedded::{Store, TaskLock};
use migration::lease::Lease;
use migration::limits::STATEMENT_TIMEOUT;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock};
use migration::record;
use migration::run::RunId;

/// Shortens every lease of the run to the statement timeout from now, and makes visible what the dead process had received.
///
/// A lease that is shortened has run out, not been given back: whoever takes it over sees that its holder died.
pub(crate) async fn end_leases_of_dead_process(
    _proof: &TaskLock,
    records: &Store<SystemClock>,
    clock: &impl Clock,
    run: RunId,
) -> Result<(), HandlerError> {
    let until = clock.now().plus(STATEMENT_TIMEOUT);
    let partition = record::run_partition(run);
    for (key, lease) in record::load_all::<Lease>(records, &partition, record::LEASES).await? {
        if lease.value.until > until {
            let shortened = Lease { until, ..lease.value };
            // Nobody else writes while the lock is held, so a conflict is impossible and would only cost the wait.
            records.commit(vec![record::put(key, &shortened, lease.unchanged())]).await?;
        }
    }
    records.release_in_flight().await?;
    Ok(())
}
