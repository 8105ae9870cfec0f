//! From text to statements: the Lindorm dialect.

use std::time::Duration;

use crate::answer::SqlError;
use crate::engine::syntax;

/// A parsed statement.
#[derive(Debug, Clone)]
pub enum Statement {
    /// `USE database`.
    Use(String),
}

impl Statement {
    pub(crate) fn timeout(&self) -> Option<Duration> {
        None
    }
}

pub(crate) struct Parsed {
    pub(crate) statement: Statement,
    pub(crate) param_count: usize,
}

pub(crate) fn parse(text: &str, _no_backslash_escapes: bool) -> Result<Parsed, SqlError> {
    let text = text.trim().trim_end_matches(';');
    match text.split_once(char::is_whitespace) {
        Some((verb, name)) if verb.eq_ignore_ascii_case("use") => {
            Ok(Parsed { statement: Statement::Use(name.trim_matches('`').to_owned()), param_count: 0 })
        }
        _ => Err(syntax("the statement is not known")),
    }
}
