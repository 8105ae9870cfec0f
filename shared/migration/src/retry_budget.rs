//! How long what failed is tried again by itself, and when a person is asked.
//!
//! # Why trying again ends, but not too early
//!
//! 1. An activity that failed is in trouble from its first failure until its next success. Several workers of one activity share
//!    its trouble, and a success of any of them ends it: what they all reach can be reached. Work that fails
//!    while other work of the activity succeeds is tried on without end of time, but shown, until it is all that is left.
//! 2. Two windows of the task's document bound a trouble. All of it lasts at most as long as the greater one, which is that of
//!    connections; so two kinds of failures that take turns do not go on for ever. The unbroken row of failures of the other
//!    kind at its end lasts at most as long as the smaller one: a server that was away for hours is given
//!    that time to recover once it answers again, whatever it answers.
//! 3. The window is tested at a failure and never at a success, so that the last try before its end counts.
//! 4. The wait before the next try is how long the trouble has lasted, between bounds: it doubles from try to try, however many
//!    workers fail at once, and nobody sleeps through it; the message comes back later.
//! 5. The records outlive the process, and so does a window: a supervisor that starts the process again wins
//!    no time by it. A resume by hand of a failed or paused run begins with no trouble. Time in which nobody tried is no
//!    trying: a trouble whose next try is long overdue is over, because its work has gone, or the process was not running.
//! 6. What only a person can mend uses no window: it has no class here, and fails the run at once.
//!
//! A run in trouble is shown as `retrying`, and keeps the state it works in, because what does not fail goes on. A
//! single failure is counted, but not told: it becomes a trouble to be told of, and to be journalled, with the next failure before
//! any success.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::outcome::{HandlerError, Outcome};
use crate::port::Surface;
use crate::retry::Retry;
use crate::task::{RetryWindows, TimeSpan};
use crate::time::UnixMs;

/// Before the second try.
const WAIT_MIN: Duration = Duration::from_millis(200);
/// Between two tries, at most, unless the server asks for more.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// How long a try may be overdue: longer than an invocation lives.
const OVERDUE: Duration = Duration::from_mins(16);

/// What a run works at, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Looking at both ends.
    Precheck,
    /// Taking and cutting tables, and ending the run.
    Plan,
    /// Copying chunks.
    Copy,
    /// Reading the log.
    Read,
    /// Applying changes.
    Apply,
    /// Executing definitions.
    Define,
}

/// Which window a failure uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An end could not be reached, or the connection to it was lost.
    Connections,
    /// Anything else that may pass.
    Other,
}

/// A failure that may pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its window.
    pub class: Class,
    /// What the failed call asks to wait at least.
    pub pause: Duration,
    /// What failed, in words without values.
    pub cause: String,
}

/// An activity that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The first failure since the last success.
    pub since: UnixMs,
    /// The first of the unbroken row of failures of the other kind at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_since: Option<UnixMs>,
    /// The class of the newest failure.
    pub class: Class,
    /// Failures since the last success.
    pub count: u32,
    /// What failed last.
    pub cause: String,
    /// When it failed last.
    pub last: UnixMs,
    /// Nobody tries before.
    pub next_try: UnixMs,
}

/// What follows from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again after this time.
    Again(Duration),
    /// The window has passed: the run fails.
    Spent {
        /// Which.
        window: TimeSpan,
        /// How often it was tried in it.
        count: u32,
    },
}

/// The activities of a run that fail just now: `run#ID` / `troubles`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Troubles(BTreeMap<Activity, Trouble>);

impl Failed {
    /// From the error of an invocation; none where a person is needed.
    #[must_use]
    pub fn of(error: &HandlerError) -> Option<Self> {
        let at_an_end = match error {
            HandlerError::Port(error) => matches!(error.surface, Surface::Source | Surface::Target),
            HandlerError::Load(_) | HandlerError::Inconsistent(_) | HandlerError::Died(_) => false,
        };
        let (class, pause) = match error.retry() {
            Retry::Now if at_an_end => (Class::Connections, Duration::ZERO),
            Retry::Now => (Class::Other, Duration::ZERO),
            Retry::After(pause) => (Class::Other, pause),
            Retry::Operator | Retry::Never => return None,
        };
        Some(Self { class, pause, cause: error.to_string() })
    }
}

impl Trouble {
    /// Whether it is told of: more than one failure.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.count > 1
    }
}

