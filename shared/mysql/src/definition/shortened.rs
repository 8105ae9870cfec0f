//! A statement as reports show it.

use super::StatementContext;
use super::token::{Token, tokens};

/// Characters shown at most.
const SHOWN_MAX: usize = 300;

/// The statement on one line, shortened, for reports. Strings and literals are left out, for they may be values of cells;
/// a text that cannot be read is not shown at all.
#[must_use]
pub fn shortened(sql: &str, context: StatementContext<'_>) -> String {
    let Some(tokens) = tokens(sql, context) else {
        return format!("a statement of {} bytes that cannot be read", sql.len());
    };
    let mut shown = String::new();
    for token in &tokens {
        let glued = matches!(token, Token::Symbol(',' | '.' | ')' | ';'));
        if !(shown.is_empty() || glued || shown.ends_with(['(', '.'])) {
            shown.push(' ');
        }
        match token {
            Token::Word(word) | Token::Number(word) => shown.push_str(word),
            Token::Quoted(name) => {
                shown.push('`');
                shown.push_str(&name.replace('`', "``"));
                shown.push('`');
            }
            Token::Text(_) | Token::Literal => shown.push_str("'...'"),
            Token::Symbol(symbol) => shown.push(*symbol),
            Token::Operator => shown.push('?'),
        }
        if shown.chars().count() > SHOWN_MAX {
            let cut: String = shown.chars().take(SHOWN_MAX).collect();
            return format!("{cut} ...");
        }
    }
    shown
}
