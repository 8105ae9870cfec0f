//! Hints: `/*+ name(option, ...), ... */` directly after the verb.
//!
//! A hint of an unknown name is noted for the engine. A `?` inside a hint is refused: no page says that it works, and an old edition says it does not.

use crate::answer::SqlError;
use crate::refusal::{syntax, unsupported};
use crate::sql::cursor::Cursor;
use crate::sql::lexer::Token;
use crate::sql::{Dialect, Hints};

/// Takes the hints that stand here, if any do.
pub(crate) fn hints(cursor: &mut Cursor<'_>) -> Result<Hints, SqlError> {
    let Token::Hint(text) = *cursor.token() else { return Ok(Hints::default()) };
    cursor.advance()?;
    if text.contains('?') {
        return Err(unsupported("a parameter inside a hint"));
    }
    let mut inner = Cursor::new(text, Dialect::OF_HINTS)?;
    let mut hints = Hints { given: true, ..Hints::default() };
    while !inner.at_end() {
        let Token::Word(name) = inner.advance()? else { return Err(syntax("a hint has no name")) };
        let option = option(&mut inner)?;
        note(&mut hints, name, option)?;
        inner.take_symbol(",")?;
    }
    Ok(hints)
}

/// The first option of a hint, as a number if it is one; further options are skipped.
fn option(inner: &mut Cursor<'_>) -> Result<Option<i64>, SqlError> {
    if !inner.take_symbol("(")? {
        return Ok(None);
    }
    let negative = inner.take_symbol("-")?;
    let first = match inner.token() {
        Token::Number(digits) => {
            digits.parse::<i64>().ok().map(|value| if negative { -value } else { value })
        }
        _ => None,
    };
    while !inner.take_symbol(")")? {
        if inner.at_end() {
            return Err(syntax("a hint's parenthesis is not closed"));
        }
        inner.advance()?;
    }
    Ok(first)
}

fn note(hints: &mut Hints, name: &str, option: Option<i64>) -> Result<(), SqlError> {
    let number = || option.ok_or_else(|| syntax(&format!("the hint {name} needs a number")));
    let natural = || number().and_then(|value| if value >= 0 { Ok(value) } else { Err(negative(name)) });
    match name {
        "_l_ts_" => hints.stamp = Some(natural()?),
        "_l_ts_min_" => hints.stamp_min = Some(natural()?),
        "_l_ts_max_" => hints.stamp_max = Some(natural()?),
        "_l_versions_" => {
            hints.versions =
                Some(u32::try_from(natural()?).ok().filter(|n| *n > 0).ok_or_else(|| negative(name))?);
        }
        "_l_operation_timeout_" | "operationtimeout" => {
            // Whether it may be 0 depends on who looks at it.
            hints.timeout_ms = u64::try_from(natural()?).ok();
        }
        "_l_allow_filtering_" => hints.allow_filtering = true,
        // Which index a read takes and which storage it looks at shows in nothing but its speed.
        "_l_force_index_" | "_l_ignore_index_" | "_l_hot_only_" => {}
        _ => hints.unknown = hints.unknown.take().or_else(|| Some(name.to_owned())),
    }
    Ok(())
}

fn negative(name: &str) -> SqlError {
    syntax(&format!("the hint {name} takes no such number"))
}
