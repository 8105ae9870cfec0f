//! The tables a statement may be about that was not understood.
//!
//! # Why a table that is not among them is not touched
//!
//! A statement names a table by a word, with or without quotes, alone or behind its database and a point. So every word
//! of the statement is taken for a table of the default database, and every word behind a point for a table of the
//! database before it. Too many are named that way, never too few; what is in strings is no name. Where the text cannot
//! even be divided into words, or names of databases cannot be told, any table may be meant.

use std::collections::BTreeSet;

use migration::ident::TableId;

use super::cursor::Cursor;
use super::token::Token;

/// Every table that may be meant.
pub(super) fn mentions(tokens: &[Token], cursor: &Cursor<'_>, database: &str) -> Vec<TableId> {
    let word = |token: &Token| match token {
        Token::Word(name) | Token::Quoted(name) => Some(name.clone()),
        _ => None,
    };
    let alone = tokens.iter().filter_map(word).filter_map(|name| cursor.table_id(database, &name));
    let qualified = tokens.windows(3).filter_map(|three| match three {
        [first, Token::Symbol('.'), last] => cursor.table_id(&word(first)?, &word(last)?),
        _ => None,
    });
    let found: BTreeSet<TableId> = alone.chain(qualified).collect();
    found.into_iter().collect()
}
