//! What the probe measured of the target.
//!
//! A measurement that was not conclusive counts as "no": the conservative branch is taken, and the report says so. The
//! strategies that follow are [`stamped`](Capabilities::stamped) and [`StatementForm`].

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::{STATEMENT_ROWS, STATEMENT_ROWS_UNMEASURED};
use crate::schema::TargetType;
use crate::statement_form::{Escaping, NullForm, StampForm, StatementForm, TimeoutHint, ValueForm};

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Measured {
    /// Shown.
    Yes,
    /// Shown not to be so.
    No,
    /// Not shown either way.
    Inconclusive {
        /// Why, in words for the report.
        why: String,
    },
}

impl Measured {
    /// Whether it was shown.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        match self {
            Self::Yes => true,
            Self::No | Self::Inconclusive { .. } => false,
        }
    }
}

/// Which of two cells with one stamp is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum EqualStamps {
    /// The one that arrived later.
    LaterWins,
    /// The one that arrived first.
    FirstWins,
    /// The one with the greater value.
    GreaterWins,
    /// The one with the lesser value.
    LesserWins,
    /// Not shown.
    Inconclusive {
        /// Why, in words for the report.
        why: String,
    },
}

/// How a value must be written into a statement's text to be read back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum LiteralValues {
    /// Every type reads back, with text escaped so.
    Shown {
        /// How a quote and a backslash inside a text are written.
        escaping: Escaping,
    },
    /// No way was found.
    Inconclusive {
        /// Why, in words for the report.
        why: String,
    },
}

/// Everything a strategy depends on, and what else an operator should know of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// A cell written without a stamp gets the target's time, and it can be read back: the run has a clock.
    pub clock: Measured,
    /// How far apart the clocks of the target's nodes were seen, over several connections.
    pub clock_spread: Option<Duration>,
    /// A cell written with the hint `_l_ts_(N)` carries N, and a greater stamp wins whatever the order.
    pub stamp_hint: Measured,
    /// The same of the column `_l_ts_`.
    pub stamp_column: Measured,
    /// Which of two writes with one stamp is read. Nothing rests on it.
    pub equal_stamps: EqualStamps,
    /// A DELETE hides what is stamped at or before it, also what arrives after it.
    pub delete_hides_later_arrivals: Measured,
    /// An UPSERT sent as soon as the DELETE of its key was acknowledged is read. Nothing rests on it.
    pub upsert_after_delete: Measured,
    /// NULL is taken as a value.
    pub null_taken: Measured,
    /// Writing NULL removes the cell that is there.
    pub null_removes: Measured,
    /// Writing NULL also hides what is stamped before it and arrives after it.
    pub null_hides_later_arrivals: Measured,
    /// A row whose non-key columns are all NULL exists.
    pub null_rows: Measured,
    /// Names with characters outside letters, digits, `.`, `-`, `_` are accepted.
    pub odd_names: Measured,
    /// Hints work in prepared statements.
    pub prepared_hints: Measured,
    /// Every type's bound value reads back as it was.
    pub bound_values: Measured,
    /// Every type's literal reads back as it was.
    pub literal_values: LiteralValues,
    /// The most rows of one statement that were taken, up to the number Ferry would like to send.
    pub statement_rows: Option<u32>,
    /// DELETE takes the hint that limits its time.
    pub delete_timeout_hint: Measured,
    /// One DELETE removes several rows. Not used: it reads before it deletes, and so leaves no mark where no row is.
    pub multi_row_delete: Measured,
    /// An empty VARBINARY is not NULL.
    pub empty_bytes: Measured,
    /// An empty VARCHAR is not NULL.
    pub empty_text: Measured,
    /// A table the run made can be dropped again.
    pub table_dropped: Measured,
    /// Types of which the target makes no column; what is said of values leaves them out.
    pub types_refused: Vec<TargetType>,
    /// Types whose values read back as they were in no form; what is said of the forms leaves them out.
    pub types_lost: Vec<TargetType>,
    /// Types that in a key keep a row from being deleted by it, or its neighbours from staying.
    pub types_undeleted: Vec<TargetType>,
    /// A row is deleted by a key of several columns.
    pub composite_key_delete: Measured,
}

impl Default for Capabilities {
    /// What counts for a question that was never asked.
    fn default() -> Self {
        Self::unknown("it was not asked")
    }
}

