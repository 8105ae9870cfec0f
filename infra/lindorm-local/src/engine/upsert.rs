//! UPSERT and INSERT, which are one statement.
//!
//! Every row is converted and checked before the first is written, so a refused statement leaves nothing behind. Rows are then
//! written one after the other, each under its own lock: a statement is not atomic.

use std::ops::Range;

use crate::answer::{ColumnKind, Datum, SqlError};
use crate::engine::coerce::{Conversion, store};
use crate::engine::key::push_component;
use crate::engine::row::{NEVER, Row, push_shared};
use crate::engine::schema::{ColumnDef, Index, KeyColumn, Place, Schema};
use crate::engine::scope::Scope;
use crate::engine::table::{Table, Write};
use crate::engine::visible::Window;
use crate::engine::{
    BothStamps, Heed, KeyLimit, NotNull, NullRow, NullWrite, StorageRefusalCode, Support, TtlOnWrite,
    UpsertAffected, ValueLimit,
};
use crate::refusal;
use crate::sql::{OnDuplicate, Scalar, Upsert};

/// The most bytes of one key value, and by the stricter page of all of them.
const LONGEST_KEY: usize = 2_048;
/// The most bytes of all key values by the other page.
const LONGEST_WIDE_KEY: usize = 30 * 1024;
/// The pseudo column that stamps one row.
const STAMP_COLUMN: &str = "_l_ts_";

/// Where each value of a row goes.
struct Layout<'a> {
    /// Per key column its place in the column list.
    key: Vec<(usize, &'a KeyColumn, &'a ColumnDef)>,
    /// Cells in slot order: place in the column list, column.
    cells: Vec<(usize, u16, &'a ColumnDef)>,
    /// Place of the stamp pseudo column.
    stamp: Option<usize>,
    /// Columns with a default that the statement does not name.
    defaults: Vec<(u16, &'a ColumnDef, &'a Scalar)>,
}

/// One converted row within the arena.
struct Staged {
    key: Range<usize>,
    cells: Range<usize>,
    stamp: i64,
}

/// Runs the statement and returns its number of rows.
pub(crate) fn upsert(table: &Table, upsert: &Upsert, scope: &Scope<'_>) -> Result<u64, SqlError> {
    let schema = table.schema();
    let layout = layout(&schema, &upsert.columns, scope)?;
    check_duplicate_clause(&schema, upsert)?;
    check_stamp(&schema, upsert, &layout, scope)?;
    let width = upsert.columns.len();
    let rows = upsert.values.len() / width;
    let most = scope.assumptions.rows_per_statement.limit();
    if rows > most {
        return Err(scope.too_large(&format!("more than {most} rows in one statement")));
    }
    let conversion = scope.conversion(&schema);
    let of_statement = upsert.hints.stamp.filter(|_| scope.assumptions.stamp_hint == Heed::Honoured);
    let mut arena = Vec::with_capacity(rows * width * 12);
    let mut staged = Vec::with_capacity(rows);
    let mut stored = Vec::new();
    for values in upsert.values.chunks_exact(width) {
        let asked = match layout.stamp {
            Some(place) => {
                let of_row = row_stamp(scope.value(&values[place]))?;
                Some(of_row).filter(|_| scope.assumptions.stamp_column == Heed::Honoured)
            }
            None => None,
        };
        let stamp = chosen(asked, of_statement, scope).unwrap_or(scope.now_ms);
        staged.push(stage(&layout, values, stamp, scope, conversion, &mut stored, &mut arena)?);
        if arena.len() > scope.assumptions.bytes_per_statement.limit() {
            let most = scope.assumptions.bytes_per_statement.spelling();
            return Err(scope.too_large(&format!("more than {most} in one statement")));
        }
    }
    write(table, &schema, upsert, &layout, &staged, &arena, scope)?;
    Ok(match scope.assumptions.upsert_affected {
        UpsertAffected::Rows => rows as u64,
        UpsertAffected::Zero => 0,
        UpsertAffected::One => 1,
    })
}

/// The stamp that holds where a row may have two.
fn chosen(of_row: Option<i64>, of_statement: Option<i64>, scope: &Scope<'_>) -> Option<i64> {
    match scope.assumptions.both_stamps {
        BothStamps::ColumnWins | BothStamps::Refused => of_row.or(of_statement),
        BothStamps::HintWins => of_statement.or(of_row),
    }
}

