//! SHOW and DESCRIBE.

use crate::answer::SqlError;
use crate::refusal::unsupported;
use crate::sql::cursor::Cursor;
use crate::sql::{Show, Statement, TableName};

/// After DESCRIBE or DESC.
pub(crate) fn describe(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.take("table")?;
    Ok(Statement::Show(Show::Describe(cursor.table_name()?)))
}

/// After SHOW.
pub(crate) fn show(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    cursor.take("full")?;
    Ok(Statement::Show(if cursor.take("databases")? || cursor.take("schemas")? {
        Show::Databases
    } else if cursor.take("tables")? {
        let named = cursor.take("from")? || cursor.take("in")?;
        Show::Tables(if named { Some(cursor.name()?) } else { None })
    } else if cursor.take("columns")? {
        Show::Columns(of_table(cursor)?)
    } else if cursor.take("create")? {
        cursor.expect("table")?;
        Show::CreateTable(cursor.table_name()?)
    } else if cursor.take("table")? {
        cursor.expect("variables")?;
        let table = of_table(cursor)?;
        Show::TableVariables(table, like(cursor)?)
    } else if cursor.take("index")? || cursor.take("indexes")? {
        Show::Indexes(of_table(cursor)?)
    } else if cursor.take("system")? {
        cursor.expect("variables")?;
        Show::SystemVariables(like(cursor)?)
    } else if cursor.take("variables")? {
        Show::Variables(like(cursor)?)
    } else if cursor.take("warnings")? {
        Show::Warnings
    } else if cursor.take("users")? {
        Show::Users
    } else if cursor.take("privileges")? {
        Show::Privileges
    } else {
        return Err(unsupported("this SHOW statement"));
    }))
}

fn of_table(cursor: &mut Cursor<'_>) -> Result<TableName, SqlError> {
    if !cursor.take("from")? {
        cursor.expect("in")?;
    }
    cursor.table_name()
}

fn like(cursor: &mut Cursor<'_>) -> Result<Option<String>, SqlError> {
    if cursor.take("like")? { cursor.text().map(Some) } else { Ok(None) }
}
