//! SELECT over one table: what is refused, which keys are walked, what is shown.

use std::sync::Arc;
use std::time::Instant;

use crate::answer::{Answer, Column, ColumnKind, Datum, RowStream, SqlError};
use crate::engine::bounds::key_ranges;
use crate::engine::condition::{Condition, resolve};
use crate::engine::efficiency::{KeyOrder, check_efficient, key_order};
use crate::engine::presentation::Presentation;
use crate::engine::projection::{Frame, Output, View, outputs};
use crate::engine::row::NEVER;
use crate::engine::scan::Scan;
use crate::engine::schema::Schema;
use crate::engine::scope::Scope;
use crate::engine::sort::sorted;
use crate::engine::table::{Found, KeyRange, Table};
use crate::engine::visible::Window;
use crate::engine::{Assumptions, LimitCap, ReadLimit, StampMinimum, Support};
use crate::refusal;
use crate::sql::{Item, Select};

/// The cap on LIMIT and OFFSET.
const LIMIT_CAP: u64 = 10_000;
/// How many rows one read of the server has.
const READ_ROWS: u64 = 2_000;
/// How many rows, and about how many bytes, one batch shows.
const BATCH_ROWS: usize = 256;
const BATCH_BYTES: usize = 1024 * 1024;
/// How many rows are looked at between two looks at the clock.
const BETWEEN_CLOCKS: usize = 1024;

/// The rows of a table that a statement asks for.
#[derive(Debug)]
pub(crate) struct Rows {
    scan: Scan,
    pub(crate) schema: Arc<Schema>,
    condition: Option<Condition>,
    window: Window,
    deadline: Instant,
    looked_at: usize,
}

impl Rows {
    /// The rows that meet a condition, if they can be found efficiently or the hint allows it otherwise.
    pub(crate) fn matching(
        table: &Arc<Table>,
        schema: &Arc<Schema>,
        condition: Option<Condition>,
        allow_filtering: bool,
        backward: bool,
        scope: &Scope<'_>,
    ) -> Result<Self, SqlError> {
        let ranges = condition.as_ref().and_then(|condition| key_ranges(condition, schema.key.len()));
        if ranges.is_none() && !allow_filtering {
            check_efficient(condition.as_ref(), schema, scope.assumptions)?;
        }
        let scan = Scan::new(Arc::clone(table), ranges.unwrap_or_else(|| vec![KeyRange::all()]), backward);
        let oldest = schema.ttl_ms().map_or(NEVER, |ttl| scope.now_ms.saturating_sub(ttl));
        let window = Window::since(oldest);
        Ok(Self {
            scan,
            schema: Arc::clone(schema),
            condition,
            window,
            deadline: scope.deadline,
            looked_at: 0,
        })
    }

