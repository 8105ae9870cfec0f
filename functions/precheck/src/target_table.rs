//! Target tables that exist, or that must and do not.

use std::time::Duration;

use migration::capabilities::Capabilities;
use migration::finding::Finding;
use migration::ident::{ColumnName, TableId};
use migration::schema::{ColumnMapping, MARKER_COLUMN, TableMapping, TargetTable};
use migration::task::{NotEmptyPolicy, Task};

use crate::codes::Code;
use crate::draft::{Draft, listed};
use crate::questions::zero_dates_become_null;
use crate::quote;

/// A table that is missing where Ferry may not make it.
pub(crate) fn missing(table: &TableId, create_table_sql: String) -> Finding {
    Draft::fail(
        Code::TargetTableMissing,
        table,
        "the table does not exist, and `tables_on_target.create` is false",
    )
    .remedy("create it with this statement, or set `tables_on_target: { create: true }`")
    .statement(create_table_sql)
    .done()
}

/// Judges a table that is there, apart from its columns.
pub(crate) fn existing(table: &TargetTable, is_filled: bool, task: &Task) -> Vec<Finding> {
    let mut findings =
        vec![Draft::pass(Code::TargetTableExists, &table.id, "the table exists and is used as it is").done()];
    findings.extend(is_filled.then(|| filled(&table.id, task)));
    findings.extend(attributes(table));
    findings
}

fn filled(table: &TableId, task: &Task) -> Finding {
    if !task.migration.copies() {
        let evidence = "the table holds rows, to which the changes of the log are applied";
        return Draft::pass(Code::TargetNotEmpty, table, evidence).done();
    }
    match task.tables_on_target.if_not_empty {
        NotEmptyPolicy::Fail => Draft::fail(Code::TargetNotEmpty, table, "the table holds rows")
            .remedy("empty it, or set `tables_on_target: { if_not_empty: allow }` to keep its rows and write over equal keys")
            .statement(format!("TRUNCATE TABLE {};", quote::table(table)))
            .done(),
        NotEmptyPolicy::Allow => {
            Draft::pass(Code::TargetNotEmpty, table, "the table holds rows, which stay, as the document says").done()
        }
    }
}

/// Names the columns of a table that is there which the mapping leaves alone.
pub(crate) fn extra_columns(mapping: &TableMapping) -> Option<Finding> {
    let carried = |name: &str| mapping.columns.iter().any(|column| column.target.as_str() == name);
    let extra: Vec<&str> = mapping
        .target
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| !(carried(name) || (mapping.marker && *name == MARKER_COLUMN)))
        .collect();
    if extra.is_empty() {
        return None;
    }
    let evidence = format!("nothing is carried into {}", listed(&extra));
    Some(Draft::pass(Code::TargetColumnExtra, &mapping.target.id, evidence).done())
}

/// Names the columns in which a row that stays would show an old value where the source has NULL.
pub(crate) fn old_values(mapping: &TableMapping, measured: &Capabilities) -> Option<Finding> {
    if measured.null_taken.is_shown() && measured.null_removes.is_shown() {
        return None;
    }
    let can_be_null = |column: &&ColumnMapping| {
        let found = mapping.source.column(&column.source);
        !column.in_key
            && found.is_none_or(|found| {
                found.nullable || zero_dates_become_null(&found.column_type, column.conversion)
            })
    };
    let columns: Vec<&ColumnName> =
        mapping.columns.iter().filter(can_be_null).map(|column| &column.target).collect();
    if columns.is_empty() {
        return None;
    }
    let evidence = format!(
        "the table keeps its rows, and NULL was not shown to remove what is there: where the source has NULL, the old value \
         would stay in {}",
        listed(&columns)
    );
    let draft = Draft::alert(Code::TargetOldValues, &mapping.target.id, evidence)
        .remedy("empty the table before the copy, or accept the finding if no key of the source is in it")
        .statement(format!("TRUNCATE TABLE {};", quote::table(&mapping.target.id)));
    Some(draft.done())
}

fn attributes(table: &TargetTable) -> Vec<Finding> {
    let name = quote::table(&table.id);
    let mut findings = Vec::new();
    if !table.indexes.is_empty() && !allows_stamps(table) {
        let names: Vec<&str> = table.indexes.iter().map(|index| index.name.as_str()).collect();
        let evidence = format!(
            "index {} without MUTABILITY = MUTABLE_ALL refuses stamped writes; this run's rows are written with the \
             target's own time, and nobody else may write to its tables before it has ended",
            listed(&names)
        );
        findings.push(
            Draft::alert(Code::TargetIndex, &table.id, evidence)
                .remedy("drop the index, set MUTABILITY, and make the index again; or accept the finding")
                .statement(format!("ALTER TABLE {name} SET 'MUTABILITY' = 'MUTABLE_ALL';"))
                .done(),
        );
    }
    if let Some(ttl) = attribute(table, "TTL") {
        findings.push(
            Draft::alert(
                Code::TargetTtl,
                &table.id,
                format!("TTL = {ttl}: rows vanish {ttl} s after they were copied"),
            )
            .remedy("take the TTL away until the migration is verified, or accept the finding")
            .statement(format!("ALTER TABLE {name} SET 'TTL' = '';"))
            .done(),
        );
    }
    if attribute(table, "VERSIONS").is_some_and(|versions| versions.trim() == "0") {
        findings.push(
            Draft::fail(Code::TargetVersions, &table.id, "VERSIONS = 0: every write is discarded")
                .remedy("keep one version")
                .statement(format!("ALTER TABLE {name} SET 'VERSIONS' = '1';"))
                .done(),
        );
    }
    if let Some(mutability) = attribute(table, "MUTABILITY").filter(|value| value.starts_with("IMMUTABLE")) {
        findings.push(
            Draft::alert(
                Code::TargetMutability,
                &table.id,
                format!(
                    "MUTABILITY = {mutability}: rows may be written once, and a chunk may be written twice"
                ),
            )
            .remedy("set MUTABILITY while the table has no index, or accept the finding")
            .statement(format!("ALTER TABLE {name} SET 'MUTABILITY' = 'MUTABLE_LATEST';"))
            .done(),
        );
    }
    findings
}

/// Why rows of this table cannot carry a stamp; none where they can.
pub(crate) fn refuses_stamps(table: &TargetTable, margin: Duration) -> Option<String> {
    if !table.indexes.is_empty() && !allows_stamps(table) {
        return Some(format!("target table {} has an index and not MUTABILITY = MUTABLE_ALL", table.id));
    }
    let ttl = attribute(table, "TTL")?.trim().parse::<u64>().ok()?;
    (Duration::from_secs(ttl) <= margin)
        .then(|| format!("the TTL of target table {} is shorter than the stamp's margin", table.id))
}

fn allows_stamps(table: &TargetTable) -> bool {
    attribute(table, "MUTABILITY").is_some_and(|value| value == "MUTABLE_ALL")
}

fn attribute<'a>(table: &'a TargetTable, name: &str) -> Option<&'a str> {
    table.attributes.get(name).map(String::as_str).filter(|value| !value.is_empty())
}
