//! The check that no mapping of a JSON text has one key twice.
//!
//! The JSON library keeps the last of two equal keys, and the document's owner would never hear of the first.
//! This type reads a text for nothing but that, and refuses the second key where it stands. It keeps no
//! value, so it does not matter how the library is built to hand over numbers.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A text that was read and has no repeated key.
#[derive(Debug)]
pub(crate) struct NoRepeatedKey;

impl<'de> Deserialize<'de> for NoRepeatedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = NoRepeatedKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<NoRepeatedKey, E> {
        Ok(NoRepeatedKey)
    }

    fn visit_bool<E: Error>(self, _flag: bool) -> Result<NoRepeatedKey, E> {
        Ok(NoRepeatedKey)
    }

    fn visit_i64<E: Error>(self, _number: i64) -> Result<NoRepeatedKey, E> {
        Ok(NoRepeatedKey)
    }

    fn visit_u64<E: Error>(self, _number: u64) -> Result<NoRepeatedKey, E> {
        Ok(NoRepeatedKey)
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<NoRepeatedKey, E> {
        Ok(NoRepeatedKey)
    }

    fn visit_str<E: Error>(self, _text: &str) -> Result<NoRepeatedKey, E> {
        Ok(NoRepeatedKey)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NoRepeatedKey, A::Error> {
        while items.next_element::<NoRepeatedKey>()?.is_some() {}
        Ok(NoRepeatedKey)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<NoRepeatedKey, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("a key that this mapping already has"));
            }
            entries.next_value::<NoRepeatedKey>()?;
        }
        Ok(NoRepeatedKey)
    }
}
