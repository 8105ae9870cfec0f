//! Every refusal the engine knows, with its number and SQLSTATE. No message ever holds a cell or key value.

use crate::answer::SqlError;

fn refusal(code: u16, state: &'static str, message: String) -> SqlError {
    SqlError { code, state, message }
}

/// 1049: the database does not exist.
pub(crate) fn unknown_database(name: &str) -> SqlError {
    refusal(1049, "42000", format!("Unknown database '{name}'"))
}

/// 1064: the text is not a statement of the dialect.
pub(crate) fn syntax(what: &str) -> SqlError {
    refusal(1064, "42000", format!("syntax error: {what}"))
}

/// 1210: another number of parameters than the statement has.
pub(crate) fn wrong_parameter_count(expected: usize, found: usize) -> SqlError {
    refusal(1210, "HY000", format!("Incorrect arguments to EXECUTE: {expected} expected, {found} given"))
}
