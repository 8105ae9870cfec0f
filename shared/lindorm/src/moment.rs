//! The machine's clock and the spread of waiting times: the two things of the outside world that writing needs.
//!
//! Wall time, not a monotonic clock: leases are written in wall time, and a frozen machine must see that time has passed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use migration::time::UnixMs;

/// Now, by the machine's wall clock.
pub(crate) fn now() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A time between half of `span` and all of it, so that writers that failed together do not return together.
pub(crate) fn jittered(span: Duration) -> Duration {
    let half = span / 2;
    let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
    half.saturating_add(Duration::from_millis(random() % spread))
}

/// A random number; constant where the machine has none to give, which only costs spread.
pub(crate) fn random() -> u64 {
    getrandom::u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::jittered;

    #[test]
    fn a_jittered_wait_stays_between_half_and_all() {
        for _ in 0..1_000 {
            let wait = jittered(Duration::from_millis(100));
            assert!((50..=100).contains(&wait.as_millis()));
        }
        assert_eq!(jittered(Duration::ZERO), Duration::ZERO);
    }
}
