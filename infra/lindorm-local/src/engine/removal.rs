//! DELETE and UPDATE: one row, every key column by `=`. Several rows at once need a setting that is off by default, and are
//! then found as SELECT finds them and changed one after the other: not atomic, and rows that are not there get no marker.

use std::sync::Arc;

use crate::answer::{ColumnKind, SqlError};
use crate::engine::coerce::store;
use crate::engine::condition::resolve;
use crate::engine::key::push_component;
use crate::engine::row::NEVER;
use crate::engine::schema::{Place, Schema};
use crate::engine::scope::Scope;
use crate::engine::select::Rows;
use crate::engine::table::{Table, Write};
use crate::engine::upsert::changed;
use crate::engine::visible::Window;
use crate::engine::{DeleteAffected, DeleteMarker, EqualToMarker, KeyDelete, Misuse, NullRow, OneKeyDelete};
use crate::refusal;
use crate::sql::{Comparison, Delete, Hints, Predicate, Scalar, Update};

/// The most rows that one statement updates or deletes.
const MOST_ROWS: usize = 2_000;
/// The number of the refusal of a condition that is not one whole key.
const NOT_ONE_KEY: u16 = 9001;

/// Leaves a marker at the server's clock without looking whether the row is there.
pub(crate) fn delete(table: &Arc<Table>, delete: &Delete, scope: &Scope<'_>) -> Result<u64, SqlError> {
    let schema = table.schema();
    check_hints(&delete.hints, scope, "DELETE")?;
    if !is_mutable(&schema, scope, "DELETE")? {
        return Ok(0);
    }
    let marker = match scope.assumptions.equal_to_marker {
        EqualToMarker::Hidden => scope.now_ms,
        EqualToMarker::Shown => scope.now_ms - 1,
    };
    let reads_first =
        scope.settings.several_rows && scope.assumptions.one_key_delete == OneKeyDelete::ReadsFirst;
    match full_key(&delete.filter, &schema, scope, "DELETE") {
        Ok(_) if !finds_by_key(&schema, scope)? => {}
        Ok(key) if !reads_first => hide(table, &key, marker, scope),
        Err(refused) if refused.code != NOT_ONE_KEY || !scope.settings.several_rows => return Err(refused),
        Ok(_) | Err(_) => {
            let keys = matching(table, &schema, &delete.filter, &delete.hints, scope)?;
            for key in &keys {
                hide(table, key, marker, scope);
            }
            return Ok(keys.len() as u64);
        }
    }
    Ok(match scope.assumptions.delete_affected {
        DeleteAffected::One => 1,
        DeleteAffected::Zero => 0,
    })
}

/// Whether a DELETE of one whole key finds rows of keys of such types.
fn finds_by_key(schema: &Schema, scope: &Scope<'_>) -> Result<bool, SqlError> {
    let holds = |is: fn(ColumnKind) -> bool| schema.key.iter().any(|part| is(part.kind));
    let is_hidden = match scope.assumptions.key_delete {
        KeyDelete::Every => false,
        KeyDelete::NoText => {
            holds(|kind| matches!(kind, ColumnKind::Varchar { .. } | ColumnKind::Char { .. }))
        }
        KeyDelete::NoBytes => holds(|kind| matches!(kind, ColumnKind::Varbinary | ColumnKind::Binary { .. })),
        KeyDelete::NoDecimal => holds(|kind| matches!(kind, ColumnKind::Decimal { .. })),
        KeyDelete::OneColumn if schema.key.len() > 1 => {
            return Err(refusal::unsupported("DELETE by a key of several columns"));
        }
        KeyDelete::OneColumn => false,
    };
    Ok(!is_hidden)
}

/// The keys of the rows that a condition finds.
fn matching(
    table: &Arc<Table>,
    schema: &Arc<Schema>,
    filter: &Predicate,
    hints: &Hints,
    scope: &Scope<'_>,
) -> Result<Vec<Vec<u8>>, SqlError> {
    let condition = resolve(filter, schema, scope)?;
    let mut rows = Rows::matching(table, schema, Some(condition), hints.allow_filtering, false, scope)?;
    let mut keys = Vec::new();
    while rows.next(|found, _| keys.push(found.key.to_vec()))? {
        if keys.len() > MOST_ROWS {
            return Err(refusal::over_limit("more than 2000 rows in one UPDATE or DELETE"));
        }
    }
    Ok(keys)
}

