//! A run: one attempt to carry out a task document, from `created` to an end.
//!
//! The task's name outlives runs; everything durable carries the run id, because a name used again must never
//! meet the messages, leases or stamps of an earlier attempt (protocol H5).
//! One enum says where a run stands, one function moves it, and every move is journalled with its cause.

mod journal;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::capabilities::Capabilities;
use crate::ident::DatabaseName;
use crate::statement_form::StatementForm;
use crate::time::UnixMs;

pub use self::journal::JournalEntry;

/// Names a run; made outside, where random numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl std::str::FromStr for RunId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Submitted; nobody has looked at it.
    Created,
    /// Facts are gathered and judged.
    Prechecking,
    /// Precheck found a reason not to start.
    PrecheckFailed,
    /// Tables are made, taken and cut; chunks may already be copied.
    Planning,
    /// Planning is over, chunks are being copied.
    Copying,
    /// Everything is copied; the log is followed, and its end was not reached yet.
    CatchingUp,
    /// The log is followed, and its end was reached once.
    Running,
    /// Everything is carried over; waiting until the target's clock is past the stamp and every lease has ended.
    Finishing,
    /// Done.
    Completed,
    /// Stopped by the operator, who may resume it.
    Paused,
    /// Something failed that may pass, and is tried again (see [`crate::retry_budget`]). Shown, and journalled, in place
    /// of the state that the run works in; it is never stored, because what does not fail goes on.
    Retrying,
    /// Stopped by an error that needs a person; the next `run` resumes it.
    Failed,
    /// Ended by the operator for good.
    Cancelled,
}

/// What moves a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Precheck began.
    PrecheckStarted,
    /// Precheck found a reason not to start.
    PrecheckRefused,
    /// Precheck passed.
    PrecheckPassed,
    /// All tables are cut.
    PlanningEnded,
    /// No chunk is left, and the log is not followed.
    CopyEnded,
    /// No chunk is left, and the log is followed.
    CatchUpBegan,
    /// The log's end was reached and everything up to it applied.
    CaughtUp,
    /// The operator asked to finish, and everything committed before is applied.
    FinishReached,
    /// The stamp's margin has passed and no lease exists.
    LeasesEnded,
    /// An error that needs a person.
    Failure,
    /// The operator starts a failed or paused run, or one whose precheck failed, again.
    ResumedByHand,
    /// The operator stops the run.
    PausedByHand,
    /// The operator ends the run for good.
    CancelledByHand,
    /// A failure that may pass.
    TroubleBegan,
    /// What had failed has succeeded.
    TroubleOver,
}

/// A move the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run that is {from} cannot take the event {event:?}")]
pub struct IllegalTransition {
    /// Where the run stood.
    pub from: State,
    /// What was asked.
    pub event: Event,
}

impl State {
    /// The state after `event`.
    ///
    /// # Errors
    /// [`IllegalTransition`] where the event has no meaning in this state.
    pub fn transition(self, event: Event, resume: ResumePoint) -> Result<Self, IllegalTransition> {
        match (self, event) {
            (Self::Created, Event::PrecheckStarted) | (Self::PrecheckFailed, Event::ResumedByHand) => {
                Ok(Self::Prechecking)
            }
            (Self::Prechecking, Event::PrecheckRefused) => Ok(Self::PrecheckFailed),
            (Self::Prechecking, Event::PrecheckPassed) => Ok(Self::Planning),
            (Self::Planning, Event::PlanningEnded) => Ok(Self::Copying),
            (Self::Copying, Event::CatchUpBegan) => Ok(Self::CatchingUp),
            (Self::CatchingUp, Event::CaughtUp) => Ok(Self::Running),
            (Self::Copying, Event::CopyEnded) | (Self::CatchingUp | Self::Running, Event::FinishReached) => {
                Ok(Self::Finishing)
            }
            (Self::Finishing, Event::LeasesEnded) => Ok(Self::Completed),
            (live, Event::Failure) if live.is_live() => Ok(Self::Failed),
            (live, Event::PausedByHand) if live.is_live() => Ok(Self::Paused),
            (live, Event::TroubleBegan) if live.is_live() => Ok(Self::Retrying),
            (live, Event::TroubleOver) if live.is_live() => Ok(live),
            (state, Event::CancelledByHand) if !state.is_over() => Ok(Self::Cancelled),
            (Self::Failed | Self::Paused, Event::ResumedByHand) => Ok(match resume {
                ResumePoint::Precheck => Self::Prechecking,
                ResumePoint::Planning => Self::Planning,
                ResumePoint::Copying => Self::Copying,
                ResumePoint::CatchingUp => Self::CatchingUp,
                ResumePoint::Running => Self::Running,
            }),
            _ => Err(IllegalTransition { from: self, event }),
        }
    }

