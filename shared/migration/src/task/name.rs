//! The name of a task: what an operator types and what folders, queues and log fields may be keyed by.
//!
//! It is kept to characters that need no quoting in a shell, a file name, a queue name or a metric label, so
//! that no other place ever has to escape it.

use std::fmt;

use serde::Serialize;

/// The longest task name, in characters: short enough for an SQS queue name (80) with a prefix of ours.
const NAME_CHARS_MAX: usize = 64;

/// What a valid name looks like, as told to the operator.
pub(super) const EXPECTED: &str = "1 to 64 ASCII letters, digits, - or _, beginning with a letter or a digit";

/// The name of a task: 1 to 64 ASCII letters, digits, `-` and `_`, beginning with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TaskName(String);

impl TaskName {
    /// Checks `text` and wraps it; `None` where it breaks the rule.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let spelt_well = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (begins_well && spelt_well && text.len() <= NAME_CHARS_MAX).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::TaskName;

    #[test]
    fn a_name_of_letters_digits_dashes_and_underscores_is_accepted() {
        for name in ["a", "shop-move", "Shop_Move-2", "7days", &"n".repeat(64)] {
            assert_eq!(TaskName::new(name).expect(name).as_str(), name);
        }
    }

    #[test]
    fn a_name_that_would_need_quoting_is_refused() {
        for name in ["", "-a", "_a", "a b", "a/b", "a.b", "naïve", "a\n", &"n".repeat(65)] {
            assert_eq!(TaskName::new(name), None, "{name}");
        }
    }
}
