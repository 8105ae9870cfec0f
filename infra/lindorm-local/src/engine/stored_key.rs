//! An encoded key as a row's place in its shard: held in place while short, so that finding a row follows no pointer a comparison.
//!
//! Comparing two of them compares their bytes and nothing else.

use std::borrow::Borrow;
use std::cmp::Ordering;

/// The longest key held in place: what makes both forms 24 bytes.
const SHORT: usize = 22;

/// An encoded key.
#[derive(Debug, Clone)]
pub(crate) struct StoredKey(Form);

#[derive(Debug, Clone)]
enum Form {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl StoredKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        match u8::try_from(key.len()) {
            Ok(length) if key.len() <= SHORT => {
                let mut bytes = [0; SHORT];
                bytes[..key.len()].copy_from_slice(key);
                Self(Form::Short { length, bytes })
            }
            _ => Self(Form::Long(key.into())),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Form::Short { length, bytes } => &bytes[..usize::from(*length)],
            Form::Long(bytes) => bytes,
        }
    }
}

impl Borrow<[u8]> for StoredKey {
    fn borrow(&self) -> &[u8] {
        self.bytes()
    }
}

impl PartialEq for StoredKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for StoredKey {}

impl PartialOrd for StoredKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StoredKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{SHORT, StoredKey};

    #[test]
    fn short_and_long_keys_sort_by_their_bytes_alone() {
        let mut keys: Vec<Vec<u8>> =
            [0, 1, SHORT - 1, SHORT, SHORT + 1, 300].map(|length| vec![7; length]).to_vec();
        keys.push(vec![7; SHORT].into_iter().chain([0]).collect());
        keys.push(vec![8]);
        for left in &keys {
            for right in &keys {
                let (stored_left, stored_right) = (StoredKey::new(left), StoredKey::new(right));
                assert_eq!(stored_left.cmp(&stored_right), left.cmp(right));
                assert_eq!(stored_left == stored_right, left == right);
            }
            assert_eq!(StoredKey::new(left).bytes(), left);
        }
        assert_eq!(size_of::<StoredKey>(), 24);
    }
}
