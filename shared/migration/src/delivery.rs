//! What the end of an invocation means for its message: the same wherever the handlers run.
//!
//! # Why every message ends, and no work is forgotten
//!
//! 1. A message is done with when its handler says so. What is still owed then stands in the records, and the tick sends
//!    it again ([`crate::wake`]).
//! 2. A failure that may pass is counted ([`crate::retry_budget`]), and its message comes again when the next try is due. While
//!    a try is not due, messages of that activity are put off without asking anybody but the records ([`due`]).
//! 3. Where a platform puts a message off by sending it anew ([`again`]), messages could fork: the tick sends one more
//!    each minute, and each would come again without end. So one that any tick would send again is not sent anew once it is
//!    older than [`CHAIN_AGE_MAX`]: by then a later tick has sent its successor, and about two of a kind go round for a run.
//!    One whose handler worked for [`LONG_WORK`] counts as sent just then: it held its lease so long, which ended what else
//!    went round, and the tick's messages too. A chunk's message has no successor, is of one chunk, and ends with it.
//! 4. Of a lane's messages all behind the first that comes again come again with it, in order.

use std::time::Duration;

use crate::lane_progress::LaneProgress;
use crate::limits::MESSAGE_DELAY_MAX;
use crate::message::Message;
use crate::outcome::{HandlerError, Outcome};
use crate::port::{CheckpointTable, Outgoing};
use crate::record::{self, LoadError};
use crate::retry_budget::Activity;
use crate::run::RunId;
use crate::time::UnixMs;
use crate::trouble_store;

/// Between two ticks where a schedule wakes: the finest that there is on AWS.
pub const TICK_MAX: Duration = Duration::from_mins(1);

/// How long after it was first sent a message that the tick would send again is still sent anew: a tick and a half.
pub const CHAIN_AGE_MAX: Duration = Duration::from_secs(90);

/// Work so long leaves no other message of its kind for the run.
pub const LONG_WORK: Duration = Duration::from_secs(30);

/// Whether an activity may be tried now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing of it fails.
    Clear,
    /// It failed, and the next try is due.
    Troubled,
    /// It failed, and is tried again after this time.
    NotBefore(Duration),
}

/// What has become of an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It has shown that its activity works.
    Worked(Outcome),
    /// It had nothing to try, or not yet.
    Idle(Outcome),
    /// It failed and was counted; its message comes again after this time.
    Failed(Duration),
}

impl Settled {
    /// What the platform does with the message.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Worked(outcome) | Self::Idle(outcome) => outcome,
            Self::Failed(after) => Outcome::Again { after },
        }
    }
}

/// What a message works at.
#[must_use]
pub fn activity_of(message: &Message) -> Activity {
    match message {
        Message::Precheck { .. } => Activity::Precheck,
        Message::Plan { .. } => Activity::Plan,
        Message::Copy { .. } => Activity::Copy,
        Message::Read { .. } => Activity::Read,
        Message::Define { .. } => Activity::Define,
    }
}

/// Whether an activity of a run may be tried now.
///
/// # Errors
/// [`LoadError`] where the record cannot be loaded.
pub async fn due(
    records: &impl CheckpointTable,
    run: RunId,
    activity: Activity,
    now: UnixMs,
) -> Result<Due, LoadError> {
    let troubles = trouble_store::troubles(records, run).await?;
    Ok(match troubles.of(activity) {
        None => Due::Clear,
        Some(trouble) if trouble.next_try <= now => Due::Troubled,
        Some(trouble) => Due::NotBefore(now.until(trouble.next_try)),
    })
}

/// Counts how an invocation ended. With [`Due::Clear`] a success is not counted, because there is no trouble to end.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn settle(
    records: &impl CheckpointTable,
    run: RunId,
    activity: Activity,
    due: Due,
    result: Result<Outcome, HandlerError>,
    now: UnixMs,
) -> Result<Settled, HandlerError> {
    match result {
        Ok(outcome) if activity.has_worked(outcome) => {
            if due != Due::Clear {
                trouble_store::succeeded(records, run, activity, now).await?;
            }
            Ok(Settled::Worked(outcome))
        }
        Ok(outcome) => Ok(Settled::Idle(outcome)),
        Err(error) => Ok(Settled::Failed(trouble_store::failed(records, run, activity, &error, now).await?)),
    }
}

/// As [`settle`], for consecutive messages of one lane: there is an end for each.
///
/// # Errors
/// [`HandlerError`] where the records fail.
pub async fn settle_lane(
    records: &impl CheckpointTable,
    run: RunId,
    due: Due,
    results: Vec<Result<Outcome, HandlerError>>,
    now: UnixMs,
) -> Result<Vec<Settled>, HandlerError> {
    let mut settled: Vec<Settled> = Vec::with_capacity(results.len());
    let mut behind = None;
    for result in results {
        let end = match (behind, result) {
            (Some(after), _) => Settled::Idle(Outcome::Again { after }),
            (None, Ok(outcome)) => Settled::Idle(outcome),
            (None, Err(error)) => settle(records, run, Activity::Apply, due, Err(error), now).await?,
        };
        if let Outcome::Again { after } = end.outcome() {
            behind = Some(after);
        }
        settled.push(end);
    }
    let failed = settled.iter().any(|end| matches!(end, Settled::Failed(_)));
    let is_done = settled.first().is_some_and(|end| end.outcome() == Outcome::Done);
    if is_done && !failed && due != Due::Clear && lanes_work(records, run, now).await? {
        settled[0] = Settled::Worked(Outcome::Done);
    }
    Ok(settled)
}

