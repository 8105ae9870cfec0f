//! Values in statements: literals, `?`, `NOW()`.

use std::borrow::Cow;

use crate::answer::{Datum, SqlError};
use crate::refusal::{syntax, unsupported};
use crate::sql::Scalar;
use crate::sql::cursor::Cursor;
use crate::sql::json::document;
use crate::sql::lexer::Token;

/// Reads a value. Expressions are not in the dialect.
pub(crate) fn scalar(cursor: &mut Cursor<'_>) -> Result<Scalar, SqlError> {
    let value = match cursor.advance()? {
        Token::Text(text) => Scalar::Literal(Datum::Text(Cow::Owned(text.into_owned()))),
        Token::Bytes(bytes) => Scalar::Literal(Datum::Bytes(Cow::Owned(bytes))),
        Token::Number(digits) => Scalar::Literal(number(digits, false)?),
        Token::Param => cursor.param(),
        Token::Symbol(sign @ ("-" | "+")) => match cursor.advance()? {
            Token::Number(digits) => Scalar::Literal(number(digits, sign == "-")?),
            _ => return Err(syntax("a sign needs a number")),
        },
        Token::Word(word) => return named(cursor, word),
        Token::Hint(_) => return Err(syntax("a hint stands directly after the verb only")),
        Token::Quoted(_) | Token::Variable(_) | Token::Symbol(_) | Token::End => {
            return Err(syntax("a value is missing"));
        }
    };
    Ok(value)
}

fn named(cursor: &mut Cursor<'_>, word: &str) -> Result<Scalar, SqlError> {
    let value = match word.to_ascii_lowercase().as_str() {
        "null" => Scalar::Literal(Datum::Null),
        "true" => Scalar::Literal(Datum::Bool(true)),
        "false" => Scalar::Literal(Datum::Bool(false)),
        "now" => {
            cursor.expect_symbol("(")?;
            cursor.expect_symbol(")")?;
            Scalar::Now
        }
        "json_object" | "json_array" => {
            let text = document(cursor, word.eq_ignore_ascii_case("json_object"))?;
            Scalar::Literal(Datum::Text(Cow::Owned(text)))
        }
        // Typed literals of SQL: the text is read by its column anyway.
        "date" | "time" | "timestamp" => Scalar::Literal(Datum::Text(Cow::Owned(cursor.text()?))),
        _ => return Err(unsupported("expressions and functions as values")),
    };
    Ok(value)
}

/// A literal without values of its own behind it.
pub(crate) fn literal(cursor: &mut Cursor<'_>) -> Result<Datum<'static>, SqlError> {
    match scalar(cursor)? {
        Scalar::Literal(datum) => Ok(datum),
        Scalar::Param(_) | Scalar::Now => Err(syntax("only a literal may stand here")),
    }
}

fn number(digits: &str, negative: bool) -> Result<Datum<'static>, SqlError> {
    let text = if negative { format!("-{digits}") } else { digits.to_owned() };
    if digits.contains(['e', 'E']) {
        let value: f64 = text.parse().map_err(|_| syntax("a number is out of range"))?;
        return if value.is_finite() {
            Ok(Datum::Double(value))
        } else {
            Err(syntax("a number is out of range"))
        };
    }
    if let Ok(value) = text.parse::<i64>() {
        return Ok(Datum::Int(value));
    }
    if let Ok(value) = text.parse::<u64>() {
        return Ok(Datum::UInt(value));
    }
    Ok(Datum::Decimal(Cow::Owned(text)))
}