fn layout<'a>(schema: &'a Schema, columns: &[String], scope: &Scope<'_>) -> Result<Layout<'a>, SqlError> {
    let mut key_places = vec![None; schema.key.len()];
    let mut cells = Vec::new();
    let mut stamp = None;
    let mut seen = vec![false; schema.columns.len()];
    for (place, name) in columns.iter().enumerate() {
        let Some(index) = schema.find(name) else {
            if name == STAMP_COLUMN && scope.assumptions.stamp_column != Heed::Refused && stamp.is_none() {
                stamp = Some(place);
                continue;
            }
            return Err(refusal::unknown_column(name));
        };
        if std::mem::replace(&mut seen[index], true) {
            return Err(refusal::duplicate_column(name));
        }
        let column = &schema.columns[index];
        match column.place {
            Place::Key(part) => key_places[part] = Some(place),
            Place::Cell(slot) => cells.push((place, slot, column)),
        }
    }
    let mut key = Vec::with_capacity(schema.key.len());
    for (part, place) in schema.key.iter().zip(key_places) {
        let column = &schema.columns[part.column];
        let place =
            place.ok_or_else(|| refusal::syntax(&format!("the key column '{}' is missing", column.name)))?;
        key.push((place, part, column));
    }
    if cells.is_empty() {
        return Err(refusal::syntax("at least one column outside the key is needed"));
    }
    cells.sort_by_key(|(_, slot, _)| *slot);
    let unnamed = schema.columns.iter().zip(seen).filter(|(_, seen)| !seen).map(|(column, _)| column);
    let defaults = unnamed
        .filter_map(|column| match (column.place, &column.default) {
            (Place::Cell(slot), Some(default)) => Some((slot, column, default)),
            _ => None,
        })
        .collect();
    Ok(Layout { key, cells, stamp, defaults })
}

fn check_duplicate_clause(schema: &Schema, upsert: &Upsert) -> Result<(), SqlError> {
    let Some(clause) = &upsert.on_duplicate else { return Ok(()) };
    if !schema.is_strong() {
        return Err(refusal::unsupported("ON DUPLICATE KEY on a table without CONSISTENCY = 'strong'"));
    }
    if let OnDuplicate::Update(changes) = clause {
        for (name, _) in changes {
            if let Place::Key(_) = schema.column(name)?.place {
                return Err(refusal::unsupported("an update of a key column"));
            }
        }
    }
    Ok(())
}

fn check_stamp(
    schema: &Schema,
    upsert: &Upsert,
    layout: &Layout<'_>,
    scope: &Scope<'_>,
) -> Result<(), SqlError> {
    let hinted = upsert.hints.stamp.is_some();
    if hinted && scope.assumptions.stamp_hint == Heed::Refused {
        return Err(refusal::unsupported("the hint _l_ts_"));
    }
    if hinted && layout.stamp.is_some() && scope.assumptions.both_stamps == BothStamps::Refused {
        return Err(refusal::unsupported("the hint _l_ts_ beside the column _l_ts_"));
    }
    if !(hinted || layout.stamp.is_some()) || schema.mutability() == "MUTABLE_ALL" {
        return Ok(());
    }
    let secondary_too = scope.assumptions.stamp_with_index == Support::Refused;
    let forbids = |index: &Index| {
        (index.search || secondary_too) && layout.cells.iter().any(|(_, _, column)| index.holds(&column.name))
    };
    if schema.indexes.iter().any(forbids) {
        return Err(match scope.assumptions.storage_refusal_code {
            StorageRefusalCode::Lindorm => refusal::stamp_with_index(),
            StorageRefusalCode::Mysql => refusal::storage_stamp_with_index(),
        });
    }
    Ok(())
}

fn row_stamp(value: &Datum<'_>) -> Result<i64, SqlError> {
    match value {
        Datum::Int(stamp) if *stamp >= 0 => Ok(*stamp),
        Datum::UInt(stamp) => i64::try_from(*stamp).map_err(|_| refusal::out_of_range(STAMP_COLUMN)),
        Datum::Int(_) => Err(refusal::out_of_range(STAMP_COLUMN)),
        _ => Err(refusal::wrong_value("integer", STAMP_COLUMN)),
    }
}

/// Converts one row into the arena.
fn stage(
    layout: &Layout<'_>,
    values: &[Scalar],
    stamp: i64,
    scope: &Scope<'_>,
    conversion: Conversion<'_>,
    stored: &mut Vec<u8>,
    arena: &mut Vec<u8>,
) -> Result<Staged, SqlError> {
    let key_start = arena.len();
    let mut key_bytes = 0;
    for (place, part, column) in &layout.key {
        stored.clear();
        let value = scope.stored_value(&values[*place], column)?;
        if !store(&column.name, column.kind, value, conversion, stored)? {
            return Err(refusal::null_value(&column.name));
        }
        let is_text = matches!(part.kind, ColumnKind::Varchar { .. } | ColumnKind::Char { .. });
        if is_text && scope.assumptions.zero_in_key_text == Support::Refused && has_zero_inside(stored) {
            return Err(refusal::wrong_value("string", &column.name));
        }
        if stored.len() > LONGEST_KEY {
            return Err(refusal::too_long(&column.name));
        }
        key_bytes += stored.len();
        push_component(part.kind, part.descending, stored, arena);
    }
    let longest = match scope.assumptions.key_limit {
        KeyLimit::Strict => LONGEST_KEY,
        KeyLimit::Wide => LONGEST_WIDE_KEY,
    };
    if key_bytes > longest {
        return Err(refusal::too_long("PRIMARY KEY"));
    }
    let cells_start = arena.len();
    for (place, slot, column) in &layout.cells {
        push_cell(*slot, column, &values[*place], scope, conversion, stored, arena)?;
    }
    let of_row = scope.assumptions.value_limit == ValueLimit::Row;
    if of_row && arena.len() - cells_start > conversion.longest {
        return Err(refusal::too_long("the whole row"));
    }
    Ok(Staged { key: key_start..cells_start, cells: cells_start..arena.len(), stamp })
}

