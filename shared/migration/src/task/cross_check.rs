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
use super::policy::Names;
use super::selection::{mapped, same_column, selects};
use crate::ident::{ColumnName, DatabaseName, TableName};

/// Refuses a task that would write into the server it reads.
pub(super) fn endpoints(source: Option<&Endpoint>, target: Option<&Endpoint>, faults: &mut FaultList) {
    let (Some(source), Some(target)) = (source, target) else { return };
    if source.host.eq_ignore_ascii_case(&target.host) && source.port == target.port {
        let path = DocumentPath::top().key("target");
        faults.unexpected(&path, "the host and port of source", "another server");
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
    let mut seen: Vec<(&ColumnName, &ColumnName)> = Vec::new();
    for (from, to) in &columns.rename {
        let path = path.key("rename").key(from.as_str());
        if columns.exclude.iter().any(|excluded| same_column(excluded, from)) {
            faults.unexpected(&path, "a column that is also excluded", "one of rename and exclude");
        }
        if seen.iter().any(|(earlier, _)| same_column(earlier, from)) {
            let found = "a column a second time, in another letter case";
            faults.unexpected(&path, found, "each column once");
        }
        if let Some((earlier, _)) = seen.iter().find(|(_, taken)| *taken == to) {
            let found =
                format!("{}, which is already the name of {}", quoted(to.as_str()), quoted(earlier.as_str()));
            faults.unexpected(&path, found, "a name of its own for each column");
        }
        seen.push((from, to));
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
    let included = selection.include.iter().enumerate().filter_map(|(index, pattern)| {
        let table = TableName::new(pattern.only_name()?).ok()?;
        Some((table, path.key("include").item(index)))
    });
    let excepted = selection.tables.iter().enumerate().map(|(index, exception)| {
        let path = path.key("tables").item(index);
        let at = if exception.target.is_some() { "target" } else { "table" };
        (exception.table.clone(), path.key(at))
    });
    for (table, path) in excepted.chain(included) {
        let Some(target) = mapped(selection, &table, names.case) else { continue };
        let source = (selection.database.clone(), table);
        let place = (target.target_database, target.target_table);
        let shown = quoted(&format!("{}.{}", place.0, place.1));
        let owner = taken.entry(place).or_insert_with(|| source.clone());
        if *owner != source {
            let owner = quoted(&format!("{}.{}", owner.0, owner.1));
            let found = format!("the target {shown}, which is already that of {owner}");
            faults.unexpected(&path, found, "a target of its own for each table");
        }
    }
}
