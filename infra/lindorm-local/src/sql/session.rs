//! SET: session variables, and what drivers send at connect.

use std::borrow::Cow;

use crate::answer::{Datum, SqlError};
use crate::refusal::{syntax, unsupported};
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;
use crate::sql::scalar::literal;
use crate::sql::{Assignment, Statement};

/// After SET.
pub(crate) fn set(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let mut assignments = Vec::new();
    loop {
        assignments.push(assignment(cursor)?);
        if !cursor.take_symbol(",")? {
            return Ok(Statement::Set(assignments));
        }
    }
}

fn assignment(cursor: &mut Cursor<'_>) -> Result<Assignment, SqlError> {
    if cursor.is("global") || cursor.is("transaction") {
        return Err(unsupported("SET GLOBAL and SET TRANSACTION"));
    }
    cursor.take("session")?;
    if cursor.take("names")? {
        let names = word_or_text(cursor)?;
        if cursor.take("collate")? {
            word_or_text(cursor)?;
        }
        return Ok(Assignment::Names(names));
    }
    let name = match cursor.advance()? {
        Token::Variable(name) | Token::Word(name) => name.to_ascii_lowercase(),
        _ => return Err(syntax("SET needs the name of a variable")),
    };
    cursor.expect_symbol("=")?;
    let bare = match cursor.token() {
        Token::Word(word) if !["null", "true", "false"].iter().any(|w| word.eq_ignore_ascii_case(w)) => {
            Some(Datum::Text(Cow::Owned((*word).to_owned())))
        }
        _ => None,
    };
    let value = match bare {
        Some(value) => {
            cursor.advance()?;
            value
        }
        None => literal(cursor)?,
    };
    Ok(Assignment::Variable(name, value))
}

fn word_or_text(cursor: &mut Cursor<'_>) -> Result<String, SqlError> {
    match cursor.advance()? {
        Token::Word(word) => Ok(word.to_owned()),
        Token::Text(text) => Ok(text.into_owned()),
        _ => Err(syntax("a character set's name is missing")),
    }
}
