//! Names of tables and columns that are to be made on the target.
//!
//! The target documents letters, digits, `.`, `-` and `_`. Other names are probed; where they are refused, the
//! document must give another name, and the lines that do so are part of the finding.

use std::collections::{BTreeMap, BTreeSet};

use migration::finding::Finding;
use migration::ident::{TARGET_NAME_BYTES_MAX, TableId};

use crate::codes::Code;
use crate::draft::{Draft, listed};
use crate::facts::Selected;
use crate::quote;

/// Judges the names of a table that Ferry is to make; `odd_names_taken` is what the probe showed.
pub(crate) fn judge(table: &Selected, all: &[Selected], odd_names_taken: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let target = table.selection.target_table.as_str();
    match fault(target, true) {
        Some(Fault::Odd) if odd_names_taken => {}
        Some(fault) => {
            let taken: BTreeSet<&str> =
                all.iter().map(|other| other.selection.target_table.as_str()).collect();
            let lines = format!(
                "- table: {}\n  target: {}",
                quote::yaml(table.source.id.table.as_str()),
                quote::yaml(&proposal(target, &taken))
            );
            findings.push(word(fault, &table.source.id, &quote::yaml(target), lines));
        }
        None => {}
    }
    findings.extend(columns(table, odd_names_taken));
    findings
}

fn columns(table: &Selected, odd_names_taken: bool) -> Vec<Finding> {
    let names: Vec<_> = table
        .source
        .columns
        .iter()
        .filter_map(|column| Some((&column.name, table.selection.columns.target_of(&column.name)?)))
        .collect();
    let mut taken: BTreeSet<&str> = names.iter().map(|(_, target)| target.as_str()).collect();
    let mut by_fault: BTreeMap<Fault, Vec<(&str, &str)>> = BTreeMap::new();
    for (source, target) in &names {
        match fault(target.as_str(), false) {
            Some(Fault::Odd) if odd_names_taken => {}
            Some(fault) => by_fault.entry(fault).or_default().push((source.as_str(), target.as_str())),
            None => {}
        }
    }
    let mut findings = Vec::new();
    for (fault, columns) in by_fault {
        let mut proposals = Vec::new();
        let mut made: Vec<String> = Vec::new();
        for (source, target) in &columns {
            let mut unavailable = taken.clone();
            unavailable.extend(made.iter().map(String::as_str));
            let free = proposal(target, &unavailable);
            proposals.push(format!("{}: {}", quote::yaml(source), quote::yaml(&free)));
            made.push(free);
        }
        let lines = format!(
            "- table: {}\n  columns: {{ rename: {{ {} }} }}",
            quote::yaml(table.source.id.table.as_str()),
            proposals.join(", ")
        );
        let shown: Vec<String> = columns.iter().map(|(_, target)| quote::yaml(target)).collect();
        findings.push(word(fault, &table.source.id, &format!("column {}", listed(&shown)), lines));
        taken.extend(columns.iter().map(|(source, _)| *source));
    }
    findings
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Long,
    Odd,
    Dotted,
}

fn fault(name: &str, is_table: bool) -> Option<Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.len() > TARGET_NAME_BYTES_MAX {
        return Some(Fault::Long);
    }
    if !name.chars().all(plain) || (is_table && name.starts_with(['.', '-'])) {
        return Some(Fault::Odd);
    }
    (is_table && name.contains('.')).then_some(Fault::Dotted)
}

fn word(fault: Fault, table: &TableId, name: &str, lines: String) -> Finding {
    let draft = match fault {
        Fault::Long => Draft::fail(
            Code::TargetName,
            table,
            format!("{name} has more than the {TARGET_NAME_BYTES_MAX} bytes the target allows"),
        ),
        Fault::Odd => Draft::fail(
            Code::TargetName,
            table,
            format!(
                "{name} has characters outside letters, digits, `.`, `-` and `_`, which the target was not shown to take"
            ),
        ),
        Fault::Dotted => Draft::alert(
            Code::TargetName,
            table,
            format!(
                "{name} has a `.`, which one page of the target's documentation allows and another does not"
            ),
        ),
    };
    draft
        .remedy("give it another name on the target, with these lines under `tables` of its database")
        .statement(lines)
        .done()
}

/// A name of allowed characters and length that is not taken.
fn proposal(name: &str, taken: &BTreeSet<&str>) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    let base: String = name.chars().map(allowed).take(IDENTIFIER_CHARS).collect();
    let base = if base.starts_with('-') { format!("t{base}") } else { base };
    if !taken.contains(base.as_str()) {
        return base;
    }
    (2..)
        .map(|number: u32| format!("{base}_{number}"))
        .find(|name| !taken.contains(name.as_str()))
        .unwrap_or(base)
}

/// Proposed names stay as short as MySQL's own.
const IDENTIFIER_CHARS: usize = 64;

/// Judges source tables that become one on the target.
pub(crate) fn clashes(selected: &[Selected]) -> Vec<Finding> {
    let mut by_target: BTreeMap<TableId, Vec<&Selected>> = BTreeMap::new();
    for table in selected {
        by_target.entry(table.target()).or_default().push(table);
    }
    let names: BTreeSet<&str> = selected.iter().map(|table| table.selection.target_table.as_str()).collect();
    let clashing = by_target.iter().filter(|(_, sources)| sources.len() > 1);
    clashing
        .map(|(target, sources)| {
            let shown: Vec<String> = sources.iter().map(|table| table.source.id.to_string()).collect();
            let mut unavailable: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let lines = sources.iter().skip(1).map(|table| {
                let taken: BTreeSet<&str> = unavailable.iter().map(String::as_str).collect();
                let free = proposal(target.table.as_str(), &taken);
                let lines = format!(
                    "- table: {}\n  target: {}",
                    quote::yaml(table.source.id.table.as_str()),
                    quote::yaml(&free)
                );
                unavailable.push(free);
                lines
            });
            Draft::fail(Code::NameClash, target, format!("{} would all be this table", listed(&shown)))
                .remedy("give all but one another name, with these lines under `tables` of their databases")
                .statements(lines.collect::<Vec<_>>())
                .done()
        })
        .collect()
}
