//! The faults that are set: which of them strike, how often each has, and who waits for one to be cleared.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::answer::SqlError;
use crate::engine::FirstKeyRange;
use crate::fault::command::{CommandError, Which};
use crate::fault::recipe::{Applied, Delay, Effect, Recipe};
use crate::fault::seed::Chance;
use crate::fault::statement::Verb;

/// How many faults there may be, spent ones included.
const FAULTS_MAX: usize = 64;

/// The number of a fault; none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultId(pub(super) u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The faults of one server. Share it by `Arc`; every method may be called from many threads at once.
#[derive(Debug, Default)]
pub struct Faults {
    /// Whether any fault is set; read without order, since whoever sets a fault cannot tell which statements came before.
    are_set: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    faults: Vec<Set>,
    last_id: u64,
    last_ddl: Option<Instant>,
    is_closing: bool,
}

/// A fault that is set.
#[derive(Debug)]
struct Set {
    id: FaultId,
    recipe: Recipe,
    until: Option<Instant>,
    seen: u64,
    struck: u64,
    chance: Chance,
}

/// What a statement looks like to a fault.
pub(super) struct Occasion<'a> {
    pub(super) verb: Verb,
    /// Database and table.
    pub(super) table: Option<(&'a str, &'a str)>,
    /// Whether it touches keys of this range.
    pub(super) reaches: &'a dyn Fn(&FirstKeyRange) -> Result<bool, SqlError>,
}

/// What a fault does to one statement.
#[derive(Debug)]
pub(super) enum Blow {
    /// It waits so long.
    Stall(FaultId, Duration),
    /// It waits until the fault is cleared.
    Block(FaultId),
    /// It ends after this delay: what is applied, and the error or a cut.
    End(FaultId, Duration, Applied, Option<SqlError>),
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// The time is over, or the fault was cleared.
    Over,
    /// The server stops.
    Closing,
}

impl Faults {
    /// Sets a fault.
    ///
    /// # Errors
    /// Too many are set.
    pub fn set(&self, recipe: Recipe) -> Result<FaultId, CommandError> {
        let mut state = self.state();
        if state.faults.len() >= FAULTS_MAX {
            return Err(CommandError::TooMany(FAULTS_MAX));
        }
        state.last_id += 1;
        let id = FaultId(state.last_id);
        let until = recipe.scope.lasts.map(|lasts| Instant::now() + lasts);
        let chance = Chance::new(recipe.scope.seed);
        state.faults.push(Set { id, recipe, until, seen: 0, struck: 0, chance });
        self.are_set.store(true, Ordering::Relaxed);
        Ok(id)
    }

    /// Clears faults and lets go on whoever waits for them; says how many there were and how often they struck.
    ///
    /// # Errors
    /// No fault has the number.
    pub fn clear(&self, which: Which) -> Result<(usize, u64), CommandError> {
        let mut state = self.state();
        let before = state.faults.len();
        let mut struck = 0;
        state.faults.retain(|fault| {
            let goes = match which {
                Which::All => true,
                Which::One(id) => fault.id == id,
            };
            struck += if goes { fault.struck } else { 0 };
            !goes
        });
        let cleared = before - state.faults.len();
        self.are_set.store(!state.faults.is_empty(), Ordering::Relaxed);
        drop(state);
        self.changed.notify_all();
        match which {
            Which::One(id) if cleared == 0 => Err(CommandError::NoSuchFault(id)),
            Which::One(_) | Which::All => Ok((cleared, struck)),
        }
    }

    /// How often a fault has struck; none if it was cleared.
    #[must_use]
    pub fn struck(&self, id: FaultId) -> Option<u64> {
        self.state().faults.iter().find(|fault| fault.id == id).map(|fault| fault.struck)
    }

