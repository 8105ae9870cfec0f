//! Table by table: the mapping onto the target, and the questions about rows that the types make necessary.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use migration::budget::Budget;
use migration::capabilities::Capabilities;
use migration::finding::Finding;
use migration::ident::TableId;
use migration::limits::RECORD_BODY_BYTES_MAX;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, Queue, SourceCatalog, TargetCatalog, TargetProbe};
use migration::record::TableNumber;
use migration::schema::{MappingOptions, TableMapping, TableNames, map_table};
use migration::table_plan::TableRecord;
use migration::task::Task;

use crate::codes::Code;
use crate::draft::{Draft, in_order};
use crate::facts::{Selected, TargetState};
use crate::handler::Ports;
use crate::inspection::settled;
use crate::{mapping_fault, narrowing, questions, target_name, target_table, target_types};

/// Time a question may take, the answer's way included; none is asked with less left.
const QUESTION_SPAN: Duration = Duration::from_secs(8);

/// The codes of mapping, with what is right about a table that has none of their faults.
const MAPPING_CODES: [(Code, &str); 9] = [
    (Code::TableKey, "a primary key, or a unique key over NOT NULL columns"),
    (Code::KeyColumnExcluded, "every key column is carried"),
    (Code::KeyColumns, "no more key columns than the target takes"),
    (Code::KeyType, "every key column's type can be a key on the target"),
    (Code::KeyOnlyTable, "columns besides the key, or the column `ferry_row` that makes a row exist"),
    (Code::ColumnType, "every type is known"),
    (Code::DecimalPrecision, "every DECIMAL has the same precision on both ends, or is carried as text"),
    (Code::NameClash, "no two columns become one"),
    (Code::TargetIncompatible, "every column can be carried exactly"),
];

/// The codes of questions, likewise.
const QUESTION_CODES: [(Code, &str); 6] = [
    (Code::ValueSize, "no value larger than the target stores, by type or by count"),
    (Code::KeySize, "no key larger than the target stores, by type or by count"),
    (Code::KeyNul, "no U+0000 in a key, by type or by count"),
    (Code::KeyZeroDate, "no zero date in a key, by type or by count"),
    (Code::NullRows, "no row would be without a cell on the target"),
    (Code::EmptyValues, "no empty value would become NULL on the target"),
];

/// Maps every table that can be mapped, largest first, and reports what stands against the others.
pub(crate) fn map(
    task: &Task,
    selected: &[Selected],
    state: &TargetState,
    measured: &Capabilities,
    target: &impl TargetCatalog,
    findings: &mut Vec<Finding>,
) -> Vec<TableMapping> {
    let options = MappingOptions {
        zero_dates: task.zero_dates,
        null_rows_exist: measured.null_rows.is_shown(),
        types_refused: &measured.types_refused,
    };
    let mut at_fault: BTreeMap<Code, BTreeSet<&TableId>> = BTreeMap::new();
    let mut mapped = Vec::new();
    let (mut to_be_made, mut misnamed) = (0, 0);
    for table in selected {
        let existing = state.tables.get(&table.target());
        if let Some(there) = existing {
            let is_filled = state.filled.contains(&there.id);
            findings.extend(target_table::existing(there, is_filled, task));
        }
        let names = TableNames::by_selection(&table.selection, &table.source);
        match map_table(&table.source, &names, existing, options) {
            Err(faults) => {
                for fault in &faults {
                    at_fault.entry(mapping_fault::code(table, fault)).or_default().insert(&table.source.id);
                    findings.push(mapping_fault::finding(table, fault, options.zero_dates));
                }
            }
            Ok(mapping) if existing.is_some() => {
                findings.extend(target_table::extra_columns(&mapping));
                let narrower = narrowing::judge(&mapping);
                if narrower.iter().any(|finding| finding.code == Code::DecimalPrecision.as_str()) {
                    at_fault.entry(Code::DecimalPrecision).or_default().insert(&table.source.id);
                }
                findings.extend(narrower);
                mapped.push(mapping);
            }
            Ok(mapping) if task.tables_on_target.create => {
                let odd = target_name::judge(table, selected, measured.odd_names.is_shown());
                (to_be_made, misnamed) = (to_be_made + 1, misnamed + usize::from(!odd.is_empty()));
                findings.extend(odd);
                mapped.push(mapping);
            }
            Ok(mapping) => {
                let statement = target.create_table_sql(&mapping.target);
                findings.push(target_table::missing(&mapping.target.id, statement));
            }
        }
    }
    for (code, what) in MAPPING_CODES {
        let faulty = at_fault.get(&code).map_or(0, BTreeSet::len);
        findings.extend(in_order(code, selected.len(), faulty, what));
    }
    findings.extend(in_order(
        Code::TargetName,
        to_be_made,
        misnamed,
        "the target allows the names to be made",
    ));
    mapped.retain(|mapping| fits_a_record(mapping, findings));
    mapped.sort_by(|one, other| {
        other.source.data_bytes.cmp(&one.source.data_bytes).then_with(|| one.source.id.cmp(&other.source.id))
    });
    mapped
}