/// Ends the trouble of applying where a lane has written since. That a message was done with does not show it: one of an
/// earlier epoch is dropped without asking the target.
async fn lanes_work(records: &impl CheckpointTable, run: RunId, now: UnixMs) -> Result<bool, HandlerError> {
    let troubles = trouble_store::troubles(records, run).await?;
    let Some(trouble) = troubles.of(Activity::Apply) else { return Ok(false) };
    let partition = record::run_partition(run);
    let lanes = record::load_all::<LaneProgress>(records, &partition, record::LANES).await?;
    let works = lanes.iter().any(|(_, lane)| lane.value.last_write > trouble.last);
    if works {
        trouble_store::succeeded(records, run, Activity::Apply, now).await?;
    }
    Ok(works)
}

/// The same message once more, to come after `after`, when its handler had `worked` so long; none where it has come of age
/// and the tick sends another.
#[must_use]
pub fn again(
    message: &Message,
    since: UnixMs,
    now: UnixMs,
    worked: Duration,
    after: Duration,
) -> Option<Outgoing> {
    let since = if worked >= LONG_WORK { now } else { since };
    let has_successor = match message {
        Message::Precheck { .. } | Message::Plan { .. } | Message::Read { .. } => true,
        Message::Copy { .. } | Message::Define { .. } => false,
    };
    if has_successor && since.until(now) > CHAIN_AGE_MAX {
        return None;
    }
    Some(message.outgoing_again(since, after.min(MESSAGE_DELAY_MAX)))
}

#[cfg(test)]
mod tests {
    use super::{CHAIN_AGE_MAX, Duration, LONG_WORK, Message, UnixMs, again};
    use crate::message::Received;
    use crate::record::{ChunkId, ChunkNumber, TableNumber};
    use crate::run::RunId;

    const START: UnixMs = UnixMs(1_000_000);
    const SHORT: Duration = Duration::from_millis(40);

    fn run() -> RunId {
        RunId(uuid::Uuid::from_u128(7))
    }

    #[test]
    fn a_message_sent_anew_keeps_its_age_and_ends_when_the_tick_has_sent_another() {
        let plan = Message::Plan { run: run() };
        let second =
            again(&plan, START, START.plus(Duration::from_secs(40)), SHORT, Duration::from_secs(5)).unwrap();
        assert_eq!(second.delay, Duration::from_secs(5));
        let received = Received::parse(&second.body).unwrap();
        assert_eq!((received.message, received.since), (plan, Some(START)));
        let late = START.plus(CHAIN_AGE_MAX + Duration::from_millis(1));
        assert!(again(&plan, START, late, SHORT, Duration::ZERO).is_none());
        let long = again(&plan, START, late, LONG_WORK, Duration::ZERO).unwrap();
        assert_eq!(Received::parse(&long.body).unwrap().since, Some(late));
    }

    /// The messages that go round after an hour in which a tick sent one each minute, and each handled in turn came again; the
    /// handler works for `works`, and one that meets it at work is done with.
    fn alive_after_an_hour(
        works: Duration,
        pause: Duration,
        again: impl Fn(UnixMs, UnixMs) -> Option<UnixMs>,
    ) -> usize {
        let end = START.plus(Duration::from_hours(1));
        let mut waiting: Vec<(UnixMs, UnixMs)> = Vec::new();
        let (mut next_tick, mut busy_until) = (START, START);
        loop {
            let next = waiting.iter().map(|(due, _)| *due).min().unwrap_or(next_tick).min(next_tick);
            if next > end {
                return waiting.len();
            }
            if next == next_tick {
                waiting.push((next_tick, next_tick));
                next_tick = next_tick.plus(super::TICK_MAX);
                continue;
            }
            let at = waiting.iter().position(|(due, _)| *due == next).unwrap();
            let (_, since) = waiting.swap_remove(at);
            if next < busy_until {
                continue;
            }
            busy_until = next.plus(works);
            if let Some(since) = again(since, busy_until) {
                waiting.push((busy_until.plus(pause), since));
            }
        }
    }

    #[test]
    fn messages_that_a_tick_adds_to_do_not_fork_and_without_the_rule_they_would() {
        let plan = Message::Plan { run: run() };
        for (works, pause) in [(20, 500), (5, 9_000), (400, 60_000), (40_000, 0), (40_000, 20_000)] {
            let (works, pause) = (Duration::from_millis(works), Duration::from_millis(pause));
            let by_rule = |since, now| {
                let sent = again(&plan, since, now, works, pause)?;
                Received::parse(&sent.body).unwrap().since
            };
            let alive = alive_after_an_hour(works, pause, by_rule);
            assert!((1..=3).contains(&alive), "{alive} with {works:?} and {pause:?}");
        }
        let (works, pause) = (Duration::from_millis(20), Duration::from_millis(500));
        assert!(alive_after_an_hour(works, pause, |since, _| Some(since)) > 10);
    }

    #[test]
    fn the_message_of_a_chunk_never_comes_of_age() {
        let chunk = ChunkId { table: TableNumber(1), number: ChunkNumber(2) };
        let copy = Message::Copy { run: run(), chunk };
        let late = START.plus(Duration::from_hours(20));
        let once_more = again(&copy, START, late, SHORT, Duration::from_hours(1)).unwrap();
        assert_eq!(once_more.delay, Duration::from_secs(900));
        assert_eq!(Received::parse(&once_more.body).unwrap().message, copy);
    }
}
