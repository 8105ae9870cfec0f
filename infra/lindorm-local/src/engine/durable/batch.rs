//! Changes in the order in which they were made, with the bytes of rows side by side in one buffer.
//!
//! A change is always the whole new state of what it changes, never a difference, so that replaying it twice does no harm.

use std::ops::Range;

use crate::engine::durable::TableId;
use crate::engine::row::Row;

/// What a thing other than a row has become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// A database was added.
    AddDatabase(String),
    /// A database was removed; its tables are removed by changes of their own.
    DropDatabase(String),
    /// A table was added.
    AddTable {
        /// Its number.
        id: TableId,
        /// Its database.
        database: String,
        /// Its name.
        name: String,
        /// Its definition as it is stored.
        definition: String,
    },
    /// A table has another definition.
    Define {
        /// The table.
        id: TableId,
        /// The definition as it is stored.
        definition: String,
    },
    /// A table was removed with its rows.
    DropTable(TableId),
    /// Every row of a table was removed.
    ClearTable(TableId),
    /// The users are others, all of them as they are stored.
    Accounts(String),
}

/// A step of a batch.
#[derive(Debug)]
pub(super) enum Step {
    /// Rows, as places in [`Batch::rows`].
    Rows(Range<usize>),
    /// Anything else.
    Change(Change),
}

/// The new state of a row.
#[derive(Debug, Clone)]
struct RowState {
    table: TableId,
    key: Range<usize>,
    /// Nothing for a row that is gone.
    row: Option<Range<usize>>,
}

/// A row's state with its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept<'a> {
    pub(super) table: TableId,
    pub(super) key: &'a [u8],
    pub(super) row: Option<&'a [u8]>,
}

/// Changes that are committed together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    steps: Vec<Step>,
    rows: Vec<RowState>,
    bytes: Vec<u8>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The bytes of its rows.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Empties it and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.rows.clear();
        self.bytes.clear();
    }

    pub(super) fn push(&mut self, change: Change) {
        self.steps.push(Step::Change(change));
    }

    /// Adds a row's new state; nothing for a row that is gone.
    pub(super) fn push_row(&mut self, table: TableId, key: &[u8], row: Option<&Row>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let middle = self.bytes.len();
        if let Some(row) = row {
            row.encode(&mut self.bytes);
        }
        let row = row.map(|_| middle..self.bytes.len());
        self.rows.push(RowState { table, key: start..middle, row });
        let end = self.rows.len();
        match self.steps.last_mut() {
            Some(Step::Rows(run)) => run.end = end,
            Some(Step::Change(_)) | None => self.steps.push(Step::Rows(end - 1..end)),
        }
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The last state of each row of a run, by table and key: neighbours in the database are written one after the other.
    pub(super) fn last_states(&self, run: &Range<usize>) -> Vec<Kept<'_>> {
        let shown = |state: &RowState| Kept {
            table: state.table,
            key: &self.bytes[state.key.clone()],
            row: state.row.clone().map(|row| &self.bytes[row]),
        };
        let mut states: Vec<Kept<'_>> = self.rows[run.clone()].iter().map(shown).collect();
        // The sort is stable, so that of one key's states the last one made comes last.
        states.sort_by(|left, right| left.table.cmp(&right.table).then_with(|| left.key.cmp(right.key)));
        states.dedup_by(|later, earlier| {
            let same = later.table == earlier.table && later.key == earlier.key;
            if same {
                *earlier = *later;
            }
            same
        });
        states
    }
}

#[cfg(test)]
mod tests {
    use super::{Batch, Change, Step};
    use crate::engine::durable::TableId;
    use crate::engine::row::{NEVER, Row};

    #[test]
    fn of_one_keys_states_the_last_one_made_stays() {
        let mut batch = Batch::default();
        let row = |stamp| Row::written(stamp, NEVER, &[]);
        batch.push_row(TableId(2), b"a", Some(&row(1)));
        batch.push_row(TableId(1), b"b", Some(&row(2)));
        batch.push_row(TableId(1), b"b", None);
        batch.push_row(TableId(2), b"a", Some(&row(3)));
        batch.push(Change::ClearTable(TableId(1)));
        batch.push_row(TableId(1), b"b", Some(&row(4)));
        let [Step::Rows(first), Step::Change(_), Step::Rows(second)] = batch.steps() else { panic!("steps") };
        let shown = |run| {
            let states = batch.last_states(run);
            let stamp = |bytes| Row::decode(bytes).unwrap().raw().1;
            states.iter().map(|kept| (kept.table.0, kept.row.map(stamp))).collect::<Vec<_>>()
        };
        assert_eq!(shown(first), [(1, None), (2, Some(Some(3)))]);
        assert_eq!(shown(second), [(1, Some(Some(4)))]);
    }
}
