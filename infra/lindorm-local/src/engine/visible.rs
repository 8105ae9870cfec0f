//! Which cells of a row a read sees: newer than the delete marker, within their time to live, within the stamps a hint asks for.

use crate::engine::row::{Cell, Cells, NEVER};

/// The stamps a read sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// Cells stamped before it have outlived their time.
    oldest: i64,
    /// Inclusive, from a hint.
    min: i64,
    /// Exclusive, from a hint.
    max: Option<i64>,
}

impl Window {
    /// Everything stamped at or after `oldest`.
    pub(crate) fn since(oldest: i64) -> Self {
        Self { oldest, min: NEVER, max: None }
    }

    /// The same with the bounds of hints.
    pub(crate) fn between(self, min: Option<i64>, max: Option<i64>) -> Self {
        Self { min: min.unwrap_or(NEVER), max, ..self }
    }

    fn shows(&self, stamp: i64, marker: i64) -> bool {
        stamp > marker && stamp >= self.oldest && stamp >= self.min && self.max.is_none_or(|max| stamp < max)
    }

    /// The cells with a value that a read sees, by slot, newest first.
    pub(crate) fn cells<'a>(self, cells: Cells<'a>, marker: i64) -> impl Iterator<Item = Cell<'a>> {
        cells.filter(move |cell| cell.value.is_some() && self.shows(cell.stamp, marker))
    }

    /// Whether a read sees the row at all.
    pub(crate) fn has_row(self, cells: Cells<'_>, marker: i64, alive: i64) -> bool {
        (alive != NEVER && self.shows(alive, marker)) || self.cells(cells, marker).next().is_some()
    }
}
