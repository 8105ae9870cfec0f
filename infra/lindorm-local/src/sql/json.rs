//! `JSON_OBJECT(...)` and `JSON_ARRAY(...)` of literals, made into the text of a document while they are read.

use serde_json::{Map, Number, Value};

use crate::answer::{Datum, SqlError};
use crate::refusal::{syntax, unsupported};
use crate::sql::Scalar;
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;
use crate::sql::scalar::scalar;

/// How deep calls may nest, so that a hostile text cannot exhaust the stack.
const DEEPEST: u32 = 100;

/// Reads what follows `JSON_OBJECT` or `JSON_ARRAY`.
pub(crate) fn document(cursor: &mut Cursor<'_>, is_object: bool) -> Result<String, SqlError> {
    value_of_call(cursor, is_object, 0).map(|value| value.to_string())
}

fn value_of_call(cursor: &mut Cursor<'_>, is_object: bool, depth: u32) -> Result<Value, SqlError> {
    if depth > DEEPEST {
        return Err(syntax("the document nests too deep"));
    }
    cursor.expect_symbol("(")?;
    let mut values = Vec::new();
    while !cursor.take_symbol(")")? {
        if !values.is_empty() {
            cursor.expect_symbol(",")?;
        }
        values.push(argument(cursor, depth)?);
    }
    if !is_object {
        return Ok(Value::Array(values));
    }
    let mut members = Map::new();
    let mut rest = values.into_iter();
    while let Some(key) = rest.next() {
        let (Value::String(key), Some(value)) = (key, rest.next()) else {
            return Err(syntax("JSON_OBJECT takes pairs of a text and a value"));
        };
        members.insert(key, value);
    }
    Ok(Value::Object(members))
}

fn argument(cursor: &mut Cursor<'_>, depth: u32) -> Result<Value, SqlError> {
    if let Token::Word(word) = *cursor.token() {
        let called = [("json_object", true), ("json_array", false)]
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name));
        if let Some((_, is_object)) = called {
            cursor.advance()?;
            return value_of_call(cursor, is_object, depth + 1);
        }
    }
    let Scalar::Literal(literal) = scalar(cursor)? else {
        return Err(unsupported("a parameter inside a JSON function"));
    };
    let number = |digits: &str| {
        serde_json::from_str::<Number>(digits).map(Value::Number).map_err(|_| syntax("a number is no JSON"))
    };
    match literal {
        Datum::Null => Ok(Value::Null),
        Datum::Bool(value) => Ok(Value::Bool(value)),
        Datum::Int(value) => Ok(value.into()),
        Datum::UInt(value) => Ok(value.into()),
        Datum::Decimal(digits) => number(&digits),
        Datum::Double(value) => number(&value.to_string()),
        Datum::Text(text) => Ok(Value::String(text.into_owned())),
        _ => Err(unsupported("this value inside a JSON function")),
    }
}
