//! A statement's text as tokens of our own kind, comments gone.
//!
//! `sqlparser` reads the text by MySQL's rules of quoting, escaping and comments. Two settings of the statement's session
//! change these rules (`ANSI_QUOTES`, `NO_BACKSLASH_ESCAPES`), and a comment `/*!50100 ... */` is read as text by every
//! server of that version or a later one.

use std::any::TypeId;

use sqlparser::dialect::{Dialect, MySqlDialect};
use sqlparser::tokenizer::{Token as Read, Tokenizer, Whitespace};

use super::StatementContext;

const ANSI_QUOTES: u64 = 0x4;
const NO_BACKSLASH_ESCAPES: u64 = 0x10_0000;
/// Comments inside comments end here: more is no statement anybody writes.
const COMMENT_DEPTH_MAX: u8 = 4;

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word without quotes.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// A string, unescaped.
    Text(String),
    /// A number without sign.
    Number(String),
    /// A literal of another kind: bits, bytes.
    Literal,
    /// A character with a meaning, or any other.
    Symbol(char),
    /// More than one such character, which means nothing in a definition outside of expressions.
    Operator,
}

/// The tokens, or none where the text cannot be read as such.
pub(super) fn tokens(sql: &str, context: StatementContext<'_>) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    read(sql, context, 0, &mut found)?;
    Some(found)
}

fn read(sql: &str, context: StatementContext<'_>, depth: u8, found: &mut Vec<Token>) -> Option<()> {
    if depth > COMMENT_DEPTH_MAX {
        return None;
    }
    let dialect = Logged { backslash: context.sql_mode & NO_BACKSLASH_ESCAPES == 0 };
    let ansi = context.sql_mode & ANSI_QUOTES != 0;
    for token in Tokenizer::new(&dialect, sql).tokenize().ok()? {
        found.push(match token {
            Read::Whitespace(Whitespace::MultiLineComment(comment)) => {
                if let Some(inside) = executed(&comment, context.server_version) {
                    read(inside, context, depth + 1, found)?;
                }
                continue;
            }
            Read::Whitespace(_) => continue,
            Read::Word(word) if word.quote_style.is_some() => Token::Quoted(word.value),
            Read::Word(word) => Token::Word(word.value),
            Read::DoubleQuotedString(name) if ansi => Token::Quoted(name),
            Read::SingleQuotedString(text)
            | Read::DoubleQuotedString(text)
            | Read::NationalStringLiteral(text) => Token::Text(text),
            Read::Number(number, _) => Token::Number(number),
            Read::SingleQuotedByteStringLiteral(_)
            | Read::DoubleQuotedByteStringLiteral(_)
            | Read::HexStringLiteral(_) => Token::Literal,
            Read::Comma => Token::Symbol(','),
            Read::Period => Token::Symbol('.'),
            Read::LParen => Token::Symbol('('),
            Read::RParen => Token::Symbol(')'),
            Read::Eq => Token::Symbol('='),
            Read::Plus => Token::Symbol('+'),
            Read::Minus => Token::Symbol('-'),
            Read::SemiColon => Token::Symbol(';'),
            _ => Token::Operator,
        });
    }
    Some(())
}

/// What a server of this version reads of a comment.
fn executed(comment: &str, server_version: Option<u32>) -> Option<&str> {
    let inside = comment.strip_prefix('!')?;
    let digits = inside.chars().take(6).take_while(char::is_ascii_digit).count();
    let (version, rest) = match digits {
        0..=4 => (0, inside),
        // A sixth digit belongs to the version only where all six stand together.
        digits => {
            let (version, rest) = inside.split_at(digits);
            (version.parse().ok()?, rest)
        }
    };
    server_version.is_none_or(|server| version <= server).then_some(rest)
}

/// MySQL's rules, with or without escapes.
#[derive(Debug)]
struct Logged {
    backslash: bool,
}

const MYSQL: MySqlDialect = MySqlDialect {};

impl Dialect for Logged {
    fn dialect(&self) -> TypeId {
        TypeId::of::<MySqlDialect>()
    }
    fn is_identifier_start(&self, ch: char) -> bool {
        MYSQL.is_identifier_start(ch)
    }
    fn is_identifier_part(&self, ch: char) -> bool {
        MYSQL.is_identifier_part(ch)
    }
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        MYSQL.is_delimited_identifier_start(ch)
    }
    fn supports_string_literal_backslash_escape(&self) -> bool {
        self.backslash
    }
    fn ignores_wildcard_escapes(&self) -> bool {
        MYSQL.ignores_wildcard_escapes()
    }
    fn supports_numeric_prefix(&self) -> bool {
        MYSQL.supports_numeric_prefix()
    }
    fn requires_single_line_comment_whitespace(&self) -> bool {
        MYSQL.requires_single_line_comment_whitespace()
    }
}

#[cfg(test)]
mod tests {
    use super::{NO_BACKSLASH_ESCAPES, StatementContext, Token, tokens};

    fn read(sql: &str, context: StatementContext<'_>) -> Vec<Token> {
        tokens(sql, context).unwrap()
    }

    #[test]
    fn quotes_follow_the_mode() {
        let plain = StatementContext::default();
        let ansi = StatementContext { sql_mode: 4, ..plain };
        assert_eq!(read("\"a\"", plain), [Token::Text("a".to_owned())]);
        assert_eq!(read("\"a\"", ansi), [Token::Quoted("a".to_owned())]);
        assert_eq!(read("'a\\'b'", plain), [Token::Text("a'b".to_owned())]);
        let raw = StatementContext { sql_mode: NO_BACKSLASH_ESCAPES, ..plain };
        assert_eq!(read("'a\\'", raw), [Token::Text("a\\".to_owned())]);
        assert_eq!(read("`a``b`", plain), [Token::Quoted("a`b".to_owned())]);
    }

    #[test]
    fn comments_are_read_by_the_version_of_the_server() {
        let of = |version| StatementContext { server_version: Some(version), ..StatementContext::default() };
        let sql = "a /* x */ /*!50100 b */ /*!80023 c */ -- d\n# e\n/*! f */";
        let words = |version| {
            let of_word = |token| match token {
                Token::Word(word) => Some(word),
                _ => None,
            };
            read(sql, of(version)).into_iter().filter_map(of_word).collect::<String>()
        };
        assert_eq!(words(50_744), "abf");
        assert_eq!(words(80_045), "abcf");
    }
}
