//! Where in the document something stands: `objects[0].tables[1].target`.
//!
//! A path is how every fault and every difference is found again by its reader. Keys that are not plain words
//! are quoted, so that a path can be read in one way only.

use std::fmt;

/// More of a key is not shown. Every key that means something is shorter.
const KEY_CHARS_MAX: usize = 80;

/// The way from the top of the document to one key or list item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct DocumentPath(String);

impl DocumentPath {
    /// The document itself.
    pub(super) fn top() -> Self {
        Self::default()
    }

    /// The value of `key` in the mapping at this path.
    pub(super) fn key(&self, key: &str) -> Self {
        let key = match key.char_indices().nth(KEY_CHARS_MAX) {
            None => key,
            Some((cut, _)) => &key[..cut],
        };
        let plain =
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        Self(match (plain, self.0.is_empty()) {
            (true, true) => key.to_owned(),
            (true, false) => format!("{}.{key}", self.0),
            (false, _) => format!("{}[{key:?}]", self.0),
        })
    }

    /// Item number `index`, from 0, of the list at this path.
    pub(super) fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

impl fmt::Display for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "the document" } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::DocumentPath;

    #[test]
    fn a_path_names_keys_and_items_and_quotes_odd_keys() {
        let table = DocumentPath::top().key("objects").item(0).key("tables").item(1);
        assert_eq!(table.key("target").to_string(), "objects[0].tables[1].target");
        assert_eq!(DocumentPath::top().key("labels").key("a b").to_string(), "labels[\"a b\"]");
        assert_eq!(DocumentPath::top().key("").to_string(), "[\"\"]");
        assert_eq!(DocumentPath::top().key(&"k".repeat(1_000)).to_string(), "k".repeat(80));
        assert_eq!(DocumentPath::top().to_string(), "the document");
    }
}
