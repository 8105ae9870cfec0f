//! One table on both sides, and how the target is spoken to.
//!
//! The form is the run's own: what the copy could write, verification can read and repair.

use migration::schema::TableMapping;
use migration::statement_form::StatementForm;

use crate::connect::Ends;

/// What every step of a table's verification works on.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) ends: &'a Ends,
    pub(crate) mapping: &'a TableMapping,
    pub(crate) form: StatementForm,
}
