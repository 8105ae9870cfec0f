//! Cuts the rows of a batch into statements.
//!
//! A statement has either the full number of rows or a power of two of them, so that a table and stamp need at most a
//! handful of prepared statements on a connection, however long the tails are. Rows are moved, never copied.

use std::collections::VecDeque;

use migration::limits::{STATEMENT_BYTES, STATEMENT_ROWS};
use migration::value::{TargetRow, TargetValue};

/// Parameters a prepared statement can have (MySQL protocol: the count is 16 bits).
const PARAMETERS_MAX: usize = 65_535;
/// Bytes a single row may have: above 16 MiB the driver would send parameters piecemeal, which the endpoint is not known
/// to take; some room is left for the frame.
pub(crate) const ROW_BYTES_MAX: usize = 15 << 20;

/// Rows in the largest statement for a table of this many columns.
pub(crate) fn full_rows(columns: usize) -> usize {
    (PARAMETERS_MAX / columns.max(1)).clamp(1, STATEMENT_ROWS)
}

/// Some neighbouring rows of a batch.
#[derive(Debug, PartialEq)]
pub(crate) struct Piece {
    /// Place of the first row in the batch.
    pub(crate) first: usize,
    pub(crate) rows: Vec<TargetRow>,
}

/// The rows of a batch that are not yet in a piece.
pub(crate) struct Pieces {
    rows: VecDeque<TargetRow>,
    next: usize,
    full: usize,
}

impl Pieces {
    pub(crate) fn new(rows: Vec<TargetRow>, columns: usize) -> Self {
        Self { rows: rows.into(), next: 0, full: full_rows(columns) }
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let mut bytes = 0;
        let fitting = self.rows.iter().take(self.full).take_while(|row| {
            bytes += row_bytes(row);
            bytes <= STATEMENT_BYTES
        });
        let count = match fitting.count() {
            0 if self.rows.is_empty() => return None,
            // A row that alone is above the bound gets a statement of its own.
            0 => 1,
            count if count == self.full => count,
            count => power_within(count),
        };
        let first = self.next;
        self.next += count;
        Some(Piece { first, rows: self.rows.drain(..count).collect() })
    }
}

/// Bytes of a row's values.
pub(crate) fn row_bytes(row: &[TargetValue]) -> usize {
    row.iter().map(TargetValue::bytes).sum()
}

/// The parts a refused statement of `rows` rows is sent in again: powers of two, smaller than it.
pub(crate) fn halves(rows: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut most) = (rows.start, power_within(rows.len().saturating_sub(1)));
    while start < rows.end {
        most = most.min(power_within(rows.end - start));
        parts.push(start..start + most);
        start += most;
    }
    parts
}

/// The largest power of two that is not above `count`, at least 1.
fn power_within(count: usize) -> usize {
    1 << count.max(1).ilog2()
}

#[cfg(test)]
mod tests {
    use migration::value::TargetValue;

    use super::{Pieces, full_rows, halves};

    fn sizes(rows: usize, bytes: usize) -> Vec<usize> {
        let row = || vec![TargetValue::Bytes(vec![0; bytes])];
        Pieces::new((0..rows).map(|_| row()).collect(), 1).map(|piece| piece.rows.len()).collect()
    }

    #[test]
    fn full_statements_come_first_and_tails_are_powers_of_two() {
        assert_eq!(sizes(0, 1), [0; 0]);
        assert_eq!(sizes(237, 1), [100, 100, 32, 4, 1]);
    }

    #[test]
    fn a_statement_stays_within_its_bytes_unless_one_row_alone_is_above() {
        assert_eq!(sizes(5, 300_000), [2, 2, 1]);
        assert_eq!(sizes(2, 3 << 20), [1, 1]);
    }

    #[test]
    fn every_row_is_in_one_piece_at_its_place() {
        let rows: Vec<_> = (0..337).map(|number| vec![TargetValue::Int(number)]).collect();
        let mut seen = Vec::new();
        for piece in Pieces::new(rows, 1) {
            assert_eq!(piece.first, seen.len());
            seen.extend(piece.rows);
        }
        assert_eq!(seen, (0..337).map(|number| vec![TargetValue::Int(number)]).collect::<Vec<_>>());
    }

    #[test]
    fn a_wide_table_has_fewer_rows_in_a_statement() {
        assert_eq!(full_rows(10), 100);
        assert_eq!(full_rows(4_000), 16);
        assert_eq!(full_rows(70_000), 1);
    }

    #[test]
    fn the_parts_of_a_refused_statement_cover_it_and_are_smaller() {
        assert_eq!(halves(0..100), [0..64, 64..96, 96..100]);
        assert_eq!(halves(8..16), [8..12, 12..16]);
        assert_eq!(halves(0..2), [0..1, 1..2]);
        for rows in 2..=100 {
            let parts = halves(0..rows);
            assert!(parts.iter().all(|part| part.len() < rows && part.len().is_power_of_two()));
            assert_eq!(parts.iter().map(std::ops::Range::len).sum::<usize>(), rows);
        }
    }
}