/// Reports where a table needs what the target was not shown to give.
pub(crate) fn against_measurements(
    mapped: &[TableMapping],
    state: &TargetState,
    measured: &Capabilities,
    follows: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for mapping in mapped {
        if state.filled.contains(&mapping.target.id) {
            findings.extend(target_table::old_values(mapping, measured));
        }
        findings.extend(target_types::judge(mapping, measured, follows));
    }
    findings
}

fn fits_a_record(mapping: &TableMapping, findings: &mut Vec<Finding>) -> bool {
    let number = TableNumber(0);
    let table = TableRecord::new(number, mapping.clone());
    let bytes = serde_json::to_string(&table).expect("invariant: a table record has a JSON form").len();
    if bytes <= RECORD_BODY_BYTES_MAX {
        return true;
    }
    let evidence = format!(
        "the table's definition takes {bytes} bytes in a checkpoint record, which holds {RECORD_BODY_BYTES_MAX}"
    );
    findings.push(
        Draft::fail(Code::TableDefinitionSize, &mapping.source.id, evidence)
            .remedy("leave columns out with `columns.exclude`, or leave the table out")
            .done(),
    );
    false
}

/// Asks what the types leave open, smallest tables first, as long as there is time.
pub(crate) async fn ask<R, Q, S, T, C>(
    ports: &Ports<'_, R, Q, S, T, C>,
    task: &Task,
    mapped: &[TableMapping],
    measured: &Capabilities,
    budget: Budget,
    findings: &mut Vec<Finding>,
) -> Result<(), HandlerError>
where
    R: CheckpointTable,
    Q: Queue,
    S: SourceCatalog,
    T: TargetCatalog + TargetProbe,
    C: Clock,
{
    if !task.migration.copies() {
        let codes = QUESTION_CODES.iter().map(|(code, _)| *code).chain([Code::NotScanned]);
        let unasked = "not asked, because rows that are there already are not carried";
        findings.extend(codes.map(|code| Draft::pass(code, "all tables", unasked).done()));
        return Ok(());
    }
    let mut unclear: BTreeMap<Code, BTreeSet<&TableId>> = BTreeMap::new();
    let mut asked = 0;
    for mapping in mapped.iter().rev() {
        for question in questions::of(mapping, measured) {
            asked += 1;
            let answer = if budget.left(ports.clock.now()) < QUESTION_SPAN {
                None
            } else {
                settled(ports.source.count(&mapping.source, &question).await)?.unwrap_or(None)
            };
            if let Some(finding) = questions::judge(mapping, &question, answer, task.on_bad_row) {
                unclear.entry(questions::code(&question)).or_default().insert(&mapping.source.id);
                findings.push(finding);
            }
        }
    }
    for (code, what) in QUESTION_CODES {
        let faulty = unclear.get(&code).map_or(0, BTreeSet::len);
        findings.extend(in_order(code, mapped.len(), faulty, what));
    }
    if findings.iter().all(|finding| finding.code != Code::NotScanned.as_str()) {
        let evidence = match asked {
            0 => "the types leave no question open".to_owned(),
            1 => "the one question the types leave open was answered".to_owned(),
            asked => format!("all {asked} questions the types leave open were answered"),
        };
        findings.push(Draft::pass(Code::NotScanned, "all tables", evidence).done());
    }
    Ok(())
}

/// The capabilities of the run: where one table cannot be stamped, none is, because S is one per run.
pub(crate) fn as_far_as_tables_allow(
    measured: Capabilities,
    mapped: &[TableMapping],
    task: &Task,
) -> Capabilities {
    let margin = task.tuning.stamp_margin.duration();
    let existing = mapped.iter().filter(|mapping| mapping.existing);
    let reason = existing.filter_map(|mapping| target_table::refuses_stamps(&mapping.target, margin)).next();
    match reason {
        Some(why) if measured.takes_stamps() => measured.without_stamps(&why),
        Some(_) | None => measured,
    }
}
