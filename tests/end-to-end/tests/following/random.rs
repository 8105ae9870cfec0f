//! Numbers that look random and come back with their seed (xorshift).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) struct Random(u64);

impl Random {
    /// By `FERRY_TEST_SEED`, else by the clock; the seed is printed.
    pub(crate) fn seeded() -> Self {
        let seed = std::env::var("FERRY_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock =
            || SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").subsec_nanos();
        let seed = seed.unwrap_or_else(|| u64::from(clock()));
        println!("FERRY_TEST_SEED={seed}");
        Self::from(seed)
    }

    pub(crate) fn from(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 to below this.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }

    pub(crate) fn milliseconds(&mut self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.below(range.end - range.start))
    }
}
