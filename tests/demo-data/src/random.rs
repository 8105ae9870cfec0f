//! Random numbers that are the same on every machine and in every version of this program.
//!
//! The stream is ChaCha8, which its crate promises to keep; the drawing of ranges is ours, because libraries change theirs.
//! Each table draws from a stream of its own, so tables can be made in parallel and in any order.
//! Never asks the clock or the system for entropy.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// One stream of random numbers.
#[derive(Debug)]
pub struct Random {
    stream: ChaCha8Rng,
}

impl Random {
    /// The stream of this name under this seed.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (place, byte) in name.bytes().enumerate() {
            key[8 + place % 24] = key[8 + place % 24].rotate_left(3) ^ byte;
        }
        Self { stream: ChaCha8Rng::from_seed(key) }
    }

    /// A number from 0 to `bound` - 1; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.stream.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("invariant: the upper half of a 128-bit product has 64 bits")
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = last.wrapping_sub(first).wrapping_add(1).unsigned_abs();
        first.wrapping_add_unsigned(self.below(width))
    }

    /// A number below `bound` that is more often small than large.
    pub fn skewed(&mut self, bound: u64) -> u64 {
        self.below(bound).min(self.below(bound))
    }

    /// True in this many of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        let place = self.place(choices.len());
        choices.get(place).copied().expect("invariant: a vocabulary is never empty")
    }

    /// An index into something of this length.
    pub fn place(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(length)).unwrap_or(0)
    }

    /// Fills the buffer.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        self.stream.fill_bytes(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(1, "customers");
        let drawn: Vec<u64> = (0..4).map(|_| random.below(1_000_000)).collect();
        assert_eq!(drawn, PINNED);
    }

    #[test]
    fn tables_and_seeds_draw_from_streams_of_their_own() {
        let first = |seed, name| Random::new(seed, name).below(u64::MAX);
        assert_ne!(first(1, "orders"), first(1, "order_items"));
        assert_ne!(first(1, "orders"), first(2, "orders"));
    }

    #[test]
    fn a_range_includes_both_its_ends() {
        let mut random = Random::new(7, "ends");
        let drawn: Vec<i64> = (0..200).map(|_| random.between(-1, 1)).collect();
        for end in [-1, 0, 1] {
            assert!(drawn.contains(&end));
        }
    }

    const PINNED: [u64; 4] = [879_884, 615_532, 978_443, 465_090];
}
