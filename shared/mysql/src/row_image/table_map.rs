//! The columns of a table map event: type numbers, their metadata, and what the event may tell beyond.
//!
//! Read here and not by the driver's crate, so that arbitrary bytes can neither panic nor allocate; nothing here
//! knows a schema.

use crate::row_image::optional_metadata::OptionalMetadata;
use crate::row_image::take::Take;

/// A table map event's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMap<'a> {
    /// The number rows events name the table by.
    pub table_id: u64,
    /// The database's name, in UTF-8.
    pub database: &'a [u8],
    /// The table's name, in UTF-8.
    pub table: &'a [u8],
    types: &'a [u8],
    metadata: &'a [u8],
    optional: &'a [u8],
}

impl<'a> TableMap<'a> {
    /// Reads an event's payload: what follows the common header, without the checksum.
    ///
    /// None where it ends too early.
    #[must_use]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let mut take = Take(payload);
        let table_id = take.little(6)?;
        take.bytes(2)?;
        let database = Self::name(&mut take)?;
        let table = Self::name(&mut take)?;
        let columns = take.length_encoded()?;
        let types = take.bytes(columns)?;
        let metadata_length = take.length_encoded()?;
        let metadata = take.bytes(metadata_length)?;
        take.bytes(columns.div_ceil(8))?;
        Some(Self { table_id, database, table, types, metadata, optional: take.0 })
    }

    /// A name with its length before and a zero behind.
    fn name(take: &mut Take<'a>) -> Option<&'a [u8]> {
        let length = take.byte()?;
        let name = take.bytes(usize::from(length))?;
        take.bytes(1)?;
        Some(name)
    }

    /// How many columns the table has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.types.len()
    }

    /// Type number and metadata of each column; none where they do not add up.
    pub(crate) fn column_types(&self) -> Option<Vec<(u8, [u8; 2])>> {
        let mut take = Take(self.metadata);
        let mut columns = Vec::with_capacity(self.types.len());
        for number in self.types {
            let metadata = match metadata_bytes(*number)? {
                0 => [0, 0],
                1 => [take.byte()?, 0],
                _ => [take.byte()?, take.byte()?],
            };
            columns.push((*number, metadata));
        }
        take.0.is_empty().then_some(columns)
    }
}

impl<'a> TableMap<'a> {
    /// What the event tells beyond types; none where it cannot be read.
    pub(crate) fn optional(&self) -> Option<OptionalMetadata<'a>> {
        OptionalMetadata::parse(self.optional)
    }
}

/// How many bytes of metadata a type has (`Field::do_save_field_metadata` of the server); none for unknown types.
fn metadata_bytes(type_number: u8) -> Option<u8> {
    Some(match type_number {
        1 | 2 | 3 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 => 0,
        4 | 5 | 17 | 18 | 19 | 242 | 245 | 249..=252 | 255 => 1,
        15 | 16 | 246 | 253 | 254 => 2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::TableMap;

    #[test]
    fn columns_come_with_their_own_metadata() {
        let payload =
            [9, 0, 0, 0, 0, 0, 1, 0, 1, b'd', 0, 2, b't', b'u', 0, 3, 3, 15, 8, 2, 44, 1, 0b110, 1, 1, 0];
        let map = TableMap::parse(&payload).unwrap();
        assert_eq!((map.table_id, map.database, map.table), (9, &b"d"[..], &b"tu"[..]));
        assert_eq!(map.column_types().unwrap(), [(3, [0, 0]), (15, [44, 1]), (8, [0, 0])]);
        for length in 0..23 {
            assert_eq!(TableMap::parse(&payload[..length]), None, "{length}");
        }
    }

    #[test]
    fn metadata_that_does_not_add_up_is_refused() {
        let payload = [9, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 2, 44, 1, 0];
        assert_eq!(TableMap::parse(&payload).unwrap().column_types(), None);
    }
}
