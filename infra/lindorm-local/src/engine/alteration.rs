//! ALTER TABLE and indexes of tables that exist.

use crate::answer::SqlError;
use crate::engine::definition::{add_index, column};
use crate::engine::naming::check_column;
use crate::engine::schema::{Place, Schema};
use crate::engine::scope::Scope;
use crate::engine::table::Table;
use crate::engine::table_option::set_options;
use crate::engine::{DuplicateColumnCode, Support};
use crate::refusal;
use crate::sql::{Alteration, ColumnSpec, IndexSpec};

/// Runs ALTER TABLE.
pub(crate) fn alter(table: &Table, alteration: &Alteration, scope: &Scope<'_>) -> Result<(), SqlError> {
    match alteration {
        Alteration::Add(columns) => table.change(|schema| add_columns(schema, columns, scope)),
        Alteration::Drop { .. } if scope.assumptions.drop_column == Support::Refused => {
            Err(refusal::unsupported("DROP COLUMN"))
        }
        Alteration::Drop { column, if_exists } => {
            table.change(|schema| drop_column(schema, column, *if_exists))
        }
        Alteration::Set(options) => table.change(|schema| set_options(schema, options)),
        Alteration::Compact => {
            table.compact();
            table.change(|schema| {
                schema.dropped.clear();
                Ok(())
            })
        }
    }
}

fn add_columns(schema: &mut Schema, columns: &[ColumnSpec], scope: &Scope<'_>) -> Result<(), SqlError> {
    for spec in columns {
        check_column(&spec.name, scope.assumptions.names)?;
        if schema.columns.iter().any(|column| column.name == spec.name) {
            return Err(match scope.assumptions.duplicate_column_code {
                DuplicateColumnCode::Mysql => refusal::duplicate_column(&spec.name),
                DuplicateColumnCode::Lindorm => {
                    refusal::unsupported(&format!("a second column of the name '{}'", spec.name))
                }
            });
        }
        if schema.dropped.contains(&spec.name) {
            return Err(refusal::unsupported(&format!(
                "the column name '{}' before the dropped column's data is compacted",
                spec.name
            )));
        }
        let slot = schema.next_slot;
        schema.next_slot = slot.checked_add(1).ok_or_else(|| refusal::over_limit("too many columns"))?;
        schema.columns.push(column(spec, Place::Cell(slot), scope)?);
    }
    Ok(())
}

fn drop_column(schema: &mut Schema, name: &str, if_exists: bool) -> Result<(), SqlError> {
    let Some(index) = schema.columns.iter().position(|column| column.name == name) else {
        return if if_exists { Ok(()) } else { Err(refusal::cannot_drop(name)) };
    };
    if let Place::Key(_) = schema.columns[index].place {
        return Err(refusal::unsupported("DROP of a key column"));
    }
    if schema.is_indexed(name) {
        return Err(refusal::unsupported("DROP of an indexed column"));
    }
    schema.columns.remove(index);
    for part in &mut schema.key {
        part.column -= usize::from(part.column > index);
    }
    schema.dropped.insert(name.to_owned());
    Ok(())
}

/// Runs CREATE INDEX.
pub(crate) fn create_index(
    table: &Table,
    spec: &IndexSpec,
    if_not_exists: bool,
    scope: &Scope<'_>,
) -> Result<(), SqlError> {
    table.change(|schema| {
        let there = schema.indexes.iter().any(|index| Some(&index.name) == spec.name.as_ref());
        if there && if_not_exists { Ok(()) } else { add_index(schema, spec, scope.settings.most_indexes) }
    })
}

/// Runs DROP INDEX.
pub(crate) fn drop_index(table: &Table, name: &str) -> Result<(), SqlError> {
    table.change(|schema| {
        let before = schema.indexes.len();
        schema.indexes.retain(|index| index.name != name);
        if schema.indexes.len() == before { Err(refusal::cannot_drop(name)) } else { Ok(()) }
    })
}
