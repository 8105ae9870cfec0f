//! The one form of a document that does not depend on how it was written, and its digest.
//!
//! Comments, key order, YAML or JSON, and defaults written out or left out do not change it: it is the
//! serialized [`Task`] with sorted keys. Two equal tasks have equal digests in every version of this program
//! that knows the same keys with the same defaults.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::Task;

/// Keeps digests of different forms apart, should the canonical form ever change.
const FORM: &str = "ferry task document, form 1\n";

/// A digest of a task document: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskDigest(String);

impl TaskDigest {
    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Task {
    /// The digest of the canonical document. It tells two documents apart; it is no protection against
    /// forgery.
    #[must_use]
    pub fn digest(&self) -> TaskDigest {
        let mut text = FORM.to_owned();
        write_sorted(&self.document(), &mut text);
        TaskDigest(format!("{:032x}", xxh3_128(text.as_bytes())))
    }

    /// The complete document, every default written out, as [`Task::parse`] reads it.
    #[must_use]
    pub fn document(&self) -> Value {
        serde_json::to_value(self).expect("invariant: a task holds only text keys and text paths")
    }
}

/// JSON without spaces and with sorted keys, whatever order the map type keeps.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            for (index, (key, below)) in sorted.into_iter().enumerate() {
                out.push(if index == 0 { '{' } else { ',' });
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(below, out);
            }
            out.push_str(if entries.is_empty() { "{}" } else { "}" });
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                write_sorted(item, out);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write_sorted;

    #[test]
    fn the_canonical_text_has_sorted_keys_and_no_spaces() {
        let mut text = String::new();
        write_sorted(&json!({"b": [1, {}, [], null], "a": {"z": "x\"y", "c": true}}), &mut text);
        assert_eq!(text, r#"{"a":{"c":true,"z":"x\"y"},"b":[1,{},[],null]}"#);
    }
}
