//! Which columns of an image are wanted, in which order, and decoding just those.

use migration::ident::ColumnName;
use migration::value::{SourceRow, SourceValue};

use crate::row_image::column::Form;
use crate::row_image::error::{ImageError, ShapeError};
use crate::row_image::shape::RowShape;
use crate::row_image::walk::RowImage;

/// Columns of a shape: all of a mapping's for a row, or a key's for routing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Place in the image and place in the result, in the image's order.
    places: Vec<(usize, usize)>,
}

impl Selection {
    /// The columns of these names, decoded in this order.
    ///
    /// # Errors
    /// Where a column does not exist, or its values cannot be decoded to what the copy reads.
    pub fn of<'n>(
        shape: &RowShape,
        names: impl IntoIterator<Item = &'n ColumnName>,
    ) -> Result<Self, ShapeError> {
        let mut places = Vec::new();
        for (slot, name) in names.into_iter().enumerate() {
            let table = || shape.table.id.clone();
            let place = shape.table.columns.iter().position(|column| &column.name == name);
            let found = place
                .and_then(|place| Some((place, shape.table.columns.get(place)?, shape.forms.get(place)?)));
            let (place, column, form) =
                found.ok_or_else(|| ShapeError::NoColumn { table: table(), column: name.clone() })?;
            match form {
                Form::Unknown => {
                    return Err(ShapeError::UnknownType { table: table(), column: name.clone() });
                }
                Form::UncertainLabels => {
                    return Err(ShapeError::UncertainLabels { table: table(), column: name.clone() });
                }
                Form::ForeignCharset => {
                    let charset = column.charset.clone().unwrap_or_default();
                    return Err(ShapeError::Charset { table: table(), column: name.clone(), charset });
                }
                _ => places.push((place, slot)),
            }
        }
        places.sort_unstable();
        Ok(Self { places })
    }

    /// Place in the image and place in the selection of each column, in the image's order.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> {
        self.places.iter().copied()
    }

    /// How many columns are selected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether no column is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

impl RowShape {
    /// The selected columns of an image, in the selection's order; columns behind the last of them are not looked at.
    ///
    /// # Errors
    /// Where the image ends too early or a value is not of its column's type.
    pub fn decode(&self, image: RowImage<'_>, selection: &Selection) -> Result<SourceRow, ImageError> {
        let mut row = SourceRow::new();
        self.decode_into(image, selection, &mut row).map(|()| row)
    }

    /// As [`decode`](Self::decode), into a row whose memory is used again.
    pub(crate) fn decode_into(
        &self,
        image: RowImage<'_>,
        selection: &Selection,
        row: &mut SourceRow,
    ) -> Result<(), ImageError> {
        let (nulls, mut rest) = image.0.split_at_checked(self.null_bytes()).ok_or(ImageError::Truncated)?;
        row.clear();
        row.resize(selection.places.len(), SourceValue::Null);
        let mut wanted = selection.places.iter().copied().peekable();
        for (column, (length, form)) in self.lengths.iter().zip(&self.forms).enumerate() {
            if wanted.peek().is_none() {
                return Ok(());
            }
            let is_null = nulls.get(column / 8).is_some_and(|byte| byte >> (column % 8) & 1 == 1);
            let value = if is_null {
                None
            } else {
                let (value, behind) = length.split(rest).ok_or(ImageError::Truncated)?;
                rest = behind;
                Some(value)
            };
            while let Some((_, slot)) = wanted.next_if(|(place, _)| *place == column) {
                if let Some(bytes) = value {
                    let slot = row.get_mut(slot).expect("invariant: a slot for each selected column");
                    *slot = form.decode(bytes).ok_or(ImageError::Value { column })?;
                }
            }
        }
        if rest.is_empty() { Ok(()) } else { Err(ImageError::Overlong) }
    }
}
