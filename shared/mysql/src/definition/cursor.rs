//! Walking over a statement's tokens.

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};

use super::token::Token;

/// The statement is not one that is known; nothing of it may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread(pub(super) &'static str);

/// The tokens from a place on.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    /// The default database.
    database: &'a str,
    /// Whether the server stores names of databases and tables in lower case.
    lowercase: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token], database: &'a str, lowercase: bool) -> Self {
        Self { tokens, database, lowercase }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.first()
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Whether nothing is left but the statement's end.
    pub(super) fn is_over(&self) -> bool {
        self.tokens.iter().all(|token| *token == Token::Symbol(';'))
    }

    /// Whether this word is next, without quotes.
    pub(super) fn is_at(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    /// Passes over these words if all of them are next.
    pub(super) fn take(&mut self, words: &str) -> bool {
        let mut ahead = self.clone();
        for word in words.split(' ') {
            if !ahead.is_at(word) {
                return false;
            }
            ahead.next();
        }
        *self = ahead;
        true
    }

    /// Passes over the first of these that is next.
    pub(super) fn take_any(&mut self, choices: &[&str]) -> bool {
        choices.iter().any(|words| self.take(words))
    }

    pub(super) fn symbol(&mut self, symbol: char) -> bool {
        let is_next = self.peek() == Some(&Token::Symbol(symbol));
        if is_next {
            self.next();
        }
        is_next
    }

    pub(super) fn expect(&mut self, symbol: char) -> Result<(), Unread> {
        if self.symbol(symbol) { Ok(()) } else { Err(Unread("a sign is missing")) }
    }

    /// A name, with or without quotes.
    pub(super) fn name(&mut self) -> Result<&'a str, Unread> {
        match self.next() {
            Some(Token::Word(name) | Token::Quoted(name)) => Ok(name),
            _ => Err(Unread("a name is missing")),
        }
    }

    pub(super) fn column(&mut self) -> Result<ColumnName, Unread> {
        ColumnName::new(self.name()?).map_err(|_| Unread("a column has a name that is none"))
    }

    /// A table, in the default database where none is said.
    pub(super) fn table(&mut self) -> Result<TableId, Unread> {
        let first = self.name()?;
        let (database, table) = if self.symbol('.') { (first, self.name()?) } else { (self.database, first) };
        self.table_id(database, table).ok_or(Unread("a table has a name that is none"))
    }

    pub(super) fn database(&mut self) -> Result<DatabaseName, Unread> {
        let name = self.folded(self.name_ahead()?);
        self.next();
        DatabaseName::new(name).map_err(|_| Unread("a database has a name that is none"))
    }

    fn name_ahead(&self) -> Result<&'a str, Unread> {
        self.clone().name()
    }

    pub(super) fn table_id(&self, database: &str, table: &str) -> Option<TableId> {
        let database = DatabaseName::new(self.folded(database)).ok()?;
        Some(TableId { database, table: TableName::new(self.folded(table)).ok()? })
    }

    fn folded(&self, name: &str) -> String {
        if self.lowercase { name.to_lowercase() } else { name.to_owned() }
    }

    /// A string.
    pub(super) fn text(&mut self) -> Result<&'a str, Unread> {
        match self.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => Err(Unread("a string is missing")),
        }
    }

    /// A whole number.
    pub(super) fn number(&mut self) -> Result<u32, Unread> {
        match self.next() {
            Some(Token::Number(number)) => number.parse().map_err(|_| Unread("a number is out of bounds")),
            _ => Err(Unread("a number is missing")),
        }
    }

    /// A word or a string: a character set, an engine.
    pub(super) fn word_or_text(&mut self) -> Result<&'a str, Unread> {
        match self.next() {
            Some(Token::Word(found) | Token::Quoted(found) | Token::Text(found)) => Ok(found),
            _ => Err(Unread("a word is missing")),
        }
    }

    /// What stands in parentheses, which are passed over.
    pub(super) fn parenthesised(&mut self) -> Result<Self, Unread> {
        self.expect('(')?;
        let mut depth = 1_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Symbol('(') => depth += 1,
                Token::Symbol(')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let (inside, rest) = self.tokens.split_at(at);
                self.tokens = rest.get(1..).unwrap_or_default();
                return Ok(Self { tokens: inside, ..self.clone() });
            }
        }
        Err(Unread("a parenthesis is not closed"))
    }

    /// The parts between commas that stand in no parentheses.
    pub(super) fn parts(&self) -> Vec<Self> {
        let mut depth = 0_usize;
        let of = |token: &Token| {
            match token {
                Token::Symbol('(') => depth += 1,
                Token::Symbol(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *token == Token::Symbol(',')
        };
        self.tokens.split(of).map(|tokens| Self { tokens, ..self.clone() }).collect()
    }

    /// Whether any of these words stands somewhere from here on, outside of parentheses.
    pub(super) fn has_word(&self, words: &[&str]) -> bool {
        let mut depth = 0_usize;
        self.tokens.iter().any(|token| {
            match token {
                Token::Symbol('(') => depth += 1,
                Token::Symbol(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            let Token::Word(found) = token else { return false };
            depth == 0 && words.iter().any(|word| found.eq_ignore_ascii_case(word))
        })
    }
}
