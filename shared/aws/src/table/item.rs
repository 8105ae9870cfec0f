//! Records as items, and what they weigh.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use migration::port::{PortError, Record, RecordKey, Surface, Version};
use migration::record::JOURNAL;

use crate::table::Item;

/// The attribute with the id of the write.
pub(crate) const WRITE: &str = "w";
/// How long journal entries are kept.
const JOURNAL_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// An item's key.
pub(crate) fn key_item(key: &RecordKey) -> Item {
    [("pk", &key.partition), ("sk", &key.sort)]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text.clone())))
        .collect()
}

/// What every try of a call writes alike: DynamoDB refuses a repeated transaction that differs in anything.
#[derive(Debug)]
pub(crate) struct Mark {
    /// The id of the write.
    pub(crate) id: String,
    /// When journal entries of it may be removed, in seconds since 1970.
    expires: u64,
}

impl Mark {
    pub(crate) fn new(id: String) -> Self {
        let until = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + JOURNAL_KEPT;
        Self { id, expires: until.as_secs() }
    }
}

/// The item of a record.
pub(crate) fn record_item(key: &RecordKey, body: &str, version: u64, mark: &Mark) -> Item {
    let mut item = key_item(key);
    item.insert("b".to_owned(), AttributeValue::S(body.to_owned()));
    item.insert("v".to_owned(), AttributeValue::N(version.to_string()));
    item.insert(WRITE.to_owned(), AttributeValue::S(mark.id.clone()));
    if key.sort.starts_with(JOURNAL) {
        item.insert("ttl".to_owned(), AttributeValue::N(mark.expires.to_string()));
    }
    item
}

/// The record of an item.
pub(crate) fn record(mut item: Item) -> Result<Record, PortError> {
    let version = item.get("v").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    let mut text = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    };
    let found = (text("pk"), text("sk"), text("b"), version);
    let (Some(partition), Some(sort), Some(body), Some(version)) = found else {
        let summary = "the table holds an item that is no record of Ferry";
        return Err(PortError::permanent(Surface::Checkpoint, summary));
    };
    Ok(Record { key: RecordKey { partition, sort }, version: Version(version), body })
}

/// Whether this write stored the item.
pub(crate) fn is_of_write(item: &Item, write: &str) -> bool {
    matches!(item.get(WRITE), Some(AttributeValue::S(found)) if found == write)
}

/// An item's size as DynamoDB counts it: names and values.
pub(crate) fn bytes(item: &Item) -> usize {
    let weight = |value: &AttributeValue| match value {
        AttributeValue::S(text) => text.len(),
        // Two digits a byte, and one byte.
        AttributeValue::N(number) => number.len() / 2 + 1,
        _ => 0,
    };
    item.iter().map(|(name, value)| name.len() + weight(value)).sum()
}

#[cfg(test)]
mod tests {
    use migration::port::{Record, RecordKey, Version};

    use super::{Mark, bytes, is_of_write, key_item, record, record_item};

    #[test]
    fn a_record_comes_back_from_its_item() {
        let key = RecordKey { partition: "run#1".to_owned(), sort: "head".to_owned() };
        let item = record_item(&key, "{}", 7, &Mark::new("w1".to_owned()));
        assert!(is_of_write(&item, "w1") && !is_of_write(&item, "w2") && !item.contains_key("ttl"));
        assert_eq!(bytes(&item), 2 + 5 + 2 + 4 + 1 + 2 + 1 + 1 + 1 + 2);
        assert_eq!(
            record(item).unwrap(),
            Record { key: key.clone(), version: Version(7), body: "{}".to_owned() }
        );
        assert!(record(key_item(&key)).is_err());
    }

    #[test]
    fn only_journal_entries_expire() {
        let key = RecordKey { partition: "run#1".to_owned(), sort: "journal#000001".to_owned() };
        assert!(record_item(&key, "{}", 1, &Mark::new("w".to_owned())).contains_key("ttl"));
    }
}