    /// Whether handlers work on a run in this state.
    #[must_use]
    pub fn is_live(self) -> bool {
        match self {
            Self::Created
            | Self::Prechecking
            | Self::Planning
            | Self::Copying
            | Self::CatchingUp
            | Self::Running
            | Self::Finishing => true,
            Self::PrecheckFailed
            | Self::Completed
            | Self::Paused
            | Self::Retrying
            | Self::Failed
            | Self::Cancelled => false,
        }
    }

    /// Whether the run has ended for good: no `resume` brings it back.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }

    /// Whether chunks may be copied; those of a table that is copied again while the log is followed included.
    #[must_use]
    pub fn copies(self) -> bool {
        matches!(self, Self::Planning | Self::Copying | Self::CatchingUp | Self::Running)
    }

    /// Whether changes of the log may be shipped and applied, where the run follows it.
    #[must_use]
    pub fn follows(self) -> bool {
        matches!(self, Self::Copying | Self::CatchingUp | Self::Running)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Prechecking => "prechecking",
            Self::PrecheckFailed => "precheck_failed",
            Self::Planning => "planning",
            Self::Copying => "copying",
            Self::CatchingUp => "catching_up",
            Self::Running => "running",
            Self::Finishing => "finishing",
            Self::Completed => "completed",
            Self::Paused => "paused",
            Self::Retrying => "retrying",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        })
    }
}

/// How far a run had come when it failed: where a resume goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ResumePoint {
    /// Precheck had not passed.
    #[default]
    Precheck,
    /// Planning had not ended.
    Planning,
    /// Everything was planned.
    Copying,
    /// Everything was copied.
    CatchingUp,
    /// The log's end had been reached.
    Running,
}

/// Why a run failed, in words for a person; no values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What failed, with table and key digest where it concerns a row.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// When.
    pub at: UnixMs,
}

/// The run's own record: `run#ID` / `run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which run.
    pub id: RunId,
    /// The task's name.
    pub task: String,
    /// Where it stands.
    pub state: State,
    /// Where a resume goes on.
    pub resume: ResumePoint,
    /// When it was submitted, by the submitter's clock.
    pub created_at: UnixMs,
    /// What the probe measured, once precheck passed.
    pub capabilities: Option<Capabilities>,
    /// The database on the target that holds the run's probe table, which is its clock.
    pub probe_database: Option<DatabaseName>,
    /// The last failure.
    pub failure: Option<Failure>,
    /// How many tables are in the selection, once precheck passed.
    pub tables: u32,
    /// Whether the operator has asked to finish: to end as completed once everything committed before is applied.
    #[serde(default)]
    pub finish: bool,
    /// How often it was resumed by hand: what was in flight before may have been dropped.
    #[serde(default)]
    pub resumes: u32,
    /// Whether the operator has said since that definitions which cannot be carried are ignored, whatever the document says.
    #[serde(default)]
    pub ignores_definitions: bool,
    /// The number of the next journal entry.
    pub journal_next: u32,
}

