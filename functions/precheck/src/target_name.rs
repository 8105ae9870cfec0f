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
///
/// A document has one entry a table, so the table's first finding carries the lines for all of its names.
pub(crate) fn judge(table: &Selected, all: &[Selected], odd_names_taken: bool) -> Vec<Finding> {
    let mut drafts = Vec::new();
    let mut lines = format!("- table: {}", quote::yaml(table.source.id.table.as_str()));
    let target = table.selection.target_table.as_str();
    if let Some(fault) = fault(target, true).filter(|fault| *fault != Fault::Odd || !odd_names_taken) {
        let taken: BTreeSet<&str> = all.iter().map(|other| other.selection.target_table.as_str()).collect();
        lines += &format!("\n  target: {}", quote::yaml(&proposal(target, &taken)));
        drafts.push(word(fault, &table.source.id, &quote::yaml(target)));
    }
    let columns = columns(table, odd_names_taken);
    if !columns.renames.is_empty() {
        lines += &format!("\n  columns: {{ rename: {{ {} }} }}", columns.renames.join(", "));
    }
    for (fault, names) in columns.by_fault {
        drafts.push(word(fault, &table.source.id, &format!("column {}", listed(&names))));
    }
    let mut lines = Some(lines);
    let remedied = drafts.into_iter().map(|draft| match lines.take() {
        Some(lines) => draft
            .remedy("give it another name on the target, with these lines under `tables` of its database")
            .statement(lines),
        None => draft.remedy("give it another name on the target, with the lines above"),
    });
    remedied.map(Draft::done).collect()
}

/// Columns with names the target does not allow: shown by fault, and renamed in source order.
struct FaultyColumns {
    by_fault: BTreeMap<Fault, Vec<String>>,
    renames: Vec<String>,
}

fn columns(table: &Selected, odd_names_taken: bool) -> FaultyColumns {
    let names: Vec<_> = table
        .source
        .columns
        .iter()
        .filter_map(|column| Some((&column.name, table.selection.columns.target_of(&column.name)?)))
        .collect();
    let mut taken: BTreeSet<String> = names.iter().map(|(_, target)| target.as_str().to_owned()).collect();
    let mut faulty = FaultyColumns { by_fault: BTreeMap::new(), renames: Vec::new() };
    for (source, target) in &names {
        let fault = fault(target.as_str(), false).filter(|fault| *fault != Fault::Odd || !odd_names_taken);
        let Some(fault) = fault else { continue };
        let free = proposal(target.as_str(), &taken.iter().map(String::as_str).collect());
        faulty.renames.push(format!("{}: {}", quote::yaml(source.as_str()), quote::yaml(&free)));
        faulty.by_fault.entry(fault).or_default().push(quote::yaml(target.as_str()));
        taken.insert(free);
    }
    faulty
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

fn word(fault: Fault, table: &TableId, name: &str) -> Draft {
    match fault {
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
    }
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
