//! WHERE: AND and OR over comparisons of a column with values.
//!
//! BETWEEN and row comparisons are taken apart here, so that the engine knows columns against values only.

use crate::answer::SqlError;
use crate::refusal::{syntax, unsupported};
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;
use crate::sql::scalar::scalar;
use crate::sql::{Comparison, Predicate, Scalar};

/// How deep conditions may nest, so that a hostile text cannot exhaust the stack.
const DEEPEST: u32 = 200;

/// Reads a whole condition.
pub(crate) fn predicate(cursor: &mut Cursor<'_>) -> Result<Predicate, SqlError> {
    disjunction(cursor, 0)
}

fn disjunction(cursor: &mut Cursor<'_>, depth: u32) -> Result<Predicate, SqlError> {
    if depth > DEEPEST {
        return Err(syntax("the condition nests too deep"));
    }
    let mut parts = vec![conjunction(cursor, depth)?];
    while cursor.take("or")? {
        parts.push(conjunction(cursor, depth)?);
    }
    Ok(only_or(parts, Predicate::Or))
}

fn conjunction(cursor: &mut Cursor<'_>, depth: u32) -> Result<Predicate, SqlError> {
    let mut parts = vec![relation(cursor, depth)?];
    while cursor.take("and")? {
        parts.push(relation(cursor, depth)?);
    }
    Ok(only_or(parts, Predicate::And))
}

fn only_or(mut parts: Vec<Predicate>, many: impl FnOnce(Vec<Predicate>) -> Predicate) -> Predicate {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

fn relation(cursor: &mut Cursor<'_>, depth: u32) -> Result<Predicate, SqlError> {
    if cursor.is("not") || cursor.is("exists") {
        return Err(unsupported("NOT before a condition"));
    }
    if cursor.is_symbol("(") {
        if is_row(cursor)? {
            if !cursor.dialect().rows {
                return Err(unsupported("a comparison of rows"));
            }
            return row(cursor);
        }
        cursor.expect_symbol("(")?;
        let inner = disjunction(cursor, depth + 1)?;
        cursor.expect_symbol(")")?;
        return Ok(inner);
    }
    let column = column(cursor)?;
    if cursor.take("is")? {
        let negated = cursor.take("not")?;
        cursor.expect("null")?;
        return Ok(Predicate::IsNull { column, negated });
    }
    let negated = cursor.take("not")?;
    if cursor.take("in")? {
        let values = list(cursor)?;
        return Ok(Predicate::In { column, values, negated });
    }
    if cursor.take("like")? {
        let pattern = scalar(cursor)?;
        return Ok(Predicate::Like { column, pattern, negated });
    }
    if negated {
        return Err(syntax("NOT needs IN or LIKE"));
    }
    if cursor.take("between")? {
        let low = scalar(cursor)?;
        cursor.expect("and")?;
        let high = scalar(cursor)?;
        return Ok(Predicate::And(vec![
            Predicate::Compare(column.clone(), Comparison::GreaterOrEqual, low),
            Predicate::Compare(column, Comparison::LessOrEqual, high),
        ]));
    }
    let comparison = comparison(cursor)?;
    Ok(Predicate::Compare(column, comparison, scalar(cursor)?))
}

/// A column, with its table's name in front or without.
fn column(cursor: &mut Cursor<'_>) -> Result<String, SqlError> {
    let first = cursor.name()?;
    if cursor.take_symbol(".")? { cursor.name() } else { Ok(first) }
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Comparison, SqlError> {
    Ok(match cursor.advance()? {
        Token::Symbol("=") => Comparison::Equal,
        Token::Symbol("!=" | "<>") => Comparison::NotEqual,
        Token::Symbol("<") => Comparison::Less,
        Token::Symbol("<=") => Comparison::LessOrEqual,
        Token::Symbol(">") => Comparison::Greater,
        Token::Symbol(">=") => Comparison::GreaterOrEqual,
        _ => return Err(syntax("a comparison is missing")),
    })
}

fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Scalar>, SqlError> {
    cursor.expect_symbol("(")?;
    if cursor.is("select") {
        return Err(unsupported("subqueries in a condition"));
    }
    let mut values = vec![scalar(cursor)?];
    while cursor.take_symbol(",")? {
        values.push(scalar(cursor)?);
    }
    cursor.expect_symbol(")")?;
    Ok(values)
}

/// Whether the parenthesis opens a row `(a, b)` rather than a condition.
fn is_row(cursor: &Cursor<'_>) -> Result<bool, SqlError> {
    let mut ahead = cursor.ahead();
    ahead.advance()?;
    if ahead.name().is_err() {
        return Ok(false);
    }
    Ok(ahead.is_symbol(","))
}

fn row(cursor: &mut Cursor<'_>) -> Result<Predicate, SqlError> {
    let columns = cursor.names_in_parentheses()?;
    if cursor.take("in")? {
        cursor.expect_symbol("(")?;
        let mut rows = vec![row_equals(&columns, list(cursor)?)?];
        while cursor.take_symbol(",")? {
            rows.push(row_equals(&columns, list(cursor)?)?);
        }
        cursor.expect_symbol(")")?;
        return Ok(Predicate::Or(rows));
    }
    let comparison = comparison(cursor)?;
    let values = list(cursor)?;
    match comparison {
        Comparison::Equal => row_equals(&columns, values),
        Comparison::Greater => row_beyond(&columns, &values, Comparison::Greater, Comparison::Greater),
        Comparison::GreaterOrEqual => {
            row_beyond(&columns, &values, Comparison::Greater, Comparison::GreaterOrEqual)
        }
        Comparison::Less => row_beyond(&columns, &values, Comparison::Less, Comparison::Less),
        Comparison::LessOrEqual => row_beyond(&columns, &values, Comparison::Less, Comparison::LessOrEqual),
        Comparison::NotEqual => Err(unsupported("rows that differ")),
    }
}

fn row_equals(columns: &[String], values: Vec<Scalar>) -> Result<Predicate, SqlError> {
    if columns.len() != values.len() {
        return Err(syntax("the two rows differ in length"));
    }
    let pairs = columns.iter().zip(values);
    Ok(Predicate::And(pairs.map(|(c, v)| Predicate::Compare(c.clone(), Comparison::Equal, v)).collect()))
}

/// `(a, b) > (x, y)` as `a > x OR (a = x AND b > y)`.
fn row_beyond(
    columns: &[String],
    values: &[Scalar],
    before_last: Comparison,
    last: Comparison,
) -> Result<Predicate, SqlError> {
    if columns.len() != values.len() {
        return Err(syntax("the two rows differ in length"));
    }
    let mut branches = Vec::with_capacity(columns.len());
    for (index, value) in values.iter().enumerate() {
        let equal = columns[..index].iter().zip(values);
        let mut parts: Vec<Predicate> =
            equal.map(|(c, v)| Predicate::Compare(c.clone(), Comparison::Equal, v.clone())).collect();
        let comparison = if index + 1 == columns.len() { last } else { before_last };
        parts.push(Predicate::Compare(columns[index].clone(), comparison, value.clone()));
        branches.push(only_or(parts, Predicate::And));
    }
    Ok(only_or(branches, Predicate::Or))
}
