//! Definition statements of the source's log, as the changes of tables they are.
//!
//! The log holds a definition as text, with the database and the settings it was written under. What is recognised in
//! full becomes [`TableChange`]s; what changes no table's columns, keys or rows becomes nothing; everything else is
//! unknown, with the tables it may be about ([`mentions`]), and is never guessed.
//!
//! # Why the clauses are read here and not by a parser's syntax tree
//!
//! The text is divided into tokens by `sqlparser`, whose tree for MySQL's definitions is too small: of 61 common
//! definitions, written down for the comparison, it refuses 29 (CONVERT TO CHARACTER SET, ENGINE=, every partition clause, DROP KEY, ADD COLUMN
//! in parentheses), and each refusal would stop a task. It also takes types it does not know for types of the user. MySQL's
//! grammar of definitions is regular enough to be read clause by clause from the tokens: each clause, attribute and option is
//! listed, and one that is not makes the whole statement unknown. Expressions are never looked into: they stand in
//! parentheses, which are passed over.

mod alter_table;
mod column;
mod complete;
mod create_table;
mod cursor;
mod data_type;
mod item;
mod mentions;
mod shortened;
mod statement;
mod table_option;
mod token;

use migration::ident::TableId;
use migration::schema::TableChange;

pub(crate) use complete::complete;
use cursor::{Cursor, Unread};
pub use shortened::shortened;

/// What a statement was written under, from its event's status variables and the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatementContext<'a> {
    /// The default database; empty where there was none.
    pub database: &'a str,
    /// `sql_mode` as its bits.
    pub sql_mode: u64,
    /// `explicit_defaults_for_timestamp`, where the event tells.
    pub explicit_timestamps: Option<bool>,
    /// The server's version as one number, 80045 for 8.0.45: later comments `/*!80100 ... */` are comments to it.
    pub server_version: Option<u32>,
    /// Whether the server stores names of databases and tables in lower case (`lower_case_table_names` = 1).
    pub lowercase_names: bool,
}

/// What a statement changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// These tables, in this order.
    Changes(Vec<TableChange>),
    /// No table's columns, keys or rows.
    Nothing,
    /// Rows as text: INSERT, UPDATE, DELETE, LOAD DATA and the like; in a log of rows a statement that must not be there.
    RowsAsText {
        /// The tables it mentions; empty where any may be meant.
        mentions: Vec<TableId>,
    },
    /// It cannot be told.
    Unknown {
        /// The tables it mentions; empty where any may be meant.
        mentions: Vec<TableId>,
        /// Why, in words of ours.
        what: String,
    },
}

/// Reads a statement.
#[must_use]
pub fn parse(sql: &str, context: StatementContext<'_>) -> Parsed {
    let Some(tokens) = token::tokens(sql, context) else {
        return Parsed::Unknown {
            mentions: Vec::new(),
            what: "the text cannot be divided into words".to_owned(),
        };
    };
    let mut cursor = Cursor::new(&tokens, context.database, context.lowercase_names);
    let mentioned = |cursor: &Cursor<'_>| mentions::mentions(&tokens, cursor, context.database);
    match statement::statement(&mut cursor, context) {
        Ok(Parsed::RowsAsText { .. }) => Parsed::RowsAsText { mentions: mentioned(&cursor) },
        Ok(parsed) => parsed,
        Err(Unread(what)) => Parsed::Unknown { mentions: mentioned(&cursor), what: what.to_owned() },
    }
}

#[cfg(test)]
mod tests;
