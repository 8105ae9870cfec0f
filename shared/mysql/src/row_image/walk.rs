//! The walk over an event's row images: where each ends, with no value read.

use crate::row_image::error::ImageError;
use crate::row_image::rows_event::{RowChange, RowsKind};
use crate::row_image::shape::RowShape;

/// A row image: its NULL bitmap, then the values that are not NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowImage<'a>(pub &'a [u8]);

impl RowImage<'_> {
    /// Whether a column is NULL, by its place in the table.
    #[must_use]
    pub fn is_null(&self, column: usize) -> bool {
        self.0.get(column / 8).is_some_and(|byte| byte >> (column % 8) & 1 == 1)
    }
}

/// The changes of an event; ends after the first error.
#[derive(Debug, Clone)]
pub struct RowChanges<'s, 'a> {
    shape: &'s RowShape,
    kind: RowsKind,
    rest: &'a [u8],
}

impl<'s, 'a> RowChanges<'s, 'a> {
    pub(crate) fn new(shape: &'s RowShape, kind: RowsKind, rows: &'a [u8]) -> Self {
        Self { shape, kind, rest: rows }
    }

    fn image(&mut self) -> Option<RowImage<'a>> {
        let length = self.shape.image_length(self.rest)?;
        let (image, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(RowImage(image))
    }

    fn change(&mut self) -> Option<RowChange<'a>> {
        let first = self.image()?;
        Some(match self.kind {
            RowsKind::Write => RowChange::Insert { after: first },
            RowsKind::Update => RowChange::Update { before: first, after: self.image()? },
            RowsKind::Delete => RowChange::Delete { before: first },
        })
    }
}

impl<'a> Iterator for RowChanges<'_, 'a> {
    type Item = Result<RowChange<'a>, ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let change = self.change();
        if change.is_none() {
            self.rest = &[];
        }
        Some(change.ok_or(ImageError::Truncated))
    }
}

impl RowShape {
    /// Bytes of the image at the front; none where it ends too early.
    fn image_length(&self, bytes: &[u8]) -> Option<usize> {
        let (nulls, mut rest) = bytes.split_at_checked(self.null_bytes())?;
        for (lengths, nulls) in self.lengths.chunks(8).zip(nulls) {
            let mut nulls = *nulls;
            for length in lengths {
                if nulls & 1 == 0 {
                    (_, rest) = length.split(rest)?;
                }
                nulls >>= 1;
            }
        }
        // A table without columns has no rows; never report an image of nothing, or a walk would not end.
        Some(bytes.len() - rest.len()).filter(|length| *length > 0)
    }
}
