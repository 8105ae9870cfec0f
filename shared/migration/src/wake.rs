//! What a run calls for although nobody may be working at it: what the tick sends.
//!
//! That is how the queues may lose everything and a task still ends (invariant 4). A message too many is harmless: it finds a
//! lease held, or nothing to do.

use std::time::Duration;

use crate::lease::Lease;
use crate::message::Message;
use crate::port::CheckpointTable;
use crate::record::{self, LoadError, Stored};
use crate::retry_budget::Troubles;
use crate::run::{JournalEntry, Run, State};
use crate::time::UnixMs;

use crate::delivery::{TICK_MAX, activity_of};

/// A precheck holds no lease, and lasts up to five minutes: so long after its run last moved another may be needed.
const PRECHECK_PATIENCE: Duration = Duration::from_mins(6);
/// Every so many ticks chunks are sent that nobody holds, ...
const WAITING_TICKS: u128 = 5;
/// ... at most so many.
const WAITING_MAX: usize = 50;
/// How long after a run was cancelled what is left of it is cleared away: past every lease.
const CLEAN_UP: Duration = Duration::from_mins(10);

/// What the run's state calls for and nobody is known to work at.
///
/// # Errors
/// [`LoadError`] where a record cannot be loaded.
pub async fn owed(
    records: &impl CheckpointTable,
    run: &Run,
    follows: bool,
    now: UnixMs,
) -> Result<Vec<Message>, LoadError> {
    let id = run.id;
    let mut owed = match run.state {
        State::Created | State::Prechecking => vec![Message::Precheck { run: id }],
        State::Planning | State::Copying | State::CatchingUp | State::Running | State::Finishing => {
            vec![Message::Plan { run: id }]
        }
        State::PrecheckFailed
        | State::Completed
        | State::Paused
        | State::Retrying
        | State::Failed
        | State::Cancelled => Vec::new(),
    };
    if follows && run.state.follows() && nobody_reads(records, run, now).await? {
        owed.push(Message::Read { run: id });
    }
    Ok(owed)
}

/// A reader that ends by itself sends the next message before it gives its lease back.
async fn nobody_reads(records: &impl CheckpointTable, run: &Run, now: UnixMs) -> Result<bool, LoadError> {
    let lease: Option<Stored<Lease>> = record::load(records, &record::reader_lease(run.id)).await?;
    Ok(lease.is_none_or(|lease| lease.value.has_ended(now)))
}

/// What a tick sends that cannot see whether messages wait: once a minute what is owed and due, and a precheck only where
/// the one that was sent must have been lost.
///
/// # Errors
/// [`LoadError`] where a record cannot be loaded.
pub async fn owed_blindly(
    records: &impl CheckpointTable,
    run: &Run,
    follows: bool,
    troubles: &Troubles,
    now: UnixMs,
) -> Result<Vec<Message>, LoadError> {
    if run.state == State::Cancelled {
        let is_fresh = last_moved(records, run).await?.until(now) <= CLEAN_UP;
        return Ok(if is_fresh { vec![Message::Plan { run: run.id }] } else { Vec::new() });
    }
    let mut owed = owed(records, run, follows, now).await?;
    if run.state.copies() {
        owed.extend(orphans(records, run, now).await?);
    }
    owed.retain(|message| troubles.may_try(activity_of(message), now));
    if owed.iter().any(|message| matches!(message, Message::Precheck { .. })) && troubles.is_empty() {
        let lasting = last_moved(records, run).await?.until(now);
        let has_begun = run.state != State::Created;
        let is_lost = !has_begun && lasting >= TICK_MAX / 2;
        if !is_lost && !is_time_for_precheck(lasting, has_begun && run.resumes > 0) {
            owed.clear();
        }
    }
    Ok(owed)
}

