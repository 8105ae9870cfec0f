//! How many bytes a column's value takes in a row image, by the column's type number and metadata alone.
//!
//! The boundary walk rests on this and on nothing else, so that it needs no schema and reads no value.

use crate::row_image::decimal::stored_bytes;
use crate::row_image::take::little;

/// The length of a value that is not NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// Always the same.
    Fixed(u8),
    /// Told by a number of one to four bytes before the value.
    Prefixed(u8),
}

/// What the metadata of type number 254 hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StringType {
    /// CHAR and BINARY with their longest value in bytes.
    String(u16),
    /// ENUM of one or two bytes.
    Enum(u8),
    /// SET of up to eight bytes.
    Set(u8),
}

impl StringType {
    /// Two bits of a long CHAR's length are kept, inverted, in the byte of the type.
    pub(crate) fn of([first, second]: [u8; 2]) -> Option<Self> {
        let length = u16::from(second) | (u16::from(first & 0x30) ^ 0x30) << 4;
        match first | 0x30 {
            254 => Some(Self::String(length)),
            247 if matches!(second, 1 | 2) => Some(Self::Enum(second)),
            248 if matches!(second, 1..=4 | 8) => Some(Self::Set(second)),
            _ => None,
        }
    }
}

impl Length {
    /// The length of a type's values; none for types and metadata no server writes.
    pub(crate) fn of(type_number: u8, metadata: [u8; 2]) -> Option<Self> {
        let [first, second] = metadata;
        let fraction = |whole: u8| (first <= 6).then_some(Self::Fixed(whole + first.div_ceil(2)));
        let prefixed = |longest: u16| Self::Prefixed(if longest < 256 { 1 } else { 2 });
        match type_number {
            1 | 13 => Some(Self::Fixed(1)),
            2 => Some(Self::Fixed(2)),
            9..=11 | 14 => Some(Self::Fixed(3)),
            3 | 7 => Some(Self::Fixed(4)),
            8 | 12 => Some(Self::Fixed(8)),
            4 => (first == 4).then_some(Self::Fixed(4)),
            5 => (first == 8).then_some(Self::Fixed(8)),
            16 => {
                let bits = u16::from(second) * 8 + u16::from(first);
                (1..=64).contains(&bits).then(|| Self::Fixed(second + u8::from(first > 0)))
            }
            17 => fraction(4),
            18 => fraction(5),
            19 => fraction(3),
            15 | 253 => Some(prefixed(u16::from_le_bytes(metadata))),
            246 => stored_bytes(first, second).map(Self::Fixed),
            242 | 245 | 249..=252 | 255 => matches!(first, 1..=4).then_some(Self::Prefixed(first)),
            254 => Some(match StringType::of(metadata)? {
                StringType::String(longest) => prefixed(longest),
                StringType::Enum(bytes) | StringType::Set(bytes) => Self::Fixed(bytes),
            }),
            _ => None,
        }
    }

    /// The value at the front, and what follows it.
    pub(crate) fn split(self, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        match self {
            Self::Fixed(count) => bytes.split_at_checked(usize::from(count)),
            Self::Prefixed(1) => {
                let (count, rest) = bytes.split_first()?;
                rest.split_at_checked(usize::from(*count))
            }
            Self::Prefixed(2) => {
                let (count, rest) = bytes.split_first_chunk()?;
                rest.split_at_checked(usize::from(u16::from_le_bytes(*count)))
            }
            Self::Prefixed(width) => {
                let (count, rest) = bytes.split_at_checked(usize::from(width))?;
                rest.split_at_checked(usize::try_from(little(count)).ok()?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Length, StringType};

    #[test]
    fn a_char_of_more_than_255_bytes_hides_two_bits_in_its_type() {
        assert_eq!(StringType::of([0xfe, 40]), Some(StringType::String(40)));
        assert_eq!(StringType::of([0xce, 0xfc]), Some(StringType::String(1020)));
        assert_eq!(Length::of(254, [0xce, 0xfc]), Some(Length::Prefixed(2)));
        assert_eq!(StringType::of([0xf7, 2]), Some(StringType::Enum(2)));
        assert_eq!(StringType::of([0xf7, 3]), None);
    }

    #[test]
    fn fractions_take_a_byte_for_each_two_digits() {
        assert_eq!(Length::of(18, [0, 0]), Some(Length::Fixed(5)));
        assert_eq!(Length::of(18, [3, 0]), Some(Length::Fixed(7)));
        assert_eq!(Length::of(19, [6, 0]), Some(Length::Fixed(6)));
        assert_eq!(Length::of(17, [7, 0]), None);
    }

    #[test]
    fn a_length_beyond_the_bytes_is_refused() {
        assert_eq!(Length::Prefixed(1).split(&[2, 1]), None);
        assert_eq!(Length::Prefixed(4).split(&[1, 0, 0, 0, 7, 8]), Some((&[7][..], &[8][..])));
        assert_eq!(Length::Prefixed(4).split(&[255; 9]), None);
    }
}
