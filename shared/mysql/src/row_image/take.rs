//! Taking numbers and byte strings off the front of a slice, with every length checked. Never allocates.

/// The bytes not taken yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Take<'a>(pub(crate) &'a [u8]);

impl<'a> Take<'a> {
    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number of up to eight bytes, the least significant first.
    pub(crate) fn little(&mut self, count: usize) -> Option<u64> {
        self.bytes(count).map(little)
    }

    /// A length in the protocol's own encoding.
    pub(crate) fn length_encoded(&mut self) -> Option<usize> {
        let length = match self.byte()? {
            0xfc => self.little(2)?,
            0xfd => self.little(3)?,
            0xfe => self.little(8)?,
            0xfb | 0xff => return None,
            short => u64::from(short),
        };
        usize::try_from(length).ok()
    }
}

/// The number up to eight bytes make, the least significant first.
pub(crate) fn little(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The number up to eight bytes make, the most significant first.
pub(crate) fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}
