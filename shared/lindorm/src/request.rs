//! A statement as it travels: its text, and its values where they are bound.
//!
//! A text statement holds its values, so neither form is ever printed: there is no `Debug` here on purpose.

use std::sync::Arc;

use migration::statement_form::{Escaping, ValueForm};
use migration::value::TargetValue;
use mysql_async::Value;

use crate::bind::bind;
use crate::literal::write_literal;

/// A statement and its values.
#[derive(Clone)]
pub(crate) enum Request {
    /// Prepared, with bound values.
    Prepared {
        /// The text, with a `?` for each value.
        sql: Arc<str>,
        /// The values.
        values: Vec<Value>,
    },
    /// One text, values included.
    Text {
        /// The whole statement.
        sql: String,
        /// The session its literals are written for.
        backslashes: Backslashes,
    },
}

/// What a backslash inside a quoted text must be in the session that runs a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backslashes {
    /// The statement has no backslash inside a quoted text.
    Any,
    /// An ordinary character. Old engines have it so; others are told by `SQL_MODE` (`lindorm.md` 1.3), so that an
    /// upgrade during a run changes nothing.
    Ordinary,
    /// What the server makes of it by itself.
    Untouched,
}

impl Request {
    /// The session it needs.
    pub(crate) fn backslashes(&self) -> Backslashes {
        match self {
            Self::Prepared { .. } => Backslashes::Any,
            Self::Text { backslashes, .. } => *backslashes,
        }
    }
}

/// A statement under construction.
pub(crate) struct Draft {
    sql: String,
    form: ValueForm,
    values: Vec<Value>,
    /// What the literals written so far need.
    backslashes: Backslashes,
}

impl Draft {
    /// A statement that begins so.
    pub(crate) fn new(sql: String, form: ValueForm) -> Self {
        Self { sql, form, values: Vec::new(), backslashes: Backslashes::Any }
    }

    /// Appends text that is no value.
    pub(crate) fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    /// Appends a value.
    pub(crate) fn value(&mut self, value: &TargetValue) {
        match self.form {
            ValueForm::Bound => {
                self.sql.push('?');
                self.values.push(bind(value));
            }
            ValueForm::Literal { escaping } => {
                write_literal(&mut self.sql, value, escaping);
                if holds_text(value) {
                    self.backslashes = session_for(escaping);
                }
            }
        }
    }

    /// The statement.
    pub(crate) fn done(self) -> Request {
        match self.form {
            ValueForm::Bound => Request::Prepared { sql: self.sql.into(), values: self.values },
            ValueForm::Literal { .. } => Request::Text { sql: self.sql, backslashes: self.backslashes },
        }
    }
}

/// Whether a quoted literal of the value can hold any character.
fn holds_text(value: &TargetValue) -> bool {
    match value {
        TargetValue::Decimal(_) | TargetValue::Text(_) | TargetValue::Json(_) => true,
        TargetValue::Null
        | TargetValue::Boolean(_)
        | TargetValue::Int(_)
        | TargetValue::Float(_)
        | TargetValue::Double(_)
        | TargetValue::Bytes(_)
        | TargetValue::Date(_)
        | TargetValue::Time(_)
        | TargetValue::Timestamp(_) => false,
    }
}

/// The session in which texts of this escaping are read as they were.
fn session_for(escaping: Escaping) -> Backslashes {
    match escaping {
        Escaping::QuotesDoubled => Backslashes::Ordinary,
        Escaping::BothDoubled | Escaping::Backslashes => Backslashes::Untouched,
    }
}

#[cfg(test)]
mod tests {
    use migration::statement_form::{Escaping, ValueForm};
    use migration::value::TargetValue;
    use mysql_async::Value;

    use super::{Backslashes, Draft, Request};

    fn drafted(form: ValueForm) -> Request {
        let mut draft = Draft::new("SELECT ".to_owned(), form);
        draft.value(&TargetValue::Text("a\\'".to_owned()));
        draft.push(", ");
        draft.value(&TargetValue::Int(-1));
        draft.done()
    }

    #[test]
    fn values_are_bound_in_order_and_leave_no_trace_in_the_text() {
        let Request::Prepared { sql, values } = drafted(ValueForm::Bound) else { panic!("a text") };
        assert_eq!(&*sql, "SELECT ?, ?");
        assert_eq!(values, [Value::Bytes(b"a\\'".to_vec()), Value::Int(-1)]);
    }

    #[test]
    fn numbers_as_literals_run_in_any_session() {
        let mut draft = Draft::new(String::new(), ValueForm::Literal { escaping: Escaping::QuotesDoubled });
        draft.value(&TargetValue::Int(7));
        assert_eq!(draft.done().backslashes(), Backslashes::Any);
    }

    #[test]
    fn literals_come_with_the_session_they_are_written_for() {
        let sessions = [
            (Escaping::QuotesDoubled, r"SELECT 'a\''', -1", Backslashes::Ordinary),
            (Escaping::BothDoubled, r"SELECT 'a\\''', -1", Backslashes::Untouched),
            (Escaping::Backslashes, r"SELECT 'a\\\'', -1", Backslashes::Untouched),
        ];
        for (escaping, expected, session) in sessions {
            let request = drafted(ValueForm::Literal { escaping });
            assert_eq!(request.backslashes(), session);
            let Request::Text { sql, .. } = request else { panic!("a prepared statement") };
            assert_eq!(sql, expected);
        }
    }
}
