//! Patterns over table names: `*` for any run of characters, `?` for exactly one.
//!
//! They exist so that an owner can select tables without listing them. Everything else stands for itself, `%`
//! and `_` included; a backslash takes the meaning from the character after it. Letter case counts, as it
//! does for table names on every case-sensitive server. Matching takes at most pattern times name steps,
//! whatever the pattern: it never recurses and never backtracks over more than one star.

use std::fmt;

use serde::{Serialize, Serializer};

/// The longest pattern, in characters: four times the longest MySQL name, which leaves room for escapes.
pub const PATTERN_CHARS_MAX: usize = 256;

/// A checked pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Step {
    Exactly(char),
    AnyOne,
    AnyRun,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// There is nothing in it, so it could match no table.
    #[error("an empty pattern")]
    Empty,
    /// It is longer than [`PATTERN_CHARS_MAX`].
    #[error("a pattern of more than {PATTERN_CHARS_MAX} characters")]
    TooLong,
    /// It ends in a backslash, which takes the meaning from nothing.
    #[error("a pattern that ends in a lone backslash")]
    LoneBackslash,
}

impl Pattern {
    /// Checks `text` and prepares it for matching.
    ///
    /// # Errors
    /// [`PatternError`] where `text` could not be meant as a pattern.
    pub fn new(text: impl Into<String>) -> Result<Self, PatternError> {
        let text = text.into();
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        if text.chars().count() > PATTERN_CHARS_MAX {
            return Err(PatternError::TooLong);
        }
        let mut steps = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            steps.push(match character {
                '*' => Step::AnyRun,
                '?' => Step::AnyOne,
                '\\' => Step::Exactly(characters.next().ok_or(PatternError::LoneBackslash)?),
                itself => Step::Exactly(itself),
            });
        }
        steps.dedup_by(|later, earlier| *later == Step::AnyRun && *earlier == Step::AnyRun);
        Ok(Self { text, steps })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole of `name` is matched.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut step, mut at) = (0, 0);
        // Where to resume when a later step fails: the last star gives up one more character.
        let mut last_star: Option<(usize, usize)> = None;
        while let Some(character) = name.get(at) {
            match self.steps.get(step) {
                Some(Step::AnyRun) => {
                    last_star = Some((step, at));
                    step += 1;
                }
                Some(Step::AnyOne) => (step, at) = (step + 1, at + 1),
                Some(Step::Exactly(wanted)) if wanted == character => (step, at) = (step + 1, at + 1),
                Some(Step::Exactly(_)) | None => {
                    let Some((star, taken)) = last_star else { return false };
                    last_star = Some((star, taken + 1));
                    (step, at) = (star + 1, taken + 1);
                }
            }
        }
        self.steps.iter().skip(step).all(|rest| *rest == Step::AnyRun)
    }

    /// The one name this pattern matches, if it has no wildcard.
    #[must_use]
    pub fn only_name(&self) -> Option<String> {
        self.steps
            .iter()
            .map(|step| match step {
                Step::Exactly(character) => Some(*character),
                Step::AnyOne | Step::AnyRun => None,
            })
            .collect()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, PatternError};

    fn check(pattern: &str, name: &str, matched: bool) {
        let parsed = Pattern::new(pattern).expect(pattern);
        assert_eq!(parsed.matches(name), matched, "{pattern} against {name}");
    }

    #[test]
    fn a_star_matches_any_run_and_a_question_mark_exactly_one_character() {
        for (pattern, name, matched) in [
            ("*", "orders", true),
            ("*", "", true),
            ("orders", "orders", true),
            ("orders", "order", false),
            ("order", "orders", false),
            ("tmp_*", "tmp_", true),
            ("tmp_*", "tmp_1", true),
            ("tmp_*", "xtmp_1", false),
            ("*_old", "a_old_old", true),
            ("*_old", "a_old_new", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
            ("a**c", "abc", true),
            ("t?", "t1", true),
            ("t?", "t", false),
            ("t?", "t12", false),
            ("?", "ö", true),
            ("*?", "", false),
            ("?*", "x", true),
        ] {
            check(pattern, name, matched);
        }
    }

    #[test]
    fn everything_else_stands_for_itself_and_letter_case_counts() {
        check("tmp_%", "tmp_1", false);
        check("tmp_%", "tmp_%", true);
        check("Orders", "orders", false);
        check("a.b[c]", "a.b[c]", true);
    }

    #[test]
    fn a_backslash_takes_the_meaning_from_the_next_character() {
        check(r"a\*", "a*", true);
        check(r"a\*", "ab", false);
        check(r"\?\\", r"?\", true);
        assert_eq!(Pattern::new(r"a\*").expect("valid").only_name(), Some("a*".to_owned()));
        assert_eq!(Pattern::new("a*").expect("valid").only_name(), None);
    }

    #[test]
    fn a_text_that_cannot_be_meant_is_refused() {
        assert_eq!(Pattern::new(""), Err(PatternError::Empty));
        assert_eq!(Pattern::new(r"a\"), Err(PatternError::LoneBackslash));
        assert_eq!(Pattern::new("a".repeat(257)), Err(PatternError::TooLong));
    }

    #[test]
    fn a_hostile_pattern_is_answered_in_bounded_steps() {
        check(&"*a".repeat(128), &"a".repeat(127), false);
        check(&"*a".repeat(128), &format!("{}b", "a".repeat(20_000)), false);
    }
}
