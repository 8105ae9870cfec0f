//! In which of several forms the statements for the target are written; chosen from what the probe measured.

use crate::limits::STATEMENT_ROWS;
use serde::{Deserialize, Serialize};

/// The form of every statement of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementForm {
    /// How a row gets its stamp.
    pub stamp: StampForm,
    /// How values travel.
    pub values: ValueForm,
    /// What becomes of NULL.
    pub nulls: NullForm,
    /// The most rows of one statement, at least one.
    pub rows: u32,
    /// Whether a DELETE says how long it may take.
    pub delete_timeout: TimeoutHint,
}

/// How a row gets its stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampForm {
    /// By the hint `_l_ts_(N)`.
    Hint,
    /// By the column `_l_ts_`.
    Column,
}

/// How values travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueForm {
    /// Bound to a prepared statement.
    Bound,
    /// In the statement's text.
    Literal {
        /// How a text is quoted.
        escaping: Escaping,
    },
}

/// How a quote and a backslash inside a quoted text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Escaping {
    /// `''` and `\`.
    QuotesDoubled,
    /// `''` and `\\`.
    BothDoubled,
    /// `\'` and `\\`.
    Backslashes,
}

/// What becomes of NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullForm {
    /// It is written.
    Written,
    /// The row's statement does not name the column.
    LeftOut,
}

/// Whether a DELETE says how long it may take; older engines do not take the hint there (`lindorm.md` 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutHint {
    /// It does.
    Given,
    /// It does not, and the server's own timeout counts.
    Left,
}

impl StatementForm {
    /// The form the target's documentation recommends.
    #[must_use]
    pub fn documented() -> Self {
        Self {
            stamp: StampForm::Hint,
            values: ValueForm::Bound,
            nulls: NullForm::Written,
            rows: u32::try_from(STATEMENT_ROWS).expect("invariant: a hundred rows"),
            delete_timeout: TimeoutHint::Given,
        }
    }
}
