//! The head of a rows event: which table, what was done, and whether its images are whole.

use crate::row_image::error::ImageError;
use crate::row_image::shape::RowShape;
use crate::row_image::take::Take;
use crate::row_image::walk::{RowChanges, RowImage};

/// What a rows event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsKind {
    /// Rows were inserted.
    Write,
    /// Rows were updated.
    Update,
    /// Rows were deleted.
    Delete,
}

/// One row's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowChange<'a> {
    /// A row was inserted.
    Insert {
        /// The row.
        after: RowImage<'a>,
    },
    /// A row was updated.
    Update {
        /// As it was.
        before: RowImage<'a>,
        /// As it is now.
        after: RowImage<'a>,
    },
    /// A row was deleted.
    Delete {
        /// As it was.
        before: RowImage<'a>,
    },
}

/// A rows event, its rows not yet taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowsEvent<'a> {
    /// The number its table map gave the table.
    pub table_id: u64,
    /// Whether it ends the statement: table maps before it are void after it.
    pub ends_statement: bool,
    /// What it does.
    pub kind: RowsKind,
    columns: usize,
    rows: &'a [u8],
}

const STATEMENT_END_FLAG: u64 = 1;

impl<'a> RowsEvent<'a> {
    /// Reads the payload of a WRITE, UPDATE or DELETE ROWS event, version 1 or 2: what follows the common header,
    /// without the checksum.
    ///
    /// # Errors
    /// For other events, those that leave columns out, and those that end too early.
    pub fn parse(type_number: u8, payload: &'a [u8]) -> Result<Self, ImageError> {
        let kind = match type_number {
            23 | 30 => RowsKind::Write,
            24 | 31 => RowsKind::Update,
            25 | 32 => RowsKind::Delete,
            39 => return Err(ImageError::PartialUpdate),
            _ => return Err(ImageError::NotRows { type_number }),
        };
        let mut take = Take(payload);
        let mut head = || -> Option<(u64, u64, usize)> {
            let (table_id, flags) = (take.little(6)?, take.little(2)?);
            if type_number >= 30 {
                let more = usize::try_from(take.little(2)?).ok()?;
                take.bytes(more.checked_sub(2)?)?;
            }
            Some((table_id, flags, take.length_encoded()?))
        };
        let (table_id, flags, columns) = head().ok_or(ImageError::Truncated)?;
        let bitmaps = if kind == RowsKind::Update { 2 } else { 1 };
        for _ in 0..bitmaps {
            let present = take.bytes(columns.div_ceil(8)).ok_or(ImageError::Truncated)?;
            if !is_whole(present, columns) {
                return Err(ImageError::PartialImage);
            }
        }
        let ends_statement = flags & STATEMENT_END_FLAG != 0;
        Ok(Self { table_id, ends_statement, kind, columns, rows: take.0 })
    }

    /// The event's changes in order.
    ///
    /// # Errors
    /// Where the shape is of a table with other columns.
    pub fn changes<'s>(&self, shape: &'s RowShape) -> Result<RowChanges<'s, 'a>, ImageError> {
        if self.columns != shape.columns() {
            return Err(ImageError::ColumnCount { found: self.columns, known: shape.columns() });
        }
        Ok(RowChanges::new(shape, self.kind, self.rows))
    }
}

/// Whether the first `columns` bits are all set.
fn is_whole(bitmap: &[u8], columns: usize) -> bool {
    (0..columns).all(|column| bitmap.get(column / 8).is_some_and(|byte| byte >> (column % 8) & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::{RowsEvent, RowsKind};
    use crate::row_image::error::ImageError;

    /// Table 5, end of statement, ten columns all present, one byte of rows.
    const V1: [u8; 12] = [5, 0, 0, 0, 0, 0, 1, 0, 10, 0xff, 0x03, 9];

    #[test]
    fn both_versions_are_read_and_extra_data_is_passed_over() {
        let event = RowsEvent::parse(23, &V1).unwrap();
        assert_eq!((event.table_id, event.ends_statement, event.kind), (5, true, RowsKind::Write));
        assert_eq!((event.columns, event.rows), (10, &[9][..]));
        let with_extra = [&V1[..8], &[4, 0, 77, 88], &V1[8..]].concat();
        assert_eq!(RowsEvent::parse(30, &with_extra), Ok(event));
        let update = [&V1[..9], &V1[9..11], &V1[9..]].concat();
        assert_eq!(
            RowsEvent::parse(24, &update).map(|event| (event.kind, event.rows)),
            Ok((RowsKind::Update, &[9][..]))
        );
    }

    #[test]
    fn images_that_are_not_whole_are_refused() {
        let mut partial = V1;
        partial[10] = 0x01;
        assert_eq!(RowsEvent::parse(25, &partial), Err(ImageError::PartialImage));
        assert_eq!(RowsEvent::parse(39, &V1), Err(ImageError::PartialUpdate));
        assert_eq!(RowsEvent::parse(19, &V1), Err(ImageError::NotRows { type_number: 19 }));
        // Ten columns in the second bitmap's place: the rows themselves.
        assert_eq!(RowsEvent::parse(24, &V1), Err(ImageError::Truncated));
        for length in 0..11 {
            assert_eq!(RowsEvent::parse(23, &V1[..length]), Err(ImageError::Truncated), "{length}");
        }
        assert_eq!(RowsEvent::parse(30, &[5, 0, 0, 0, 0, 0, 1, 0, 1, 0]), Err(ImageError::Truncated));
    }
}
