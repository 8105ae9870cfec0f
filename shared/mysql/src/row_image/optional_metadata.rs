//! What a table map may tell beyond types: signs, names, and the labels of ENUM and SET.
//!
//! Signs come from every MySQL 8 and later, the rest with `binlog_row_metadata=FULL`. Fields that are not needed are
//! passed over by their length; nothing is allocated by a count before its entries were seen.

use crate::row_image::take::Take;

/// Labels of one column, in its character set.
pub(crate) type Labels<'a> = Vec<&'a [u8]>;

/// The fields used, each none where the event has not got it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OptionalMetadata<'a> {
    /// A bit for each number column, the first on top.
    pub(crate) unsigned: Option<&'a [u8]>,
    /// Each column's name.
    pub(crate) names: Option<Vec<&'a [u8]>>,
    /// The labels of each ENUM column.
    pub(crate) enum_labels: Option<Vec<Labels<'a>>>,
    /// The members of each SET column.
    pub(crate) set_labels: Option<Vec<Labels<'a>>>,
}

impl<'a> OptionalMetadata<'a> {
    /// Reads the fields; none where one ends too early.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut take = Take(bytes);
        let mut found = Self::default();
        while !take.0.is_empty() {
            let field = take.byte()?;
            let length = take.length_encoded()?;
            let value = take.bytes(length)?;
            match field {
                1 => found.unsigned = Some(value),
                4 => found.names = Some(strings(&mut Take(value))?),
                5 => found.set_labels = Some(lists(value)?),
                6 => found.enum_labels = Some(lists(value)?),
                _ => {}
            }
        }
        Some(found)
    }
}

/// Whether the columns of a type number have a bit among the signs.
pub(crate) fn has_sign(type_number: u8) -> bool {
    matches!(type_number, 0..=5 | 8 | 9 | 13 | 246)
}

fn strings<'a>(take: &mut Take<'a>) -> Option<Vec<&'a [u8]>> {
    let mut strings = Vec::new();
    while !take.0.is_empty() {
        strings.push(string(take)?);
    }
    Some(strings)
}

fn lists(value: &[u8]) -> Option<Vec<Labels<'_>>> {
    let mut take = Take(value);
    let mut lists = Vec::new();
    while !take.0.is_empty() {
        let count = take.length_encoded()?;
        let mut labels = Vec::new();
        for _ in 0..count {
            labels.push(string(&mut take)?);
        }
        lists.push(labels);
    }
    Some(lists)
}

fn string<'a>(take: &mut Take<'a>) -> Option<&'a [u8]> {
    let length = take.length_encoded()?;
    take.bytes(length)
}

#[cfg(test)]
mod tests {
    use super::OptionalMetadata;

    #[test]
    fn known_fields_are_read_and_others_passed_over() {
        let bytes = [1, 1, 0x80, 99, 2, 7, 7, 4, 4, 1, b'a', 1, b'b', 6, 6, 2, 1, b'x', 2, b'y', b'z'];
        let found = OptionalMetadata::parse(&bytes).unwrap();
        assert_eq!(found.unsigned, Some(&[0x80][..]));
        assert_eq!(found.names, Some(vec![&b"a"[..], b"b"]));
        assert_eq!(found.enum_labels, Some(vec![vec![&b"x"[..], b"yz"]]));
        assert_eq!(found.set_labels, None);
        assert_eq!(OptionalMetadata::parse(&bytes[..20]), None);
        assert_eq!(OptionalMetadata::parse(&[6, 2, 0xfc, 0xff]), None);
    }
}
