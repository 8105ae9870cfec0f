//! Key values as chunk bounds and cursors, and the ranges between them.
//!
//! Keys are ordered and compared only by MySQL: bounds are read from the server and bound back as parameters.
//! Nothing here has an order; two tuples can only be equal. Key values are never printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One key column's value, in the form the source binds it back.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyValue {
    /// Signed integers; YEAR.
    Int(i64),
    /// Unsigned integers; BIT; the number of an ENUM or SET value.
    UInt(u64),
    /// FLOAT and DOUBLE, by their bits, which a JSON number would not keep.
    DoubleBits(u64),
    /// DECIMAL and temporal values, in MySQL's text.
    Text(String),
    /// Strings in the column's own character set, and bytes, in hexadecimal.
    Bytes(#[serde(with = "hexadecimal")] Vec<u8>),
}

/// The values of all key columns, in key order.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyTuple(pub Vec<KeyValue>);

/// The keys after `after` up to and including `through`; an absent bound is open.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct KeyRange {
    /// Exclusive lower bound.
    pub after: Option<KeyTuple>,
    /// Inclusive upper bound.
    pub through: Option<KeyTuple>,
}

impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key value")
    }
}

impl fmt::Debug for KeyTuple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key of {} columns", self.0.len())
    }
}

mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        use std::fmt::Write;
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            write!(text, "{byte:02x}").expect("invariant: writing to a string succeeds");
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.is_ascii() || text.len() % 2 != 0 {
            return Err(D::Error::custom("not an even number of hexadecimal digits"));
        }
        (0..text.len() / 2)
            .map(|at| {
                let pair = text.get(at * 2..at * 2 + 2).unwrap_or_default();
                u8::from_str_radix(pair, 16).map_err(|_| D::Error::custom("not a hexadecimal digit"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyTuple, KeyValue};

    #[test]
    fn a_key_survives_its_stored_form_and_is_not_printed() {
        let key = KeyTuple(vec![
            KeyValue::Int(-1),
            KeyValue::UInt(u64::MAX),
            KeyValue::DoubleBits(f64::NAN.to_bits()),
            KeyValue::Text("2024-01-01".to_owned()),
            KeyValue::Bytes(vec![0, 255, 16]),
        ]);
        let stored = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<KeyTuple>(&stored).unwrap(), key);
        assert_eq!(format!("{key:?}"), "key of 5 columns");
    }
}
