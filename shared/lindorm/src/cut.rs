//! Cuts the rows of a batch into statements.
//!
//! A statement has either the full number of rows or a power of two of them, so that a table and stamp need at most a
//! handful of prepared statements on a connection, however long the tails are. Rows are moved, never copied.
//! Where NULLs are left out, the rows of a statement have theirs in the same columns.

use std::collections::{BTreeMap, VecDeque};

use migration::limits::{STATEMENT_BYTES, STATEMENT_ROWS_MAX};
use migration::statement_form::{NullForm, StatementForm, ValueForm};
use migration::value::{TargetRow, TargetValue};

/// Parameters a prepared statement can have (MySQL protocol: the count is 16 bits).
const PARAMETERS_MAX: usize = 65_535;
/// Bytes a single row may have: above 16 MiB the driver would send parameters piecemeal, which the endpoint is not known
/// to take; some room is left for the frame. A literal is at most twice as long, far below the bound of a request.
pub(crate) const ROW_BYTES_MAX: usize = 15 << 20;

/// Rows in the largest statement for a table of this many columns.
pub(crate) fn full_rows(columns: usize, form: StatementForm) -> usize {
    let most = usize::try_from(form.rows).unwrap_or(usize::MAX).clamp(1, STATEMENT_ROWS_MAX);
    match form.values {
        ValueForm::Bound => (PARAMETERS_MAX / columns.max(1)).clamp(1, most),
        ValueForm::Literal { .. } => most,
    }
}

/// Rows of one statement.
#[derive(Debug, PartialEq)]
pub(crate) struct Piece {
    /// Place of each row in the batch.
    pub(crate) places: Vec<usize>,
    pub(crate) rows: Vec<TargetRow>,
}

/// The rows of a batch that are not yet in a piece.
pub(crate) struct Pieces {
    /// Each with its place in the batch; only rows of one group share a statement.
    groups: VecDeque<VecDeque<(usize, TargetRow)>>,
    full: usize,
}

impl Pieces {
    /// The rows of a batch, each with its place in it.
    pub(crate) fn new(
        rows: impl Iterator<Item = (usize, TargetRow)>,
        columns: usize,
        form: StatementForm,
    ) -> Self {
        let groups = match form.nulls {
            NullForm::Written => {
                let mut group = VecDeque::with_capacity(rows.size_hint().1.unwrap_or_default());
                group.extend(rows);
                VecDeque::from([group])
            }
            NullForm::LeftOut => by_nulls(rows),
        };
        Self { groups, full: full_rows(columns, form) }
    }
}

/// The rows by the columns in which they are NULL.
fn by_nulls(rows: impl Iterator<Item = (usize, TargetRow)>) -> VecDeque<VecDeque<(usize, TargetRow)>> {
    let mut groups: BTreeMap<Vec<bool>, VecDeque<(usize, TargetRow)>> = BTreeMap::new();
    for (place, row) in rows {
        let nulls = row.iter().map(|value| *value == TargetValue::Null).collect();
        groups.entry(nulls).or_default().push_back((place, row));
    }
    groups.into_values().collect()
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        while self.groups.front().is_some_and(VecDeque::is_empty) {
            self.groups.pop_front();
        }
        let group = self.groups.front_mut()?;
        let mut bytes = 0;
        let fitting = group.iter().take(self.full).take_while(|(_, row)| {
            bytes += row_bytes(row);
            bytes <= STATEMENT_BYTES
        });
        let count = match fitting.count() {
            // A row that alone is above the bound gets a statement of its own.
            0 => 1,
            count if count == self.full => count,
            count => power_within(count),
        };
        let (mut places, mut rows) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (place, row) in group.drain(..count) {
            places.push(place);
            rows.push(row);
        }
        Some(Piece { places, rows })
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

    use migration::statement_form::{Escaping, NullForm, StatementForm, ValueForm};

    use super::{Pieces, full_rows, halves};

    fn sizes(rows: usize, bytes: usize, form: StatementForm) -> Vec<usize> {
        let row = |place| (place, vec![TargetValue::Bytes(vec![0; bytes])]);
        Pieces::new((0..rows).map(row), 1, form).map(|piece| piece.rows.len()).collect()
    }

    fn documented() -> StatementForm {
        StatementForm::documented()
    }

    #[test]
    fn full_statements_come_first_and_tails_are_powers_of_two() {
        assert_eq!(sizes(0, 1, documented()), [0; 0]);
        assert_eq!(sizes(237, 1, documented()), [100, 100, 32, 4, 1]);
        assert_eq!(sizes(237, 1, StatementForm { rows: 50, ..documented() }), [50, 50, 50, 50, 32, 4, 1]);
        assert_eq!(sizes(3, 1, StatementForm { rows: 0, ..documented() }), [1, 1, 1]);
    }

    #[test]
    fn a_statement_stays_within_its_bytes_unless_one_row_alone_is_above() {
        assert_eq!(sizes(5, 300_000, documented()), [2, 2, 1]);
        assert_eq!(sizes(2, 3 << 20, documented()), [1, 1]);
    }

    #[test]
    fn every_row_is_in_one_piece_with_its_place_and_with_rows_of_its_own_nulls_where_these_are_left_out() {
        let value = |number: i64, every| match number % every {
            0 => TargetValue::Null,
            _ => TargetValue::Int(number),
        };
        let row = |number| vec![TargetValue::Int(number), value(number, 2), value(number, 3)];
        let rows: Vec<_> = (0..337).map(row).collect();
        for nulls in [NullForm::Written, NullForm::LeftOut] {
            let form = StatementForm { nulls, ..documented() };
            let mut seen = vec![None; rows.len()];
            for piece in Pieces::new(rows.iter().cloned().enumerate(), 3, form) {
                let pattern =
                    |row: &Vec<TargetValue>| row.iter().map(|v| *v == TargetValue::Null).collect::<Vec<_>>();
                let same = piece.rows.iter().all(|row| pattern(row) == pattern(&piece.rows[0]));
                assert!(same || nulls == NullForm::Written);
                for (place, row) in piece.places.into_iter().zip(piece.rows) {
                    assert_eq!(seen[place].replace(row), None);
                }
            }
            assert_eq!(seen.into_iter().flatten().collect::<Vec<_>>(), rows);
        }
    }

    #[test]
    fn a_wide_table_has_fewer_rows_in_a_statement_of_parameters() {
        assert_eq!(full_rows(10, documented()), 100);
        assert_eq!(full_rows(4_000, documented()), 16);
        assert_eq!(full_rows(70_000, documented()), 1);
        let values = ValueForm::Literal { escaping: Escaping::QuotesDoubled };
        assert_eq!(full_rows(70_000, StatementForm { values, ..documented() }), 100);
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
