//! Sizes and durations as the document writes them: a whole number and its unit.
//!
//! A bare number is never taken, because its reader and its writer would have to agree on a unit in silence.
//! Units are the binary ones for sizes (`MiB`, never `MB`, which means two things).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// The units of a size, largest first.
const SIZE_UNITS: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// The units of a duration in milliseconds, largest first.
const TIME_UNITS: &[(&str, u64)] =
    &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a text is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// There is a number and nothing else.
    #[error("a number without a unit")]
    UnitMissing,
    /// The unit is none of ours, or the number is not a whole one.
    #[error("not a whole number with a known unit")]
    NotUnderstood,
    /// The quantity does not fit 64 bits of its smallest unit.
    #[error("a quantity beyond any use")]
    TooLarge,
}

/// A number of bytes, written `64 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

impl ByteSize {
    /// What a valid size looks like, as told to the operator.
    pub(super) const EXPECTED: &'static str = "a size with its unit, such as 64 MiB (B, KiB, MiB or GiB)";

    /// So many bytes.
    #[must_use]
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// So many times 1,024 bytes.
    #[must_use]
    pub const fn from_kibibytes(kibibytes: u32) -> Self {
        Self((kibibytes as u64) << 10)
    }

    /// So many times 1,048,576 bytes.
    #[must_use]
    pub const fn from_mebibytes(mebibytes: u32) -> Self {
        Self((mebibytes as u64) << 20)
    }

    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        quantity(text, SIZE_UNITS).map(Self)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = in_largest_unit(self.0, SIZE_UNITS);
        write!(f, "{number} {unit}")
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A span of time in whole milliseconds, written `250ms`, `2s`, `10m`, `12h` or `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan(u64);

impl TimeSpan {
    /// What a valid duration looks like, as told to the operator.
    pub(super) const EXPECTED: &'static str = "a duration with its unit, such as 2s (ms, s, m, h or d)";

    /// So many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The span in milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// The span as the standard library has it.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl FromStr for TimeSpan {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        quantity(text, TIME_UNITS).map(Self)
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = in_largest_unit(self.0, TIME_UNITS);
        write!(f, "{number}{unit}")
    }
}

impl Serialize for TimeSpan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn quantity(text: &str, units: &[(&str, u64)]) -> Result<u64, QuantityError> {
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(digits_end);
    let unit = rest.strip_prefix(' ').unwrap_or(rest);
    if digits.is_empty() {
        return Err(QuantityError::NotUnderstood);
    }
    if rest.is_empty() {
        return Err(QuantityError::UnitMissing);
    }
    let (_, factor) = units.iter().find(|(word, _)| *word == unit).ok_or(QuantityError::NotUnderstood)?;
    let number: u64 = digits.parse().map_err(|_| QuantityError::TooLarge)?;
    number.checked_mul(*factor).ok_or(QuantityError::TooLarge)
}

fn in_largest_unit(amount: u64, units: &[(&'static str, u64)]) -> (u64, &'static str) {
    units
        .iter()
        .find(|(_, factor)| amount != 0 && amount.is_multiple_of(*factor))
        .map_or((amount, units.last().map_or("", |(word, _)| word)), |(word, factor)| (amount / factor, word))
}

#[cfg(test)]
mod tests {
    use super::{ByteSize, QuantityError, TimeSpan};

    #[test]
    fn a_size_is_a_whole_number_with_a_binary_unit() {
        for (text, bytes) in
            [("0 B", 0), ("512 B", 512), ("1KiB", 1024), ("64 MiB", 64 << 20), ("4GiB", 4 << 30)]
        {
            assert_eq!(text.parse(), Ok(ByteSize::from_bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn a_duration_is_a_whole_number_with_a_unit() {
        for (text, millis) in [("250ms", 250), ("2s", 2_000), ("10 m", 600_000), ("12h", 43_200_000)] {
            assert_eq!(text.parse(), Ok(TimeSpan::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        assert_eq!("2000".parse::<TimeSpan>(), Err(QuantityError::UnitMissing));
        for text in ["", "s", "1.5s", "-1s", "2 S", "2  s", "2s ", "+2s", "2sec", "٢s"] {
            assert_eq!(text.parse::<TimeSpan>(), Err(QuantityError::NotUnderstood), "{text}");
        }
        for text in ["64 MB", "64M", "64 mib"] {
            assert_eq!(text.parse::<ByteSize>(), Err(QuantityError::NotUnderstood), "{text}");
        }
        assert_eq!("99999999999 GiB".parse::<ByteSize>(), Err(QuantityError::TooLarge));
        assert_eq!("99999999999999999999999 B".parse::<ByteSize>(), Err(QuantityError::TooLarge));
    }

    #[test]
    fn a_quantity_is_written_in_the_largest_unit_that_holds_it_exactly() {
        assert_eq!(ByteSize::from_bytes(64 << 20).to_string(), "64 MiB");
        assert_eq!(ByteSize::from_bytes((64 << 20) + 1).to_string(), "67108865 B");
        assert_eq!(ByteSize::from_bytes(0).to_string(), "0 B");
        assert_eq!(TimeSpan::from_millis(2_000).to_string(), "2s");
        assert_eq!(TimeSpan::from_millis(90_000).to_string(), "90s");
        assert_eq!(TimeSpan::from_millis(43_200_000).to_string(), "12h");
    }
}
