//! From text to statements: the Lindorm dialect, read by a lexer and a recursive-descent parser of our own (the lexer says why).
//!
//! Parsing needs no schema: unknown tables and columns are the engine's matter.

mod account;
mod cursor;
mod definition;
mod dialect;
mod hint;
mod json;
mod lexer;
mod predicate;
mod privilege;
mod scalar;
mod select;
mod session;
mod show;
mod statement;
mod system;
mod write;

use crate::answer::{ColumnKind, SqlError};
use crate::refusal::{syntax, unsupported};

pub use account::{AccountChange, Secret};
use cursor::Cursor;
pub(crate) use cursor::RESERVED;
pub(crate) use dialect::Dialect;
pub(crate) use lexer::bytes_of_hex;
pub use privilege::{Privilege, Privileges, Resource};
pub use statement::{
    Alteration, Assignment, ColumnSpec, Comparison, CreateTable, Delete, Hints, IndexSpec, Item, OnDuplicate,
    Predicate, Scalar, Select, Show, Statement, TableName, Update, Upsert,
};

/// A statement with the number of its `?`.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) statement: Statement,
    pub(crate) param_count: usize,
}

/// Parses one statement; a `;` may end it.
pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Parsed, SqlError> {
    let mut cursor = Cursor::new(text, dialect)?;
    let statement = statement(&mut cursor)?;
    cursor.take_symbol(";")?;
    if !cursor.at_end() {
        return Err(syntax("something follows the end of the statement"));
    }
    Ok(Parsed { statement, param_count: cursor.params() })
}

/// Reads a column's type alone.
pub(crate) fn read_kind(text: &str) -> Result<ColumnKind, SqlError> {
    let mut cursor = Cursor::new(text, Dialect::OF_HINTS)?;
    let kind = definition::kind(&mut cursor)?;
    if cursor.at_end() { Ok(kind) } else { Err(syntax("something follows the type")) }
}

/// Verbs of MySQL that the dialect refuses by name.
const REFUSED: [&str; 22] = [
    "replace",
    "load",
    "begin",
    "start",
    "savepoint",
    "release",
    "lock",
    "unlock",
    "rename",
    "call",
    "do",
    "handler",
    "with",
    "values",
    "merge",
    "flush",
    "kill",
    "analyze",
    "optimize",
    "check",
    "repair",
    "xa",
];

fn statement(cursor: &mut Cursor<'_>) -> Result<Statement, SqlError> {
    let verb = cursor.verb()?;
    match verb.as_str() {
        "upsert" | "insert" => write::upsert(cursor),
        "delete" => write::delete(cursor),
        "update" => write::update(cursor),
        "select" => select::select(cursor),
        "create" if cursor.is("user") => account::create(cursor),
        "alter" if cursor.is("user") => account::alter(cursor),
        "drop" if cursor.is("user") => account::drop(cursor),
        "grant" => account::grant(cursor),
        "revoke" => account::revoke(cursor),
        "create" => definition::create(cursor),
        "alter" => definition::alter(cursor),
        "drop" => definition::drop(cursor),
        "truncate" => {
            cursor.expect("table")?;
            Ok(Statement::Truncate(cursor.table_name()?))
        }
        "describe" | "desc" => show::describe(cursor),
        "show" => show::show(cursor),
        "use" => Ok(Statement::Use(cursor.name()?)),
        "set" => session::set(cursor),
        "commit" | "rollback" => Ok(Statement::EndTransaction),
        other if REFUSED.contains(&other) => {
            Err(unsupported(&format!("{} statements", other.to_uppercase())))
        }
        _ => Err(syntax("the statement begins with no verb of the dialect")),
    }
}
