//! The part of an image that some columns need: its NULL bitmap, and the bytes up to the last of them.
//!
//! A value's place follows from the values in front of it alone, so an image that is cut behind a column still decodes
//! to the same values up to there. That is how an update's image of before travels: as far as it is asked for.

use crate::row_image::error::ImageError;
use crate::row_image::selection::Selection;
use crate::row_image::shape::RowShape;
use crate::row_image::walk::RowImage;

impl RowShape {
    /// The image up to the last selected column, which decodes to the same values; the NULL bitmap is always in it.
    ///
    /// # Errors
    /// Where the image ends before that column does.
    pub fn prefix<'i>(&self, image: RowImage<'i>, selection: &Selection) -> Result<RowImage<'i>, ImageError> {
        let (nulls, mut rest) = image.0.split_at_checked(self.null_bytes()).ok_or(ImageError::Truncated)?;
        for (column, length) in self.lengths.iter().enumerate().take(selection.end()) {
            let is_null = nulls.get(column / 8).is_some_and(|byte| byte >> (column % 8) & 1 == 1);
            if !is_null {
                (_, rest) = length.split(rest).ok_or(ImageError::Truncated)?;
            }
        }
        let kept = image.0.len() - rest.len();
        image.0.get(..kept).map(RowImage).ok_or(ImageError::Truncated)
    }

    /// The image's NULL bitmap.
    ///
    /// # Errors
    /// Where the image is shorter.
    pub fn nulls<'i>(&self, image: RowImage<'i>) -> Result<&'i [u8], ImageError> {
        image.0.get(..self.null_bytes()).ok_or(ImageError::Truncated)
    }
}

impl Selection {
    /// Behind the last selected column's place; 0 where none is selected.
    fn end(&self) -> usize {
        self.places().next_back().map_or(0, |(place, _)| place + 1)
    }

    /// Which of the columns are NULL by an image's NULL bitmap, in the selection's order.
    #[must_use]
    pub fn are_null(&self, nulls: &[u8]) -> Vec<bool> {
        let mut found = vec![false; self.len()];
        for (place, slot) in self.places() {
            if let Some(slot) = found.get_mut(slot) {
                *slot = RowImage(nulls).is_null(place);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
    use migration::schema::{SourceColumn, SourceTable, SourceType, StringDefault, TableKind};
    use migration::value::SourceValue;

    use super::{RowImage, RowShape, Selection};
    use crate::row_image::table_map::TableMap;

    /// Three numbers of one byte.
    fn shape() -> RowShape {
        let map = [9, 0, 0, 0, 0, 0, 1, 0, 1, b'd', 0, 1, b't', 0, 3, 1, 1, 1, 0, 0b111];
        let column = |name: &str| SourceColumn {
            name: ColumnName::new(name).unwrap(),
            column_type: SourceType::Integer { bytes: 1, unsigned: false },
            spelling: String::new(),
            nullable: true,
            charset: None,
            collation: None,
            generated: None,
            invisible: false,
        };
        let table = SourceTable {
            id: TableId { database: DatabaseName::new("d").unwrap(), table: TableName::new("t").unwrap() },
            kind: TableKind::Base,
            engine: "InnoDB".to_owned(),
            create_options: String::new(),
            columns: ["a", "b", "c"].map(column).to_vec(),
            key: None,
            rows_estimate: 0,
            data_bytes: 0,
            cascading_foreign_keys: Vec::new(),
            strings: StringDefault::default(),
        };
        RowShape::of(&TableMap::parse(&map).unwrap(), &table).unwrap()
    }

    fn select(shape: &RowShape, names: &[&str]) -> Selection {
        let names: Vec<ColumnName> = names.iter().map(|name| ColumnName::new(*name).unwrap()).collect();
        Selection::of(shape, &names).unwrap()
    }

    #[test]
    fn a_prefix_decodes_to_the_same_values() {
        let shape = shape();
        for image in [&[0b000, 1, 2, 3][..], &[0b010, 1, 3], &[0b001, 2, 3], &[0b111]] {
            let image = RowImage(image);
            for names in [&[][..], &["a"], &["b", "a"], &["c"], &["c", "a", "b"]] {
                let selection = select(&shape, names);
                let prefix = shape.prefix(image, &selection).unwrap();
                assert!(image.0.starts_with(prefix.0));
                assert_eq!(shape.decode(prefix, &selection), shape.decode(image, &selection));
            }
        }
        let short = shape.prefix(RowImage(&[0b000, 1, 2, 3]), &select(&shape, &["a"])).unwrap();
        assert_eq!(short.0, [0, 1]);
        assert!(shape.prefix(RowImage(&[0b000, 1]), &select(&shape, &["b"])).is_err());
    }

    #[test]
    fn the_bitmap_tells_nulls_in_the_selections_order() {
        let shape = shape();
        let selection = select(&shape, &["c", "a"]);
        let image = RowImage(&[0b100, 1, 2]);
        let nulls = shape.nulls(image).unwrap();
        assert_eq!(nulls, [0b100]);
        assert_eq!(selection.are_null(nulls), [true, false]);
        assert_eq!(shape.decode(image, &selection).unwrap(), [SourceValue::Null, SourceValue::Int(1)]);
        assert!(shape.nulls(RowImage(&[])).is_err());
    }
}
