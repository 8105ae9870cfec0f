//! The owner record of a target table, and when a run may take it over.
//!
//! # Why an earlier attempt can never write beside this one
//!
//! 1. One record per target table says which run owns it. A copier's lease is a transaction that checks this record
//!    unchanged, so once another run stands in it, the former run gets no new lease for the table.
//! 2. A run that works, or was paused, is never dispossessed. A run that ended (completed, cancelled, failed, precheck
//!    failed) is: first this run is written into the record (`settled: false`), which freezes the set of the former
//!    run's leases; then every one of them must have ended; then the record is settled. Only a settled table goes on to
//!    the emptiness check. A record that was never settled names a former run of its own: its leases are waited for before the record is
//!    taken over, because afterwards nothing would name that run any more.
//! 3. No record is an unknown owner, one that used another checkpoint table: it can have been started before this
//!    run at the latest, so its last lease has ended one whole lease (deadline + statement timeout) after this run
//!    was created.
//! 4. A lane writes to every table, and its lease checks no owner record, only the run's. So a run that follows the
//!    log loses no table while it could ever be live again: it is dispossessed when it is completed or cancelled,
//!    and not when it failed. That it follows is told by the reader's record. The transaction that dispossesses a
//!    failed run checks that there still is none, and the run's own record; a run that puts the reader's record looks
//!    at all its owner records behind it, so one of the two sees the other.
//! 5. The highest stamp survives every change of owner, so S always lies above it (see [`crate::stamp`]).
//!
//! The former run's lease ends are read from its lease records rather than copied into this one: they are few, they
//! cannot grow any more after step 2, and no lease needs a second record to be written.

use serde::{Deserialize, Serialize};

use crate::limits::{LEASE_SPAN_MAX, STATEMENT_TIMEOUT};
use crate::mutation::{self, Rule};
use crate::run::{RunId, State};
use crate::time::UnixMs;

/// `owner#TARGET` / `DB.TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The run that owns the table.
    pub run: RunId,
    /// Its task, for messages.
    pub task: String,
    /// The highest stamp any owner has used; 0 where none has.
    pub highest_stamp: UnixMs,
    /// The run the table was taken from, while its leases may still run.
    pub former: Option<RunId>,
    /// Whether every lease of earlier owners has ended.
    pub settled: bool,
}

/// What stands in the way of a run, as far as the caller has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Former {
    /// Where the former run stands; none where its record is gone.
    pub state: Option<State>,
    /// Whether it follows the log, or did.
    pub follows: bool,
    /// The latest end of its leases.
    pub leases_until: UnixMs,
}

/// What to do next about a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is this run's, and settled.
    Taken,
    /// Store this record (under the condition that the old one is unchanged) and ask again.
    Store(Owner),
    /// Ask again at that time.
    WaitUntil(UnixMs),
    /// A run of this task owns it that works, or may go on.
    Refused {
        /// The other task.
        task: String,
    },
}

/// Whether a run in this state keeps its tables, by whether it follows the log: it works, or may go on.
#[must_use]
pub fn keeps_tables(state: State, follows: bool) -> bool {
    match state {
        State::Paused | State::Retrying => true,
        State::Failed => follows,
        live_or_ended => live_or_ended.is_live(),
    }
}

/// The next step of `run` towards owning a table. `former` is about the run in the record, with the leases of that
/// record's own `former` counted in; where `run` itself is in the record, it is about the record's `former`.
#[must_use]
pub fn next_step(
    record: Option<&Owner>,
    former: Option<Former>,
    run: RunId,
    task: &str,
    created_at: UnixMs,
    now: UnixMs,
) -> Step {
    let Some(owner) = record else {
        let unknown_ends = created_at.plus(LEASE_SPAN_MAX).plus(STATEMENT_TIMEOUT);
        if now < unknown_ends {
            return Step::WaitUntil(unknown_ends);
        }
        let highest_stamp = UnixMs(0);
        return Step::Store(Owner { run, task: task.to_owned(), highest_stamp, former: None, settled: true });
    };
    if owner.run == run && owner.settled {
        return Step::Taken;
    }
    if owner.run != run {
        let keeps = |former: Former| former.state.is_some_and(|state| keeps_tables(state, former.follows));
        if former.is_some_and(keeps) {
            return Step::Refused { task: owner.task.clone() };
        }
        if let Some(former) = former
            && !owner.settled
            && former.leases_until > now
            && !mutation::is_left_out(Rule::OwnerWait)
        {
            return Step::WaitUntil(former.leases_until);
        }
        let highest_stamp = owner.highest_stamp;
        let former = Some(owner.run);
        return Step::Store(Owner { run, task: task.to_owned(), highest_stamp, former, settled: false });
    }
    match former {
        Some(former) if former.leases_until > now && !mutation::is_left_out(Rule::OwnerWait) => {
            Step::WaitUntil(former.leases_until)
        }
        Some(_) | None => Step::Store(Owner { former: None, settled: true, ..owner.clone() }),
    }
}
