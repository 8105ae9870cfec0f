//! A clock that moves only when told to, or when somebody sleeps.
//!
//! An *automatic* clock jumps to a sleeper's deadline as soon as nobody else has an earlier one, so that a handler
//! that waits runs through at once. A *stepped* clock leaves sleepers asleep until the test calls
//! [`advance`](ManualClock::advance). Neither ever waits in real time.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migration::port::Clock;
use migration::time::UnixMs;

/// How often a sleeper of an automatic clock lets earlier sleepers go first. One that is never polled again
/// (it lost a race and is still held) must not stop the others for ever.
const YIELDS_MAX: u32 = 32;

/// A handle to a virtual clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    dial: Arc<Mutex<Dial>>,
}

#[derive(Debug)]
struct Dial {
    now: UnixMs,
    automatic: bool,
    next_sleeper: u64,
    sleepers: Vec<Sleeper>,
}

#[derive(Debug)]
struct Sleeper {
    id: u64,
    deadline: UnixMs,
    waker: Waker,
}

impl ManualClock {
    /// A clock that jumps to the earliest sleeper's deadline by itself.
    #[must_use]
    pub fn automatic(now: UnixMs) -> Self {
        Self::new(now, true)
    }

    /// A clock whose sleepers wait for [`advance`](Self::advance).
    #[must_use]
    pub fn stepped(now: UnixMs) -> Self {
        Self::new(now, false)
    }

    fn new(now: UnixMs, automatic: bool) -> Self {
        let dial = Dial { now, automatic, next_sleeper: 0, sleepers: Vec::new() };
        Self { dial: Arc::new(Mutex::new(dial)) }
    }

    /// Moves the time on and wakes whoever slept until then.
    pub fn advance(&self, span: Duration) {
        let mut dial = self.dial();
        let now = dial.now.plus(span);
        dial.move_to(now);
    }

    /// When the first sleeper is to be woken.
    #[must_use]
    pub fn next_wake(&self) -> Option<UnixMs> {
        self.dial().sleepers.iter().map(|sleeper| sleeper.deadline).min()
    }

    fn dial(&self) -> MutexGuard<'_, Dial> {
        self.dial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dial {
    fn move_to(&mut self, now: UnixMs) {
        self.now = self.now.max(now);
        for sleeper in &self.sleepers {
            if sleeper.deadline <= self.now {
                sleeper.waker.wake_by_ref();
            }
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMs {
        self.dial().now
    }

    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send {
        let deadline = self.now().plus(span);
        Sleep { clock: self.clone(), deadline, id: None, yields: 0 }
    }
}

struct Sleep {
    clock: ManualClock,
    deadline: UnixMs,
    id: Option<u64>,
    yields: u32,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut dial = clock.dial();
        if self.deadline <= dial.now {
            return Poll::Ready(());
        }
        let Some(id) = self.id else {
            // The first poll only takes a place in the line, so that all sleepers of a join are known before time moves.
            let id = dial.next_sleeper;
            dial.next_sleeper += 1;
            dial.sleepers.push(Sleeper { id, deadline: self.deadline, waker: context.waker().clone() });
            self.id = Some(id);
            if dial.automatic {
                context.waker().wake_by_ref();
            }
            return Poll::Pending;
        };
        if let Some(sleeper) = dial.sleepers.iter_mut().find(|sleeper| sleeper.id == id) {
            sleeper.waker = context.waker().clone();
        }
        if !dial.automatic {
            return Poll::Pending;
        }
        let is_first = dial.sleepers.iter().all(|other| (self.deadline, id) <= (other.deadline, other.id));
        if !is_first && self.yields < YIELDS_MAX {
            self.yields += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        dial.move_to(self.deadline);
        Poll::Ready(())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.clock.dial().sleepers.retain(|sleeper| sleeper.id != id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use futures_util::FutureExt;
    use migration::port::Clock;
    use migration::time::UnixMs;

    use super::ManualClock;

    #[test]
    fn an_automatic_clock_wakes_concurrent_sleepers_in_the_order_of_their_deadlines() {
        let clock = ManualClock::automatic(UnixMs(1_000));
        let woken = Mutex::new(Vec::new());
        let sleeper = |seconds: u64| {
            let (clock, woken) = (clock.clone(), &woken);
            async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                woken.lock().unwrap().push((seconds, clock.now()));
            }
        };
        let mut all = futures_util::future::join_all([9, 3, 6].map(sleeper));
        assert!((0..100).any(|_| (&mut all).now_or_never().is_some()));
        assert_eq!(*woken.lock().unwrap(), [(3, UnixMs(4_000)), (6, UnixMs(7_000)), (9, UnixMs(10_000))]);
    }

    #[test]
    fn a_stepped_clock_lets_sleepers_sleep_until_it_is_advanced() {
        let clock = ManualClock::stepped(UnixMs(0));
        let mut sleep = Box::pin(clock.sleep(Duration::from_secs(2)));
        assert!((&mut sleep).now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!((&mut sleep).now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!((&mut sleep).now_or_never().is_some());
    }
}
