//! Whether the source account may read what is selected, from its `SHOW GRANTS` lines.
//!
//! `parse` reads the lines, `coverage` answers what they allow, this file and `replication` word the findings. A right that may come
//! through a role that is not active in this session is not assumed.

mod coverage;
mod parse;
mod replication;

use std::collections::BTreeMap;

use migration::finding::Finding;
use migration::ident::DatabaseName;
use migration::port::SourceFacts;

pub(crate) use self::coverage::{Grants, Read};
pub(crate) use self::replication::judge as on_replication;
use crate::codes::Code;
use crate::draft::{Draft, counted, in_order, listed};
use crate::facts::Selected;
use crate::quote;

/// Judges the right to read each selected table.
pub(crate) fn on_tables(facts: &SourceFacts, grants: &Grants, selected: &[Selected]) -> Vec<Finding> {
    let mut lacking: BTreeMap<&DatabaseName, Vec<&Selected>> = BTreeMap::new();
    for table in selected {
        match grants.read(&table.source.id) {
            Read::Whole => {}
            Read::Columns | Read::No => lacking.entry(&table.source.id.database).or_default().push(table),
        }
    }
    let at_fault = lacking.values().map(Vec::len).sum();
    let mut findings: Vec<Finding> =
        lacking.iter().map(|(database, tables)| lack(&facts.account, grants, database, tables)).collect();
    findings.extend(in_order(Code::SourceGrants, selected.len(), at_fault, "the account has SELECT"));
    findings
}

fn lack(account: &str, grants: &Grants, database: &DatabaseName, tables: &[&Selected]) -> Finding {
    let names: Vec<&str> = tables.iter().map(|table| table.source.id.table.as_str()).collect();
    let evidence = format!(
        "the account {} has no SELECT on all columns of {}: {}",
        quote::account(account),
        counted(names.len() as u64, "table"),
        listed(&names)
    );
    let draft = if grants.has_roles() {
        let evidence = format!(
            "{evidence}; it has roles, and the rights of a role that is not active by default cannot be seen"
        );
        Draft::alert(Code::SourceGrants, database, evidence)
    } else {
        Draft::fail(Code::SourceGrants, database, evidence)
    };
    draft
        .remedy("grant the right as an administrator of the source")
        .statement(grants.select_on(database.as_str(), account))
        .statements(grants.activate_roles(account))
        .done()
}

/// Judges whether tables of a database selected by pattern can stay unseen, because MySQL hides what the account
/// has no right on.
pub(crate) fn on_database(facts: &SourceFacts, grants: &Grants, database: &DatabaseName) -> Option<Finding> {
    if grants.reads_database(database.as_str()) {
        return None;
    }
    let account = quote::account(&facts.account);
    let evidence = format!(
        "{account} has rights on single tables only; the document selects by pattern, and a table without a right is \
         invisible and would be left out silently"
    );
    let finding = Draft::alert(Code::SourceVisibility, database, evidence)
        .remedy("grant SELECT on the database, or list the tables under `include`")
        .statement(grants.select_on(database.as_str(), &facts.account));
    Some(finding.done())
}
