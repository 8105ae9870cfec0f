//! ORDER BY that the key does not give, sorted in memory where the assumptions allow it.

use std::cmp::Ordering;

use crate::answer::{Datum, SqlError};
use crate::engine::condition::{Subject, compare};
use crate::engine::listing::Listing;
use crate::engine::projection::View;
use crate::engine::schema::{Place, Schema};
use crate::engine::select::Shown;
use crate::refusal;

/// The most rows that are sorted.
const MOST_ROWS: usize = 100_000;

/// A row with what it is sorted by.
struct Sorted {
    by: Vec<Option<Vec<u8>>>,
    values: Vec<Datum<'static>>,
}

/// Sorts the rows and keeps those within LIMIT and OFFSET.
pub(crate) fn sorted(
    mut shown: Shown,
    order: &[(String, bool)],
    bytes_max: usize,
) -> Result<Listing, SqlError> {
    let schema = shown.schema();
    let frame = shown.frame(&schema);
    let mut rows: Vec<Sorted> = Vec::new();
    let mut bytes = 0;
    let outputs = std::mem::take(&mut shown.outputs);
    loop {
        let more = shown.rows.next(|found, view| {
            bytes += found.size;
            let values = outputs.iter().map(|output| view.value(output, 0, &frame).into_owned()).collect();
            rows.push(Sorted { by: sort_key(view, order, &schema), values });
        })?;
        if !more {
            break;
        }
        if rows.len() > MOST_ROWS {
            return Err(refusal::over_limit("more than 100000 rows to sort"));
        }
        if bytes > bytes_max {
            return Err(refusal::over_limit("more bytes to sort than QUERY_MAX_MEM"));
        }
    }
    rows.sort_by(|left, right| compare_rows(left, right, order, &schema));
    let offset = usize::try_from(shown.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(shown.limit).unwrap_or(usize::MAX);
    Ok(Listing::new(rows.into_iter().skip(offset).take(limit).map(|row| row.values).collect()))
}

fn sort_key(view: &View<'_>, order: &[(String, bool)], schema: &Schema) -> Vec<Option<Vec<u8>>> {
    let of = |(name, _): &(String, bool)| match schema.column(name).ok()?.place {
        Place::Key(part) => Some(view.component(part).to_vec()),
        Place::Cell(slot) => view.cell(slot).map(<[u8]>::to_vec),
    };
    order.iter().map(of).collect()
}

/// NULL sorts first.
fn compare_rows(left: &Sorted, right: &Sorted, order: &[(String, bool)], schema: &Schema) -> Ordering {
    for (((name, descending), a), b) in order.iter().zip(&left.by).zip(&right.by) {
        let Ok(column) = schema.column(name) else { continue };
        let ascending = match (a, b) {
            (Some(a), Some(b)) => match column.place {
                Place::Key(part) if schema.key[part].descending => b.cmp(a),
                Place::Key(_) => a.cmp(b),
                Place::Cell(_) => compare(column.kind, a, b),
            },
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        let ordering = if *descending { ascending.reverse() } else { ascending };
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}
