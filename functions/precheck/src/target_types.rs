//! Types of target columns that the probe found wanting: the target makes no such column, gives other values back, or does
//! not delete by a key of them.

use migration::capabilities::{Capabilities, Measured};
use migration::finding::Finding;
use migration::schema::{ColumnMapping, Place, TableMapping, TargetType, default_type};
use migration::value::ZeroDates;

use crate::codes::Code;
use crate::draft::{Draft, listed};

/// Judges the types of the columns a table is carried into; `follows` where changes are applied, and so rows deleted.
pub(crate) fn judge(mapping: &TableMapping, measured: &Capabilities, follows: bool) -> Vec<Finding> {
    let of = |types: &[TargetType]| {
        let is_of = |carried: TargetType| types.iter().any(|found| found.is_same_kind(carried));
        let columns = mapping.columns.iter().filter(|column| is_of(column.target_type));
        columns.map(|column| format!("{} {}", column.target, column.target_type)).collect::<Vec<_>>()
    };
    let (refused, lost) = (of(&measured.types_refused), of(&measured.types_lost));
    let id = &mapping.target.id;
    let mut findings = Vec::new();
    let instead = carried_as_text(mapping, measured);
    if !instead.is_empty() {
        let evidence =
            format!("the target makes no columns of their types, so these are VARCHAR: {}", listed(&instead));
        findings.push(Draft::pass(Code::TargetTypeRefused, id, evidence).done());
    }
    if !refused.is_empty() && !mapping.existing {
        let evidence = format!("the target makes no column of these types: {}", listed(&refused));
        findings.push(
            Draft::fail(Code::TargetTypeRefused, id, evidence)
                .remedy("make the table yourself with VARCHAR in their place, or leave the columns out with `columns.exclude`")
                .done(),
        );
    }
    if !lost.is_empty() {
        let evidence = format!(
            "values of these types do not read back from the target as they were written: {}",
            listed(&lost)
        );
        findings.push(
            Draft::alert(Code::TargetTypeLost, id, evidence)
                .remedy("make the table yourself with VARCHAR in their place, or accept the finding and run `ferry verify` after the copy")
                .done(),
        );
    }
    findings.extend(follows.then(|| undeleted(mapping, measured)).flatten());
    findings
}

/// A key by which the target deletes no row, or others with it: a row deleted on the source would stay.
fn undeleted(mapping: &TableMapping, measured: &Capabilities) -> Option<Finding> {
    let key: Vec<&ColumnMapping> = mapping.columns.iter().filter(|column| column.in_key).collect();
    let is_undeleted = |column: &&&ColumnMapping| {
        measured.types_undeleted.iter().any(|found| found.is_same_kind(column.target_type))
    };
    let faulty: Vec<String> = key
        .iter()
        .filter(is_undeleted)
        .map(|column| format!("{} {}", column.target, column.target_type))
        .collect();
    let evidence = if !faulty.is_empty() {
        format!("the target does not delete exactly one row by a key with these columns: {}", listed(&faulty))
    } else if key.len() > 1 && measured.composite_key_delete == Measured::No {
        format!(
            "the target does not delete exactly one row by a key of several columns; this one has {}",
            key.len()
        )
    } else {
        return None;
    };
    let remedy = "make the table yourself with key columns of another type, leave the table out, or copy it with \
                  `migration: full`, which deletes nothing";
    Some(Draft::fail(Code::TargetKeyDelete, &mapping.target.id, evidence).remedy(remedy).done())
}

/// Columns of a table Ferry makes that are VARCHAR only because the target makes none of their usual type.
fn carried_as_text(mapping: &TableMapping, measured: &Capabilities) -> Vec<String> {
    let is_instead = |column: &&ColumnMapping| {
        let usual = mapping
            .source
            .column(&column.source)
            .and_then(|source| default_type(&source.column_type, Place::Value, ZeroDates::Null));
        let is_refused = usual
            .is_some_and(|usual| measured.types_refused.iter().any(|refused| refused.is_same_kind(usual)));
        is_refused && matches!(column.target_type, TargetType::Varchar { .. }) && !mapping.existing
    };
    mapping.columns.iter().filter(is_instead).map(|column| column.target.to_string()).collect()
}