impl Capabilities {
    /// What counts where no probe table could be made.
    #[must_use]
    pub fn unknown(why: &str) -> Self {
        let unknown = || Measured::Inconclusive { why: why.to_owned() };
        Self {
            clock: unknown(),
            clock_spread: None,
            stamp_hint: unknown(),
            stamp_column: unknown(),
            equal_stamps: EqualStamps::Inconclusive { why: why.to_owned() },
            delete_hides_later_arrivals: unknown(),
            upsert_after_delete: unknown(),
            null_taken: unknown(),
            null_removes: unknown(),
            null_hides_later_arrivals: unknown(),
            null_rows: unknown(),
            odd_names: unknown(),
            prepared_hints: unknown(),
            bound_values: unknown(),
            literal_values: LiteralValues::Inconclusive { why: why.to_owned() },
            statement_rows: None,
            delete_timeout_hint: unknown(),
            multi_row_delete: unknown(),
            empty_bytes: unknown(),
            empty_text: unknown(),
            table_dropped: unknown(),
            types_refused: Vec::new(),
            types_lost: Vec::new(),
            types_undeleted: Vec::new(),
            composite_key_delete: unknown(),
        }
    }

    /// Everything is as a strategy would like it.
    #[must_use]
    pub fn all_shown() -> Self {
        let yes = || Measured::Yes;
        Self {
            clock: yes(),
            clock_spread: Some(Duration::ZERO),
            stamp_hint: yes(),
            stamp_column: yes(),
            equal_stamps: EqualStamps::LaterWins,
            delete_hides_later_arrivals: yes(),
            upsert_after_delete: yes(),
            null_taken: yes(),
            null_removes: yes(),
            null_hides_later_arrivals: yes(),
            null_rows: yes(),
            odd_names: yes(),
            prepared_hints: yes(),
            bound_values: yes(),
            literal_values: LiteralValues::Shown { escaping: Escaping::QuotesDoubled },
            statement_rows: u32::try_from(STATEMENT_ROWS).ok(),
            delete_timeout_hint: yes(),
            multi_row_delete: yes(),
            empty_bytes: yes(),
            empty_text: yes(),
            table_dropped: yes(),
            types_refused: Vec::new(),
            types_lost: Vec::new(),
            types_undeleted: Vec::new(),
            composite_key_delete: yes(),
        }
    }

    /// The same, but without any way to stamp a cell.
    #[must_use]
    pub fn without_stamps(self, why: &str) -> Self {
        let refused = || Measured::Inconclusive { why: why.to_owned() };
        Self { stamp_hint: refused(), stamp_column: refused(), ..self }
    }

    /// Whether a cell can carry a stamp of ours.
    #[must_use]
    pub fn takes_stamps(&self) -> bool {
        self.stamp_hint.is_shown() || self.stamp_column.is_shown()
    }

    /// Whether snapshot rows carry the stamp S (design section 4); else the run is sequential. A deleted key stays
    /// deleted only where the DELETE hides the copied row that arrives after it.
    #[must_use]
    pub fn stamped(&self) -> bool {
        self.clock.is_shown() && self.takes_stamps() && self.delete_hides_later_arrivals.is_shown()
    }

    /// Whether writing NULL leaves nothing of the column, whatever was there and whatever arrives late.
    #[must_use]
    pub fn null_erases(&self) -> bool {
        self.null_taken.is_shown()
            && self.null_removes.is_shown()
            && self.null_hides_later_arrivals.is_shown()
    }

