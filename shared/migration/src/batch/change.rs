//! One operation of a batch: which row, and as much of its images as the applier needs.

use crate::position::Position;
use crate::time::UnixMs;

/// What happens to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind<'a> {
    /// The row is there with these values: an insert, or the second part of a key change.
    Insert {
        /// The whole image.
        after: &'a [u8],
    },
    /// The row of the same key has other values.
    Update {
        /// The NULL bitmap of the image before.
        nulls_before: &'a [u8],
        /// The whole image.
        after: &'a [u8],
    },
    /// The row is gone: a delete, or the first part of a key change.
    Delete {
        /// The image up to its last key column.
        key: &'a [u8],
    },
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// Where it stands.
    pub position: Position,
    /// When its transaction was committed.
    pub committed_at: UnixMs,
    /// Its table's place in the batch's list.
    pub table: usize,
    /// What happens.
    pub kind: ChangeKind<'a>,
}