impl Troubles {
    /// Counts a failure.
    pub fn fail(
        &mut self,
        activity: Activity,
        failed: Failed,
        windows: &RetryWindows,
        now: UnixMs,
    ) -> Verdict {
        let Failed { class, pause, cause } = failed;
        let before = self.0.get(&activity);
        let since = before.map_or(now, |before| before.since);
        let count = before.map_or(0, |before| before.count).saturating_add(1);
        let other_since = match class {
            Class::Connections => None,
            Class::Other => Some(before.and_then(|before| before.other_since).unwrap_or(now)),
        };
        let lasting = since.until(now);
        let wait = lasting.clamp(WAIT_MIN, WAIT_MAX).max(pause);
        let trouble =
            Trouble { since, other_since, class, count, cause, last: now, next_try: now.plus(wait) };
        self.0.insert(activity, trouble);
        let other_lasting = other_since.map_or(Duration::ZERO, |since| since.until(now));
        if lasting > windows.connections.duration() {
            return Verdict::Spent { window: windows.connections, count };
        }
        if other_lasting > windows.other.duration() {
            return Verdict::Spent { window: windows.other, count };
        }
        Verdict::Again(wait)
    }

    /// Counts a success; whether the activity was in trouble.
    pub fn succeed(&mut self, activity: Activity) -> bool {
        self.0.remove(&activity).is_some()
    }

    /// Forgets troubles that nobody tries to end any more; whether there were any.
    pub fn forget_overdue(&mut self, now: UnixMs) -> bool {
        let before = self.0.len();
        self.0.retain(|_, trouble| trouble.next_try.until(now) <= OVERDUE);
        self.0.len() < before
    }

    /// Whether nothing has failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The trouble of an activity.
    #[must_use]
    pub fn of(&self, activity: Activity) -> Option<&Trouble> {
        self.0.get(&activity)
    }

    /// Whether the activity may be tried.
    #[must_use]
    pub fn may_try(&self, activity: Activity, now: UnixMs) -> bool {
        self.of(activity).is_none_or(|trouble| trouble.next_try <= now)
    }

    /// The troubles to be told of; while there are any the run is shown as `retrying`.
    pub fn told(&self) -> impl Iterator<Item = (Activity, &Trouble)> {
        self.0.iter().filter(|(_, trouble)| trouble.is_told()).map(|(activity, trouble)| (*activity, trouble))
    }

    /// Whether the run is shown as `retrying`.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.told().next().is_some()
    }
}

