//! How two documents differ, key by key, for the owner whose changed document is refused.
//!
//! Both sides are compared complete, with defaults, so writing out a default is no difference. What a
//! document says of secrets is only where they are, so everything may be shown.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::Task;
use super::document_path::DocumentPath;

/// One key or list item that is not the same in two documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where it is, such as `objects[0].target`. An item that was removed has its number in the earlier
    /// document.
    pub path: String,
    /// What the earlier document has there.
    pub before: Option<Value>,
    /// What the later document has there.
    pub after: Option<Value>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: was {before}, is {after}", self.path),
            (Some(before), None) => write!(f, "{}: was {before}, is gone", self.path),
            (None, Some(after)) => write!(f, "{}: was absent, is {after}", self.path),
            (None, None) => write!(f, "{}: unchanged", self.path),
        }
    }
}

impl Task {
    /// What `later` has changed against this document, sorted by path; empty if and only if the two are
    /// equal.
    #[must_use]
    pub fn difference(&self, later: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        compare(&DocumentPath::top(), Some(&self.document()), Some(&later.document()), &mut changes);
        changes
    }
}

fn compare(path: &DocumentPath, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    match (before, after) {
        (Some(Value::Object(earlier)), Some(Value::Object(later))) => {
            let keys: BTreeSet<&String> = earlier.keys().chain(later.keys()).collect();
            for key in keys {
                compare(&path.key(key), earlier.get(key), later.get(key), changes);
            }
        }
        (Some(Value::Array(earlier)), Some(Value::Array(later))) if earlier.len() == later.len() => {
            for (index, (before, after)) in earlier.iter().zip(later).enumerate() {
                compare(&path.item(index), Some(before), Some(after), changes);
            }
        }
        (Some(Value::Array(earlier)), Some(Value::Array(later))) => {
            compare_membership(path, earlier, later, changes);
        }
        _ if before != after => {
            changes.push(Change { path: path.to_string(), before: before.cloned(), after: after.cloned() });
        }
        _ => {}
    }
}

/// Lists of different lengths: what left, then what came. Equal items with other numbers are no change of
/// their own.
fn compare_membership(path: &DocumentPath, earlier: &[Value], later: &[Value], changes: &mut Vec<Change>) {
    let removed = earlier.iter().enumerate().filter(|(_, item)| !later.contains(item));
    let added = later.iter().enumerate().filter(|(_, item)| !earlier.contains(item));
    let count_before = changes.len();
    for (index, item) in removed {
        compare(&path.item(index), Some(item), None, changes);
    }
    for (index, item) in added {
        compare(&path.item(index), None, Some(item), changes);
    }
    if changes.len() == count_before {
        // One and the same item more often or less often than before.
        let whole = |items: &[Value]| Some(Value::from(items.to_vec()));
        changes.push(Change { path: path.to_string(), before: whole(earlier), after: whole(later) });
    }
}
