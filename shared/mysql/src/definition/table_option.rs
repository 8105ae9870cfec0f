//! Options of a table behind its items, or among the clauses of ALTER TABLE.

use super::column::charset_of;
use super::cursor::{Cursor, Unread};
use super::token::Token;
use migration::schema::StringDefault;

/// Options that change nothing of columns, keys or rows.
const HARMLESS: [&str; 28] = [
    "AUTO_INCREMENT",
    "AUTOEXTEND_SIZE",
    "AVG_ROW_LENGTH",
    "CHECKSUM",
    "COMMENT",
    "COMPRESSION",
    "CONNECTION",
    "DATA DIRECTORY",
    "DELAY_KEY_WRITE",
    "ENCRYPTION",
    "ENGINE_ATTRIBUTE",
    "INDEX DIRECTORY",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PASSWORD",
    "ROW_FORMAT",
    "SECONDARY_ENGINE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "STORAGE",
    "TABLE_CHECKSUM",
    "TABLESPACE",
    "UNION",
];

/// What options say, as far as it matters.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) engine: Option<String>,
    charset: Option<String>,
    collation: Option<String>,
}

impl Options {
    /// Reads one option; false where none is next.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, Unread> {
        if cursor.take_any(&["ENGINE", "TYPE"]) {
            cursor.symbol('=');
            self.engine = Some(cursor.word_or_text()?.to_owned());
            return Ok(true);
        }
        let mut ahead = cursor.clone();
        ahead.take("DEFAULT");
        if ahead.take_any(&["CHARACTER SET", "CHARSET", "CHAR SET"]) {
            *cursor = ahead;
            cursor.symbol('=');
            self.charset = Some(cursor.word_or_text()?.to_ascii_lowercase());
            return Ok(true);
        }
        if ahead.take("COLLATE") {
            *cursor = ahead;
            cursor.symbol('=');
            self.collation = Some(cursor.word_or_text()?.to_ascii_lowercase());
            return Ok(true);
        }
        if !cursor.take_any(&HARMLESS) {
            return Ok(false);
        }
        cursor.symbol('=');
        if cursor.peek() == Some(&Token::Symbol('(')) {
            cursor.parenthesised()?;
            return Ok(true);
        }
        match cursor.next() {
            Some(Token::Word(_) | Token::Quoted(_) | Token::Text(_) | Token::Number(_)) => Ok(true),
            _ => Err(Unread("an option has no value")),
        }
    }

    /// The character set of columns that name none, where the options say one.
    pub(super) fn strings(&self) -> Result<Option<StringDefault>, Unread> {
        let charset = charset_of(self.charset.clone(), self.collation.as_deref())?;
        let said = charset.is_some();
        Ok(said.then(|| StringDefault { charset, collation: self.collation.clone() }))
    }
}
