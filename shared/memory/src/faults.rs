//! A script of faults over all calls of the ports that share it.
//!
//! Calls are counted from 1, over all ports together and for each kind apart. The two classic cases are *before*
//! (refused, nothing happened) and *after* (it happened, the answer was lost): the second finds the bugs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::port::{PortError, Surface};
use migration::retry::{Effect, Retry};

use crate::clock::ManualClock;

/// A kind of call: one for each port method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the port method of the same name")]
pub enum Call {
    Get,
    Range,
    Commit,
    Send,
    Depth,
    Receive,
    Delete,
    ChangeVisibility,
    SourceFacts,
    TableNames,
    DescribeSource,
    Count,
    BoundaryAfter,
    Page,
    LogStart,
    LogEnd,
    LogVisible,
    LogOpen,
    LogFileFor,
    LogNext,
    TargetFacts,
    Databases,
    DescribeTarget,
    IsEmpty,
    CreateDatabase,
    CreateTable,
    AddColumn,
    DropColumn,
    DropTable,
    Truncate,
    Probe,
    DropProbe,
    TargetNow,
    Write,
    DeleteRows,
    PutObject,
    GetObject,
    RemoveObject,
}

impl Call {
    fn surface(self) -> Surface {
        match self {
            Self::Get | Self::Range | Self::Commit => Surface::Checkpoint,
            Self::Send | Self::Depth | Self::Receive | Self::Delete | Self::ChangeVisibility => {
                Surface::Queue
            }
            Self::SourceFacts
            | Self::TableNames
            | Self::DescribeSource
            | Self::Count
            | Self::BoundaryAfter
            | Self::Page
            | Self::LogStart
            | Self::LogEnd
            | Self::LogVisible
            | Self::LogOpen
            | Self::LogFileFor
            | Self::LogNext => Surface::Source,
            Self::TargetFacts
            | Self::Databases
            | Self::DescribeTarget
            | Self::IsEmpty
            | Self::CreateDatabase
            | Self::CreateTable
            | Self::AddColumn
            | Self::DropColumn
            | Self::DropTable
            | Self::Truncate
            | Self::Probe
            | Self::DropProbe
            | Self::TargetNow
            | Self::Write
            | Self::DeleteRows => Surface::Target,
            Self::PutObject | Self::GetObject | Self::RemoveObject => Surface::Objects,
        }
    }
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails without effect.
    Before(Retry),
    /// It happens, but the caller gets an error that says `Effect::Unknown`.
    After(Retry),
    /// A commit finds its condition broken, though nothing was written; another call fails before.
    Conflict,
    /// The first half of a write batch or of the messages happens; another call fails after.
    Half,
    /// A target's write or definition fails with `Effect::Unknown` and happens only after this span; another call fails
    /// after.
    Late(Duration),
    /// The call works, but time passes before it.
    Pass(Duration),
}

/// A handle to a script; clones share it.
#[derive(Debug, Clone)]
pub struct Faults {
    clock: ManualClock,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    journal: Vec<Call>,
    counts: BTreeMap<Call, u64>,
    by_number: BTreeMap<u64, Fault>,
    by_call: BTreeMap<(Call, u64), Fault>,
    fired: u64,
}

/// What a port does with a call. `Pass` has been dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Work,
    Before(Retry),
    After(Retry),
    Conflict,
    Half,
    Late(Duration),
}

impl Faults {
    /// An empty script: every call works.
    #[must_use]
    pub fn new(clock: ManualClock) -> Self {
        Self { clock, script: Arc::default() }
    }

    /// The `number`-th call from the beginning, of whatever kind, has this fault.
    pub fn at(&self, number: u64, fault: Fault) {
        self.script().by_number.insert(number, fault);
    }

    /// The `number`-th call of this kind from the beginning has this fault.
    pub fn at_call(&self, call: Call, number: u64, fault: Fault) {
        self.script().by_call.insert((call, number), fault);
    }

    /// The next call of this kind has this fault.
    pub fn next(&self, call: Call, fault: Fault) {
        let mut script = self.script();
        let number = script.counts.get(&call).copied().unwrap_or(0) + 1;
        script.by_call.insert((call, number), fault);
    }

    /// Every call made so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.script().journal.clone()
    }

    /// How many calls have been made so far.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.script().journal.len() as u64
    }

    /// How often this kind has been called.
    #[must_use]
    pub fn count(&self, call: Call) -> u64 {
        self.script().counts.get(&call).copied().unwrap_or(0)
    }

    /// How many faults have happened; a test that scripts one checks that it did.
    #[must_use]
    pub fn fired(&self) -> u64 {
        self.script().fired
    }

    pub(crate) fn clock(&self) -> ManualClock {
        self.clock.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call and says what becomes of it.
    pub(crate) fn step(&self, call: Call) -> Step {
        let mut script = self.script();
        script.journal.push(call);
        let number = script.journal.len() as u64;
        let of_kind = script.counts.entry(call).or_insert(0);
        *of_kind += 1;
        let of_kind = *of_kind;
        let by_number = script.by_number.remove(&number);
        let Some(fault) = by_number.or_else(|| script.by_call.remove(&(call, of_kind))) else {
            return Step::Work;
        };
        script.fired += 1;
        drop(script);
        match fault {
            Fault::Before(retry) => Step::Before(retry),
            Fault::After(retry) => Step::After(retry),
            Fault::Conflict => Step::Conflict,
            Fault::Half => Step::Half,
            Fault::Late(span) => Step::Late(span),
            Fault::Pass(span) => {
                self.clock.advance(span);
                Step::Work
            }
        }
    }

    /// Makes a call that is either done or not.
    pub(crate) fn call<T>(
        &self,
        call: Call,
        work: impl FnOnce() -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        match self.step(call) {
            Step::Work => work(),
            Step::Before(retry) => Err(before(call, retry)),
            Step::Conflict => Err(before(call, Retry::Now)),
            Step::After(retry) => {
                work()?;
                Err(after(call, retry))
            }
            Step::Half | Step::Late(_) => {
                work()?;
                Err(after(call, Retry::Now))
            }
        }
    }
}

/// The error of a call that had no effect.
pub(crate) fn before(call: Call, retry: Retry) -> PortError {
    scripted(call, retry, Effect::None)
}

/// The error of a call that may have had its effect.
pub(crate) fn after(call: Call, retry: Retry) -> PortError {
    scripted(call, retry, Effect::Unknown)
}

fn scripted(call: Call, retry: Retry, effect: Effect) -> PortError {
    let summary = format!("scripted fault of {call:?}");
    PortError { surface: call.surface(), code: None, summary, retry, effect, cause: None }
}