fn hide(table: &Table, key: &[u8], marker: i64, scope: &Scope<'_>) {
    match scope.assumptions.delete_marker {
        DeleteMarker::HidesLater => table.delete(key, marker),
        DeleteMarker::HidesPresent => table.delete_present(key, marker),
    }
}

/// Writes the columns of SET if the row is there.
pub(crate) fn update(table: &Arc<Table>, update: &Update, scope: &Scope<'_>) -> Result<u64, SqlError> {
    let schema = table.schema();
    check_hints(&update.hints, scope, "UPDATE")?;
    if !is_mutable(&schema, scope, "UPDATE")? {
        return Ok(0);
    }
    let keys = match full_key(&update.filter, &schema, scope, "UPDATE") {
        Ok(key) => vec![key],
        Err(refused) if refused.code == NOT_ONE_KEY && scope.settings.several_rows => {
            matching(table, &schema, &update.filter, &update.hints, scope)?
        }
        Err(refused) => return Err(refused),
    };
    let cells = changed(&schema, &update.changes, scope)?;
    let oldest = schema.ttl_ms().map_or(NEVER, |ttl| scope.now_ms.saturating_sub(ttl));
    let alive = if scope.assumptions.null_row == NullRow::Exists { scope.now_ms } else { NEVER };
    let mut affected = 0;
    for key in &keys {
        table.write_after(key, scope.merging(&schema), |present| {
            let there =
                present.is_some_and(|row| Window::since(oldest).has_row(row.cells(), row.marker, row.alive));
            if !there {
                return Ok::<_, SqlError>(Vec::new());
            }
            affected += 1;
            Ok(vec![Write { stamp: scope.now_ms, alive, cells: cells.clone() }])
        })?;
    }
    Ok(affected)
}

fn check_hints(hints: &Hints, scope: &Scope<'_>, verb: &str) -> Result<(), SqlError> {
    if hints.stamp.is_some() && scope.assumptions.stamp_on_delete == Misuse::Refused {
        return Err(refusal::unsupported(&format!("the hint _l_ts_ on {verb}")));
    }
    Ok(())
}

/// Rule 49: rows of an IMMUTABLE table stay as they were written.
fn is_mutable(schema: &Schema, scope: &Scope<'_>, verb: &str) -> Result<bool, SqlError> {
    match (schema.mutability().as_str(), scope.assumptions.immutable_change) {
        ("IMMUTABLE", Misuse::Ignored) => Ok(false),
        ("IMMUTABLE", Misuse::Refused) => {
            Err(refusal::unsupported(&format!("{verb} on a table with MUTABILITY = 'IMMUTABLE'")))
        }
        (_, Misuse::Refused | Misuse::Ignored) => Ok(true),
    }
}

/// The encoded key that the condition fixes, if it fixes exactly one and says nothing else.
fn full_key(filter: &Predicate, schema: &Schema, scope: &Scope<'_>, verb: &str) -> Result<Vec<u8>, SqlError> {
    let refused =
        || refusal::unsupported(&format!("{verb} whose condition is not every key column by `=`, once each"));
    let mut equals: Vec<(&str, &Scalar)> = Vec::new();
    if !gather(filter, &mut equals) {
        return Err(refused());
    }
    let mut values: Vec<Option<&Scalar>> = vec![None; schema.key.len()];
    for (name, value) in equals {
        match schema.column(name)?.place {
            Place::Key(part) if values[part].is_none() => values[part] = Some(value),
            Place::Key(_) | Place::Cell(_) => return Err(refused()),
        }
    }
    let (mut key, mut stored) = (Vec::new(), Vec::new());
    for (part, value) in schema.key.iter().zip(values) {
        let value = value.ok_or_else(refused)?;
        let column = &schema.columns[part.column];
        let name = &column.name;
        stored.clear();
        let value = scope.stored_value(value, column)?;
        if !store(name, part.kind, value, scope.conversion(schema), &mut stored)? {
            return Err(refusal::null_value(name));
        }
        push_component(part.kind, part.descending, &stored, &mut key);
    }
    Ok(key)
}

/// Gathers `column = value` out of ANDs; false if there is anything else.
fn gather<'a>(filter: &'a Predicate, equals: &mut Vec<(&'a str, &'a Scalar)>) -> bool {
    match filter {
        Predicate::And(parts) => parts.iter().all(|part| gather(part, equals)),
        Predicate::Compare(column, Comparison::Equal, value) => {
            equals.push((column, value));
            true
        }
        Predicate::Compare(..)
        | Predicate::Or(_)
        | Predicate::In { .. }
        | Predicate::IsNull { .. }
        | Predicate::Like { .. } => false,
    }
}
