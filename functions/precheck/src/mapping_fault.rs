//! What stands against carrying a table, each fault as a finding with the way out.

use migration::finding::Finding;
use migration::ident::ColumnName;
use migration::schema::{MARKER_COLUMN, MappingFault, Place, SourceColumn, SourceType, default_type};
use migration::value::ZeroDates;

use crate::codes::Code;
use crate::draft::Draft;
use crate::facts::Selected;
use crate::quote;

/// The code of a fault; `table` tells a DECIMAL from other types.
pub(crate) fn code(table: &Selected, fault: &MappingFault) -> Code {
    match fault {
        MappingFault::NoKey => Code::TableKey,
        MappingFault::KeyColumnExcluded { .. } => Code::KeyColumnExcluded,
        MappingFault::KeyTooWide { .. } => Code::KeyColumns,
        MappingFault::KeyType { .. } => Code::KeyType,
        MappingFault::UnknownType { .. } => Code::ColumnType,
        MappingFault::Incompatible { column, .. } => match table.source.column(column) {
            Some(SourceColumn { column_type: SourceType::Decimal { .. }, .. }) => Code::DecimalPrecision,
            Some(_) | None => Code::TargetIncompatible,
        },
        MappingFault::MissingColumn { .. } => Code::TargetColumnMissing,
        MappingFault::KeyDiffers { .. } => Code::TargetKey,
        MappingFault::NameClash { .. } => Code::NameClash,
        MappingFault::NoValueColumn => Code::KeyOnlyTable,
    }
}

/// The finding of a fault.
pub(crate) fn finding(table: &Selected, fault: &MappingFault, zero_dates: ZeroDates) -> Finding {
    let source = quote::table(&table.source.id);
    let target = quote::table(&table.target());
    let draft = Draft::fail(code(table, fault), &table.source.id, fault.to_string());
    let draft = match fault {
        MappingFault::NoKey => draft
            .remedy("give the table a primary key (invisible from MySQL 8.0.23 on), or leave the table out")
            .statement(format!(
                "ALTER TABLE {source} ADD COLUMN `ferry_id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY;"
            )),
        MappingFault::KeyColumnExcluded { column } => {
            draft.remedy(format!("take {} out of `columns.exclude`", quote::yaml(column.as_str())))
        }
        MappingFault::KeyTooWide { .. } => {
            draft.remedy("give the source table a narrower primary key, or leave the table out")
        }
        MappingFault::KeyType { .. } => draft.remedy(
            "JSON cannot be a key column, and bytes of varying length only the last one; change the key on the source, \
             or leave the table out",
        ),
        MappingFault::UnknownType { column, .. } => draft
            .remedy("leave the column out with these lines, or the table")
            .statement(exclude_lines(table, column)),
        MappingFault::Incompatible { column, .. } => incompatible(table, column, zero_dates, &target, draft),
        MappingFault::MissingColumn { column } => missing(table, column, zero_dates, &target, draft),
        MappingFault::KeyDiffers { .. } => draft
            .remedy("the key of a target table is final: give the table another name with `target:`, or drop it there")
            .statement(format!("DROP TABLE {target};")),
        MappingFault::NameClash { column } => draft
            .remedy("give one of them another name with these lines")
            .statement(rename_lines(table, column)),
        MappingFault::NoValueColumn => draft
            .remedy("give the target table a column that makes a row exist")
            .statement(format!("ALTER TABLE {target} ADD COLUMN {} TINYINT;", quote::name(MARKER_COLUMN))),
    };
    draft.done()
}

fn incompatible(
    table: &Selected,
    column: &ColumnName,
    zero_dates: ZeroDates,
    target: &str,
    draft: Draft,
) -> Draft {
    let wanted = table
        .source
        .column(column)
        .and_then(|column| default_type(&column.column_type, Place::Value, zero_dates));
    let wanted = wanted.map_or_else(String::new, |wanted| format!("; Ferry would make it {wanted}"));
    let remedy = format!(
        "a column's type is final on the target: drop the table there and let Ferry make it, give it another name with \
         `target:`, or leave the column out{wanted}"
    );
    draft.remedy(remedy).statement(format!("DROP TABLE {target};"))
}

fn missing(
    table: &Selected,
    target_column: &ColumnName,
    zero_dates: ZeroDates,
    target: &str,
    draft: Draft,
) -> Draft {
    let source = table
        .source
        .columns
        .iter()
        .find(|column| table.selection.columns.target_of(&column.name).as_ref() == Some(target_column));
    let wanted = source.and_then(|column| default_type(&column.column_type, Place::Value, zero_dates));
    let draft = draft.remedy("add the column on the target, or leave it out with `columns.exclude`");
    match wanted {
        Some(wanted) => draft.statement(format!(
            "ALTER TABLE {target} ADD COLUMN {} {wanted};",
            quote::name(target_column.as_str())
        )),
        None => draft,
    }
}

/// Lines of the document that leave a column out.
fn exclude_lines(table: &Selected, column: &ColumnName) -> String {
    format!(
        "- table: {}\n  columns: {{ exclude: [{}] }}",
        quote::yaml(table.source.id.table.as_str()),
        quote::yaml(column.as_str())
    )
}

/// Lines of the document that give every source column of this target name but the first another one.
fn rename_lines(table: &Selected, target: &ColumnName) -> String {
    let all = || table.source.columns.iter().map(|column| &column.name);
    let taken = |name: &str| {
        all().any(|other| {
            table.selection.columns.target_of(other).is_some_and(|target| target.as_str() == name)
        })
    };
    let clashing: Vec<&ColumnName> =
        all().filter(|name| table.selection.columns.target_of(name).as_ref() == Some(target)).collect();
    // One source column alone clashes with the marker, so it is the one to be renamed.
    let renamed = if clashing.len() == 1 { &clashing[..] } else { clashing.get(1..).unwrap_or_default() };
    let mut number = 1;
    let pairs: Vec<String> = renamed
        .iter()
        .map(|name| {
            let free = loop {
                number += 1;
                let candidate = format!("{target}_{number}");
                if !taken(&candidate) {
                    break candidate;
                }
            };
            format!("{}: {}", quote::yaml(name.as_str()), quote::yaml(&free))
        })
        .collect();
    format!(
        "- table: {}\n  columns: {{ rename: {{ {} }} }}",
        quote::yaml(table.source.id.table.as_str()),
        pairs.join(", ")
    )
}
