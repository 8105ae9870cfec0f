//! A key that takes one word out of a fixed list.
//!
//! The list is written once per type and serves the parser, the fault messages and the test that holds the
//! JSON Schema to the parser.

/// A type whose values are written in the document as one word each.
pub(super) trait Choice: Copy + 'static {
    /// Every word with its value, in the order they are told to the operator.
    const ALL: &'static [(&'static str, Self)];

    /// The value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    /// All words in a sentence: `a, b or c`.
    fn words() -> String {
        let words: Vec<&str> = Self::ALL.iter().map(|(word, _)| *word).collect();
        match words.split_last() {
            None => String::new(),
            Some((only, [])) => (*only).to_owned(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        }
    }
}
