//! What a statement may hold depends on the way it came: typed as text, or prepared. The pages say neither that parameters in
//! VALUES nor that hints in prepared statements work, so both are switches; hints of unknown names are one for both ways.
//!
//! It looks at the parsed statement only and knows no schema.

use crate::answer::SqlError;
use crate::engine::{Assumptions, Heed, Misuse, Support};
use crate::refusal;
use crate::sql::{Hints, Scalar, Statement};

/// Checks a statement that came either way.
pub(crate) fn check(statement: &Statement, assumptions: &Assumptions) -> Result<(), SqlError> {
    match statement.hints().and_then(|hints| hints.unknown.as_deref()) {
        Some(name) if assumptions.unknown_hint == Misuse::Refused => {
            Err(refusal::unsupported(&format!("the hint {name}")))
        }
        Some(_) | None => Ok(()),
    }
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
