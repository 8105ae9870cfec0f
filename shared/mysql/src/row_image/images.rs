//! The domain's port for row images, on this decoder.

use migration::ident::ColumnName;
use migration::port::{ImageFault, RawChange, RowImages};
use migration::schema::SourceTable;
use migration::value::SourceRow;

use crate::row_image::error::{ImageError, ShapeError};
use crate::row_image::rows_event::{RowChange, RowsEvent};
use crate::row_image::selection::Selection;
use crate::row_image::shape::RowShape;
use crate::row_image::table_map::TableMap;
use crate::row_image::walk::RowImage;

/// Reads MySQL's row images; holds nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Images;

impl From<ShapeError> for ImageFault {
    fn from(error: ShapeError) -> Self {
        Self(error.to_string())
    }
}

impl From<ImageError> for ImageFault {
    fn from(error: ImageError) -> Self {
        Self(error.to_string())
    }
}

impl RowImages for Images {
    type Shape = RowShape;
    type Columns = Selection;

    fn shape(&self, map: &[u8], table: &SourceTable) -> Result<RowShape, ImageFault> {
        let map = TableMap::parse(map).ok_or(ShapeError::Malformed)?;
        Ok(RowShape::of(&map, table)?)
    }

    fn columns<'n>(
        &self,
        shape: &RowShape,
        names: impl IntoIterator<Item = &'n ColumnName>,
    ) -> Result<Selection, ImageFault> {
        Ok(Selection::of(shape, names)?)
    }

    fn changes<E: From<ImageFault>>(
        &self,
        shape: &RowShape,
        kind: u8,
        payload: &[u8],
        mut each: impl FnMut(RawChange<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = |error: ImageError| E::from(ImageFault::from(error));
        let event = RowsEvent::parse(kind, payload).map_err(fault)?;
        for change in event.changes(shape).map_err(fault)? {
            each(match change.map_err(fault)? {
                RowChange::Insert { after } => RawChange::Write { after: after.0 },
                RowChange::Update { before, after } => RawChange::Update { before: before.0, after: after.0 },
                RowChange::Delete { before } => RawChange::Delete { before: before.0 },
            })?;
        }
        Ok(())
    }

    fn decode(&self, shape: &RowShape, columns: &Selection, image: &[u8]) -> Result<SourceRow, ImageFault> {
        Ok(shape.decode(RowImage(image), columns)?)
    }

    fn decode_into(
        &self,
        shape: &RowShape,
        columns: &Selection,
        image: &[u8],
        row: &mut SourceRow,
    ) -> Result<(), ImageFault> {
        Ok(shape.decode_into(RowImage(image), columns, row)?)
    }

    fn prefix<'i>(
        &self,
        shape: &RowShape,
        columns: &Selection,
        image: &'i [u8],
    ) -> Result<&'i [u8], ImageFault> {
        Ok(shape.prefix(RowImage(image), columns)?.0)
    }

    fn nulls<'i>(&self, shape: &RowShape, image: &'i [u8]) -> Result<&'i [u8], ImageFault> {
        Ok(shape.nulls(RowImage(image))?)
    }

    fn are_null(&self, _shape: &RowShape, columns: &Selection, nulls: &[u8]) -> Vec<bool> {
        columns.are_null(nulls)
    }
}
