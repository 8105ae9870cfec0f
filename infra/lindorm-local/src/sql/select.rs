//! SELECT: one table, a list of columns, a condition, an order, a limit.

use crate::answer::{Datum, SqlError};
use crate::refusal::{syntax, unsupported};
use crate::sql::cursor::Cursor;
use crate::sql::hint::hints;
use crate::sql::lexer::Token;
use crate::sql::predicate::predicate;
use crate::sql::scalar::scalar;
use crate::sql::{Item, Scalar, Select, Statement};

/// After SELECT.
pub(crate) fn select(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let mut hints = hints(cursor)?;
    if cursor.is("distinct") {
        return Err(unsupported("DISTINCT"));
    }
    let mut items = vec![item(cursor)?];
    while cursor.take_symbol(",")? {
        items.push(item(cursor)?);
    }
    let table = if cursor.take("from")? { Some(cursor.table_name()?) } else { None };
    if cursor.is_symbol(",")
        || ["join", "inner", "left", "right", "cross", "natural"].iter().any(|w| cursor.is(w))
    {
        return Err(unsupported("JOIN is not allowed in Lindorm SQL"));
    }
    let filter = if cursor.take("where")? { Some(predicate(cursor)?) } else { None };
    if cursor.is("group") || cursor.is("having") {
        return Err(unsupported("GROUP BY"));
    }
    let order = if cursor.take_all(&["order", "by"])? { order(cursor)? } else { Vec::new() };
    let (limit, offset) = limit(cursor)?;
    if cursor.take_all(&["allow", "filtering"])? {
        hints.allow_filtering = true;
    }
    for refused in ["union", "intersect", "except", "minus", "for", "lock", "into"] {
        if cursor.is(refused) {
            return Err(unsupported(&format!("{} in SELECT", refused.to_uppercase())));
        }
    }
    Ok(Statement::Select(Box::new(Select { hints, items, table, filter, order, limit, offset })))
}

fn item(cursor: &mut Cursor<'_>) -> Result<Item, SqlError> {
    if cursor.take_symbol("*")? {
        return Ok(Item::All);
    }
    if let Token::Variable(variable) = *cursor.token() {
        cursor.advance()?;
        let name = alias(cursor)?.unwrap_or_else(|| format!("@@{variable}"));
        return Ok(Item::Variable { variable: variable.to_ascii_lowercase(), name });
    }
    let called = {
        let mut ahead = cursor.ahead();
        ahead.advance()?;
        ahead.is_symbol("(")
    };
    if let (Token::Word(function), true) = (cursor.token().clone(), called) {
        return call(cursor, &function.to_ascii_lowercase());
    }
    let literal_word = ["null", "true", "false"].iter().any(|word| cursor.is(word));
    if matches!(cursor.token(), Token::Quoted(_))
        || (matches!(cursor.token(), Token::Word(_)) && !literal_word)
    {
        let first = cursor.name()?;
        let column = if cursor.take_symbol(".")? { cursor.name()? } else { first };
        let name = alias(cursor)?.unwrap_or_else(|| column.clone());
        return Ok(Item::Column { column, name });
    }
    let value = scalar(cursor)?;
    let name = alias(cursor)?.unwrap_or_else(|| shown(&value));
    Ok(Item::Scalar { value, name })
}

/// The name of a value without an alias.
fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Literal(Datum::Int(number)) => number.to_string(),
        Scalar::Literal(Datum::Text(text)) => text.clone().into_owned(),
        Scalar::Literal(_) => "EXPR$0".to_owned(),
        Scalar::Param(_) => "?".to_owned(),
        Scalar::Now => "NOW()".to_owned(),
    }
}

fn call(cursor: &mut Cursor<'_>, function: &str) -> Result<Item, SqlError> {
    cursor.advance()?;
    cursor.expect_symbol("(")?;
    match function {
        "count" => {
            let one = matches!(cursor.token(), Token::Number("1"));
            if !one && !cursor.is_symbol("*") {
                return Err(unsupported("COUNT of anything but *"));
            }
            let inside = if one { "1" } else { "*" };
            cursor.advance()?;
            cursor.expect_symbol(")")?;
            Ok(Item::Count { name: alias(cursor)?.unwrap_or_else(|| format!("COUNT({inside})")) })
        }
        "now" | "current_timestamp" => {
            cursor.expect_symbol(")")?;
            Ok(Item::Scalar {
                value: Scalar::Now,
                name: alias(cursor)?.unwrap_or_else(|| "NOW()".to_owned()),
            })
        }
        "database" => {
            cursor.expect_symbol(")")?;
            Ok(Item::Database { name: alias(cursor)?.unwrap_or_else(|| "DATABASE()".to_owned()) })
        }
        "version" => {
            cursor.expect_symbol(")")?;
            let name = alias(cursor)?.unwrap_or_else(|| "VERSION()".to_owned());
            Ok(Item::Variable { variable: "version".to_owned(), name })
        }
        _ => Err(unsupported("functions other than COUNT(*) and NOW()")),
    }
}

fn alias(cursor: &mut Cursor<'_>) -> Result<Option<String>, SqlError> {
    if cursor.take("as")? { cursor.name().map(Some) } else { Ok(None) }
}

fn order(cursor: &mut Cursor<'_>) -> Result<Vec<(String, bool)>, SqlError> {
    let mut order = Vec::new();
    loop {
        let column = cursor.name()?;
        let descending = cursor.take("desc")?;
        if !descending {
            cursor.take("asc")?;
        }
        order.push((column, descending));
        if !cursor.take_symbol(",")? {
            return Ok(order);
        }
    }
}

/// `LIMIT n [OFFSET m]` or `LIMIT m, n`.
fn limit(cursor: &mut Cursor<'_>) -> Result<(Option<Scalar>, Option<Scalar>), SqlError> {
    if !cursor.take("limit")? {
        return Ok((None, None));
    }
    let first = count(cursor)?;
    if cursor.take_symbol(",")? {
        return Ok((Some(count(cursor)?), Some(first)));
    }
    let offset = if cursor.take("offset")? { Some(count(cursor)?) } else { None };
    Ok((Some(first), offset))
}

fn count(cursor: &mut Cursor<'_>) -> Result<Scalar, SqlError> {
    match scalar(cursor)? {
        Scalar::Literal(Datum::Int(number)) if number >= 0 => Ok(Scalar::Literal(Datum::Int(number))),
        Scalar::Param(index) => Ok(Scalar::Param(index)),
        Scalar::Literal(_) | Scalar::Now => Err(syntax("LIMIT and OFFSET take a natural number")),
    }
}
