//! ALTER SYSTEM SET: settings of the whole server.

use crate::answer::SqlError;
use crate::refusal::syntax;
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;
use crate::sql::scalar::scalar;
use crate::sql::{Scalar, Statement};

/// After ALTER SYSTEM.
pub(crate) fn alter(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.expect("set")?;
    let mut name = cursor.name()?;
    while cursor.take_symbol(".")? {
        name.push('.');
        // Behind a point even a reserved word is part of the name: `lindorm.allow.range.delete`.
        match cursor.advance()? {
            Token::Word(part) => name.push_str(part),
            _ => return Err(syntax("a setting's name ends in a point")),
        }
    }
    cursor.expect_symbol("=")?;
    Ok(Statement::AlterSystem(name, value(cursor)?))
}

/// A literal as text; a bare word such as `TRUE` or `zh_CN` stands for itself.
fn value(cursor: &mut Cursor<'_>) -> Result<String, SqlError> {
    if let Token::Word(word) = *cursor.token() {
        let word = word.to_owned();
        cursor.advance()?;
        return Ok(word);
    }
    if let Token::Number(digits) = *cursor.token() {
        let digits = digits.to_owned();
        cursor.advance()?;
        return Ok(digits);
    }
    match scalar(cursor)? {
        Scalar::Literal(crate::answer::Datum::Text(text)) => Ok(text.into_owned()),
        Scalar::Literal(_) | Scalar::Param(_) | Scalar::Now => {
            Err(syntax("a setting's value is a text, a number or a word"))
        }
    }
}
