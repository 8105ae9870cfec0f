//! CREATE, ALTER and DROP of databases, tables and indexes.

mod kind;

use crate::answer::SqlError;
use crate::refusal::{syntax, unsupported};
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;
use crate::sql::scalar::scalar;
use crate::sql::system;
use crate::sql::{Alteration, ColumnSpec, CreateTable, IndexSpec, Scalar, Statement};

pub(crate) use kind::kind;

/// After CREATE.
pub(crate) fn create(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    if cursor.take("database")? || cursor.take("schema")? {
        let if_not_exists = cursor.take_all(&["if", "not", "exists"])?;
        let name = cursor.name()?;
        if cursor.take("with")? {
            options(cursor)?;
        }
        return Ok(Statement::CreateDatabase(name, if_not_exists));
    }
    if cursor.take("table")? {
        return create_table(cursor);
    }
    if cursor.take("index")? {
        return create_index(cursor);
    }
    Err(unsupported("CREATE of anything but DATABASE, TABLE and INDEX"))
}

fn create_table(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let if_not_exists = cursor.take_all(&["if", "not", "exists"])?;
    let table = cursor.table_name()?;
    if cursor.take("like")? {
        return Ok(Statement::CreateTableLike(table, cursor.table_name()?, if_not_exists));
    }
    if cursor.is("as") || cursor.is("select") {
        return Err(unsupported("CREATE TABLE AS SELECT"));
    }
    cursor.expect_symbol("(")?;
    let mut create = CreateTable {
        table,
        if_not_exists,
        columns: Vec::new(),
        key: Vec::new(),
        indexes: Vec::new(),
        options: Vec::new(),
    };
    loop {
        element(cursor, &mut create)?;
        if !cursor.take_symbol(",")? {
            break;
        }
    }
    cursor.expect_symbol(")")?;
    if cursor.take("with")? {
        create.options = options(cursor)?;
    }
    for refused in ["engine", "charset", "default", "comment", "auto_increment", "partition", "collate", "as"]
    {
        if cursor.is(refused) {
            return Err(unsupported(&format!("{} after CREATE TABLE", refused.to_uppercase())));
        }
    }
    if create.key.is_empty() {
        return Err(syntax(
            "a table needs PRIMARY KEY (...) as an element of its own inside the parentheses",
        ));
    }
    Ok(Statement::CreateTable(Box::new(create)))
}

/// A column, the key, or an index.
fn element(cursor: &mut Cursor<'_>, create: &mut CreateTable) -> Result<(), SqlError> {
    if cursor.take("primary")? {
        cursor.expect("key")?;
        if !create.key.is_empty() {
            return Err(syntax("a table has one PRIMARY KEY"));
        }
        create.key = key(cursor)?;
        return Ok(());
    }
    if cursor.take("key")? || cursor.take("index")? {
        let name = if cursor.is_symbol("(") || cursor.is("using") { None } else { Some(cursor.name()?) };
        create.indexes.push(index_body(cursor, name)?);
        return Ok(());
    }
    for refused in ["unique", "foreign", "constraint", "check", "fulltext", "spatial"] {
        if cursor.is(refused) {
            return Err(unsupported(&format!("{} in CREATE TABLE", refused.to_uppercase())));
        }
    }
    create.columns.push(column(cursor)?);
    Ok(())
}

fn key(cursor: &mut Cursor<'_>) -> Result<Vec<(String, bool)>, SqlError> {
    cursor.expect_symbol("(")?;
    let mut key = Vec::new();
    loop {
        let name = cursor.name()?;
        if cursor.is_symbol("(") {
            return Err(unsupported("functions in PRIMARY KEY"));
        }
        let descending = cursor.take("desc")?;
        if !descending {
            cursor.take("asc")?;
        }
        key.push((name, descending));
        if !cursor.take_symbol(",")? {
            break;
        }
    }
    cursor.expect_symbol(")")?;
    Ok(key)
}

fn column(cursor: &mut Cursor<'_>) -> Result<ColumnSpec, SqlError> {
    let name = cursor.name()?;
    let kind = kind(cursor)?;
    let mut spec = ColumnSpec { name, kind, not_null: false, default: None };
    loop {
        if cursor.take("not")? {
            cursor.expect("null")?;
            spec.not_null = true;
        } else if cursor.take("null")? {
            spec.not_null = false;
        } else if cursor.take("default")? {
            spec.default = Some(default(cursor)?);
        } else {
            break;
        }
    }
    for refused in [
        "primary",
        "auto_increment",
        "unique",
        "comment",
        "character",
        "charset",
        "collate",
        "on",
        "generated",
        "check",
        "key",
    ] {
        if cursor.is(refused) {
            return Err(unsupported(&format!("{} on a column", refused.to_uppercase())));
        }
    }
    Ok(spec)
}

fn default(cursor: &mut Cursor<'_>) -> Result<Scalar, SqlError> {
    match scalar(cursor)? {
        Scalar::Param(_) => Err(syntax("a default is a literal or NOW()")),
        value => Ok(value),
    }
}

