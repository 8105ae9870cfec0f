//! How the probe's statements travel: as text or prepared, one try each.
//!
//! They hold integers and NULLs only, so a text needs no escaping. The sink's way of sending is not used, because it keeps
//! trying: a statement whose outcome is not known would take effect at some later time, and an order that was to be
//! measured would be another. Such a statement ends its experiment, which begins again on other keys.

use std::time::Duration;

use migration::retry::{Effect, backoff};
use migration::statement_form::ValueForm;
use mysql_async::Value;

use crate::classify::Class;
use crate::failure::Failure;
use crate::moment::jittered;
use crate::request::{Backslashes, Request};
use crate::session::Session;
use crate::target::Target;

/// How often a statement is sent that is refused for now.
const TRIES: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A statement with a `?` for each of its values.
pub(super) struct Line {
    pub(super) sql: String,
    pub(super) values: Vec<Option<i64>>,
    /// How long it may take effect.
    pub(super) timeout: Duration,
}

impl Line {
    /// The statement with its values in it.
    pub(super) fn text(&self) -> String {
        let mut values = self.values.iter();
        let mut text = String::with_capacity(self.sql.len());
        for letter in self.sql.chars() {
            match (letter, (letter == '?').then(|| values.next()).flatten()) {
                (_, Some(Some(number))) => text.push_str(&number.to_string()),
                (_, Some(None)) => text.push_str("NULL"),
                (other, None) => text.push(other),
            }
        }
        text
    }

    /// Runs it on a connection.
    pub(super) async fn run(&self, session: &mut Session, form: ValueForm) -> Result<(), Failure> {
        match form {
            ValueForm::Bound => {
                let values = self.values.iter().map(|value| value.map_or(Value::NULL, Value::Int));
                let request = Request::Prepared { sql: self.sql.as_str().into(), values: values.collect() };
                session.execute(request, self.timeout).await
            }
            ValueForm::Literal { .. } => session.run(&self.text(), self.timeout).await,
        }
    }
}

impl Target {
    /// Sends a statement, again where it was refused for now or never sent.
    pub(super) async fn tell(&self, line: &Line, form: ValueForm) -> Result<(), Failure> {
        let mut pauses = backoff(FIRST_PAUSE, LONGEST_PAUSE).take(TRIES - 1);
        loop {
            match (self.tell_once(line, form).await, pauses.next()) {
                (Err(failure), Some(pause)) if is_free_to_repeat(&failure) => {
                    tokio::time::sleep(jittered(pause)).await;
                }
                (told, _) => return told,
            }
        }
    }

    /// Sends a statement once.
    pub(super) async fn tell_once(&self, line: &Line, form: ValueForm) -> Result<(), Failure> {
        let mut leased = self.pool().lease(Backslashes::Any).await.map_err(Failure::before_sending)?;
        let outcome = line.run(&mut leased.session, form).await;
        leased.ended(outcome)
    }
}

/// Whether the statement had no effect and another try may have another end.
pub(super) fn is_free_to_repeat(failure: &Failure) -> bool {
    match failure.class {
        Class::Crowded | Class::Rotated | Class::Throttled | Class::Stale => true,
        // A number nobody explains may be a mishap of the moment, and one mishap must not decide how a run is made.
        Class::Unlisted => failure.code.is_some(),
        Class::Uncertain | Class::Storage => failure.effect == Effect::None,
        Class::Row | Class::Missing | Class::Exists | Class::Denied | Class::Unsupported => false,
    }
}

/// MySQL's number of an unknown column, which is no unknown table.
const UNKNOWN_COLUMN: u16 = 1054;

/// Whether a node does not know the table yet; it may learn of it late (`lindorm.md` 4.3).
pub(super) fn is_unseen_table(failure: &Failure) -> bool {
    failure.class == Class::Missing && failure.code != Some(UNKNOWN_COLUMN)
}

/// Whether the target refuses the statement for good.
pub(super) fn is_refusal(failure: &Failure) -> bool {
    is_answer(failure) && !failure.class.is_transient() && !is_unseen_table(failure)
}

/// Whether the target itself answered the statement with an error, whatever its number.
pub(super) fn is_answer(failure: &Failure) -> bool {
    let never_sent = failure.class.is_transient() && failure.effect == Effect::None;
    failure.code.is_some() && !never_sent
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::classify::Class;
    use crate::failure::Failure;

    use super::{Line, is_answer, is_free_to_repeat, is_refusal};

    #[test]
    fn a_text_holds_the_values_in_their_order() {
        let sql = "UPSERT INTO t (k, a) VALUES (?,?),(?,?)".to_owned();
        let line = Line { sql, values: vec![Some(-1), None, Some(2), Some(3)], timeout: Duration::ZERO };
        assert_eq!(line.text(), "UPSERT INTO t (k, a) VALUES (-1,NULL),(2,3)");
    }

    #[test]
    fn what_may_have_taken_effect_is_not_sent_again() {
        let lost = || Failure::of(Class::Uncertain, "lost");
        assert!(!is_free_to_repeat(&lost()) && is_free_to_repeat(&lost().before_sending()));
        assert!(is_free_to_repeat(&Failure::of(Class::Throttled, "busy")));
        assert!(!is_free_to_repeat(&Failure::of(Class::Unsupported, "no")));
    }

    #[test]
    fn too_many_connections_are_no_answer_to_a_statement() {
        let with = |class, code| {
            let mut failure = Failure::of(class, "an error");
            failure.code = Some(code);
            failure
        };
        assert!(is_answer(&with(Class::Throttled, 8008)) && is_answer(&with(Class::Uncertain, 3024)));
        assert!(is_answer(&with(Class::Unsupported, 1064)));
        assert!(is_refusal(&with(Class::Unsupported, 1064)) && is_refusal(&with(Class::Missing, 1054)));
        assert!(!is_refusal(&with(Class::Missing, 1146)) && !is_refusal(&with(Class::Throttled, 8008)));
        assert!(!is_answer(&with(Class::Crowded, 1040).before_sending()));
        assert!(!is_answer(&Failure::of(Class::Uncertain, "lost")));
    }
}