/// Chunks whose copier died since the tick before last: its message is invisible for several times as long as an invocation
/// lives. What is overlooked comes with it, or when the planner finds the queue empty.
async fn orphans(records: &impl CheckpointTable, run: &Run, now: UnixMs) -> Result<Vec<Message>, LoadError> {
    let partition = record::run_partition(run.id);
    let leases = record::load_all::<Lease>(records, &partition, record::CHUNK_LEASES).await?;
    let orphaned = leases.iter().filter(|(_, lease)| is_fresh_orphan(lease.value, now));
    let waiting = leases.iter().filter(|(_, lease)| {
        is_time_for_waiting(now) && lease.value.has_ended(now) && !is_fresh_orphan(lease.value, now)
    });
    let sent = orphaned.chain(waiting.take(WAITING_MAX));
    let chunks = sent.filter_map(|(key, _)| record::chunk_of_lease(key));
    Ok(chunks.map(|chunk| Message::Copy { run: run.id, chunk }).collect())
}

/// One tick in five. The planner sends what waits once the queue is empty, but the queue is shared with other tasks: what
/// was lost of this one must not wait for the end of theirs. What still waits in the queue is sent once too often, and
/// ends with its chunk.
fn is_time_for_waiting(now: UnixMs) -> bool {
    let ticks = u128::from(now.0) / TICK_MAX.as_millis();
    ticks.is_multiple_of(WAITING_TICKS)
}

fn is_fresh_orphan(lease: Lease, now: UnixMs) -> bool {
    !lease.was_released() && lease.has_ended(now) && lease.until.until(now) < TICK_MAX * 2
}

/// One tick of every [`PRECHECK_PATIENCE`]. The first is left out where whoever submitted the run has sent a message too; who
/// resumes one by hand sends none.
fn is_time_for_precheck(lasting: Duration, is_resumed: bool) -> bool {
    let into = lasting.as_millis() % PRECHECK_PATIENCE.as_millis();
    (is_resumed || lasting >= PRECHECK_PATIENCE) && into < TICK_MAX.as_millis()
}

/// When the run was submitted, or moved last.
async fn last_moved(records: &impl CheckpointTable, run: &Run) -> Result<UnixMs, LoadError> {
    let Some(last) = run.journal_next.checked_sub(1) else { return Ok(run.created_at) };
    let entry: Option<Stored<JournalEntry>> = record::load(records, &record::journal(run.id, last)).await?;
    Ok(entry.map_or(run.created_at, |entry| entry.value.at))
}

#[cfg(test)]
mod tests {
    use super::{
        Duration, Lease, TICK_MAX, UnixMs, is_fresh_orphan, is_time_for_precheck, is_time_for_waiting,
    };

    #[test]
    fn one_tick_in_five_sends_what_waits_for_the_tasks_of_others() {
        let sent = (0_u32..20).filter(|tick| is_time_for_waiting(UnixMs(7_000).plus(TICK_MAX * *tick)));
        assert_eq!(sent.collect::<Vec<_>>(), [0, 5, 10, 15]);
    }

    #[test]
    fn a_chunk_is_an_orphan_for_two_ticks_after_its_holder_died() {
        let held = Lease::unheld().acquire(UnixMs(0), UnixMs(10_000)).unwrap();
        let after = |seconds| held.until.plus(Duration::from_secs(seconds));
        assert!(!is_fresh_orphan(held, UnixMs(9_000)));
        assert!(is_fresh_orphan(held, after(0)) && is_fresh_orphan(held, after(119)));
        assert!(!is_fresh_orphan(held, after(121)));
        assert!(!is_fresh_orphan(held.release(held.token).unwrap(), after(1)));
        assert!(!is_fresh_orphan(Lease::unheld(), after(1)));
    }

    #[test]
    fn of_the_ticks_of_a_long_precheck_one_in_six_sends_another() {
        let sent = |resumed| -> Vec<u64> {
            let is_time = |minute: &u64| is_time_for_precheck(Duration::from_secs(minute * 60 + 7), resumed);
            (0..30).filter(is_time).collect()
        };
        assert_eq!((sent(false), sent(true)), (vec![6, 12, 18, 24], vec![0, 6, 12, 18, 24]));
    }
}