fn index_body(cursor: &mut Cursor<'_>, name: Option<String>) -> Result<IndexSpec, SqlError> {
    let mut search = false;
    if cursor.take("using")? {
        search = index_method(cursor)?;
    }
    let columns = key(cursor)?.into_iter().map(|(name, _)| name).collect();
    let include = if cursor.take("include")? { cursor.names_in_parentheses()? } else { Vec::new() };
    if cursor.take("with")? {
        options(cursor)?;
    }
    Ok(IndexSpec { name, search, columns, include })
}

/// True for a search index.
fn index_method(cursor: &mut Cursor<'_>) -> Result<bool, SqlError> {
    if cursor.take("kv")? {
        return Ok(false);
    }
    if cursor.take("search")? {
        return Ok(true);
    }
    Err(unsupported("index methods other than KV and SEARCH"))
}

/// `CREATE INDEX [IF NOT EXISTS] name [USING method] ON table (...)`
fn create_index(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let if_not_exists = cursor.take_all(&["if", "not", "exists"])?;
    let name = cursor.name()?;
    let search = if cursor.take("using")? { index_method(cursor)? } else { false };
    cursor.expect("on")?;
    let table = cursor.table_name()?;
    let mut spec = index_body(cursor, Some(name))?;
    spec.search |= search;
    // SYNC and ASYNC only say when the index is built; here it always is.
    let _ = cursor.take("async")? || cursor.take("sync")?;
    Ok(Statement::CreateIndex(table, spec, if_not_exists))
}

/// `( name = value, ... )`, the parentheses may be absent.
fn options(cursor: &mut Cursor<'_>) -> Result<Vec<(String, String)>, SqlError> {
    let parenthesis = cursor.take_symbol("(")?;
    let mut options = Vec::new();
    loop {
        let name = match cursor.token() {
            Token::Text(_) => cursor.text()?,
            _ => cursor.name()?,
        };
        cursor.expect_symbol("=")?;
        let value = match cursor.advance()? {
            Token::Text(text) => text.into_owned(),
            Token::Number(digits) => digits.to_owned(),
            Token::Word(word) if ["true", "false"].contains(&word.to_ascii_lowercase().as_str()) => {
                word.to_owned()
            }
            _ => return Err(syntax("an option's value is a text")),
        };
        options.push((name.to_uppercase(), value));
        if !cursor.take_symbol(",")? {
            break;
        }
    }
    if parenthesis {
        cursor.expect_symbol(")")?;
    }
    Ok(options)
}

/// After ALTER.
pub(crate) fn alter(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    if cursor.take("system")? {
        return system::alter(cursor);
    }
    if !cursor.take("table")? {
        return Err(unsupported("ALTER of anything but TABLE"));
    }
    let table = cursor.table_name()?;
    if cursor.take("set")? {
        return Ok(Statement::AlterTable(table, Alteration::Set(options(cursor)?)));
    }
    if cursor.take("compact")? {
        if !cursor.at_end() && !cursor.is_symbol(";") {
            cursor.name()?;
        }
        return Ok(Statement::AlterTable(table, Alteration::Compact));
    }
    if cursor.take("drop")? {
        cursor.expect("column")?;
        let if_exists = cursor.take_all(&["if", "exists"])?;
        let column = cursor.name()?;
        return Ok(Statement::AlterTable(table, Alteration::Drop { column, if_exists }));
    }
    if !cursor.is("add") {
        return Err(unsupported("ALTER TABLE other than ADD, DROP COLUMN, SET and COMPACT"));
    }
    let mut columns = Vec::new();
    while cursor.take("add")? {
        columns.push(added_column(cursor)?);
        if !cursor.take_symbol(",")? {
            break;
        }
        if !cursor.dialect().several_additions {
            return Err(syntax("ALTER TABLE adds one column at a time"));
        }
        if !cursor.is("add") {
            return Err(syntax("each further column needs its own ADD COLUMN"));
        }
    }
    Ok(Statement::AlterTable(table, Alteration::Add(columns)))
}

fn added_column(cursor: &mut Cursor<'_>) -> Result<ColumnSpec, SqlError> {
    for refused in ["index", "key", "primary", "constraint", "unique", "partition"] {
        if cursor.is(refused) {
            return Err(unsupported(&format!("ADD {}", refused.to_uppercase())));
        }
    }
    cursor.take("column")?;
    let name = cursor.name()?;
    let kind = kind(cursor)?;
    for refused in ["not", "null", "default", "first", "after", "comment", "primary"] {
        if cursor.is(refused) {
            return Err(syntax(&format!(
                "ADD COLUMN takes a name and a type only, not {}",
                refused.to_uppercase()
            )));
        }
    }
    Ok(ColumnSpec { name, kind, not_null: false, default: None })
}

/// After DROP.
pub(crate) fn drop(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    if cursor.take("database")? || cursor.take("schema")? {
        let if_exists = cursor.take_all(&["if", "exists"])?;
        return Ok(Statement::DropDatabase(cursor.name()?, if_exists));
    }
    if cursor.take("table")? {
        let if_exists = cursor.take_all(&["if", "exists"])?;
        return Ok(Statement::DropTable(cursor.table_name()?, if_exists));
    }
    if cursor.take("index")? {
        cursor.take_all(&["if", "exists"])?;
        let name = cursor.name()?;
        cursor.expect("on")?;
        return Ok(Statement::DropIndex(cursor.table_name()?, name));
    }
    Err(unsupported("DROP of anything but DATABASE, TABLE and INDEX"))
}
