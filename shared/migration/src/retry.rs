//! What a failed call leaves open: when to try again, and whether it had an effect.
//!
//! Adapters fill this in where the typed cause is known (an error number, an I/O kind); nobody downstream
//! guesses from text. The automatic list is short on purpose: what is unlisted goes to the operator.

use std::time::Duration;

/// When the same call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// At once, on a fresh connection: a lost connection or a failover.
    Now,
    /// After a pause: throttling, a resource limit, a busy server.
    After(Duration),
    /// Not before a person changed something: a missing right, a full disk, a missing table.
    Operator,
    /// Never with these arguments.
    Never,
}

/// What the failed call may have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it was refused before it was executed.
    None,
    /// It may have been executed, now or later.
    Unknown,
}

/// Waiting times between tries: doubling from `first` up to `most`, without end.
///
/// Jitter is the caller's, because the domain draws no random numbers.
pub fn backoff(first: Duration, most: Duration) -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(first), move |last| Some(last.saturating_mul(2).min(most)))
}

#[cfg(test)]
mod tests {
    use super::{Duration, backoff};

    #[test]
    fn backoff_doubles_up_to_its_bound() {
        let waits: Vec<u64> = backoff(Duration::from_millis(100), Duration::from_millis(500))
            .take(5)
            .map(|wait| u64::try_from(wait.as_millis()).unwrap())
            .collect();
        assert_eq!(waits, [100, 200, 400, 500, 500]);
    }
}
