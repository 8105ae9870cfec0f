//! The machine's clock, made never to go back within the process.
//!
//! The time is the monotonic clock plus an offset, and the offset only grows: to the wall clock's whenever that is
//! ahead. So a wall clock set back neither stops nor reverses time here, and one set forward, or a machine that
//! slept, is followed. After a wall clock was wrongly ahead for a moment, this process stays ahead until it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use migration::port::Clock;
use migration::time::UnixMs;

/// A handle to the clock; clones show the same time. Its `sleep` needs a tokio runtime with a timer.
#[derive(Debug, Clone)]
pub struct SystemClock {
    started: Instant,
    /// What the wall clock showed at `started`, by the reading that was most ahead so far.
    offset_ms: Arc<AtomicU64>,
}

impl SystemClock {
    /// A clock that shows the machine's time.
    #[must_use]
    pub fn new() -> Self {
        Self { started: Instant::now(), offset_ms: Arc::new(AtomicU64::new(0)) }
    }

    fn read(&self, wall_ms: u64, since_start_ms: u64) -> UnixMs {
        let offset_ms = wall_ms.saturating_sub(since_start_ms);
        let most_ahead_ms = self.offset_ms.fetch_max(offset_ms, Ordering::SeqCst).max(offset_ms);
        UnixMs(most_ahead_ms.saturating_add(since_start_ms))
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        let since_start_ms = whole_ms(self.started.elapsed());
        // A wall clock before 1970 counts as 1970; the offset does not go back either way.
        let wall_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, whole_ms);
        self.read(wall_ms, since_start_ms)
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

fn whole_ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use migration::time::UnixMs;

    use super::SystemClock;

    #[test]
    fn a_wall_clock_set_back_neither_stops_nor_reverses_time() {
        let clock = SystemClock::new();
        assert_eq!(clock.read(1_000_000, 0), UnixMs(1_000_000));
        assert_eq!(clock.read(900_000, 10), UnixMs(1_000_010));
        assert_eq!(clock.read(900_010, 20), UnixMs(1_000_020));
    }

    #[test]
    fn a_wall_clock_set_forward_is_followed() {
        let clock = SystemClock::new();
        assert_eq!(clock.read(1_000_000, 0), UnixMs(1_000_000));
        assert_eq!(clock.read(5_000_000, 10), UnixMs(5_000_000));
        assert_eq!(clock.read(5_000_001, 11), UnixMs(5_000_001));
    }
}