    /// The faults that are set, a sentence each.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let now = Instant::now();
        let shown = |fault: &Set| {
            let spent = if fault.is_spent(now) { " spent" } else { "" };
            format!("{}: {} seen={} struck={}{spent}", fault.id, fault.recipe.text, fault.seen, fault.struck)
        };
        self.state().faults.iter().map(shown).collect()
    }

    /// Whether any fault is set: the question asked before every statement.
    pub(crate) fn are_set(&self) -> bool {
        self.are_set.load(Ordering::Relaxed)
    }

    /// Whether a new connection is to be refused.
    pub(crate) fn strikes_connection(&self) -> bool {
        if !self.are_set() {
            return false;
        }
        let now = Instant::now();
        let mut state = self.state();
        let mut refusing = state.faults.iter_mut().filter(|fault| fault.recipe.effect == Effect::Refuse);
        refusing.any(|fault| fault.strikes(now))
    }

    /// What the faults that are set do to a statement, in the order in which they were set.
    pub(super) fn strike(&self, occasion: &Occasion<'_>) -> Result<Vec<Blow>, SqlError> {
        let now = Instant::now();
        let mut state = self.state();
        if occasion.verb == Verb::Ddl {
            state.last_ddl = Some(now);
        }
        let since_ddl = state.last_ddl.map(|last| now.duration_since(last));
        let mut blows = Vec::new();
        for fault in &mut state.faults {
            if !fault.fits(occasion, since_ddl)? || !fault.strikes(now) {
                continue;
            }
            let id = fault.id;
            match &fault.recipe.effect {
                Effect::Refuse => {}
                Effect::Stall(delay) => blows.push(Blow::Stall(id, pick(*delay, &mut fault.chance))),
                Effect::Block(_) => blows.push(Blow::Block(id)),
                Effect::End { delay, applied, error } => {
                    let delay = pick(*delay, &mut fault.chance);
                    blows.push(Blow::End(id, delay, *applied, error.clone()));
                    break;
                }
            }
        }
        Ok(blows)
    }

    /// Waits until a fault is cleared or over, or until then.
    pub(super) fn wait_for(&self, id: FaultId, until: Instant) -> Waited {
        self.wait(|state| {
            let fault = state.faults.iter().find(|fault| fault.id == id);
            fault.map(|fault| fault.until.map_or(until, |over| over.min(until)))
        })
    }

    /// Waits until then, whatever becomes of the faults.
    pub(super) fn wait_until(&self, until: Instant) -> Waited {
        self.wait(|_| Some(until))
    }

    /// `goal` says until when to wait as things stand; none ends the wait.
    fn wait(&self, goal: impl Fn(&State) -> Option<Instant>) -> Waited {
        let mut state = self.state();
        loop {
            if state.is_closing {
                return Waited::Closing;
            }
            let left = goal(&state).map(|until| until.saturating_duration_since(Instant::now()));
            let Some(left) = left.filter(|left| !left.is_zero()) else { return Waited::Over };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Ends every wait, now and later: the server stops.
    pub(crate) fn close(&self) {
        self.state().is_closing = true;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Set {
    fn is_spent(&self, now: Instant) -> bool {
        self.recipe.scope.times.is_some_and(|times| self.struck >= times)
            || self.until.is_some_and(|until| now >= until)
    }

    fn fits(&self, occasion: &Occasion<'_>, since_ddl: Option<Duration>) -> Result<bool, SqlError> {
        let scope = &self.recipe.scope;
        let here = scope.table.as_ref().is_none_or(|wanted| {
            occasion.table.is_some_and(|(database, table)| {
                wanted.database.as_deref() == Some(database) && wanted.table == table
            })
        });
        let lately = scope.after_ddl.is_none_or(|within| since_ddl.is_some_and(|since| since <= within));
        if !here || !lately || !scope.verbs.contains(&occasion.verb) {
            return Ok(false);
        }
        match &self.recipe.effect {
            Effect::Refuse => Ok(false),
            Effect::Block(range) => (occasion.reaches)(range),
            Effect::End { .. } | Effect::Stall(_) => Ok(true),
        }
    }

    /// Counts one more that fits, and says whether it is struck.
    fn strikes(&mut self, now: Instant) -> bool {
        if self.is_spent(now) {
            return false;
        }
        self.seen += 1;
        let scope = &self.recipe.scope;
        let strikes = self.seen.is_multiple_of(scope.every)
            && (scope.percent >= 100 || self.chance.below(100) < scope.percent);
        self.struck += u64::from(strikes);
        strikes
    }
}

fn pick(delay: Delay, chance: &mut Chance) -> Duration {
    let spread = u64::try_from((delay.most - delay.least).as_millis()).unwrap_or(u64::MAX - 1);
    delay.least + Duration::from_millis(chance.below(spread + 1))
}
