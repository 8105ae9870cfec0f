//! What a statement may hold depends on the way it came: typed as text, or prepared. The pages say neither that parameters in
//! VALUES nor that hints in prepared statements work, so both are switches; hints of unknown names are one for both ways.
//!
//! It looks at the parsed statement only and knows no schema.

use crate::answer::SqlError;
use crate::engine::{Assumptions, DoubleQuotes, Escapes, Heed, Misuse, Session, Support};
use crate::refusal;
use crate::sql::{Dialect, Hints, Scalar, Statement};

/// The forms that a session may write.
pub(crate) fn dialect(session: &Session, assumptions: &Assumptions) -> Dialect {
    Dialect {
        escapes: assumptions.escapes == Escapes::On && !session.no_backslash_escapes,
        doubling: assumptions.quote_doubling == Support::Accepted,
        double_quoted_names: assumptions.double_quotes == DoubleQuotes::Names,
        hex: assumptions.hex_literal == Support::Accepted,
        rows: assumptions.row_comparison == Support::Accepted,
        several_additions: assumptions.several_additions == Support::Accepted,
    }
}

/// Checks a statement that came either way, and drops the limit of its time where such a statement has none.
pub(crate) fn check(statement: &mut Statement, assumptions: &Assumptions) -> Result<(), SqlError> {
    limit_time(statement, assumptions)?;
    match statement.hints().and_then(|hints| hints.unknown.as_deref()) {
        Some(name) if assumptions.unknown_hint == Misuse::Refused => {
            Err(refusal::unsupported(&format!("the hint {name}")))
        }
        Some(_) | None => Ok(()),
    }
}

fn limit_time(statement: &mut Statement, assumptions: &Assumptions) -> Result<(), SqlError> {
    let changes = matches!(statement, Statement::Delete(_) | Statement::Update(_));
    let Some(hints) = statement.hints_mut().filter(|hints| hints.timeout_ms.is_some()) else { return Ok(()) };
    match assumptions.timeout_on_delete {
        Heed::Refused if changes => {
            return Err(refusal::unsupported("the hint _l_operation_timeout_ on DELETE and UPDATE"));
        }
        Heed::Ignored if changes => hints.timeout_ms = None,
        Heed::Honoured | Heed::Ignored | Heed::Refused => {}
    }
    if hints.timeout_ms == Some(0) {
        return Err(refusal::syntax("the hint _l_operation_timeout_ takes no such number"));
    }
    Ok(())
}

/// Checks a statement that is to be prepared, and drops its hints where prepared statements have none.
pub(crate) fn prepared(statement: &mut Statement, assumptions: &Assumptions) -> Result<(), SqlError> {
    let binds = matches!(statement, Statement::Upsert(upsert)
        if upsert.values.iter().any(|value| matches!(value, Scalar::Param(_))));
    if binds && assumptions.bind_values == Support::Refused {
        return Err(refusal::unsupported("a parameter in VALUES"));
    }
    let Some(hints) = statement.hints_mut().filter(|hints| hints.given) else { return Ok(()) };
    match assumptions.hints_when_prepared {
        Heed::Honoured => Ok(()),
        Heed::Ignored => {
            *hints = Hints::default();
            Ok(())
        }
        Heed::Refused => Err(refusal::unsupported("a hint in a prepared statement")),
    }
}
