//! Reading one place of the document: what stands there, as what it must be, or a fault with its path.
//!
//! A reader returns `None` exactly when it has added a fault, so a caller reads on and lets the next fault be
//! found too. How a value is shown in a fault is decided here, once.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::choice::Choice;
use super::document_path::DocumentPath;
use super::fault::{Complaint, FaultList};
use super::nearest_key::nearest_key;
use super::quantity::QuantityError;
use super::shape::{self, Below, Shape, Use};

/// More of a text than this is not shown in a fault.
const SHOWN_CHARS_MAX: usize = 60;

/// One place of the document.
#[derive(Debug, Clone)]
pub(super) struct Node<'v> {
    /// Where it is.
    pub(super) path: DocumentPath,
    /// What stands there.
    pub(super) value: &'v Value,
    below: Below,
}

/// A mapping whose keys have been checked against its shape.
#[derive(Debug)]
pub(super) struct Mapping<'v> {
    /// Where it is.
    pub(super) path: DocumentPath,
    entries: &'v Map<String, Value>,
    shape: &'static Shape,
}

impl<'v> Node<'v> {
    /// The whole document.
    pub(super) fn top(document: &'v Value) -> Self {
        Self { path: DocumentPath::top(), value: document, below: Below::Mapping(&shape::DOCUMENT) }
    }

    /// What stands here, for a fault, with the value of a text, number or flag.
    pub(super) fn found(&self) -> String {
        match self.value {
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => format!("the number {number}"),
            Value::String(text) if !text.is_empty() => quoted(text),
            Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.found_kind().to_owned()
            }
        }
    }

    /// What kind of thing stands here, for a fault at a place where a secret could stand by mistake.
    pub(super) fn found_kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a flag",
            Value::Number(_) => "a number",
            Value::String(text) if text.is_empty() => "an empty text",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        }
    }

    /// Adds the fault that what stands here is not `expected`.
    pub(super) fn refuse(&self, expected: impl Into<String>, faults: &mut FaultList) {
        faults.unexpected(&self.path, self.found(), expected);
    }

    /// A text that `accept` takes.
    pub(super) fn text_as<T>(
        &self,
        expected: &str,
        faults: &mut FaultList,
        accept: impl FnOnce(&'v str) -> Option<T>,
    ) -> Option<T> {
        let accepted = self.value.as_str().and_then(accept);
        if accepted.is_none() {
            self.refuse(expected, faults);
        }
        accepted
    }

    /// One word of a fixed list.
    pub(super) fn choice<C: Choice>(&self, faults: &mut FaultList) -> Option<C> {
        self.text_as(&C::words(), faults, C::from_word)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, faults: &mut FaultList) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.refuse("true or false", faults);
        }
        flag
    }

    /// A whole number from `least` to `most`; `what` names it in the fault.
    pub(super) fn count(&self, what: &str, least: u16, most: u16, faults: &mut FaultList) -> Option<u16> {
        let count = self.value.as_u64().and_then(|number| u16::try_from(number).ok());
        let bounded = count.filter(|count| (least..=most).contains(count));
        if bounded.is_none() {
            self.refuse(format!("{what} from {least} to {most}"), faults);
        }
        bounded
    }

    /// A quantity with its unit from `least` to `most`.
    pub(super) fn quantity<Q>(&self, expected: &str, least: Q, most: Q, faults: &mut FaultList) -> Option<Q>
    where
        Q: FromStr<Err = QuantityError> + Copy + PartialOrd + std::fmt::Display,
    {
        let read: Option<Q> = self.text_as(expected, faults, |text| text.parse().ok());
        let quantity = read?;
        if quantity < least || quantity > most {
            self.refuse(format!("from {least} to {most}"), faults);
            return None;
        }
        Some(quantity)
    }

    /// The items of a list.
    pub(super) fn items(&self, expected: &str, faults: &mut FaultList) -> Option<Vec<Node<'v>>> {
        let Some(items) = self.value.as_array() else {
            self.refuse(expected, faults);
            return None;
        };
        let below = match self.below {
            Below::List(shape) => Below::Mapping(shape),
            Below::Values | Below::Mapping(_) => Below::Values,
        };
        let nodes = items.iter().enumerate();
        Some(nodes.map(|(index, value)| Node { path: self.path.item(index), value, below }).collect())
    }

    /// The entries of a mapping whose keys are the owner's own, in the order of the keys.
    pub(super) fn entries(&self, expected: &str, faults: &mut FaultList) -> Option<Vec<(&'v str, Node<'v>)>> {
        let Some(entries) = self.value.as_object() else {
            self.refuse(expected, faults);
            return None;
        };
        let mut nodes: Vec<_> = entries
            .iter()
            .map(|(key, value)| {
                (key.as_str(), Node { path: self.path.key(key), value, below: Below::Values })
            })
            .collect();
        nodes.sort_by_key(|(key, _)| *key);
        Some(nodes)
    }

    /// A mapping of known keys; every missing, unknown and not yet supported key is a fault at once.
    pub(super) fn mapping(&self, faults: &mut FaultList) -> Option<Mapping<'v>> {
        let shape = match self.below {
            Below::Mapping(shape) => Some(shape),
            Below::Values | Below::List(_) => None,
        };
        let shape = shape.expect("invariant: only a key whose shape is a mapping is read as one");
        let Some(entries) = self.value.as_object() else {
            let expected = format!("a mapping of {}", shape.usable_keys().join(", "));
            // A text in place of an endpoint is likely a URL with a password in it, so only its kind is shown.
            faults.unexpected(&self.path, self.found_kind(), expected);
            return None;
        };
        let mapping = Mapping { path: self.path.clone(), entries, shape };
        mapping.check_keys(faults);
        Some(mapping)
    }
}

