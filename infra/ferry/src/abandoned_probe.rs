//! The probe's tables of a run that was killed in precheck and is replaced by one with a mended document.
//!
//! Such a run has not recorded where it probed, and nobody will ever work on it again, so its tables are dropped before it is
//! replaced. Their names carry the run's id, so no other run's table is ever touched. It is done as far as the target
//! allows: an empty table that stays is no reason to keep a task from starting.

use lindorm::Target;
use migration::port::TargetProbe;
use migration::run::{Run, State};
use migration::task::Task;

/// Drops the tables of `abandoned`, whose document was `former`, where `task` leads to the same target.
pub(crate) async fn drop_tables(target: &Target, abandoned: &Run, former: &Task, task: &Task) {
    let same_target =
        former.target.host.eq_ignore_ascii_case(&task.target.host) && former.target.port == task.target.port;
    if abandoned.state != State::Prechecking || !same_target {
        return;
    }
    let mut databases: Vec<_> =
        former.objects.iter().filter_map(|selected| former.target_database(&selected.database)).collect();
    databases.sort();
    databases.dedup();
    for database in databases {
        if let Err(error) = target.drop_probe(abandoned.id, &database).await {
            tracing::warn!(%error, %database, run = %abandoned.id, "the probe's tables of a replaced run stay behind");
        }
    }
}
