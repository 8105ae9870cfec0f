//! What goes wrong on purpose, by chance from a seed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// How often something goes wrong; nothing does by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// Of a hundred invocations, so many are killed after a random time.
    pub killed: u32,
    /// Of a hundred invocations, so many stop dead after a random time, and are killed at their timeout.
    pub hung: u32,
    /// The longest of these times; the shortest is none.
    pub within: Duration,
    /// Of a hundred batches, so many are delivered to two environments at once.
    pub twice: u32,
    /// Of a hundred batches, so many are deleted without any invocation.
    pub dropped: u32,
}

/// The end of an invocation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Doom {
    /// It is killed after so long.
    Kill(Duration),
    /// It does nothing more after so long.
    Hang(Duration),
}

/// Draws from a seed.
#[derive(Debug)]
pub(crate) struct Chance {
    faults: Mutex<Faults>,
    random: Mutex<ChaCha8Rng>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { faults: Mutex::default(), random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)) }
    }

    /// From now on.
    pub(crate) fn set(&self, faults: Faults) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    fn faults(&self) -> Faults {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    fn happens(&self, of_a_hundred: u32) -> bool {
        of_a_hundred > 0 && self.draw() % 100 < u64::from(of_a_hundred)
    }

    /// What becomes of this invocation, where it is not let be.
    pub(crate) fn doom(&self) -> Option<Doom> {
        let faults = self.faults();
        // Far more often soon than late, because most invocations are short.
        let part = (self.draw() % 1_000).pow(3) / 1_000_000;
        let after = faults.within * u32::try_from(part).expect("invariant: below a thousand") / 1_000;
        if self.happens(faults.killed) {
            return Some(Doom::Kill(after));
        }
        self.happens(faults.hung).then_some(Doom::Hang(after))
    }

    /// Whether this batch is delivered twice.
    pub(crate) fn is_twice(&self) -> bool {
        self.happens(self.faults().twice)
    }

    /// Whether this batch is lost.
    pub(crate) fn is_dropped(&self) -> bool {
        self.happens(self.faults().dropped)
    }
}