impl Activity {
    /// Whether an invocation that ended so has shown that the activity works.
    ///
    /// A chunk or a lane that must wait for a lease was not tried at all; a planner or reader that comes again has worked.
    #[must_use]
    pub fn has_worked(self, outcome: Outcome) -> bool {
        match (self, outcome) {
            (_, Outcome::Done) | (Self::Precheck | Self::Plan | Self::Read, Outcome::Again { .. }) => true,
            (Self::Copy | Self::Apply | Self::Define, Outcome::Again { after }) => after.is_zero(),
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Precheck => "precheck",
            Self::Plan => "planning",
            Self::Copy => "copying",
            Self::Read => "reading the log",
            Self::Apply => "applying changes",
            Self::Define => "executing a definition",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Activity, Class, Duration, Failed, OVERDUE, Retry, RetryWindows, TimeSpan, Troubles, UnixMs, Verdict,
        WAIT_MAX, WAIT_MIN,
    };
    use crate::outcome::{HandlerError, Outcome};
    use crate::port::{PortError, Surface};

    const MINUTE: u64 = 60_000;

    fn windows() -> RetryWindows {
        RetryWindows {
            connections: TimeSpan::from_millis(60 * MINUTE),
            other: TimeSpan::from_millis(10 * MINUTE),
        }
    }

    fn failed(class: Class) -> Failed {
        Failed { class, pause: Duration::ZERO, cause: "target: gone".to_owned() }
    }

    fn fail(troubles: &mut Troubles, class: Class, minute: u64) -> Verdict {
        troubles.fail(Activity::Copy, failed(class), &windows(), UnixMs(minute * MINUTE))
    }

    #[test]
    fn a_window_counts_from_the_first_failure_since_the_last_success() {
        let mut troubles = Troubles::default();
        assert_eq!(fail(&mut troubles, Class::Other, 0), Verdict::Again(WAIT_MIN));
        assert_eq!(fail(&mut troubles, Class::Other, 10), Verdict::Again(WAIT_MAX));
        assert!(troubles.succeed(Activity::Copy) && !troubles.succeed(Activity::Copy));
        assert_eq!(fail(&mut troubles, Class::Other, 11), Verdict::Again(WAIT_MIN));
        fail(&mut troubles, Class::Other, 20);
        assert!(matches!(fail(&mut troubles, Class::Other, 22), Verdict::Spent { count: 3, .. }));
    }

    #[test]
    fn a_server_that_was_away_is_given_the_other_window_to_recover() {
        let mut troubles = Troubles::default();
        for minute in [0, 20, 50] {
            assert!(matches!(fail(&mut troubles, Class::Connections, minute), Verdict::Again(_)));
        }
        assert!(matches!(fail(&mut troubles, Class::Other, 51), Verdict::Again(_)));
        assert!(matches!(fail(&mut troubles, Class::Other, 59), Verdict::Again(_)));
        let spent = Verdict::Spent { window: windows().connections, count: 6 };
        assert_eq!(fail(&mut troubles, Class::Other, 61), spent);
    }

    #[test]
    fn failures_that_take_turns_end_with_the_greater_window() {
        let mut troubles = Troubles::default();
        for minute in 0..=60 {
            let class = if minute % 2 == 0 { Class::Connections } else { Class::Other };
            assert!(matches!(fail(&mut troubles, class, minute), Verdict::Again(_)), "{minute}");
        }
        assert!(matches!(fail(&mut troubles, Class::Connections, 61), Verdict::Spent { .. }));
    }

    #[test]
    fn waits_double_whoever_fails_and_keep_what_the_server_asked_for() {
        let mut troubles = Troubles::default();
        let mut now = UnixMs(0);
        let mut waits = Vec::new();
        for _ in 0..12 {
            let Verdict::Again(wait) = troubles.fail(Activity::Apply, failed(Class::Other), &windows(), now)
            else {
                panic!("within the window")
            };
            // A second worker fails at the same moment, which makes nobody wait longer.
            troubles.fail(Activity::Apply, failed(Class::Other), &windows(), now);
            assert!(!troubles.may_try(Activity::Apply, now) && troubles.may_try(Activity::Read, now));
            waits.push(wait.as_millis());
            now = now.plus(wait);
        }
        assert_eq!(waits, [200, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000]);
        let asks = Failed { pause: Duration::from_secs(90), ..failed(Class::Other) };
        let verdict = troubles.fail(Activity::Plan, asks, &windows(), now);
        assert_eq!(verdict, Verdict::Again(Duration::from_secs(90)));
    }

    #[test]
    fn one_failure_is_not_told_and_what_nobody_tries_is_forgotten() {
        let mut troubles = Troubles::default();
        fail(&mut troubles, Class::Connections, 0);
        assert!(!troubles.is_told() && !troubles.is_empty());
        fail(&mut troubles, Class::Connections, 1);
        assert_eq!(troubles.told().map(|(activity, _)| activity).collect::<Vec<_>>(), [Activity::Copy]);
        let due = troubles.of(Activity::Copy).unwrap().next_try;
        assert!(!troubles.forget_overdue(due.plus(OVERDUE)));
        assert!(troubles.forget_overdue(due.plus(OVERDUE + Duration::from_secs(1))) && troubles.is_empty());
    }

    #[test]
    fn the_class_is_typed_and_permanent_errors_have_none() {
        let class = |surface, retry| {
            let error = PortError { retry, ..PortError::permanent(surface, "x") };
            Failed::of(&HandlerError::Port(error)).map(|failed| failed.class)
        };
        assert_eq!(class(Surface::Source, Retry::Now), Some(Class::Connections));
        assert_eq!(class(Surface::Target, Retry::After(Duration::ZERO)), Some(Class::Other));
        assert_eq!(class(Surface::Checkpoint, Retry::Now), Some(Class::Other));
        assert_eq!(class(Surface::Target, Retry::Operator), None);
        assert_eq!(class(Surface::Source, Retry::Never), None);
        assert!(Failed::of(&HandlerError::Inconsistent("x".to_owned())).is_none());
    }

    #[test]
    fn a_chunk_that_waits_for_a_lease_has_shown_nothing() {
        let waits = Outcome::Again { after: Duration::from_secs(1) };
        assert!(!Activity::Copy.has_worked(waits) && !Activity::Apply.has_worked(waits));
        assert!(Activity::Copy.has_worked(Outcome::Done) && Activity::Plan.has_worked(waits));
        assert!(Activity::Copy.has_worked(Outcome::Again { after: Duration::ZERO }));
    }
}
