//! The shape of a table's row images: its table map joined with the table as it is known at that position.

use migration::ident::TableId;
use migration::schema::{SourceTable, SourceType};

use crate::row_image::column::{Form, form};
use crate::row_image::error::ShapeError;
use crate::row_image::labels::{LabelsFound, labels};
use crate::row_image::length::Length;
use crate::row_image::optional_metadata::has_sign;
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
        let told = map.optional().ok_or(ShapeError::Malformed)?;
        let names = told.names.as_deref().unwrap_or_default();
        let mut signs = Signs { bits: told.unsigned, next: 0 };
        let mut enums = told.enum_labels.into_iter().flatten();
        let mut sets = told.set_labels.into_iter().flatten();
        let mut lengths = Vec::with_capacity(logged.len());
        let mut forms = Vec::with_capacity(logged.len());
        for (place, ((type_number, metadata), column)) in logged.into_iter().zip(&table.columns).enumerate() {
            let (table, column_name) = (|| table.id.clone(), || column.name.clone());
            let unfit = || ShapeError::Type { table: table(), column: column_name(), type_number };
            if names.get(place).is_some_and(|name| *name != column.name.as_str().as_bytes()) {
                return Err(ShapeError::Name { table: table(), column: column_name() });
            }
            let sign = has_sign(type_number).then(|| signs.next()).flatten();
            if let (SourceType::Integer { unsigned, .. }, Some(sign)) = (&column.column_type, sign)
                && *unsigned != sign
            {
                return Err(unfit());
            }
            lengths.push(Length::of(type_number, metadata).ok_or_else(unfit)?);
            let form = form(column, type_number, metadata).ok_or_else(unfit)?;
            let charset = column.charset.as_deref().unwrap_or_default();
            let (found, as_form): (LabelsFound, fn(Vec<String>) -> Form) = match &form {
                Form::Enum { labels: known } => {
                    (labels(known, charset, enums.next().as_deref()), |labels| Form::Enum { labels })
                }
                Form::Set { labels: known } => {
                    (labels(known, charset, sets.next().as_deref()), |labels| Form::Set { labels })
                }
                _ => {
                    forms.push(form);
                    continue;
                }
            };
            forms.push(match found {
                LabelsFound::Known(labels) => as_form(labels),
                LabelsFound::Uncertain => Form::UncertainLabels,
                LabelsFound::Different => {
                    return Err(ShapeError::Labels { table: table(), column: column_name() });
                }
            });
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

/// The signs of number columns, in order.
struct Signs<'a> {
    bits: Option<&'a [u8]>,
    next: usize,
}

impl Signs<'_> {
    /// Whether the next number column is unsigned; none where the event does not tell.
    fn next(&mut self) -> Option<bool> {
        let at = self.next;
        self.next += 1;
        self.bits?.get(at / 8).map(|byte| byte >> (7 - at % 8) & 1 == 1)
    }
}