/// Zero bytes at the end of a text are tolerated.
fn has_zero_inside(text: &[u8]) -> bool {
    let last = text.iter().rposition(|byte| *byte != 0);
    last.is_some_and(|last| text[..last].contains(&0))
}

/// Converts one cell.
pub(crate) fn push_cell(
    slot: u16,
    column: &ColumnDef,
    value: &Scalar,
    scope: &Scope<'_>,
    conversion: Conversion<'_>,
    stored: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<(), SqlError> {
    stored.clear();
    let value = scope.stored_value(value, column)?;
    let checked = column.not_null && scope.assumptions.not_null == NotNull::Checked;
    if store(&column.name, column.kind, value, conversion, stored)? {
        if stored.len() > conversion.longest {
            return Err(refusal::too_long(&column.name));
        }
        push_shared(slot, Some(stored), out);
        return Ok(());
    }
    if checked {
        return Err(refusal::null_value(&column.name));
    }
    match scope.assumptions.null_write {
        NullWrite::Removes | NullWrite::RemovesOnce => push_shared(slot, None, out),
        NullWrite::Ignored => {}
        NullWrite::Refused => return Err(refusal::null_value(&column.name)),
    }
    Ok(())
}

fn write(
    table: &Table,
    schema: &Schema,
    upsert: &Upsert,
    layout: &Layout<'_>,
    staged: &[Staged],
    arena: &[u8],
    scope: &Scope<'_>,
) -> Result<(), SqlError> {
    let merging = scope.merging(schema);
    let oldest = schema.ttl_ms().map_or(NEVER, |ttl| scope.now_ms.saturating_sub(ttl));
    let existence = |stamp: i64| if scope.assumptions.null_row == NullRow::Exists { stamp } else { NEVER };
    let simple = upsert.on_duplicate.is_none() && layout.defaults.is_empty();
    for row in staged {
        // Older than its time to live: accepted, and gone.
        if row.stamp < oldest && scope.assumptions.ttl_on_write == TtlOnWrite::Dropped {
            continue;
        }
        let (key, cells) = (&arena[row.key.clone()], &arena[row.cells.clone()]);
        if simple {
            table.write(key, row.stamp, existence(row.stamp), cells, merging);
            continue;
        }
        table.write_after(key, merging, |present| {
            let there = present.is_some_and(|present| {
                Window::since(oldest).has_row(present.cells(), present.marker, present.alive)
            });
            let own = Write { stamp: row.stamp, alive: existence(row.stamp), cells: cells.to_vec() };
            match (&upsert.on_duplicate, there) {
                (Some(OnDuplicate::Error), true) => Err(refusal::duplicate_key()),
                (Some(OnDuplicate::Ignore), true) => Ok(Vec::new()),
                (Some(OnDuplicate::Update(changes)), true) => {
                    let cells = changed(schema, changes, scope)?;
                    Ok(vec![Write { cells, ..own }])
                }
                (_, _) => Ok(vec![own, defaults(layout, present, row.stamp, scope, schema)?]),
            }
        })?;
    }
    Ok(())
}

/// The cells of a SET list, in slot order.
pub(crate) fn changed(
    schema: &Schema,
    changes: &[(String, Scalar)],
    scope: &Scope<'_>,
) -> Result<Vec<u8>, SqlError> {
    let mut columns = Vec::with_capacity(changes.len());
    for (name, value) in changes {
        let column = schema.column(name)?;
        match column.place {
            Place::Key(_) => return Err(refusal::unsupported("an update of a key column")),
            Place::Cell(slot) => columns.push((slot, column, value)),
        }
    }
    columns.sort_by_key(|(slot, _, _)| *slot);
    if let Some(pair) = columns.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(refusal::duplicate_column(&pair[0].1.name));
    }
    let (mut stored, mut cells) = (Vec::new(), Vec::new());
    for (slot, column, value) in columns {
        push_cell(slot, column, value, scope, scope.conversion(schema), &mut stored, &mut cells)?;
    }
    Ok(cells)
}

/// Defaults for the columns that the statement does not name and the row does not have.
fn defaults(
    layout: &Layout<'_>,
    present: Option<&Row>,
    stamp: i64,
    scope: &Scope<'_>,
    schema: &Schema,
) -> Result<Write, SqlError> {
    let (mut stored, mut cells) = (Vec::new(), Vec::new());
    for (slot, column, default) in &layout.defaults {
        let there = present.is_some_and(|row| row.cells().any(|cell| cell.slot == *slot));
        if !there {
            push_cell(*slot, column, default, scope, scope.conversion(schema), &mut stored, &mut cells)?;
        }
    }
    Ok(Write { stamp, alive: NEVER, cells })
}
