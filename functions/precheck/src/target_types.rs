//! Types of target columns that the probe found wanting: the target makes no such column, or gives other values back.

use migration::capabilities::Capabilities;
use migration::finding::Finding;
use migration::schema::{TableMapping, TargetType};

use crate::codes::Code;
use crate::draft::{Draft, listed};

/// Judges the types of the columns a table is carried into.
pub(crate) fn judge(mapping: &TableMapping, measured: &Capabilities) -> Vec<Finding> {
    let of = |types: &[TargetType]| {
        let is_of = |carried: TargetType| types.iter().any(|found| same_kind(*found, carried));
        let columns = mapping.columns.iter().filter(|column| is_of(column.target_type));
        columns.map(|column| format!("{} {}", column.target, column.target_type)).collect::<Vec<_>>()
    };
    let (refused, lost) = (of(&measured.types_refused), of(&measured.types_lost));
    let id = &mapping.target.id;
    let mut findings = Vec::new();
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
    findings
}

/// Lengths and precisions have no part in it.
fn same_kind(one: TargetType, other: TargetType) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&other)
}
