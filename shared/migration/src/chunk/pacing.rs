//! How many rows the next page asks for, from how long and how large the last ones were.
//!
//! A page should take a few seconds at most, so that it is written long before it is too old, and stay within its
//! bytes. The first page is small; growth is at most fourfold a page, a slow page shrinks the next at once.

use std::time::Duration;

use crate::limits::{PAGE_BYTES_MAX, PAGE_ROWS_MAX};

/// Rows of the first page.
const FIRST_ROWS: usize = 1_000;
/// How long a page, read and written, should take at most.
const PAGE_TIME: Duration = Duration::from_secs(2);

/// The size of the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    rows: usize,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { rows: FIRST_ROWS }
    }
}

impl Pacing {
    /// Starts where an earlier invocation of the same chunk was driven to.
    #[must_use]
    pub fn starting_at(rows: Option<usize>) -> Self {
        Self { rows: rows.unwrap_or(FIRST_ROWS).clamp(1, FIRST_ROWS) }
    }

    /// Rows the next page may have.
    #[must_use]
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Learns from a page of `rows` rows and `bytes` bytes that took `took` from SELECT to acknowledgement.
    #[must_use]
    pub fn after_page(self, rows: usize, bytes: usize, took: Duration) -> Self {
        if rows == 0 {
            return self;
        }
        let row_bytes = (bytes / rows).max(1);
        let by_bytes = PAGE_BYTES_MAX / row_bytes;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let budget = u64::try_from(PAGE_TIME.as_micros()).unwrap_or(u64::MAX);
        let by_time = (rows as u64).saturating_mul(budget) / micros;
        let by_time = usize::try_from(by_time).unwrap_or(usize::MAX);
        let most = by_bytes.min(by_time).min(rows.saturating_mul(4)).min(PAGE_ROWS_MAX);
        Self { rows: most.max(1) }
    }

    /// After a page that became too old or failed on the way: half of it.
    #[must_use]
    pub fn after_trouble(self) -> Self {
        Self { rows: (self.rows / 2).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, PAGE_BYTES_MAX, Pacing};

    #[test]
    fn pages_grow_while_fast_and_small_and_shrink_when_slow_or_large() {
        let first = Pacing::default();
        let grown = first.after_page(1_000, 110_000, Duration::from_millis(20));
        assert_eq!(grown.rows(), 4_000);
        let slow = grown.after_page(4_000, 440_000, Duration::from_secs(8));
        assert_eq!(slow.rows(), 1_000);
        let large = grown.after_page(4, 8 << 20, Duration::from_millis(50));
        assert_eq!(large.rows(), PAGE_BYTES_MAX / (2 << 20));
        assert_eq!(Pacing { rows: 1 }.after_trouble().rows(), 1);
    }
}
