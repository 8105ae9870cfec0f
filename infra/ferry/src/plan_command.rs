//! `ferry plan`: what a run would make, from the catalogs alone. It writes nothing, anywhere, and measures nothing.

use migration::ident::TableId;
use migration::port::{SourceCatalog, TargetCatalog};
use migration::record::TableNumber;
use migration::schema::{MappingOptions, SourceTable, TableKind, TableMapping, TableNames, map_table};
use migration::table_plan::{self, TableRecord};
use migration::task::Task;
use serde::Serialize;

use crate::command::CommandError;
use crate::command_line::PlanArgs;
use crate::connect::Ends;
use crate::cost::TableSize;
use crate::exit::Exit;
use crate::plan_cost;
use crate::report::{bytes_text, count_text, print_line};
use crate::task_file::TaskFile;

/// What one table becomes.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Planned {
    /// It can be carried.
    PlannedTable {
        source: String,
        target: String,
        exists: bool,
        rows_estimate: u64,
        bytes_estimate: u64,
        chunks_estimate: u64,
        key: Vec<String>,
        create: Option<String>,
    },
    /// It cannot.
    UnplannedTable { source: String, target: String, faults: Vec<String> },
}

pub(crate) async fn plan(args: &PlanArgs) -> Result<Exit, CommandError> {
    let file = TaskFile::read(&args.task.task).map_err(CommandError::usage)?;
    let ends = Ends::of(&file).await?;
    let tables = selected(&ends, &file.task).await?;
    let (mut exit, mut sizes) = (Exit::Done, Vec::new());
    for (table, names) in &tables {
        let (planned, size) = plan_table(&ends, &file.task, table, names).await?;
        sizes.extend(size);
        if matches!(planned, Planned::UnplannedTable { .. }) {
            exit = Exit::PrecheckFailed;
        }
        if args.task.json { print_line(&planned) } else { print(&planned) }
    }
    if tables.is_empty() {
        println!("the selection holds no table that this account can see");
        exit = Exit::PrecheckFailed;
    }
    if args.aws && !tables.is_empty() {
        plan_cost::tell(args.task.json, &file.task, &sizes);
    }
    Ok(exit)
}

async fn selected(ends: &Ends, task: &Task) -> Result<Vec<(SourceTable, TableNames)>, CommandError> {
    let mut selected = Vec::new();
    for object in &task.objects {
        let listed = ends.source.table_names(&object.database).await?.unwrap_or_default();
        let wanted: Vec<TableId> =
            listed.into_iter().filter(|id| task.mapped(&id.database, &id.table).is_some()).collect();
        for table in ends.source.describe(&wanted).await? {
            if table.kind == TableKind::View {
                continue;
            }
            let Some(names) = TableNames::by_task(task, &table) else { continue };
            selected.push((table, names));
        }
    }
    selected.sort_by(|one, other| {
        other.0.data_bytes.cmp(&one.0.data_bytes).then_with(|| one.0.id.cmp(&other.0.id))
    });
    Ok(selected)
}

async fn plan_table(
    ends: &Ends,
    task: &Task,
    table: &SourceTable,
    names: &TableNames,
) -> Result<(Planned, Option<TableSize>), CommandError> {
    let existing = ends.target.describe(&names.target).await?;
    // Without a probe the careful branch is shown: a marker column where a row might hold nothing but NULLs.
    let options = MappingOptions { zero_dates: task.zero_dates, null_rows_exist: false, types_refused: &[] };
    let (source, target) = (table.id.to_string(), names.target.to_string());
    Ok(match map_table(table, names, existing.as_ref(), options) {
        Ok(mapping) => {
            let (planned, size) = planned_table(ends, task, &mapping);
            (planned, Some(size))
        }
        Err(faults) => {
            let faults = faults.iter().map(ToString::to_string).collect();
            (Planned::UnplannedTable { source, target, faults }, None)
        }
    })
}

fn planned_table(ends: &Ends, task: &Task, mapping: &TableMapping) -> (Planned, TableSize) {
    let source = &mapping.source;
    let rows =
        table_plan::rows_per_chunk(source.rows_estimate, source.data_bytes, task.tuning.chunk_bytes.bytes());
    let chunks = source.rows_estimate / rows + 1;
    let record = serde_json::to_string(&TableRecord::new(TableNumber(0), mapping.clone()));
    let size = TableSize {
        rows: source.rows_estimate,
        bytes: source.data_bytes,
        chunks,
        record_bytes: record.map_or(0, |body| body.len().try_into().unwrap_or(u64::MAX)),
    };
    let planned = Planned::PlannedTable {
        source: source.id.to_string(),
        target: mapping.target.id.to_string(),
        exists: mapping.existing,
        rows_estimate: source.rows_estimate,
        bytes_estimate: source.data_bytes,
        chunks_estimate: chunks,
        key: mapping.key.columns.iter().map(ToString::to_string).collect(),
        create: (!mapping.existing).then(|| ends.target.create_table_sql(&mapping.target)),
    };
    (planned, size)
}

fn print(planned: &Planned) {
    match planned {
        Planned::PlannedTable {
            source,
            target,
            exists,
            rows_estimate,
            bytes_estimate,
            chunks_estimate,
            key,
            create,
        } => {
            println!(
                "{source} -> {target}: about {} rows, {}, {} chunks by ({})",
                count_text(*rows_estimate),
                bytes_text(*bytes_estimate),
                count_text(*chunks_estimate),
                key.join(", "),
            );
            match create {
                Some(create) => println!("{create};\n"),
                None if *exists => println!("the target table exists and takes the rows\n"),
                None => println!(),
            }
        }
        Planned::UnplannedTable { source, target, faults } => {
            println!("{source} -> {target}: cannot be carried");
            for fault in faults {
                println!("  {fault}");
            }
            println!();
        }
    }
}