    /// The form in which statements are written.
    #[must_use]
    pub fn statement_form(&self) -> StatementForm {
        let literal = match &self.literal_values {
            LiteralValues::Shown { escaping } => Some(ValueForm::Literal { escaping: *escaping }),
            LiteralValues::Inconclusive { .. } => None,
        };
        // A hint that does nothing in a prepared statement is also a timeout that does not hold (protocol H8).
        let is_bound = self.bound_values.is_shown() && self.prepared_hints.is_shown();
        let values = if is_bound { None } else { literal };
        let only_column = !self.stamp_hint.is_shown() && self.stamp_column.is_shown();
        StatementForm {
            stamp: if only_column { StampForm::Column } else { StampForm::Hint },
            values: values.unwrap_or(ValueForm::Bound),
            nulls: if self.null_taken == Measured::No { NullForm::LeftOut } else { NullForm::Written },
            rows: self.statement_rows.unwrap_or(STATEMENT_ROWS_UNMEASURED),
            delete_timeout: if self.delete_timeout_hint.is_shown() {
                TimeoutHint::Given
            } else {
                TimeoutHint::Left
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Capabilities, EqualStamps, LiteralValues, Measured};
    use crate::schema::TargetType;
    use crate::statement_form::{Escaping, NullForm, StampForm, StatementForm, TimeoutHint, ValueForm};

    fn form(change: impl FnOnce(&mut Capabilities)) -> StatementForm {
        let mut capabilities = Capabilities::all_shown();
        change(&mut capabilities);
        capabilities.statement_form()
    }

    #[test]
    fn the_documented_form_is_used_where_everything_is_shown() {
        assert_eq!(Capabilities::all_shown().statement_form(), StatementForm::documented());
    }

    #[test]
    fn the_column_stamps_where_only_it_was_shown_to() {
        assert_eq!(form(|measured| measured.stamp_hint = Measured::No).stamp, StampForm::Column);
        assert_eq!(form(|measured| measured.stamp_column = Measured::No).stamp, StampForm::Hint);
    }

    #[test]
    fn values_are_literals_where_hints_or_values_fail_in_prepared_statements() {
        let literal = ValueForm::Literal { escaping: Escaping::QuotesDoubled };
        assert_eq!(form(|measured| measured.prepared_hints = Measured::No).values, literal);
        assert_eq!(form(|measured| measured.bound_values = Measured::No).values, literal);
        let neither = form(|measured| {
            measured.bound_values = Measured::No;
            measured.literal_values = LiteralValues::Inconclusive { why: String::new() };
        });
        assert_eq!(neither.values, ValueForm::Bound);
    }

    #[test]
    fn nulls_are_left_out_only_where_they_were_refused() {
        assert_eq!(form(|measured| measured.null_taken = Measured::No).nulls, NullForm::LeftOut);
        assert_eq!(Capabilities::unknown("not probed").statement_form().nulls, NullForm::Written);
    }

    #[test]
    fn an_unmeasured_target_gets_the_conservative_branch_everywhere() {
        let unknown = Capabilities::unknown("not probed");
        assert!(!unknown.stamped() && !unknown.null_erases());
        let form = unknown.statement_form();
        assert_eq!((form.rows, form.delete_timeout), (50, TimeoutHint::Left));
    }

    #[test]
    fn a_run_is_stamped_only_where_a_late_copy_of_a_deleted_row_stays_hidden() {
        assert!(Capabilities::all_shown().stamped());
        for deny in [
            |measured: &mut Capabilities| measured.clock = Measured::No,
            |measured: &mut Capabilities| measured.delete_hides_later_arrivals = Measured::No,
            |measured: &mut Capabilities| *measured = measured.clone().without_stamps("an index"),
        ] {
            let mut measured = Capabilities::all_shown();
            deny(&mut measured);
            assert!(!measured.stamped());
        }
    }

    #[test]
    fn what_was_measured_is_stored_and_read_back() {
        let measured = Capabilities {
            clock: Measured::Inconclusive { why: "the target's clock steps back".to_owned() },
            clock_spread: Some(Duration::from_millis(65)),
            stamp_hint: Measured::No,
            equal_stamps: EqualStamps::GreaterWins,
            literal_values: LiteralValues::Shown { escaping: Escaping::Backslashes },
            statement_rows: None,
            types_refused: vec![TargetType::Date],
            types_lost: vec![TargetType::Decimal { precision_scale: Some((38, 10)) }],
            ..Capabilities::all_shown()
        };
        let stored = serde_json::to_string(&measured).unwrap();
        assert_eq!(serde_json::from_str::<Capabilities>(&stored).unwrap(), measured);
    }

    #[test]
    fn what_an_earlier_version_did_not_ask_is_not_shown() {
        let earlier = r#"{"clock": {"answer": "yes"}, "stamp": {"answer": "yes"}}"#;
        let read: Capabilities = serde_json::from_str(earlier).unwrap();
        assert!(read.clock.is_shown() && !read.takes_stamps());
        assert_eq!(read.statement_form().stamp, StampForm::Hint);
    }
}
