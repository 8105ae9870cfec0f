//! Faults that lie between keys: each key is fine alone, and together they cannot be meant.
//!
//! Only what the document alone shows is judged. Whether a pattern matches nothing, a renamed column exists
//! or two derived names meet is seen by precheck, which has the source's catalog.

use std::collections::{BTreeMap, BTreeSet};

use super::document_path::DocumentPath;
use super::endpoint::Endpoint;
use super::fault::FaultList;
use super::node::quoted;
use super::objects::{Columns, DatabaseSelection};
use super::policy::{Names, RetryWindows};
use super::selection::{column_key, selects, target_database, target_table};
use crate::ident::{ColumnName, DatabaseName, TableName};

/// Refuses a task that would write into the server it reads.
pub(super) fn endpoints(source: Option<&Endpoint>, target: Option<&Endpoint>, faults: &mut FaultList) {
    let (Some(source), Some(target)) = (source, target) else { return };
    if source.host.eq_ignore_ascii_case(&target.host) && source.port == target.port {
        let path = DocumentPath::top().key("target");
        faults.unexpected(&path, "the host and port of source", "another server");
    }
}

/// Refuses a window for everything that is not the smaller one: what does not concern connections passes soon or never.
pub(super) fn retry(windows: &RetryWindows, faults: &mut FaultList) {
    if windows.other >= windows.connections {
        let path = DocumentPath::top().key("retry").key("other");
        faults.unexpected(&path, windows.other.to_string(), "less than retry.connections");
    }
}

/// Judges `objects`; an item that could not be read is left out.
pub(super) fn objects(items: &[Option<DatabaseSelection>], names: Names, faults: &mut FaultList) {
    let mut seen: BTreeSet<&DatabaseName> = BTreeSet::new();
    let mut taken = TakenTargets::default();
    for (index, item) in items.iter().enumerate() {
        let Some(selection) = item else { continue };
        let path = DocumentPath::top().key("objects").item(index);
        if !seen.insert(&selection.database) {
            let found = format!("{} a second time", quoted(selection.database.as_str()));
            faults.unexpected(&path.key("database"), found, "each database once");
            continue;
        }
        tables(selection, &path, faults);
        target_names(selection, names, &path, &mut taken, faults);
    }
}

fn tables(selection: &DatabaseSelection, path: &DocumentPath, faults: &mut FaultList) {
    let mut seen: BTreeSet<&TableName> = BTreeSet::new();
    for (index, exception) in selection.tables.iter().enumerate() {
        let path = path.key("tables").item(index);
        let shown = quoted(exception.table.as_str());
        if !seen.insert(&exception.table) {
            faults.unexpected(&path.key("table"), format!("{shown} a second time"), "each table once");
            continue;
        }
        if !selects(selection, &exception.table) {
            let found = format!("{shown}, which include and exclude leave out");
            faults.unexpected(&path.key("table"), found, "a table that they select");
        }
        columns(&exception.columns, &path.key("columns"), faults);
    }
}

fn columns(columns: &Columns, path: &DocumentPath, faults: &mut FaultList) {
    let excluded: BTreeSet<String> = columns.exclude.iter().map(column_key).collect();
    let mut renamed: BTreeSet<String> = BTreeSet::new();
    let mut taken: BTreeMap<&ColumnName, &ColumnName> = BTreeMap::new();
    for (from, to) in &columns.rename {
        let path = path.key("rename").key(from.as_str());
        if excluded.contains(&column_key(from)) {
            faults.unexpected(&path, "a column that is also excluded", "one of rename and exclude");
        }
        if !renamed.insert(column_key(from)) {
            let found = "a column a second time, in another letter case";
            faults.unexpected(&path, found, "each column once");
        }
        if let Some(owner) = taken.insert(to, from) {
            let (shown, owner) = (quoted(to.as_str()), quoted(owner.as_str()));
            let found = format!("{shown}, which is already the name of {owner}");
            faults.unexpected(&path, found, "a name of its own for each column");
        }
    }
}

/// Target tables that the document already gives to a source table.
type TakenTargets = BTreeMap<(DatabaseName, TableName), (DatabaseName, TableName)>;

/// Two tables that the document names and that would be one on the target.
fn target_names(
    selection: &DatabaseSelection,
    names: Names,
    path: &DocumentPath,
    taken: &mut TakenTargets,
    faults: &mut FaultList,
) {
    let excepted: BTreeSet<&TableName> = selection.tables.iter().map(|exception| &exception.table).collect();
    let listed = selection.tables.iter().enumerate().map(|(index, exception)| {
        let key = if exception.target.is_some() { "target" } else { "table" };
        let path = path.key("tables").item(index).key(key);
        (exception.table.clone(), exception.target.as_ref(), path)
    });
    let included = selection.include.iter().enumerate().filter_map(|(index, pattern)| {
        let table = TableName::new(pattern.only_name()?).ok().filter(|table| !excepted.contains(table))?;
        Some((table, None, path.key("include").item(index)))
    });
    for (table, written, path) in listed.chain(included).filter(|(table, ..)| selects(selection, table)) {
        let place = (target_database(selection, names.case), target_table(&table, written, names.case));
        let source = (selection.database.clone(), table);
        let shown = quoted(&format!("{}.{}", place.0, place.1));
        let owner = taken.entry(place).or_insert_with(|| source.clone());
        if *owner != source {
            let owner = quoted(&format!("{}.{}", owner.0, owner.1));
            let found = format!("the target {shown}, which is already that of {owner}");
            faults.unexpected(&path, found, "a target of its own for each table");
        }
    }
}
