//! Reading `objects`: databases, patterns, tables and their columns.
//!
//! Names are judged by what MySQL takes on the source, and for the target by what could be a name at all;
//! what the target really takes is measured by precheck.

use std::collections::{BTreeMap, BTreeSet};

use super::defaults;
use super::document_path::DocumentPath;
use super::fault::FaultList;
use super::node::{Mapping, Node};
use super::objects::{Columns, DatabaseSelection, TableException};
use super::selection::column_key;
use crate::ident::{ColumnName, DatabaseName, IDENTIFIER_CHARS_MAX, TARGET_NAME_BYTES_MAX, TableName};
use crate::pattern::{PATTERN_CHARS_MAX, Pattern};

/// The server's own databases, which are never moved (MySQL manual, 5.3, 28 and 29).
const SYSTEM_DATABASES: &[&str] = &["mysql", "information_schema", "performance_schema", "sys"];

/// Reads `objects`. An item that could not be read is `None`, so that the others keep their numbers.
pub(super) fn objects(node: &Node<'_>, faults: &mut FaultList) -> Option<Vec<Option<DatabaseSelection>>> {
    let expected = "a list with at least one database";
    let items = node.items(expected, faults)?;
    if items.is_empty() {
        faults.unexpected(&node.path, "an empty list", expected);
        return None;
    }
    Some(items.iter().map(|item| database(item, faults)).collect())
}

fn database(node: &Node<'_>, faults: &mut FaultList) -> Option<DatabaseSelection> {
    let mapping = node.mapping(faults)?;
    let database = mapping.get("database").and_then(|node| source_database(&node, faults));
    let target = target_name(&mapping, faults, |text| DatabaseName::new(text).ok());
    let include = match mapping.get("include") {
        None => Some(vec![Pattern::new(defaults::INCLUDE).expect("invariant: the default is a pattern")]),
        Some(node) => included(&node, faults),
    };
    let exclude = match mapping.get("exclude") {
        None => Some(Vec::new()),
        Some(node) => patterns(&node, faults),
    };
    let tables = match mapping.get("tables") {
        None => Some(Vec::new()),
        Some(node) => node.items("a list of tables", faults).and_then(|items| {
            let read: Vec<Option<TableException>> = items.iter().map(|item| table(item, faults)).collect();
            read.into_iter().collect()
        }),
    };
    Some(DatabaseSelection {
        database: database?,
        target: target?,
        include: include?,
        exclude: exclude?,
        tables: tables?,
    })
}

fn source_database(node: &Node<'_>, faults: &mut FaultList) -> Option<DatabaseName> {
    let database = source_name(node, faults, |text| DatabaseName::new(text).ok())?;
    if SYSTEM_DATABASES.contains(&database.as_str().to_ascii_lowercase().as_str()) {
        node.refuse("a database that is not the server's own", faults);
        return None;
    }
    Some(database)
}

fn included(node: &Node<'_>, faults: &mut FaultList) -> Option<Vec<Pattern>> {
    let patterns = patterns(node, faults)?;
    if patterns.is_empty() {
        faults.unexpected(&node.path, "an empty list", "at least one pattern, or no include for all tables");
        return None;
    }
    Some(patterns)
}

fn patterns(node: &Node<'_>, faults: &mut FaultList) -> Option<Vec<Pattern>> {
    let expected = format!("a table name of 1 to {PATTERN_CHARS_MAX} characters, with * and ? as wildcards");
    let items = node.items("a list of table names, with * and ? as wildcards", faults)?;
    let read: Vec<Option<Pattern>> = items
        .iter()
        .map(|item| {
            let Some(text) = item.value.as_str() else {
                item.refuse(&expected, faults);
                return None;
            };
            let found = |fault| if text.is_empty() { item.found() } else { format!("{fault}") };
            Pattern::new(text).map_err(|fault| faults.unexpected(&item.path, found(fault), &expected)).ok()
        })
        .collect();
    read.into_iter().collect()
}

fn table(node: &Node<'_>, faults: &mut FaultList) -> Option<TableException> {
    let mapping = node.mapping(faults)?;
    let table =
        mapping.get("table").and_then(|node| source_name(&node, faults, |text| TableName::new(text).ok()));
    let target = target_name(&mapping, faults, |text| TableName::new(text).ok());
    let columns = match mapping.get("columns") {
        None => Some(Columns::default()),
        Some(node) => columns(&node, faults),
    };
    Some(TableException { table: table?, target: target?, columns: columns? })
}

fn columns(node: &Node<'_>, faults: &mut FaultList) -> Option<Columns> {
    let mapping = node.mapping(faults)?;
    let rename = match mapping.get("rename") {
        None => Some(BTreeMap::new()),
        Some(node) => renames(&node, faults),
    };
    let exclude = match mapping.get("exclude") {
        None => Some(BTreeSet::new()),
        Some(node) => excluded_columns(&node, faults),
    };
    Some(Columns { rename: rename?, exclude: exclude? })
}

fn renames(node: &Node<'_>, faults: &mut FaultList) -> Option<BTreeMap<ColumnName, ColumnName>> {
    let entries = node.entries("a mapping of source column to target column", faults)?;
    let read: Vec<Option<(ColumnName, ColumnName)>> = entries
        .into_iter()
        .map(|(from, node)| {
            let source = column_of_key(from, &node.path, faults);
            let target = node.text_as(&target_expected(), faults, |text| ColumnName::new(text).ok());
            Some((source?, target?))
        })
        .collect();
    read.into_iter().collect()
}

fn column_of_key(key: &str, path: &DocumentPath, faults: &mut FaultList) -> Option<ColumnName> {
    let name = Some(key).filter(|text| fits_source(text)).and_then(|text| ColumnName::new(text).ok());
    if name.is_none() {
        faults.unexpected(path, "a key that is no column name", source_expected());
    }
    name
}

fn excluded_columns(node: &Node<'_>, faults: &mut FaultList) -> Option<BTreeSet<ColumnName>> {
    let items = node.items("a list of column names", faults)?;
    let mut columns: BTreeSet<ColumnName> = BTreeSet::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut complete = true;
    for item in items {
        match source_name(&item, faults, |text| ColumnName::new(text).ok()) {
            None => complete = false,
            Some(column) if !seen.insert(column_key(&column)) => {
                let found = format!("{} a second time", item.found());
                faults.unexpected(&item.path, found, "each column once");
                complete = false;
            }
            Some(column) => {
                columns.insert(column);
            }
        }
    }
    complete.then_some(columns)
}

fn source_name<N>(node: &Node<'_>, faults: &mut FaultList, wrap: impl Fn(&str) -> Option<N>) -> Option<N> {
    node.text_as(&source_expected(), faults, |text| {
        Some(text).filter(|text| fits_source(text)).and_then(&wrap)
    })
}

fn fits_source(text: &str) -> bool {
    text.chars().count() <= IDENTIFIER_CHARS_MAX
}

fn source_expected() -> String {
    format!("a name of 1 to {IDENTIFIER_CHARS_MAX} characters, without U+0000")
}

fn target_expected() -> String {
    format!("a name of 1 to {TARGET_NAME_BYTES_MAX} bytes, without U+0000")
}

/// Reads `target`: `None` is a fault, `Some(None)` an absent key.
fn target_name<N>(
    mapping: &Mapping<'_>,
    faults: &mut FaultList,
    wrap: impl Fn(&str) -> Option<N>,
) -> Option<Option<N>> {
    match mapping.get("target") {
        None => Some(None),
        Some(node) => node.text_as(&target_expected(), faults, &wrap).map(Some),
    }
}
