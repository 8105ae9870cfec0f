//! From text to a value, with line and column of the first fault.
//!
//! YAML is read by the rules of version 1.2, so that `no` is a text and `012` is not octal. A key that stands
//! twice is a fault in both formats: one of the two would be ignored. Messages are worded here or name the
//! parser's rule; the libraries' own ones can quote the file.

use std::fmt;

use serde_json::Value;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Error, Options};

use crate::repeated_key::NoRepeatedKey;

/// What is wrong with the form of a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Line and column, both from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// What is wrong, without any piece of the file.
    pub what: String,
}

impl fmt::Display for SyntaxFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// Reads one YAML document.
pub(crate) fn yaml(text: &str) -> Result<Value, SyntaxFault> {
    serde_saphyr::from_str_with_options(text, yaml_options()).map_err(|error| {
        let place = error.location().and_then(|location| {
            Some((usize::try_from(location.line()).ok()?, usize::try_from(location.column()).ok()?))
        });
        let error = error.without_snippet();
        let advice = place
            .filter(|_| matches!(error, Error::ExternalMessage { .. } | Error::UnknownAnchor { .. }))
            .and_then(|place| indicator_at(text, place))
            .map(|indicator| format!("; a text that begins with {indicator} needs quotes"));
        let what = yaml_fault(error) + &advice.unwrap_or_default();
        SyntaxFault { place, what }
    })
}

/// The usual cause of a fault: a pattern or a password that begins with one of YAML's own characters.
fn indicator_at(text: &str, (line, column): (usize, usize)) -> Option<char> {
    let line = text.lines().nth(line.checked_sub(1)?)?;
    line.chars().nth(column.checked_sub(1)?).filter(|character| "*&%@`".contains(*character))
}

fn yaml_options() -> Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn yaml_fault(error: &Error) -> String {
    match error {
        Error::DuplicateMappingKey { .. } => "a key that this mapping already has".to_owned(),
        Error::MultipleDocuments { .. } => "a second document in one file".to_owned(),
        Error::UnsupportedTag { .. } => "a tag, which a task document has no use for".to_owned(),
        Error::UnknownAnchor { .. } => "an alias of nothing".to_owned(),
        Error::NonFiniteFloat { .. } => "a number that is not finite".to_owned(),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => {
            "a document beyond any use".to_owned()
        }
        Error::AliasError { error, .. } => yaml_fault(error),
        Error::ExternalMessage { msg, .. } => format!("not YAML: {msg}"),
        _ => "not YAML".to_owned(),
    }
}

/// Reads a JSON text.
pub(crate) fn json(text: &str) -> Result<Value, SyntaxFault> {
    let read = serde_json::from_str(text).and_then(|NoRepeatedKey| serde_json::from_str(text));
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let told = error.to_string();
        let what = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
        SyntaxFault { place: Some((line, column.max(1))), what: format!("not a JSON document: {what}") }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{json, yaml};

    fn yaml_fault(text: &str) -> String {
        yaml(text).expect_err(text).to_string()
    }

    fn json_fault(text: &str) -> String {
        json(text).expect_err(text).to_string()
    }

    #[test]
    fn yaml_is_read_by_the_rules_of_version_1_2() {
        for (text, value) in [
            ("", json!(null)),
            ("# only a comment\n", json!(null)),
            ("a: no\nb: on\nc: true\n", json!({"a": "no", "b": "on", "c": true})),
            ("a: 012\nb: 1_000\nc: 7\nd: -1.5\n", json!({"a": "012", "b": "1_000", "c": 7, "d": -1.5})),
            (
                "a: 64 MiB\nb: 2s\nc: null\nd: ~\ne:\n",
                json!({"a": "64 MiB", "b": "2s", "c": null, "d": null, "e": null}),
            ),
            ("1: a\ntrue: b\n", json!({"1": "a", "true": "b"})),
            ("a: &x {b: 1}\nc: *x\n", json!({"a": {"b": 1}, "c": {"b": 1}})),
            ("include: [\"*\", 'tmp_?']\n", json!({"include": ["*", "tmp_?"]})),
            ("{\n\t\"a\": [1,\n\t\t2]\n}\n", json!({"a": [1, 2]})),
        ] {
            assert_eq!(yaml(text).map_err(|fault| fault.to_string()), Ok(value), "{text:?}");
        }
    }

    #[test]
    fn a_yaml_fault_is_told_with_line_and_column_and_no_piece_of_the_file() {
        for (text, told) in [
            ("a: 1\nb: 2\na: 3\n", "line 3, column 1: a key that this mapping already has"),
            ("a:\n  b: {c: 1, c: 2}\n", "line 2, column 13: a key that this mapping already has"),
            ("a: 1\n---\nb: 2\n", "line 3, column 1: a second document in one file"),
            ("a: [1, 2\nb: 3\n", "line 2, column 2: not YAML: illegal placement of ':' indicator"),
            (
                "a: *hunter2\n",
                "line 1, column 4: an alias of nothing; a text that begins with * needs quotes",
            ),
            (
                "include: [*]\n",
                "line 1, column 11: not YAML: while scanning an anchor or alias, did not find expected \
                 alphabetic or numeric character; a text that begins with * needs quotes",
            ),
            ("a: !secret hunter2\n", "line 1, column 12: a tag, which a task document has no use for"),
            ("a: .inf\n", "line 1, column 4: a number that is not finite"),
            ("a: 1\n  b: 2\n", "line 2, column 4: not YAML: mapping values are not allowed in this context"),
            (
                "a: @hunter2\n",
                "line 1, column 4: not YAML: unexpected character: `@'; a text that begins with @ needs \
                 quotes",
            ),
            ("a: \"hunter2\n", "line 2, column 1: not YAML: invalid indentation in multiline quoted scalar"),
            ("a: {hunter2: 1\n", "line 1, column 4: not YAML: unclosed bracket '{'"),
            (
                "a:\n\tb: 1\n",
                "line 2, column 2: not YAML: tabs disallowed within this context (block indentation)",
            ),
        ] {
            assert_eq!(yaml_fault(text), told, "{text:?}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let below = format!("*a{}", level - 1);
            let items = [below.as_str(); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(yaml_fault(&text).ends_with("a document beyond any use"), "{}", yaml_fault(&text));
    }

    #[test]
    fn a_json_fault_is_told_with_line_and_column_and_no_piece_of_the_file() {
        for (text, told) in [
            ("", "line 1, column 1: not a JSON document: EOF while parsing a value"),
            (
                "{\"a\": 1,\n \"a\": 2}",
                "line 2, column 4: not a JSON document: a key that this mapping already has",
            ),
            (
                "{\"a\": {\"b\": 1,\n \"b\": 2}}",
                "line 2, column 4: not a JSON document: a key that this mapping already has",
            ),
            ("{\"a\": 1,}", "line 1, column 9: not a JSON document: trailing comma"),
            ("{\"a\": hunter2}", "line 1, column 7: not a JSON document: expected value"),
            ("{\"a\": \"hunter2}", "line 1, column 15: not a JSON document: EOF while parsing a string"),
            ("{\"a\": 1} {}", "line 1, column 10: not a JSON document: trailing characters"),
            ("# a\n{}", "line 1, column 1: not a JSON document: expected value"),
        ] {
            assert_eq!(json_fault(text), told, "{text:?}");
        }
    }

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#"{"a": [1, -2, 3.5, true, null, "x\u00e4"], "b": {}}"#;
        assert_eq!(json(text), Ok(json!({"a": [1, -2, 3.5, true, null, "xä"], "b": {}})));
    }
}
