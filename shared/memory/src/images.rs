//! Row images of the imagined log: a NULL bitmap over all columns, then the values that are not NULL, each behind a
//! tag and its length. A table map tells how many columns there are.

use migration::ident::ColumnName;
use migration::port::{ImageFault, RawChange, RowImages};
use migration::schema::SourceTable;
use migration::value::{Date, SourceRow, SourceValue};

/// Event types as MySQL numbers them.
pub(crate) const WRITE: u8 = 30;
pub(crate) const UPDATE: u8 = 31;
pub(crate) const DELETE: u8 = 32;

/// Reads the images of [`MemoryLog`](crate::MemoryLog).
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryImages;

/// A table map joined with its table.
#[derive(Debug, Clone)]
pub struct MemoryShape {
    columns: Vec<ColumnName>,
}

/// Columns by their places.
#[derive(Debug, Clone)]
pub struct MemoryColumns {
    places: Vec<usize>,
}

/// The table map of a table.
pub(crate) fn map_of(table: &SourceTable) -> Vec<u8> {
    u32::try_from(table.columns.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec()
}

/// The payload of rows, each one image or two.
pub(crate) fn payload<'a>(images: impl IntoIterator<Item = &'a SourceRow>) -> Vec<u8> {
    let mut out = Vec::new();
    for row in images {
        let image = image(row);
        out.extend(u32::try_from(image.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(image);
    }
    out
}

fn image(row: &SourceRow) -> Vec<u8> {
    let mut out = vec![0; row.len().div_ceil(8)];
    for (at, value) in row.iter().enumerate() {
        if matches!(value, SourceValue::Null) {
            out[at / 8] |= 1 << (at % 8);
        }
    }
    for value in row {
        let (tag, bytes) = match value {
            SourceValue::Null => continue,
            SourceValue::Int(number) => (1, number.to_le_bytes().to_vec()),
            SourceValue::UInt(number) => (2, number.to_le_bytes().to_vec()),
            SourceValue::Text(text) => (3, text.clone().into_bytes()),
            SourceValue::Bytes(bytes) => (4, bytes.clone()),
            SourceValue::Date(date) => (5, [&date.year.to_le_bytes()[..], &[date.month, date.day]].concat()),
            SourceValue::Decimal(text) => (6, text.clone().into_bytes()),
            SourceValue::Json(text) => (7, text.clone().into_bytes()),
            SourceValue::Double(number) => (8, number.to_le_bytes().to_vec()),
            other => panic!("invariant: no test logs a {other:?}"),
        };
        out.push(tag);
        out.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(bytes);
    }
    out
}

fn fault() -> ImageFault {
    ImageFault("the image breaks off".to_owned())
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), ImageFault> {
    bytes.split_at_checked(at).ok_or_else(fault)
}

fn sized(bytes: &[u8]) -> Result<(&[u8], &[u8]), ImageFault> {
    let (size, rest) = bytes.split_first_chunk::<4>().ok_or_else(fault)?;
    split(rest, u32::from_le_bytes(*size) as usize)
}

fn value(tag: u8, bytes: &[u8]) -> Result<SourceValue, ImageFault> {
    let eight = || bytes.first_chunk::<8>().copied().ok_or_else(fault);
    let text = || String::from_utf8(bytes.to_vec()).map_err(|_| fault());
    Ok(match tag {
        1 => SourceValue::Int(i64::from_le_bytes(eight()?)),
        2 => SourceValue::UInt(u64::from_le_bytes(eight()?)),
        3 => SourceValue::Text(text()?),
        4 => SourceValue::Bytes(bytes.to_vec()),
        5 => match bytes {
            [low, high, month, day] => {
                SourceValue::Date(Date { year: u16::from_le_bytes([*low, *high]), month: *month, day: *day })
            }
            _ => return Err(fault()),
        },
        6 => SourceValue::Decimal(text()?),
        7 => SourceValue::Json(text()?),
        8 => SourceValue::Double(f64::from_le_bytes(eight()?)),
        _ => return Err(fault()),
    })
}

/// The values of the first `count` columns, and how many bytes they take.
fn read(shape: &MemoryShape, image: &[u8], count: usize) -> Result<(Vec<SourceValue>, usize), ImageFault> {
    let (nulls, mut rest) = split(image, shape.columns.len().div_ceil(8))?;
    let mut values = Vec::with_capacity(count);
    for at in 0..count {
        if is_null(nulls, at) {
            values.push(SourceValue::Null);
            continue;
        }
        let (tag, behind) = rest.split_first().ok_or_else(fault)?;
        let (bytes, behind) = sized(behind)?;
        values.push(value(*tag, bytes)?);
        rest = behind;
    }
    Ok((values, image.len() - rest.len()))
}

fn is_null(nulls: &[u8], at: usize) -> bool {
    nulls.get(at / 8).is_some_and(|byte| byte & (1 << (at % 8)) != 0)
}

fn columns_needed(columns: &MemoryColumns) -> usize {
    columns.places.iter().max().map_or(0, |last| last + 1)
}

impl RowImages for MemoryImages {
    type Shape = MemoryShape;
    type Columns = MemoryColumns;

    fn shape(&self, map: &[u8], table: &SourceTable) -> Result<MemoryShape, ImageFault> {
        if map != map_of(table) {
            return Err(ImageFault(format!("the log has another number of columns for {}", table.id)));
        }
        Ok(MemoryShape { columns: table.columns.iter().map(|column| column.name.clone()).collect() })
    }

    fn columns<'n>(
        &self,
        shape: &MemoryShape,
        names: impl IntoIterator<Item = &'n ColumnName>,
    ) -> Result<MemoryColumns, ImageFault> {
        let place = |name: &ColumnName| {
            let at = shape.columns.iter().position(|column| column == name);
            at.ok_or_else(|| ImageFault(format!("the image has no column {name}")))
        };
        Ok(MemoryColumns { places: names.into_iter().map(place).collect::<Result<_, _>>()? })
    }

    fn changes<E: From<ImageFault>>(
        &self,
        _shape: &MemoryShape,
        kind: u8,
        payload: &[u8],
        mut each: impl FnMut(RawChange<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = payload;
        while !rest.is_empty() {
            let (first, behind) = sized(rest)?;
            rest = behind;
            match kind {
                WRITE => each(RawChange::Write { after: first })?,
                DELETE => each(RawChange::Delete { before: first })?,
                UPDATE => {
                    let (after, behind) = sized(rest)?;
                    rest = behind;
                    each(RawChange::Update { before: first, after })?;
                }
                _ => return Err(ImageFault(format!("rows of the unknown kind {kind}")).into()),
            }
        }
        Ok(())
    }

    fn decode(
        &self,
        shape: &MemoryShape,
        columns: &MemoryColumns,
        image: &[u8],
    ) -> Result<SourceRow, ImageFault> {
        let (values, _) = read(shape, image, columns_needed(columns))?;
        columns.places.iter().map(|at| values.get(*at).cloned().ok_or_else(fault)).collect()
    }

    fn prefix<'i>(
        &self,
        shape: &MemoryShape,
        columns: &MemoryColumns,
        image: &'i [u8],
    ) -> Result<&'i [u8], ImageFault> {
        let (_, bytes) = read(shape, image, columns_needed(columns))?;
        Ok(split(image, bytes)?.0)
    }

    fn nulls<'i>(&self, shape: &MemoryShape, image: &'i [u8]) -> Result<&'i [u8], ImageFault> {
        Ok(split(image, shape.columns.len().div_ceil(8))?.0)
    }

    fn are_null(&self, _shape: &MemoryShape, columns: &MemoryColumns, nulls: &[u8]) -> Vec<bool> {
        columns.places.iter().map(|at| is_null(nulls, *at)).collect()
    }
}
