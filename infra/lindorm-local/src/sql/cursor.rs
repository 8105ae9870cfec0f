//! The parser's place in the token stream, and the few things every part of the grammar asks of it.

use std::borrow::Cow;

use crate::answer::SqlError;
use crate::refusal::syntax;
use crate::sql::lexer::{Lexer, Token};
use crate::sql::{Dialect, Scalar, TableName};

/// Words that cannot stand as a name without backticks.
pub(crate) const RESERVED: [&str; 44] = [
    "add", "all", "alter", "and", "as", "asc", "between", "by", "case", "create", "delete", "desc",
    "describe", "distinct", "drop", "exists", "from", "group", "having", "in", "index", "insert", "into",
    "is", "join", "key", "like", "limit", "not", "null", "offset", "on", "or", "order", "primary", "select",
    "set", "table", "union", "update", "upsert", "values", "where", "with",
];

/// One token of look-ahead over the lexer.
pub(crate) struct Cursor<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    params: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect) -> Result<Self, SqlError> {
        let mut lexer = Lexer::new(text, dialect);
        let token = lexer.next()?;
        Ok(Self { lexer, token, params: 0 })
    }

    /// How many `?` were read so far.
    pub(crate) fn params(&self) -> usize {
        self.params
    }

    /// What may be written.
    pub(crate) fn dialect(&self) -> Dialect {
        self.lexer.dialect()
    }

    pub(crate) fn token(&self) -> &Token<'a> {
        &self.token
    }

    pub(crate) fn at_end(&self) -> bool {
        self.token == Token::End
    }

    /// Goes one token on and gives the one it stood on.
    pub(crate) fn advance(&mut self) -> Result<Token<'a>, SqlError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// A second cursor at the same place, to look ahead with.
    pub(crate) fn ahead(&self) -> Self {
        Self { lexer: self.lexer.clone(), token: self.token.clone(), params: self.params }
    }

    /// The first word of the statement, in lower case.
    pub(crate) fn verb(&mut self) -> Result<String, SqlError> {
        match self.advance()? {
            Token::Word(word) => Ok(word.to_ascii_lowercase()),
            _ => Err(syntax("a statement begins with a verb")),
        }
    }

    /// Whether the cursor stands on this keyword.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Takes the keyword if it stands there.
    pub(crate) fn take(&mut self, keyword: &str) -> Result<bool, SqlError> {
        let there = self.is(keyword);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    /// Takes a run of keywords, all or nothing of the first.
    pub(crate) fn take_all(&mut self, keywords: &[&str]) -> Result<bool, SqlError> {
        let Some((first, rest)) = keywords.split_first() else { return Ok(true) };
        if !self.take(first)? {
            return Ok(false);
        }
        for keyword in rest {
            self.expect(keyword)?;
        }
        Ok(true)
    }

    /// Requires the keyword.
    pub(crate) fn expect(&mut self, keyword: &str) -> Result<(), SqlError> {
        if self.take(keyword)? {
            Ok(())
        } else {
            Err(syntax(&format!("{} is missing", keyword.to_uppercase())))
        }
    }

    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(there) if there == symbol)
    }

    pub(crate) fn take_symbol(&mut self, symbol: &str) -> Result<bool, SqlError> {
        let there = self.is_symbol(symbol);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Result<(), SqlError> {
        if self.take_symbol(symbol)? { Ok(()) } else { Err(syntax(&format!("`{symbol}` is missing"))) }
    }

    /// A name: in backticks, or a word that is not reserved. Only `_l_ts_` may begin with an underscore unquoted.
    pub(crate) fn name(&mut self) -> Result<String, SqlError> {
        match &self.token {
            Token::Quoted(name) if name.is_empty() => return Err(syntax("a name is empty")),
            Token::Quoted(_) => {}
            Token::Word(word) if word.starts_with('_') && *word != "_l_ts_" => {
                return Err(syntax("an unquoted name begins with a letter"));
            }
            Token::Word(word) if RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved)) => {
                return Err(syntax(&format!("{} is reserved; quote it by backticks", word.to_uppercase())));
            }
            Token::Word(_) => {}
            Token::Hint(_) => return Err(syntax("a hint stands directly after the verb only")),
            Token::Number(_)
            | Token::Text(_)
            | Token::Bytes(_)
            | Token::Variable(_)
            | Token::Param
            | Token::Symbol(_)
            | Token::End => return Err(syntax("a name is missing")),
        }
        Ok(match self.advance()? {
            Token::Quoted(Cow::Owned(name)) => name,
            Token::Quoted(Cow::Borrowed(name)) | Token::Word(name) => name.to_owned(),
            _ => return Err(syntax("a name is missing")),
        })
    }

    /// `table` or `database.table`.
    pub(crate) fn table_name(&mut self) -> Result<TableName, SqlError> {
        let first = self.name()?;
        if self.take_symbol(".")? {
            return Ok(TableName { database: Some(first), table: self.name()? });
        }
        Ok(TableName { database: None, table: first })
    }

    /// `( name, ... )`
    pub(crate) fn names_in_parentheses(&mut self) -> Result<Vec<String>, SqlError> {
        self.expect_symbol("(")?;
        let mut names = vec![self.name()?];
        while self.take_symbol(",")? {
            names.push(self.name()?);
        }
        self.expect_symbol(")")?;
        Ok(names)
    }

    /// A text in single quotes.
    pub(crate) fn text(&mut self) -> Result<String, SqlError> {
        match self.advance()? {
            Token::Text(text) => Ok(text.into_owned()),
            _ => Err(syntax("a text in single quotes is missing")),
        }
    }

    /// An unsigned number that fits.
    pub(crate) fn small_number(&mut self) -> Result<u32, SqlError> {
        match self.advance()? {
            Token::Number(digits) => digits.parse().map_err(|_| syntax("a number is out of range")),
            _ => Err(syntax("a number is missing")),
        }
    }

    /// Counts a `?`.
    pub(crate) fn param(&mut self) -> Scalar {
        self.params += 1;
        Scalar::Param(self.params - 1)
    }
}
