//! From a parsed YAML or JSON value to a [`Task`], or to all of its faults.
//!
//! Each key is read on its own and adds its faults to one list; only when the list is empty are the parts put
//! together. Faults between keys are the matter of [`super::cross_check`], which runs on whatever could be
//! read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::accepted_finding::AcceptedFinding;
use super::fault::{FaultList, Faults};
use super::name::TaskName;
use super::node::{Mapping, Node};
use super::parse_endpoint::endpoint;
use super::parse_objects::objects;
use super::parse_policies::{names, on_ddl, retry, tables_on_target, tuning, zero_dates};
use super::{Task, accepted_finding, cross_check, defaults, name};

impl Task {
    /// Reads a document.
    ///
    /// # Errors
    /// [`Faults`] with every fault of the document.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        let mut faults = FaultList::default();
        let task = Node::top(document).mapping(&mut faults).and_then(|top| read(&top, &mut faults));
        faults.into_result()?;
        Ok(task.expect("invariant: a reader that returns nothing has added a fault"))
    }
}

impl<'de> Deserialize<'de> for Task {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Value::deserialize(deserializer)?;
        Self::parse(&document).map_err(serde::de::Error::custom)
    }
}

fn read(top: &Mapping<'_>, faults: &mut FaultList) -> Option<Task> {
    let name = top.get("name").and_then(|node| node.text_as(name::EXPECTED, faults, TaskName::new));
    let source = top.get("source").and_then(|node| endpoint(&node, defaults::SOURCE_PORT, faults));
    let target = top.get("target").and_then(|node| endpoint(&node, defaults::TARGET_PORT, faults));
    let migration = top.get("migration").and_then(|node| node.choice(faults));
    let objects = top.get("objects").and_then(|node| objects(&node, faults));
    let names = names(top, faults);
    let tables_on_target = tables_on_target(top, faults);
    let retry = retry(top, faults);
    let on_ddl = on_ddl(top, faults);
    let on_bad_row = match top.get("on_bad_row") {
        None => Some(defaults::ON_BAD_ROW),
        Some(node) => node.choice(faults),
    };
    let zero_dates = zero_dates(top, faults);
    let tuning = tuning(top, faults);
    let ignore = ignore(top, faults);
    let labels = labels(top, faults);
    cross_check::endpoints(source.as_ref(), target.as_ref(), faults);
    if let Some(retry) = &retry {
        cross_check::retry(retry, faults);
    }
    if let (Some(objects), Some(names)) = (&objects, &names) {
        cross_check::objects(objects, *names, faults);
    }
    Some(Task {
        name: name?,
        source: source?,
        target: target?,
        migration: migration?,
        objects: objects?.into_iter().collect::<Option<_>>()?,
        names: names?,
        tables_on_target: tables_on_target?,
        retry: retry?,
        on_ddl: on_ddl?,
        on_bad_row: on_bad_row?,
        zero_dates: zero_dates?,
        tuning: tuning?,
        ignore: ignore?,
        labels: labels?,
    })
}

fn ignore(top: &Mapping<'_>, faults: &mut FaultList) -> Option<BTreeSet<AcceptedFinding>> {
    let Some(node) = top.get("ignore") else { return Some(BTreeSet::new()) };
    let mut codes = BTreeSet::new();
    let mut complete = true;
    for item in node.items("a list of finding codes", faults)? {
        match item.text_as(accepted_finding::EXPECTED, faults, AcceptedFinding::new) {
            None => complete = false,
            Some(code) if codes.contains(&code) => {
                faults.unexpected(&item.path, format!("{} a second time", item.found()), "each code once");
                complete = false;
            }
            Some(code) => {
                codes.insert(code);
            }
        }
    }
    complete.then_some(codes)
}

fn labels(top: &Mapping<'_>, faults: &mut FaultList) -> Option<BTreeMap<String, String>> {
    let Some(node) = top.get("labels") else { return Some(BTreeMap::new()) };
    let entries = node.entries("a mapping of label to text", faults)?;
    if entries.len() > defaults::LABELS_MAX {
        let expected = format!("at most {}", defaults::LABELS_MAX);
        faults.unexpected(&node.path, format!("{} labels", entries.len()), expected);
        return None;
    }
    let label_texts = entries.into_iter().map(|(key, node)| {
        let key = label_key(key, &node, faults);
        let expected = format!("a text of at most {} characters", defaults::LABEL_VALUE_CHARS_MAX);
        let value = node.text_as(&expected, faults, |text| {
            (text.chars().count() <= defaults::LABEL_VALUE_CHARS_MAX).then(|| text.to_owned())
        });
        Some((key?, value?))
    });
    let read: Vec<Option<(String, String)>> = label_texts.collect();
    read.into_iter().collect()
}

fn label_key(key: &str, node: &Node<'_>, faults: &mut FaultList) -> Option<String> {
    let spelt_well = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
    if spelt_well && (1..=defaults::LABEL_KEY_CHARS_MAX).contains(&key.len()) {
        return Some(key.to_owned());
    }
    let expected = format!("1 to {} ASCII letters, digits, -, _, . or /", defaults::LABEL_KEY_CHARS_MAX);
    faults.unexpected(&node.path, "a label that is not a plain word", expected);
    None
}