    /// Shows the next row that is there and meets the condition; false at the end.
    pub(crate) fn next(&mut self, look: impl FnOnce(&Found<'_>, &View<'_>)) -> Result<bool, SqlError> {
        let mut look = Some(look);
        while look.is_some() {
            self.looked_at += 1;
            if self.looked_at.is_multiple_of(BETWEEN_CLOCKS) && Instant::now() > self.deadline {
                return Err(refusal::timed_out());
            }
            let (schema, window, condition) = (&self.schema, self.window, &self.condition);
            let more = self.scan.next(|found| {
                if !window.has_row(found.cells.clone(), found.marker, found.alive) {
                    return;
                }
                let view = View::new(found, schema, window);
                if condition.as_ref().is_none_or(|condition| condition.accepts(&view))
                    && let Some(look) = look.take()
                {
                    look(found, &view);
                }
            });
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The columns a SELECT over a table will show.
pub(crate) fn columns(
    select: &Select,
    schema: &Schema,
    assumptions: &Assumptions,
) -> Result<Vec<Column>, SqlError> {
    if let [Item::Count { name }] = select.items.as_slice() {
        return Ok(vec![Column { name: name.clone(), kind: ColumnKind::BigInt }]);
    }
    let presentation = Presentation::new(assumptions);
    outputs(&select.items, schema, presentation, |_| Datum::Null).map(|(columns, _)| columns)
}

/// Runs a SELECT over a table.
pub(crate) fn select(table: &Arc<Table>, select: &Select, scope: &Scope<'_>) -> Result<Answer, SqlError> {
    let schema = table.schema();
    let (limit, offset) = limits(select, scope)?;
    let condition = select.filter.as_ref().map(|filter| resolve(filter, &schema, scope)).transpose()?;
    let order = key_order(&select.order, condition.as_ref(), &schema)?;
    let backward = order == KeyOrder::Backward;
    let mut rows = Rows::matching(table, &schema, condition, select.hints.allow_filtering, backward, scope)?;
    if order == KeyOrder::None && scope.assumptions.memory_sort == Support::Refused {
        return Err(refusal::unsupported("ORDER BY other than in key order"));
    }
    let hints = &select.hints;
    let (min, max) = match hints.stamp {
        Some(stamp) => (Some(stamp), Some(stamp.saturating_add(1))),
        None => match scope.assumptions.stamp_minimum {
            StampMinimum::Inclusive => (hints.stamp_min, hints.stamp_max),
            StampMinimum::Exclusive => (hints.stamp_min.map(|min| min.saturating_add(1)), hints.stamp_max),
        },
    };
    rows.window = rows.window.between(min, max);
    if let [Item::Count { name }] = select.items.as_slice() {
        let columns = vec![Column { name: name.clone(), kind: ColumnKind::BigInt }];
        return Ok(Answer::Rows { columns, rows: Box::new(Count { rows }) });
    }
    let constant = |scalar: &_| scope.value(scalar).clone().into_owned();
    let presentation = Presentation::new(scope.assumptions);
    let (columns, outputs) = outputs(&select.items, &schema, presentation, constant)?;
    let stamps = hints.versions.is_some() || min.is_some() || max.is_some();
    let versions = hints.versions.unwrap_or(1) as usize;
    let zone_ms = scope.zone_ms;
    let shown = Shown { rows, outputs, presentation, zone_ms, stamps, versions, limit, offset };
    if order == KeyOrder::None {
        return Ok(Answer::Rows {
            columns,
            rows: Box::new(sorted(shown, &select.order, scope.settings.sorted_bytes_max)?),
        });
    }
    Ok(Answer::Rows { columns, rows: Box::new(shown) })
}

fn limits(select: &Select, scope: &Scope<'_>) -> Result<(u64, u64), SqlError> {
    let limit = select.limit.as_ref().map(|limit| scope.count(limit)).transpose()?;
    let offset = select.offset.as_ref().map_or(Ok(0), |offset| scope.count(offset))?;
    let ordered = !select.order.is_empty();
    if ordered && limit.is_none() {
        return Err(refusal::unsupported("ORDER BY without LIMIT"));
    }
    let capped = ordered || scope.assumptions.limit_cap == LimitCap::Always;
    if capped && (limit.is_some_and(|limit| limit > LIMIT_CAP) || offset > LIMIT_CAP) {
        return Err(refusal::over_limit("LIMIT or OFFSET above 10000"));
    }
    let most = match scope.assumptions.read_limit {
        ReadLimit::Streams => u64::MAX,
        ReadLimit::Truncated => READ_ROWS,
    };
    Ok((limit.unwrap_or(u64::MAX).min(most), offset))
}

/// Rows on their way to a client.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) rows: Rows,
    pub(crate) outputs: Vec<Output>,
    presentation: Presentation,
    zone_ms: i64,
    stamps: bool,
    versions: usize,
    pub(crate) limit: u64,
    pub(crate) offset: u64,
}

impl Shown {
    /// The schema, and what else is the same for every row.
    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.rows.schema)
    }

    pub(crate) fn frame<'s>(&self, schema: &'s Schema) -> Frame<'s> {
        Frame { schema, presentation: self.presentation, zone_ms: self.zone_ms, stamps: self.stamps }
    }
}

impl RowStream for Shown {
    fn next_batch(&mut self, each: &mut dyn FnMut(&[Datum<'_>])) -> Result<bool, SqlError> {
        let schema = self.schema();
        let frame = self.frame(&schema);
        let (mut shown, mut bytes) = (0, 0);
        while shown < BATCH_ROWS && bytes < BATCH_BYTES {
            if self.limit == 0 {
                return Ok(false);
            }
            let (outputs, versions) = (&self.outputs, self.versions);
            let (limit, offset) = (&mut self.limit, &mut self.offset);
            let more = self.rows.next(|found, view| {
                let depth = if versions == 1 { 1 } else { view.deepest(outputs).clamp(1, versions) };
                for version in 0..depth {
                    if *offset > 0 {
                        *offset -= 1;
                    } else if *limit > 0 {
                        *limit -= 1;
                        let values: Vec<Datum<'_>> =
                            outputs.iter().map(|output| view.value(output, version, &frame)).collect();
                        each(&values);
                        shown += 1;
                        bytes += found.size;
                    }
                }
            })?;
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// COUNT(*), counted when it is asked for.
#[derive(Debug)]
struct Count {
    rows: Rows,
}

impl RowStream for Count {
    fn next_batch(&mut self, each: &mut dyn FnMut(&[Datum<'_>])) -> Result<bool, SqlError> {
        let mut count = 0_i64;
        while self.rows.next(|_, _| {})? {
            count += 1;
        }
        each(&[Datum::Int(count)]);
        Ok(false)
    }
}
