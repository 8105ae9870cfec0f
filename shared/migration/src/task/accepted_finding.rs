//! The code of a precheck alert that the owner accepts in advance (`ignore:` in the document).
//!
//! Only the form is judged here. Whether such a finding exists, and whether it is one that may be accepted,
//! is known to precheck, which reports a code that names nothing.

use std::fmt;

use serde::Serialize;

/// The longest finding code, in characters; the longest of ours has fewer than half.
const CODE_CHARS_MAX: usize = 64;

/// What a valid code looks like, as told to the operator.
pub(super) const EXPECTED: &str = "a finding code of lower-case letters, digits and _";

/// A finding code: 1 to 64 lower-case ASCII letters, digits and `_`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AcceptedFinding(String);

impl AcceptedFinding {
    /// Checks `text` and wraps it; `None` where it cannot be a finding code.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let begins_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let spelt_well = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        (begins_well && spelt_well && text.len() <= CODE_CHARS_MAX).then(|| Self(text.to_owned()))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AcceptedFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
