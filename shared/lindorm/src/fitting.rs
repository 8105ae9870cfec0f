//! How many rows a statement of a batch may have while the target refuses larger ones for a resource limit.
//!
//! The limit may concern the size of a statement (`lindorm.md` 1: memory per query) or the load of the moment (7: 8008), and
//! nothing tells which. So statements become smaller when one is refused try after try, and grow again after a number of
//! them passed: a limit on size costs a pause now and then, and after a burst the batch does not go on row by row, which
//! would only add to the load.

use std::sync::Mutex;

/// Statements of the present size that pass before larger ones are tried again.
const PASSES_BEFORE_GROWTH: u32 = 16;

/// The size statements may have now; shared by the pieces of a batch.
pub(crate) struct Fitting(Mutex<Size>);

struct Size {
    rows_most: usize,
    passed: u32,
}

impl Default for Fitting {
    fn default() -> Self {
        Self(Mutex::new(Size { rows_most: usize::MAX, passed: 0 }))
    }
}

impl Fitting {
    /// The most rows a statement may have.
    pub(crate) fn rows_most(&self) -> usize {
        self.locked().rows_most
    }

    /// A statement of so many rows passed.
    pub(crate) fn passed(&self, rows: usize) {
        let mut size = self.locked();
        if rows < size.rows_most {
            return;
        }
        size.passed += 1;
        if size.passed >= PASSES_BEFORE_GROWTH {
            *size = Size { rows_most: size.rows_most.saturating_mul(2), passed: 0 };
        }
    }

    /// A statement was refused, and is sent again in parts of at most so many rows.
    pub(crate) fn refused(&self, rows: usize) {
        let mut size = self.locked();
        *size = Size { rows_most: size.rows_most.min(rows.max(1)), passed: 0 };
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Size> {
        self.0.lock().expect("invariant: no panic while holding the lock")
    }
}

#[cfg(test)]
mod tests {
    use super::{Fitting, PASSES_BEFORE_GROWTH};

    #[test]
    fn statements_become_smaller_at_once_and_grow_after_some_have_passed() {
        let fitting = Fitting::default();
        fitting.passed(100);
        assert_eq!(fitting.rows_most(), usize::MAX);
        fitting.refused(64);
        fitting.refused(32);
        fitting.refused(64);
        assert_eq!(fitting.rows_most(), 32);
        for _ in 0..PASSES_BEFORE_GROWTH {
            // Smaller ones say nothing of the limit.
            fitting.passed(4);
            assert_eq!(fitting.rows_most(), 32);
            fitting.passed(32);
        }
        assert_eq!(fitting.rows_most(), 64);
    }

    #[test]
    fn a_statement_of_one_row_can_always_be_sent() {
        let fitting = Fitting::default();
        fitting.refused(0);
        assert_eq!(fitting.rows_most(), 1);
    }
}
