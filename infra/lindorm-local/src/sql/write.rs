//! UPSERT, INSERT, DELETE and UPDATE.

use crate::answer::SqlError;
use crate::refusal::{syntax, unsupported, value_count};
use crate::sql::cursor::Cursor;
use crate::sql::hint::hints;
use crate::sql::predicate::predicate;
use crate::sql::scalar::{literal, scalar};
use crate::sql::{Delete, OnDuplicate, Scalar, Statement, Update, Upsert};

/// After UPSERT or INSERT.
pub(crate) fn upsert(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let hints = hints(cursor)?;
    if cursor.is("ignore") {
        return Err(unsupported("INSERT IGNORE"));
    }
    cursor.expect("into")?;
    let table = cursor.table_name()?;
    if !cursor.is_symbol("(") {
        return Err(syntax("the column list is missing"));
    }
    let columns = cursor.names_in_parentheses()?;
    if cursor.is("select") {
        return Err(unsupported("INSERT ... SELECT"));
    }
    cursor.expect("values")?;
    let mut values = Vec::new();
    let mut rows = 0;
    loop {
        rows += 1;
        row(cursor, columns.len(), rows, &mut values)?;
        if !cursor.take_symbol(",")? {
            break;
        }
    }
    let on_duplicate = on_duplicate(cursor)?;
    Ok(Statement::Upsert(Upsert { hints, table, columns, values, on_duplicate }))
}

fn row(
    cursor: &mut Cursor<'_>,
    width: usize,
    number: usize,
    values: &mut Vec<Scalar>,
) -> Result<(), SqlError> {
    let before = values.len();
    cursor.expect_symbol("(")?;
    loop {
        values.push(scalar(cursor)?);
        if !cursor.take_symbol(",")? {
            break;
        }
    }
    cursor.expect_symbol(")")?;
    if values.len() - before == width { Ok(()) } else { Err(value_count(number)) }
}

fn on_duplicate(cursor: &mut Cursor<'_>) -> Result<Option<OnDuplicate>, SqlError> {
    if !cursor.take_all(&["on", "duplicate", "key"])? {
        return Ok(None);
    }
    if cursor.take("ignore")? {
        return Ok(Some(OnDuplicate::Ignore));
    }
    if cursor.take("error")? {
        return Ok(Some(OnDuplicate::Error));
    }
    cursor.expect("update")?;
    let mut changes = Vec::new();
    loop {
        let column = cursor.name()?;
        cursor.expect_symbol("=")?;
        if cursor.is("values") {
            return Err(unsupported("VALUES(column) in ON DUPLICATE KEY UPDATE"));
        }
        changes.push((column, Scalar::Literal(literal(cursor)?)));
        if !cursor.take_symbol(",")? {
            return Ok(Some(OnDuplicate::Update(changes)));
        }
    }
}

/// After DELETE.
pub(crate) fn delete(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let hints = hints(cursor)?;
    cursor.expect("from")?;
    let table = cursor.table_name()?;
    cursor.expect("where")?;
    let filter = predicate(cursor)?;
    Ok(Statement::Delete(Delete { hints, table, filter }))
}

/// After UPDATE.
pub(crate) fn update(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let hints = hints(cursor)?;
    let table = cursor.table_name()?;
    cursor.expect("set")?;
    let mut changes = Vec::new();
    loop {
        let column = cursor.name()?;
        cursor.expect_symbol("=")?;
        changes.push((column, scalar(cursor)?));
        if !cursor.take_symbol(",")? {
            break;
        }
    }
    cursor.expect("where")?;
    let filter = predicate(cursor)?;
    Ok(Statement::Update(Update { hints, table, changes, filter }))
}
