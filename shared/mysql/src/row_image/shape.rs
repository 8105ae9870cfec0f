//! The shape of a table's row images: its table map joined with the table as it is known at that position.

use migration::ident::TableId;
use migration::schema::SourceTable;

use crate::row_image::column::{Form, form};
use crate::row_image::error::ShapeError;
use crate::row_image::length::Length;
use crate::row_image::table_map::TableMap;

/// How to walk and decode the images of a table; made once for a table map, used for all its rows.
#[derive(Debug, Clone)]
pub struct RowShape {
    pub(crate) table: SourceTable,
    pub(crate) lengths: Vec<Length>,
    pub(crate) forms: Vec<Form>,
}

impl RowShape {
    /// Joins a table map with the table it maps, in the schema valid at the event's position.
    ///
    /// # Errors
    /// Where they do not fit together, which must stop the task: decoding on would read wrong values.
    pub fn of(map: &TableMap<'_>, table: &SourceTable) -> Result<Self, ShapeError> {
        let logged = map.column_types().ok_or(ShapeError::Malformed)?;
        if logged.len() != table.columns.len() {
            return Err(ShapeError::ColumnCount {
                table: table.id.clone(),
                found: logged.len(),
                known: table.columns.len(),
            });
        }
        let mut lengths = Vec::with_capacity(logged.len());
        let mut forms = Vec::with_capacity(logged.len());
        for ((type_number, metadata), column) in logged.into_iter().zip(&table.columns) {
            let unfit =
                || ShapeError::Type { table: table.id.clone(), column: column.name.clone(), type_number };
            lengths.push(Length::of(type_number, metadata).ok_or_else(unfit)?);
            forms.push(form(column, type_number, metadata).ok_or_else(unfit)?);
        }
        Ok(Self { table: table.clone(), lengths, forms })
    }

    /// The table whose images these are.
    #[must_use]
    pub fn table(&self) -> &TableId {
        &self.table.id
    }

    /// How many columns an image has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.lengths.len()
    }

    /// Bytes of an image's NULL bitmap, with which it begins.
    pub(crate) fn null_bytes(&self) -> usize {
        self.lengths.len().div_ceil(8)
    }
}
