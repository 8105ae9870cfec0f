//! Looking into JSON without a panic: what is not there is null, and no list is empty.

use serde_json::Value;

/// What is not there.
static NOTHING: Value = Value::Null;

/// The value behind these keys.
pub(crate) fn at<'a>(value: &'a Value, keys: &[&str]) -> &'a Value {
    keys.iter().fold(value, |value, key| value.get(key).unwrap_or(&NOTHING))
}

/// A list, or the one thing that stands in its place.
pub(crate) fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// A list of texts, or the one text that stands in its place.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    list(value).into_iter().map(text).collect()
}

/// A text, or another value as one.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number, also one that stands there as text.
pub(crate) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
