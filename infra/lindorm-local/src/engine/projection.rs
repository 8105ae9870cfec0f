//! The columns of a SELECT over one table, and the values they take from a row.

use crate::answer::{Column, ColumnKind, Datum, SqlError};
use crate::engine::condition::Subject;
use crate::engine::key::{component_length, show_component};
use crate::engine::presentation::Presentation;
use crate::engine::row::{Cell, Slot};
use crate::engine::schema::{Place, Schema};
use crate::engine::shown::show;
use crate::engine::table::Found;
use crate::engine::visible::Window;
use crate::refusal;
use crate::sql::{Item, Scalar};

/// Appended to a column's name to ask for its stamp.
const STAMP_SUFFIX: &str = "_l_ts";

/// One value of the result.
#[derive(Debug, Clone)]
pub(crate) enum Output {
    /// A key column.
    Key(usize),
    /// A cell.
    Cell(Slot, ColumnKind),
    /// A cell's stamp.
    Stamp(Slot),
    /// A literal or parameter.
    Constant(Datum<'static>),
}

/// Names, types and places of a SELECT's columns.
pub(crate) fn outputs(
    items: &[Item],
    schema: &Schema,
    presentation: Presentation,
    constant: impl Fn(&Scalar) -> Datum<'static>,
) -> Result<(Vec<Column>, Vec<Output>), SqlError> {
    let (mut columns, mut outputs) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::All => {
                for column in &schema.columns {
                    columns.push(Column { name: column.name.clone(), kind: presentation.kind(column.kind) });
                    outputs.push(output(column.place, column.kind));
                }
            }
            Item::Column { column: wanted, name } => match schema.column(wanted) {
                Ok(column) => {
                    columns.push(Column { name: name.clone(), kind: presentation.kind(column.kind) });
                    outputs.push(output(column.place, column.kind));
                }
                Err(unknown) => {
                    let of = wanted.strip_suffix(STAMP_SUFFIX).and_then(|base| schema.column(base).ok());
                    let Some(Place::Cell(slot)) = of.map(|column| column.place) else { return Err(unknown) };
                    columns.push(Column { name: name.clone(), kind: ColumnKind::BigInt });
                    outputs.push(Output::Stamp(slot));
                }
            },
            Item::Scalar { value, name } => {
                columns.push(Column { name: name.clone(), kind: scalar_kind(value) });
                outputs.push(Output::Constant(constant(value)));
            }
            Item::Count { .. } | Item::Variable { .. } | Item::Database { .. } => {
                return Err(refusal::unsupported("COUNT(*), variables or DATABASE() beside columns"));
            }
        }
    }
    Ok((columns, outputs))
}

fn output(place: Place, kind: ColumnKind) -> Output {
    match place {
        Place::Key(part) => Output::Key(part),
        Place::Cell(slot) => Output::Cell(slot, kind),
    }
}

/// The type a value shows as.
pub(crate) fn scalar_kind(scalar: &Scalar) -> ColumnKind {
    match scalar {
        Scalar::Now => ColumnKind::Timestamp,
        Scalar::Param(_) => ColumnKind::Varchar { length: None },
        Scalar::Literal(datum) => match datum {
            Datum::Bool(_) => ColumnKind::Boolean,
            Datum::Int(_) => ColumnKind::BigInt,
            Datum::UInt(_) => ColumnKind::BigIntUnsigned,
            Datum::Float(_) => ColumnKind::Float,
            Datum::Double(_) => ColumnKind::Double,
            Datum::Decimal(_) => ColumnKind::Decimal { precision: 38, scale: 0 },
            Datum::Bytes(_) => ColumnKind::Varbinary,
            Datum::Date { .. } => ColumnKind::Date,
            Datum::Time { .. } => ColumnKind::Time,
            Datum::DateTime { .. } => ColumnKind::Timestamp,
            Datum::Null | Datum::Text(_) => ColumnKind::Varchar { length: None },
        },
    }
}

/// A row taken apart: its key columns and the cells a read sees.
#[derive(Debug)]
pub(crate) struct View<'a> {
    parts: Vec<&'a [u8]>,
    /// By slot, newest first.
    cells: Vec<Cell<'a>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(found: &Found<'a>, schema: &Schema, window: Window) -> Self {
        let mut rest = found.key;
        let mut parts = Vec::with_capacity(schema.key.len());
        for part in &schema.key {
            let (component, after) = rest.split_at(component_length(part.kind, part.descending, rest));
            parts.push(component);
            rest = after;
        }
        let mut cells = Vec::with_capacity(schema.columns.len());
        cells.extend(window.cells(found.cells.clone(), found.marker));
        Self { parts, cells }
    }

    /// The n-th version of a cell, the newest being the zeroth.
    fn version(&self, slot: Slot, version: usize) -> Option<&Cell<'a>> {
        self.cells.iter().filter(|cell| cell.slot == slot).nth(version)
    }

    /// How many versions the column with the most of them has.
    pub(crate) fn deepest(&self, outputs: &[Output]) -> usize {
        let of = |slot: Slot| self.cells.iter().filter(|cell| cell.slot == slot).count();
        let depth = |output: &Output| match output {
            Output::Cell(slot, _) | Output::Stamp(slot) => of(*slot),
            Output::Key(_) | Output::Constant(_) => 0,
        };
        outputs.iter().map(depth).max().unwrap_or(0)
    }

    /// The value of one column of the result.
    pub(crate) fn value<'v>(&'v self, output: &'v Output, version: usize, frame: &Frame<'v>) -> Datum<'v> {
        match output {
            Output::Key(part) => {
                let column = frame.schema.key[*part];
                let shown = show_component(column.kind, column.descending, self.parts[*part], frame.zone_ms);
                frame.presentation.value(column.kind, shown)
            }
            Output::Cell(slot, kind) => match self.version(*slot, version).and_then(|cell| cell.value) {
                Some(value) => frame.presentation.value(*kind, show(*kind, value, frame.zone_ms)),
                None => Datum::Null,
            },
            Output::Stamp(slot) if frame.stamps => {
                self.version(*slot, version).map_or(Datum::Null, |cell| Datum::Int(cell.stamp))
            }
            Output::Stamp(_) => Datum::Null,
            Output::Constant(value) => value.clone(),
        }
    }
}

/// What is the same for every row of a result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) presentation: Presentation,
    pub(crate) zone_ms: i64,
    /// Stamps are shown only where a hint on versions stands.
    pub(crate) stamps: bool,
}

impl Subject for View<'_> {
    fn component(&self, part: usize) -> &[u8] {
        self.parts[part]
    }

    fn cell(&self, slot: Slot) -> Option<&[u8]> {
        self.version(slot, 0).and_then(|cell| cell.value)
    }
}
