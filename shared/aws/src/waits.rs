//! How long is waited between two tries of a call that this crate repeats by itself.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// The first wait; jitter adds up to as much again.
const FIRST: Duration = Duration::from_millis(40);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(1);
/// Waits, so that there is one try more; without jitter three seconds together.
const TIMES: usize = 7;
/// What a caller is told to wait after a service that is throttled did not recover in the meantime.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);

/// The waits of one call, with jitter so that callers who collided once do not collide again.
pub(crate) fn waits() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(FIRST)
        .with_max_delay(LONGEST)
        .with_max_times(TIMES)
        .build()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{TIMES, waits};

    #[test]
    fn a_call_waits_a_few_times_and_not_long() {
        for _ in 0..100 {
            let spans: Vec<Duration> = waits().collect();
            assert_eq!(spans.len(), TIMES);
            assert!(spans.iter().sum::<Duration>() < Duration::from_secs(8), "{spans:?}");
        }
    }
}
