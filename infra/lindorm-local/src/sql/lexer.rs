//! Cuts a statement into tokens by the rules of the Lindorm dialect.
//!
//! Written here rather than on a general SQL tokenizer: the dialect differs from those in nearly every rule (double quotes are no
//! strings, `0x..` and `.5` are errors, escapes follow a session variable and only seven of them exist, hints are tokens of their
//! own), and tokens can borrow from the text, which a multi-row statement of some megabytes needs.
//! Whitespace and ordinary comments never reach the parser; hints do.

use std::borrow::Cow;

use crate::answer::SqlError;
use crate::refusal::syntax;
use crate::sql::Dialect;

/// One token. Words keep their case; the parser compares them without.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token<'a> {
    /// An unquoted word: a keyword or a name.
    Word(&'a str),
    /// A name in backticks.
    Quoted(Cow<'a, str>),
    /// A number without sign.
    Number(&'a str),
    /// A text in single quotes.
    Text(Cow<'a, str>),
    /// A binary literal `x'..'`.
    Bytes(Vec<u8>),
    /// What stands between `/*+` and `*/`.
    Hint(&'a str),
    /// `@@name`, without the `@@` and without `session.`.
    Variable(&'a str),
    /// `?`.
    Param,
    /// Punctuation, one or two characters.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

/// Reads tokens from a text, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
}

const SYMBOLS: [&str; 17] =
    ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", ".", ";", "*", "-", "+", "/", "%"];

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self { text, at: 0, dialect }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, SqlError> {
        self.skip_blanks()?;
        let Some(first) = self.text.as_bytes().get(self.at).copied() else {
            return Ok(Token::End);
        };
        match first {
            b'\'' => Ok(Token::Text(self.quoted(b'\'', self.dialect.escapes)?)),
            b'`' => Ok(Token::Quoted(self.quoted(b'`', false)?)),
            b'"' if self.dialect.double_quoted_names => Ok(Token::Quoted(self.quoted(b'"', false)?)),
            b'"' => Err(syntax("double quotes do not quote a text; use single quotes")),
            b'?' => {
                self.at += 1;
                Ok(Token::Param)
            }
            b'0'..=b'9' => self.number(),
            b'x' | b'X' if self.text.as_bytes().get(self.at + 1) == Some(&b'\'') => self.binary(),
            b'@' => self.variable(),
            b'/' if self.rest().starts_with("/*+") => self.hint(),
            _ if first.is_ascii_alphabetic() || first == b'_' => {
                let length =
                    self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                Ok(Token::Word(self.take(length)))
            }
            _ => self.symbol(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, length: usize) -> &'a str {
        let start = self.at;
        self.at += length;
        &self.text[start..self.at]
    }

    fn skip_blanks(&mut self) -> Result<(), SqlError> {
        loop {
            let rest = self.rest();
            let blanks = rest.bytes().take_while(u8::is_ascii_whitespace).count();
            self.at += blanks;
            let rest = self.rest();
            if rest.starts_with("/*") && !rest.starts_with("/*+") {
                let Some(end) = rest[2..].find("*/") else { return Err(syntax("a comment has no end")) };
                self.at += end + 4;
            } else if rest.starts_with("-- ") || rest == "--" {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return Ok(());
            }
        }
    }

    /// A quoted run whose quote is doubled to stand for itself.
    fn quoted(&mut self, quote: u8, escapes: bool) -> Result<Cow<'a, str>, SqlError> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut owned: Option<String> = None;
        let mut from = start;
        let mut at = start;
        loop {
            let Some(byte) = bytes.get(at).copied() else { return Err(syntax("a quote is not closed")) };
            let doubled = byte == quote && bytes.get(at + 1) == Some(&quote);
            if doubled && (self.dialect.doubling || quote != b'\'') {
                owned.get_or_insert_with(String::new).push_str(&self.text[from..=at]);
                at += 2;
                from = at;
            } else if byte == quote {
                self.at = at + 1;
                let tail = &self.text[from..at];
                return Ok(match owned {
                    None => Cow::Borrowed(tail),
                    Some(mut text) => {
                        text.push_str(tail);
                        Cow::Owned(text)
                    }
                });
            } else if byte == b'\\' && escapes {
                let text = owned.get_or_insert_with(String::new);
                text.push_str(&self.text[from..at]);
                let Some(next) = self.text[at + 1..].chars().next() else {
                    return Err(syntax("a quote is not closed"));
                };
                text.push(unescaped(next));
                at += 1 + next.len_utf8();
                from = at;
            } else {
                at += 1;
            }
        }
    }

    /// Digits, digits with a fraction, either with an exponent. Digits stand on both sides of a point.
    fn number(&mut self) -> Result<Token<'a>, SqlError> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut length = digits(0);
        if bytes.get(length) == Some(&b'.') {
            let fraction = digits(length + 1);
            if fraction == 0 {
                return Err(syntax("a number needs digits on both sides of its point"));
            }
            length += 1 + fraction;
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits((length + 1 + sign).min(bytes.len()));
            if exponent == 0 {
                return Err(syntax("an exponent has no digits"));
            }
            length += 1 + sign + exponent;
        }
        if bytes.get(length).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
            return Err(syntax("a number runs into a word"));
        }
        Ok(Token::Number(self.take(length)))
    }

    fn binary(&mut self) -> Result<Token<'a>, SqlError> {
        if !self.dialect.hex {
            return Err(syntax("a binary literal"));
        }
        self.at += 1;
        let digits = self.quoted(b'\'', false)?;
        match bytes_of_hex(&digits) {
            Some(bytes) => Ok(Token::Bytes(bytes)),
            None => Err(syntax("a binary literal needs an even number of hex digits")),
        }
    }

    fn variable(&mut self) -> Result<Token<'a>, SqlError> {
        if !self.rest().starts_with("@@") {
            return Err(syntax("user variables do not exist"));
        }
        self.at += 2;
        for scope in ["session.", "local.", "global."] {
            if self.rest().get(..scope.len()).is_some_and(|head| head.eq_ignore_ascii_case(scope)) {
                self.at += scope.len();
            }
        }
        let length = self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        Ok(Token::Variable(self.take(length)))
    }

    fn hint(&mut self) -> Result<Token<'a>, SqlError> {
        let Some(length) = self.rest()[3..].find("*/") else { return Err(syntax("a hint has no end")) };
        let whole = self.take(length + 5);
        Ok(Token::Hint(&whole[3..3 + length]))
    }

    fn symbol(&mut self) -> Result<Token<'a>, SqlError> {
        let found = SYMBOLS.into_iter().find(|symbol| self.rest().starts_with(symbol));
        let Some(symbol) = found else { return Err(syntax("a character outside every token")) };
        self.at += symbol.len();
        Ok(Token::Symbol(symbol))
    }
}

/// What a backslash and `next` stand for; an escape that is not known stands for its character.
fn unescaped(next: char) -> char {
    match next {
        '0' => '\0',
        'Z' => '\u{1a}',
        'r' => '\r',
        'n' => '\n',
        other => other,
    }
}

/// The bytes an even number of hex digits stands for.
pub(crate) fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}
