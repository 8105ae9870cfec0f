//! How long a queue's work has failed without one success in between, and what failed last.
//!
//! Transient errors are tried again by themselves, but not for ever: past the window the run is failed with the last
//! error, and the operator decides.

use std::sync::Mutex;
use std::time::Duration;

use migration::time::UnixMs;

/// How long transient errors are tried again before the run is failed.
pub(crate) const WINDOW: Duration = Duration::from_mins(10);

/// Since when everything has failed.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    since: Mutex<Option<UnixMs>>,
}

/// What failed last, until somebody has told it to the operator.
#[derive(Debug, Default)]
pub(crate) struct LastFailure {
    told: Mutex<Option<String>>,
}

impl LastFailure {
    /// Keeps the newest failure.
    pub(crate) fn note(&self, what: String) {
        *self.told.lock().expect("invariant: nothing panics while holding this lock") = Some(what);
    }

    /// The newest failure, once.
    pub(crate) fn take(&self) -> Option<String> {
        self.told.lock().expect("invariant: nothing panics while holding this lock").take()
    }
}

impl Trouble {
    /// Something succeeded.
    pub(crate) fn over(&self) {
        *self.since.lock().expect("invariant: nothing panics while holding this lock") = None;
    }

    /// Something failed; returns how long that has been going on.
    pub(crate) fn again(&self, now: UnixMs) -> Duration {
        let mut since = self.since.lock().expect("invariant: nothing panics while holding this lock");
        since.get_or_insert(now).until(now)
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Trouble, UnixMs};

    #[test]
    fn trouble_counts_from_the_first_failure_after_a_success() {
        let trouble = Trouble::default();
        assert_eq!(trouble.again(UnixMs(1_000)), Duration::ZERO);
        assert_eq!(trouble.again(UnixMs(4_000)), Duration::from_secs(3));
        trouble.over();
        assert_eq!(trouble.again(UnixMs(9_000)), Duration::ZERO);
    }
}