impl Run {
    /// A new run.
    #[must_use]
    pub fn created(id: RunId, task: String, now: UnixMs) -> Self {
        Self {
            id,
            task,
            state: State::Created,
            resume: ResumePoint::Precheck,
            created_at: now,
            capabilities: None,
            probe_database: None,
            failure: None,
            tables: 0,
            finish: false,
            resumes: 0,
            ignores_definitions: false,
            journal_next: 0,
        }
    }

    /// The form of the run's statements, by what was measured.
    #[must_use]
    pub fn statement_form(&self) -> StatementForm {
        let measured = self.capabilities.as_ref().map(Capabilities::statement_form);
        measured.unwrap_or_else(|| Capabilities::default().statement_form())
    }

    /// Moves the run and returns the journal entry's number and text.
    ///
    /// # Errors
    /// [`IllegalTransition`], and nothing is changed.
    pub fn step(
        &mut self,
        event: Event,
        cause: impl Into<String>,
        now: UnixMs,
    ) -> Result<(u32, JournalEntry), IllegalTransition> {
        let to = self.state.transition(event, self.resume)?;
        let from = if event == Event::TroubleOver { State::Retrying } else { self.state };
        if to != State::Retrying {
            self.state = to;
        }
        self.resumes += u32::from(event == Event::ResumedByHand);
        match to {
            State::Planning => self.resume = ResumePoint::Planning,
            State::Copying => self.resume = ResumePoint::Copying,
            State::CatchingUp => self.resume = ResumePoint::CatchingUp,
            State::Running => self.resume = ResumePoint::Running,
            State::Created
            | State::Prechecking
            | State::PrecheckFailed
            | State::Finishing
            | State::Completed
            | State::Paused
            | State::Retrying
            | State::Failed
            | State::Cancelled => {}
        }
        let number = self.journal_next;
        self.journal_next += 1;
        Ok((number, JournalEntry { at: now, from, to, cause: cause.into() }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, ResumePoint, Run, RunId, State, Uuid};
    use crate::time::UnixMs;

    fn run() -> Run {
        Run::created(RunId(Uuid::nil()), "shop".to_owned(), UnixMs(1))
    }

    #[test]
    fn a_full_run_passes_through_every_state_and_journals_each_move() {
        let mut run = run();
        let events = [
            Event::PrecheckStarted,
            Event::PrecheckPassed,
            Event::PlanningEnded,
            Event::CopyEnded,
            Event::LeasesEnded,
        ];
        for (number, event) in (0u32..).zip(events) {
            assert_eq!(run.step(event, "because", UnixMs(2)).unwrap().0, number);
        }
        assert_eq!(run.state, State::Completed);
    }

    #[test]
    fn a_failed_run_resumes_where_it_stopped_and_only_by_hand() {
        let mut run = run();
        for event in [Event::PrecheckStarted, Event::PrecheckPassed, Event::Failure] {
            run.step(event, "x", UnixMs(2)).unwrap();
        }
        assert!(run.step(Event::PlanningEnded, "x", UnixMs(3)).is_err());
        run.step(Event::ResumedByHand, "x", UnixMs(3)).unwrap();
        assert_eq!((run.state, run.resume), (State::Planning, ResumePoint::Planning));
    }

    #[test]
    fn trouble_is_journalled_and_leaves_the_state_as_it_is() {
        let mut run = run();
        for event in [Event::PrecheckStarted, Event::PrecheckPassed] {
            run.step(event, "x", UnixMs(2)).unwrap();
        }
        let told = [Event::TroubleBegan, Event::TroubleOver].map(|event| {
            let (_, entry) = run.step(event, "x", UnixMs(3)).unwrap();
            assert_eq!(run.state, State::Planning);
            (entry.from, entry.to)
        });
        assert_eq!(told, [(State::Planning, State::Retrying), (State::Retrying, State::Planning)]);
    }

    #[test]
    fn a_completed_run_never_moves_again() {
        for event in [Event::Failure, Event::ResumedByHand, Event::PrecheckStarted, Event::CopyEnded] {
            assert!(State::Completed.transition(event, ResumePoint::Copying).is_err());
        }
    }
}
