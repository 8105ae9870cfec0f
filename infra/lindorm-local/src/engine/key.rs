//! The order-preserving encoding of primary keys: comparing two encoded keys byte by byte compares their values column by column.
//!
//! Integers are big-endian with the sign bit turned, floats by the usual trick, text and bytes end in `00 00` with each `00`
//! inside written `00 01`; a DESC column has every bit turned.

use std::borrow::Cow;

use crate::answer::{ColumnKind, Datum};
use crate::engine::shown::{show, show_fixed};

/// How a kind's stored bytes become sortable.
enum Shape {
    /// Unsigned little-endian.
    Unsigned(usize),
    /// Signed little-endian.
    Signed(usize),
    /// IEEE little-endian.
    Ieee(usize),
    /// Text or bytes.
    Run,
}

fn shape(kind: ColumnKind) -> Shape {
    match kind {
        ColumnKind::Boolean => Shape::Unsigned(1),
        ColumnKind::TinyInt => Shape::Signed(1),
        ColumnKind::SmallInt => Shape::Signed(2),
        ColumnKind::Integer | ColumnKind::Date => Shape::Signed(4),
        ColumnKind::BigInt | ColumnKind::Timestamp => Shape::Signed(8),
        ColumnKind::BigIntUnsigned => Shape::Unsigned(8),
        ColumnKind::Time => Shape::Unsigned(4),
        ColumnKind::Decimal { .. } => Shape::Signed(16),
        ColumnKind::Float => Shape::Ieee(4),
        ColumnKind::Double => Shape::Ieee(8),
        ColumnKind::Varchar { .. }
        | ColumnKind::Char { .. }
        | ColumnKind::Binary { .. }
        | ColumnKind::Varbinary
        | ColumnKind::Json => Shape::Run,
    }
}

/// Appends one column of a key.
pub(crate) fn push_component(kind: ColumnKind, descending: bool, stored: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    match shape(kind) {
        Shape::Unsigned(_) => out.extend(stored.iter().rev()),
        Shape::Signed(_) => {
            out.extend(stored.iter().rev());
            if let Some(top) = out.get_mut(start) {
                *top ^= 0x80;
            }
        }
        Shape::Ieee(_) => {
            out.extend(stored.iter().rev());
            let negative = out.get(start).is_some_and(|top| top & 0x80 != 0);
            for (index, byte) in out[start..].iter_mut().enumerate() {
                if negative {
                    *byte = !*byte;
                } else if index == 0 {
                    *byte ^= 0x80;
                }
            }
        }
        Shape::Run => {
            for byte in stored {
                out.push(*byte);
                if *byte == 0 {
                    out.push(1);
                }
            }
            out.extend([0, 0]);
        }
    }
    if descending {
        for byte in &mut out[start..] {
            *byte = !*byte;
        }
    }
}

/// The length of the first column of `key` in its encoded form.
pub(crate) fn component_length(kind: ColumnKind, descending: bool, key: &[u8]) -> usize {
    match shape(kind) {
        Shape::Unsigned(width) | Shape::Signed(width) | Shape::Ieee(width) => width.min(key.len()),
        Shape::Run => {
            let zero = if descending { 0xff } else { 0 };
            let mut at = 0;
            while let Some(found) = key[at..].iter().position(|byte| *byte == zero) {
                at += found + 2;
                if key.get(at - 1).is_none_or(|next| *next == zero) {
                    return at.min(key.len());
                }
            }
            key.len()
        }
    }
}

/// The value of one encoded column; text without zero bytes in an ascending column is borrowed.
pub(crate) fn show_component(
    kind: ColumnKind,
    descending: bool,
    component: &[u8],
    zone_ms: i64,
) -> Datum<'_> {
    match shape(kind) {
        Shape::Unsigned(width) | Shape::Signed(width) | Shape::Ieee(width) => {
            let mut stored = [0_u8; 16];
            let stored = &mut stored[..width];
            for (to, from) in stored.iter_mut().rev().zip(component) {
                *to = if descending { !*from } else { *from };
            }
            unsort(&shape(kind), stored);
            show_fixed(kind, stored, zone_ms)
        }
        Shape::Run => {
            let body = &component[..component.len().saturating_sub(2)];
            match unescaped(body, descending) {
                Cow::Borrowed(stored) => show(kind, stored, zone_ms),
                Cow::Owned(stored) => show(kind, &stored, zone_ms).into_owned(),
            }
        }
    }
}

/// Turns the top bits of little-endian bytes back.
fn unsort(shape: &Shape, stored: &mut [u8]) {
    let Some(top) = stored.last().copied() else { return };
    match shape {
        Shape::Unsigned(_) | Shape::Run => {}
        Shape::Ieee(_) if top & 0x80 == 0 => stored.iter_mut().for_each(|byte| *byte = !*byte),
        Shape::Signed(_) | Shape::Ieee(_) => {
            if let Some(last) = stored.last_mut() {
                *last ^= 0x80;
            }
        }
    }
}

fn unescaped(body: &[u8], descending: bool) -> Cow<'_, [u8]> {
    if !descending && !body.contains(&0) {
        return Cow::Borrowed(body);
    }
    let mut out = Vec::with_capacity(body.len());
    let mut bytes = body.iter().map(|byte| if descending { !*byte } else { *byte });
    while let Some(byte) = bytes.next() {
        out.push(byte);
        if byte == 0 {
            bytes.next();
        }
    }
    Cow::Owned(out)
}

/// The smallest key above every key that begins with `prefix`; nothing if there is none.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::{component_length, push_component, show_component};
    use crate::answer::{ColumnKind, Datum};

    fn encoded(kind: ColumnKind, descending: bool, stored: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        push_component(kind, descending, stored, &mut out);
        out
    }

    #[test]
    fn integers_sort_by_their_sign_and_come_back() {
        let values = [i64::MIN, -2, -1, 0, 1, 255, 256, i64::MAX];
        for descending in [false, true] {
            let mut last: Option<Vec<u8>> = None;
            for value in values {
                let key = encoded(ColumnKind::BigInt, descending, &value.to_le_bytes());
                assert_eq!(show_component(ColumnKind::BigInt, descending, &key, 0), Datum::Int(value));
                assert!(last.is_none_or(|last| (last < key) != descending));
                last = Some(key);
            }
        }
    }

    #[test]
    fn doubles_sort_by_value_and_come_back() {
        let mut last: Option<Vec<u8>> = None;
        for value in [f64::MIN, -1.5, -0.25, 0.0, 0.25, 1.5, f64::MAX] {
            let key = encoded(ColumnKind::Double, false, &value.to_le_bytes());
            assert_eq!(show_component(ColumnKind::Double, false, &key, 0), Datum::Double(value));
            assert!(last.is_none_or(|last| last < key));
            last = Some(key);
        }
    }

    #[test]
    fn bytes_sort_before_their_extensions_and_keep_their_zeros() {
        for descending in [false, true] {
            let mut last: Option<Vec<u8>> = None;
            for value in [&b""[..], b"\0", b"\0\0", b"\0a", b"a", b"a\0", b"ab", b"\xff"] {
                let mut key = encoded(ColumnKind::Varbinary, descending, value);
                assert!(last.is_none_or(|last| (last < key) != descending));
                last = Some(key.clone());
                let length = key.len();
                key.extend(b"\0more");
                assert_eq!(component_length(ColumnKind::Varbinary, descending, &key), length);
                let shown = show_component(ColumnKind::Varbinary, descending, &key[..length], 0);
                assert_eq!(shown.into_owned(), Datum::Bytes(value.to_vec().into()));
            }
        }
    }
}
