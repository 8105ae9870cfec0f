//! MySQL's binary JSON as the server's own text of it.
//!
//! The copy reads the server's text, so the log's value is written the same way: a space after commas and colons, keys
//! in stored order, numbers and temporal values in the server's forms, what JSON has no form for in base64. Offsets in
//! the value may point anywhere: depth and the length of the text are bounded, so no value makes more work than its
//! size allows. Written here because the driver's crate gives decimals as strings and no text of its own.

mod number;
mod opaque;
mod string;

use crate::row_image::take::{Take, little};

/// MySQL stores no deeper values.
const DEPTH_MAX: u32 = 100;
/// No stored byte becomes more than this much text: a control character takes six bytes, a long decimal three.
const GROWTH: usize = 8;
const GROWTH_BASE: usize = 128;

/// The text of a stored value; none where it is not one.
pub(crate) fn json_text(bytes: &[u8]) -> Option<String> {
    let mut writer =
        Writer { out: String::with_capacity(bytes.len()), longest: bytes.len() * GROWTH + GROWTH_BASE };
    // The server takes a value without bytes for null.
    let Some((kind, value)) = bytes.split_first() else { return Some("null".to_owned()) };
    writer.value(*kind, value, 0)?;
    Some(writer.out)
}

struct Writer {
    out: String,
    longest: usize,
}

/// A container: how wide its numbers are, and whether it has keys.
#[derive(Clone, Copy)]
struct Container {
    width: usize,
    keyed: bool,
}

impl Writer {
    /// Writes the value of a type whose bytes start `bytes`.
    fn value(&mut self, kind: u8, bytes: &[u8], depth: u32) -> Option<()> {
        let mut take = Take(bytes);
        match kind {
            0..=3 => {
                let container =
                    Container { width: if matches!(kind, 0 | 2) { 2 } else { 4 }, keyed: kind < 2 };
                self.container(container, bytes, depth + 1)?;
            }
            4 => self.out.push_str(match take.byte()? {
                0 => "null",
                1 => "true",
                2 => "false",
                _ => return None,
            }),
            5 => self.push(&i16::from_le_bytes(*bytes.first_chunk()?)),
            6 => self.push(&take.little(2)?),
            7 => self.push(&i32::from_le_bytes(*bytes.first_chunk()?)),
            8 => self.push(&take.little(4)?),
            9 => self.push(&i64::from_le_bytes(*bytes.first_chunk()?)),
            10 => self.push(&take.little(8)?),
            11 => {
                let double = f64::from_le_bytes(*bytes.first_chunk()?);
                number::push_double(&mut self.out, double).then_some(())?;
            }
            12 => {
                let length = variable_length(&mut take)?;
                string::push_quoted(&mut self.out, std::str::from_utf8(take.bytes(length)?).ok()?);
            }
            15 => {
                let field_type = take.byte()?;
                let length = variable_length(&mut take)?;
                opaque::push(&mut self.out, field_type, take.bytes(length)?)?;
            }
            _ => return None,
        }
        (self.out.len() <= self.longest).then_some(())
    }

    fn push(&mut self, number: &impl ToString) {
        self.out.push_str(&number.to_string());
    }

    /// Writes an object or array. Offsets in it count from its first byte, which is that of its element count.
    fn container(&mut self, container: Container, bytes: &[u8], depth: u32) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        let Container { width, keyed } = container;
        let mut take = Take(bytes);
        let count = usize::try_from(take.little(width)?).ok()?;
        let size = usize::try_from(take.little(width)?).ok()?;
        let bytes = bytes.get(..size)?;
        let (key_entry, value_entry) = (if keyed { width + 2 } else { 0 }, 1 + width);
        let keys = 2 * width;
        let values = keys + count.checked_mul(key_entry)?;
        bytes.get(values..values.checked_add(count.checked_mul(value_entry)?)?)?;
        self.out.push(if keyed { '{' } else { '[' });
        for element in 0..count {
            if element > 0 {
                self.out.push_str(", ");
            }
            if keyed {
                let mut entry = Take(bytes.get(keys + element * key_entry..)?);
                let offset = usize::try_from(entry.little(width)?).ok()?;
                let length = usize::try_from(entry.little(2)?).ok()?;
                let key = Take(bytes.get(offset..)?).bytes(length)?;
                string::push_quoted(&mut self.out, std::str::from_utf8(key).ok()?);
                self.out.push_str(": ");
            }
            let entry = bytes.get(values + element * value_entry..)?.get(..value_entry)?;
            let (kind, place) = entry.split_first()?;
            if is_inlined(*kind, width) {
                self.value(*kind, place, depth)?;
            } else {
                let offset = usize::try_from(little(place)).ok()?;
                self.value(*kind, bytes.get(offset..)?, depth)?;
            }
        }
        self.out.push(if keyed { '}' } else { ']' });
        Some(())
    }
}

/// Literals and short numbers stand in their entry.
fn is_inlined(kind: u8, width: usize) -> bool {
    matches!(kind, 4..=6) || (matches!(kind, 7 | 8) && width == 4)
}

/// Seven bits a byte, the least significant first, up to 32 bits.
fn variable_length(take: &mut Take<'_>) -> Option<usize> {
    let mut length = 0_u64;
    for shift in [0, 7, 14, 21, 28] {
        let byte = take.byte()?;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(length).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::json_text;

    #[test]
    fn containers_are_written_with_the_servers_spaces() {
        // {"a": [1, null], "b": "x"} by hand: two keys, an array of inlined values, a string.
        let object = [
            0, 2, 0, 34, 0, 18, 0, 1, 0, 19, 0, 1, 0, 2, 20, 0, 12, 32, 0, b'a', b'b', 2, 0, 12, 0, 5, 1, 0,
            4, 0, 0, 0, 0, 1, b'x',
        ];
        let mut object = object.to_vec();
        // The array takes ten bytes of the twelve it was given room for.
        object[23] = 10;
        assert_eq!(json_text(&object).as_deref(), Some(r#"{"a": [1, null], "b": "x"}"#));
        assert_eq!(json_text(&[]).as_deref(), Some("null"));
        assert_eq!(json_text(&[5, 0xff, 0xff]).as_deref(), Some("-1"));
    }

    #[test]
    fn a_value_that_contains_itself_ends() {
        // An array of two small arrays, both at offset zero: the array itself.
        let endless = [2, 2, 0, 10, 0, 2, 0, 0, 2, 0, 0];
        assert_eq!(json_text(&endless), None);
    }
}
