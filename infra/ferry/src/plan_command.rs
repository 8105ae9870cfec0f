//! `ferry plan`: what a run would make, from the catalogs alone. It writes nothing, anywhere, and measures nothing.

use migration::ident::TableId;
use migration::port::{SourceCatalog, TargetCatalog};
use migration::schema::{MappingOptions, SourceTable, TableKind, TableMapping, TableNames, map_table};
use migration::table_plan;
use migration::task::Task;
use serde::Serialize;

use crate::command::CommandError;
use crate::command_line::TaskArgs;
use crate::connect::Ends;
use crate::exit::Exit;
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

pub(crate) async fn plan(args: &TaskArgs) -> Result<Exit, CommandError> {
    let file = TaskFile::read(&args.task).map_err(CommandError::usage)?;
    let ends = Ends::of(&file).await?;
    let tables = selected(&ends, &file.task).await?;
    let mut exit = Exit::Done;
    for (table, names) in &tables {
        let planned = plan_table(&ends, &file.task, table, names).await?;
        if matches!(planned, Planned::UnplannedTable { .. }) {
            exit = Exit::PrecheckFailed;
        }
        if args.json { print_line(&planned) } else { print(&planned) }
    }
    if tables.is_empty() {
        println!("the selection holds no table that this account can see");
        exit = Exit::PrecheckFailed;
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
) -> Result<Planned, CommandError> {
    let existing = ends.target.describe(&names.target).await?;
    // Without a probe the careful branch is shown: a marker column where a row might hold nothing but NULLs.
    let options = MappingOptions { zero_dates: task.zero_dates, null_rows_exist: false, types_refused: &[] };
    let (source, target) = (table.id.to_string(), names.target.to_string());
    Ok(match map_table(table, names, existing.as_ref(), options) {
        Ok(mapping) => planned_table(ends, task, &mapping),
        Err(faults) => Planned::UnplannedTable {
            source,
            target,
            faults: faults.iter().map(ToString::to_string).collect(),
        },
    })
}

fn planned_table(ends: &Ends, task: &Task, mapping: &TableMapping) -> Planned {
    let source = &mapping.source;
    let rows =
        table_plan::rows_per_chunk(source.rows_estimate, source.data_bytes, task.tuning.chunk_bytes.bytes());
    Planned::PlannedTable {
        source: source.id.to_string(),
        target: mapping.target.id.to_string(),
        exists: mapping.existing,
        rows_estimate: source.rows_estimate,
        bytes_estimate: source.data_bytes,
        chunks_estimate: source.rows_estimate / rows + 1,
        key: mapping.key.columns.iter().map(ToString::to_string).collect(),
        create: (!mapping.existing).then(|| ends.target.create_table_sql(&mapping.target)),
    }
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
