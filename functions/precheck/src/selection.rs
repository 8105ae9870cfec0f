//! What the document selects, held against what the source has.
//!
//! A database, table or column the document names must exist; a pattern must match something.

use std::collections::BTreeMap;

use migration::finding::Finding;
use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::schema::{SourceTable, TableKind};
use migration::task::{DatabaseSelection, Task};

use crate::codes::Code;
use crate::draft::{Draft, listed};
use crate::facts::Selected;
use crate::grants::Grants;
use crate::quote;

/// The tables and views of each database the document names; none where the source shows no such database.
pub(crate) type Listing = BTreeMap<DatabaseName, Option<Vec<TableId>>>;

/// The tables and views that the document selects, in the document's order.
pub(crate) fn chosen(task: &Task, listing: &Listing) -> Vec<TableId> {
    let databases = task.objects.iter().filter_map(|item| listing.get(&item.database)?.as_ref());
    databases.flatten().filter(|id| task.mapped(&id.database, &id.table).is_some()).cloned().collect()
}

/// Whether a table or view may come in by pattern rather than by name.
pub(crate) fn selects_by_pattern(item: &DatabaseSelection) -> bool {
    item.include.iter().any(|pattern| pattern.only_name().is_none())
}

/// Who asks, and what that account may.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rights<'a> {
    pub(crate) account: &'a str,
    pub(crate) grants: &'a Grants,
}

/// Judges the objects of the document against the source.
pub(crate) fn judge(
    task: &Task,
    listing: &Listing,
    described: &[SourceTable],
    rights: Rights<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in &task.objects {
        let Some(tables) = listing.get(&item.database).and_then(Option::as_ref) else {
            findings.push(database_missing(&item.database, rights));
            continue;
        };
        let absent = named(item).into_iter().filter(|name| !tables.iter().any(|id| &id.table == name));
        findings.extend(absent.map(|name| table_missing(&item.database, &name, rights)));
        let base = |table: &&SourceTable| table.id.database == item.database && table.kind == TableKind::Base;
        if !described.iter().any(|table| base(&table)) {
            findings.push(nothing_selected(task, item));
        }
    }
    let views = described.iter().filter(|table| table.kind == TableKind::View);
    findings.extend(views.map(|view| view_skipped(task, &view.id)));
    findings
}

/// The tables the document spells out.
fn named(item: &DatabaseSelection) -> Vec<TableName> {
    let patterns = item.include.iter().filter_map(|pattern| TableName::new(pattern.only_name()?).ok());
    let exceptions = item.tables.iter().map(|exception| exception.table.clone());
    let mut names: Vec<TableName> = patterns.chain(exceptions).collect();
    names.sort();
    names.dedup();
    names
}

fn database_missing(database: &DatabaseName, Rights { account, grants }: Rights<'_>) -> Finding {
    Draft::fail(Code::SourceObjectMissing, database, "the source shows the account no such database")
        .remedy("mend the name under `objects`, or, where the database exists, grant the right to see it")
        .statement(grants.select_on(database.as_str(), account))
        .statements(grants.activate_roles(account))
        .done()
}

fn table_missing(
    database: &DatabaseName,
    table: &TableName,
    Rights { account, grants }: Rights<'_>,
) -> Finding {
    let table = TableId { database: database.clone(), table: table.clone() };
    let evidence = "the document names this table and the source shows the account no such table";
    Draft::fail(Code::SourceObjectMissing, &table, evidence)
        .remedy("mend the name under `objects` (letter case counts), or, where the table exists, grant the right to see it")
        .statement(format!("GRANT SELECT ON {} TO {};", quote::table(&table), quote::account(account)))
        .statements(grants.activate_roles(account))
        .done()
}

fn nothing_selected(task: &Task, item: &DatabaseSelection) -> Finding {
    let evidence = "include and exclude leave no table of this database";
    let draft = if task.objects.len() == 1 {
        Draft::fail(Code::SelectionEmpty, &item.database, evidence)
    } else {
        Draft::alert(Code::SelectionEmpty, &item.database, evidence)
    };
    draft.remedy("mend `include` and `exclude`, or leave the database out").done()
}

fn view_skipped(task: &Task, view: &TableId) -> Finding {
    let item = task.objects.iter().find(|item| item.database == view.database);
    let evidence = "this is a view; its rows are not carried";
    if item.is_some_and(|item| named(item).contains(&view.table)) {
        return Draft::alert(Code::ViewSkipped, view, format!("{evidence}, although the document names it"))
            .remedy("leave it out; the tables below it can be carried")
            .done();
    }
    Draft::pass(Code::ViewSkipped, view, evidence).done()
}

/// Judges the columns a table's entry renames or excludes.
pub(crate) fn columns(selected: &Selected) -> Option<Finding> {
    let own: Vec<ColumnName> = selected.source.columns.iter().map(|column| column.name.clone()).collect();
    let absent = selected.selection.columns.absent_from(&own);
    if absent.is_empty() {
        return None;
    }
    let evidence =
        format!("the document renames or excludes columns the table does not have: {}", listed(&absent));
    Some(
        Draft::fail(Code::SourceColumnMissing, &selected.source.id, evidence)
            .remedy("mend `columns` of this table")
            .done(),
    )
}
