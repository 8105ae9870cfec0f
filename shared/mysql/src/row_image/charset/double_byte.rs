//! Character sets of one to four bytes a character, by a table made on first use.
//!
//! The table is `encoding_rs`'s with MySQL's differences laid over it: looking a code up in it is many times as fast as
//! asking `encoding_rs` for a single character. Only GB18030's four-byte codes, equal on both sides, are asked for.

use std::sync::OnceLock;

use encoding_rs::Encoding;

use super::differences::{Difference, NONE};

/// Where a character ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structure {
    Big5,
    EucJp,
    EucKr,
    Gb18030,
    Gb2312,
    Gbk,
    ShiftJis,
}

/// A character set.
#[derive(Debug)]
pub(crate) struct DoubleByte {
    encoding: &'static Encoding,
    structure: Structure,
    differences: &'static [Difference],
    /// The characters of 0x8000 to 0xffff, then those of 0x8f8000 to 0x8fffff where the set has them.
    table: OnceLock<Vec<char>>,
}

/// The first code of the third plane of EUC-JP.
const THREE_BYTES: u32 = 0x8f_8000;
const HALF: u32 = 0x8000;

impl DoubleByte {
    pub(crate) const fn new(
        encoding: &'static Encoding,
        structure: Structure,
        differences: &'static [Difference],
    ) -> Self {
        Self { encoding, structure, differences, table: OnceLock::new() }
    }

    /// The text; none where the bytes are not of this set.
    pub(crate) fn text(&self, bytes: &[u8]) -> Option<String> {
        let table = self.table.get_or_init(|| self.filled());
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            let length = self.structure.length(rest)?;
            let (code, after) = rest.split_at_checked(length)?;
            text.push(match code {
                [byte] => self.structure.single(*byte),
                [_, _] | [_, _, _] => *table.get(place(number(code))?)?,
                _ => self.asked(code),
            });
            debug_assert!(*first >= 0x80 || length == 1);
            rest = after;
        }
        Some(text)
    }

    fn filled(&self) -> Vec<char> {
        let two = HALF..0x1_0000;
        let three = if self.structure == Structure::EucJp { THREE_BYTES..0x90_0000 } else { 0..0 };
        let mut table: Vec<char> = two
            .chain(three)
            .map(|code| {
                let bytes = code.to_be_bytes();
                let leading = bytes.iter().take_while(|byte| **byte == 0).count();
                self.asked(&bytes[leading..])
            })
            .collect();
        for (first, last, character) in self.differences {
            for (offset, code) in (0..).zip(*first..=*last) {
                let shown = if *character == NONE {
                    Some(NONE)
                } else {
                    char::from_u32(u32::from(*character) + offset)
                };
                if let Some(slot) = place(code).and_then(|place| table.get_mut(place)) {
                    *slot = shown.unwrap_or(NONE);
                }
            }
        }
        table
    }

    /// The character `encoding_rs` has for one code.
    fn asked(&self, code: &[u8]) -> char {
        let text = self.encoding.decode_without_bom_handling_and_without_replacement(code);
        let mut characters = text.iter().flat_map(|text| text.chars());
        match (characters.next(), characters.next()) {
            (Some(character), None) => character,
            _ => NONE,
        }
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn place(code: u32) -> Option<usize> {
    let place = if code >= THREE_BYTES { code - THREE_BYTES + HALF } else { code.checked_sub(HALF)? };
    usize::try_from(place).ok()
}

impl Structure {
    /// How many bytes the first character has; none where they are not of the set.
    fn length(self, bytes: &[u8]) -> Option<usize> {
        let first = *bytes.first()?;
        if first < 0x80 || self.is_single(first) {
            return Some(1);
        }
        let second = *bytes.get(1)?;
        let (leads, trails) = match self {
            Self::Big5 => (0xa1..=0xf9, matches!(second, 0x40..=0x7e | 0xa1..=0xfe)),
            Self::EucKr => (0x81..=0xfe, matches!(second, 0x41..=0x5a | 0x61..=0x7a | 0x81..=0xfe)),
            Self::Gb2312 => (0xa1..=0xf7, matches!(second, 0xa1..=0xfe)),
            Self::Gbk => (0x81..=0xfe, matches!(second, 0x40..=0x7e | 0x80..=0xfe)),
            Self::ShiftJis => (0x81..=0xfc, matches!(second, 0x40..=0x7e | 0x80..=0xfc)),
            // Stored by the server as a pair, and sent as two `?`.
            Self::EucJp if (first, second) == (0x8e, 0xa0) => return Some(1),
            Self::EucJp if first == 0x8e => (0x8e..=0x8e, matches!(second, 0xa1..=0xdf)),
            Self::EucJp if first == 0x8f => {
                let third = *bytes.get(2)?;
                let fits = matches!(second, 0xa1..=0xfe) && matches!(third, 0xa1..=0xfe);
                return fits.then_some(3);
            }
            Self::EucJp => (0xa1..=0xfe, matches!(second, 0xa1..=0xfe)),
            Self::Gb18030 if matches!(second, 0x30..=0x39) => {
                let fits = matches!(first, 0x81..=0xfe)
                    && matches!(bytes.get(2)?, 0x81..=0xfe)
                    && matches!(bytes.get(3)?, 0x30..=0x39);
                return fits.then_some(4);
            }
            Self::Gb18030 => (0x81..=0xfe, matches!(second, 0x40..=0x7e | 0x80..=0xfe)),
        };
        (leads.contains(&first) && trails).then_some(2)
    }

    /// Whether a byte above ASCII is a character by itself.
    fn is_single(self, byte: u8) -> bool {
        match self {
            Self::ShiftJis => matches!(byte, 0xa1..=0xdf),
            // Stored by the server, and sent as `?`.
            Self::EucJp => matches!(byte, 0x80..=0x8d | 0x90..=0xa0),
            Self::Big5 | Self::EucKr | Self::Gb18030 | Self::Gb2312 | Self::Gbk => false,
        }
    }

    fn single(self, byte: u8) -> char {
        match self {
            _ if byte < 0x80 => char::from(byte),
            Self::ShiftJis => char::from_u32(0xff61 + u32::from(byte.saturating_sub(0xa1))).unwrap_or(NONE),
            Self::Big5 | Self::EucJp | Self::EucKr | Self::Gb18030 | Self::Gb2312 | Self::Gbk => NONE,
        }
    }
}