impl<'v> Mapping<'v> {
    /// The value of a key of this mapping's shape, if the document has it.
    pub(super) fn get(&self, name: &str) -> Option<Node<'v>> {
        let key = self.shape.keys.iter().find(|key| key.name == name);
        let below = key.expect("invariant: only keys of the shape are read").below;
        self.entries.get(name).map(|value| Node { path: self.path.key(name), value, below })
    }

    /// Whether the document has the key.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    fn check_keys(&self, faults: &mut FaultList) {
        for key in self.shape.keys {
            match (key.use_of, self.has(key.name)) {
                (Use::Required(expected), false) => {
                    let complaint = Complaint::Missing { expected: expected.to_owned() };
                    faults.add(&self.path.key(key.name), complaint);
                }
                (Use::NotYet, true) => {
                    let complaint = Complaint::NotYetSupported;
                    faults.add(&self.path.key(key.name), complaint);
                }
                (Use::Required(_), true) | (Use::Optional, _) | (Use::NotYet, false) => {}
            }
        }
        let known = || self.shape.keys.iter().map(|key| key.name);
        let mut unknown: Vec<&str> = self
            .entries
            .keys()
            .map(String::as_str)
            .filter(|typed| known().all(|key| key != *typed))
            .collect();
        unknown.sort_unstable();
        for typed in unknown {
            if self.shape.confidential {
                let expected = format!("one of {}", self.shape.usable_keys().join(", "));
                faults.unexpected(&self.path, "an unknown key (not shown)", expected);
                continue;
            }
            let complaint = Complaint::UnknownKey {
                nearest: nearest_key(typed, known()).map(str::to_owned),
                usable: self.shape.usable_keys().into_iter().map(str::to_owned).collect(),
            };
            faults.add(&self.path.key(typed), complaint);
        }
    }
}

/// A text as it is shown in a fault: quoted, and cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => format!("{text:?}"),
        Some((cut, _)) => format!("{:?} and so on", &text[..cut]),
    }
}
