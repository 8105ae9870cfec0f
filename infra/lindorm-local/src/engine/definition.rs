//! CREATE TABLE: from the parsed definition to a schema, with every rule on columns, keys and indexes.

use std::collections::HashSet;

use crate::answer::{ColumnKind, Datum, SqlError};
use crate::engine::Support;
use crate::engine::coerce::store;
use crate::engine::naming::{check_column, check_table};
use crate::engine::row::Slot;
use crate::engine::schema::{ColumnDef, Index, KeyColumn, Place, Schema};
use crate::engine::scope::Scope;
use crate::engine::table_option::check_option;
use crate::refusal;
use crate::sql::{ColumnSpec, CreateTable, IndexSpec, Scalar};

/// The most key columns.
const MOST_KEY_COLUMNS: usize = 5;

/// Makes the schema of a new table.
pub(crate) fn schema(create: &CreateTable, scope: &Scope<'_>) -> Result<Schema, SqlError> {
    let names = scope.assumptions.names;
    check_table(&create.table.table, names)?;
    let mut seen = HashSet::new();
    for column in &create.columns {
        check_column(&column.name, names)?;
        if !seen.insert(column.name.as_str()) {
            return Err(refusal::duplicate_column(&column.name));
        }
    }
    let key = key(create)?;
    let mut next_slot: Slot = 0;
    let mut columns = Vec::with_capacity(create.columns.len());
    for (index, spec) in create.columns.iter().enumerate() {
        let part = key.iter().position(|part| part.column == index);
        let place = match part {
            Some(part) => Place::Key(part),
            None => {
                next_slot =
                    next_slot.checked_add(1).ok_or_else(|| refusal::over_limit("too many columns"))?;
                Place::Cell(next_slot - 1)
            }
        };
        columns.push(column(spec, place, scope)?);
    }
    let mut schema = Schema::new(columns, key, next_slot);
    for (name, value) in &create.options {
        check_option(name, value)?;
        schema.options.insert(name.clone(), value.clone());
    }
    for spec in &create.indexes {
        add_index(&mut schema, spec, scope.settings.most_indexes)?;
    }
    Ok(schema)
}

fn key(create: &CreateTable) -> Result<Vec<KeyColumn>, SqlError> {
    let table = &create.table.table;
    if create.key.len() > MOST_KEY_COLUMNS {
        return Err(refusal::bad_table(table, "the key has more than 5 columns"));
    }
    let mut key: Vec<KeyColumn> = Vec::with_capacity(create.key.len());
    for (place, (name, descending)) in create.key.iter().enumerate() {
        let column = create.columns.iter().position(|column| column.name == *name);
        let column = column.ok_or_else(|| refusal::unknown_column(name))?;
        let kind = create.columns[column].kind;
        match kind {
            ColumnKind::Json => return Err(refusal::bad_table(table, "JSON cannot be a key column")),
            ColumnKind::Varbinary if place + 1 < create.key.len() => {
                return Err(refusal::bad_table(table, "VARBINARY can only be the last key column"));
            }
            _ => {}
        }
        if key.iter().any(|part| part.column == column) {
            return Err(refusal::duplicate_column(name));
        }
        key.push(KeyColumn { column, kind, descending: *descending });
    }
    Ok(key)
}

/// Makes a column, after trying its default.
pub(crate) fn column(spec: &ColumnSpec, place: Place, scope: &Scope<'_>) -> Result<ColumnDef, SqlError> {
    check_kind(spec.kind, scope)?;
    if let Some(default) = &spec.default {
        let conversion = scope.conversion(&Schema::new(Vec::new(), Vec::new(), 0));
        let moment = matches!(spec.kind, ColumnKind::Timestamp | ColumnKind::Date | ColumnKind::Time);
        let fits = match default {
            Scalar::Literal(Datum::Null) => false,
            Scalar::Now => moment,
            value => store(&spec.name, spec.kind, scope.value(value), conversion, &mut Vec::new())?,
        };
        if !fits {
            return Err(refusal::wrong_value("default", &spec.name));
        }
    }
    Ok(ColumnDef {
        name: spec.name.clone(),
        kind: spec.kind,
        place,
        not_null: spec.not_null || matches!(place, Place::Key(_)),
        default: spec.default.clone(),
    })
}

/// Types that some pages or old versions do not have.
fn check_kind(kind: ColumnKind, scope: &Scope<'_>) -> Result<(), SqlError> {
    let assumptions = scope.assumptions;
    let (support, name) = match kind {
        ColumnKind::BigIntUnsigned => (assumptions.bigint_unsigned, "BIGINT UNSIGNED"),
        ColumnKind::Date => (assumptions.date_and_time_types, "DATE"),
        ColumnKind::Time => (assumptions.date_and_time_types, "TIME"),
        _ => return Ok(()),
    };
    match support {
        Support::Accepted => Ok(()),
        Support::Refused => Err(refusal::unsupported(&format!("the type {name}"))),
    }
}

/// Adds an index to a schema.
pub(crate) fn add_index(schema: &mut Schema, spec: &IndexSpec, most: usize) -> Result<(), SqlError> {
    let searches = schema.indexes.iter().filter(|index| index.search).count();
    if spec.search && searches > 0 {
        return Err(refusal::over_limit("more than one search index on a table"));
    }
    if !spec.search && schema.indexes.len() - searches >= most {
        return Err(refusal::over_limit(&format!("more than {most} secondary indexes on a table")));
    }
    for column in spec.columns.iter().chain(&spec.include) {
        if column != "*" {
            schema.column(column)?;
        }
    }
    let name = spec.name.clone().unwrap_or_else(|| format!("idx_{}", schema.indexes.len() + 1));
    if schema.indexes.iter().any(|index| index.name == name) {
        return Err(refusal::duplicate_index(&name));
    }
    schema.indexes.push(Index {
        name,
        search: spec.search,
        columns: spec.columns.clone(),
        include: spec.include.clone(),
    });
    Ok(())
}
