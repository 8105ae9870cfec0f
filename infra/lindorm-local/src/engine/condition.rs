//! WHERE against a table: column names become places, literals become stored bytes, once per execution.
//!
//! Key columns are compared in their encoded form, so that ranges and comparisons agree; for a DESC column the comparison is turned.

use std::cmp::Ordering;

use crate::answer::{ColumnKind, Datum, SqlError};
use crate::engine::coerce::store;
use crate::engine::key::{push_component, show_component};
use crate::engine::like::is_like;
use crate::engine::row::Slot;
use crate::engine::schema::{ColumnDef, Place, Schema};
use crate::engine::scope::Scope;
use crate::refusal;
use crate::sql::{Comparison, Predicate, Scalar};

/// The most values of one IN list.
const LONGEST_LIST: usize = 2_000;

/// A condition on the rows of one table.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// An encoded key column against a value, by bytes.
    Key(usize, Comparison, Vec<u8>),
    /// An encoded key column in a sorted list.
    KeyIn { part: usize, values: Vec<Vec<u8>>, negated: bool },
    /// A cell against a value.
    Cell { slot: Slot, kind: ColumnKind, comparison: Comparison, value: Vec<u8> },
    /// A cell in a list.
    CellIn { slot: Slot, kind: ColumnKind, values: Vec<Vec<u8>>, negated: bool },
    /// A cell is there, or is not.
    CellIsNull { slot: Slot, negated: bool },
    /// A text against a pattern.
    Like { place: Place, kind: ColumnKind, descending: bool, pattern: String, negated: bool },
    /// The same for every row.
    Constant(bool),
}

/// A row under a condition: its encoded key columns and its newest visible cells.
pub(crate) trait Subject {
    /// An encoded key column.
    fn component(&self, part: usize) -> &[u8];
    /// The value of a cell, nothing for NULL.
    fn cell(&self, slot: Slot) -> Option<&[u8]>;
}

/// Resolves a predicate.
pub(crate) fn resolve(
    predicate: &Predicate,
    schema: &Schema,
    scope: &Scope<'_>,
) -> Result<Condition, SqlError> {
    let all =
        |parts: &[Predicate]| parts.iter().map(|part| resolve(part, schema, scope)).collect::<Result<_, _>>();
    match predicate {
        Predicate::And(parts) => Ok(Condition::And(all(parts)?)),
        Predicate::Or(parts) => Ok(Condition::Or(all(parts)?)),
        Predicate::Compare(name, comparison, scalar) => {
            let column = schema.column(name)?;
            // A comparison with NULL is never true.
            let Some(value) = bytes(column, scalar, schema, scope)? else {
                return Ok(Condition::Constant(false));
            };
            Ok(match column.place {
                Place::Key(part) => {
                    let descending = schema.key[part].descending;
                    Condition::Key(part, if descending { turned(*comparison) } else { *comparison }, value)
                }
                Place::Cell(slot) => {
                    Condition::Cell { slot, kind: column.kind, comparison: *comparison, value }
                }
            })
        }
        Predicate::In { column, values, negated } => {
            if values.len() > LONGEST_LIST {
                return Err(refusal::over_limit("more than 2000 values in one IN list"));
            }
            let column = schema.column(column)?;
            let mut found = Vec::with_capacity(values.len());
            for value in values {
                match bytes(column, value, schema, scope)? {
                    Some(value) => found.push(value),
                    None if *negated => return Ok(Condition::Constant(false)),
                    None => {}
                }
            }
            found.sort();
            found.dedup();
            let (values, negated) = (found, *negated);
            Ok(match column.place {
                Place::Key(part) => Condition::KeyIn { part, values, negated },
                Place::Cell(slot) => Condition::CellIn { slot, kind: column.kind, values, negated },
            })
        }
        Predicate::IsNull { column, negated } => Ok(match schema.column(column)?.place {
            Place::Key(_) => Condition::Constant(*negated),
            Place::Cell(slot) => Condition::CellIsNull { slot, negated: *negated },
        }),
        Predicate::Like { column, pattern, negated } => {
            let column = schema.column(column)?;
            let pattern = match scope.value(pattern) {
                Datum::Text(text) => text.clone().into_owned(),
                Datum::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                _ => return Err(refusal::wrong_value("string", &column.name)),
            };
            let descending = matches!(column.place, Place::Key(part) if schema.key[part].descending);
            Ok(Condition::Like {
                place: column.place,
                kind: column.kind,
                descending,
                pattern,
                negated: *negated,
            })
        }
    }
}

/// A value as its column stores it, or as the key encodes it; nothing for NULL.
fn bytes(
    column: &ColumnDef,
    scalar: &Scalar,
    schema: &Schema,
    scope: &Scope<'_>,
) -> Result<Option<Vec<u8>>, SqlError> {
    let mut stored = Vec::new();
    let value = scope.stored_value(scalar, column)?;
    if !store(&column.name, column.kind, value, scope.conversion(schema), &mut stored)? {
        return Ok(None);
    }
    Ok(Some(match column.place {
        Place::Cell(_) => stored,
        Place::Key(part) => {
            let mut component = Vec::with_capacity(stored.len() + 2);
            push_component(column.kind, schema.key[part].descending, &stored, &mut component);
            component
        }
    }))
}

fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::Equal,
        Comparison::NotEqual => Comparison::NotEqual,
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
    }
}

fn holds(comparison: Comparison, ordering: Ordering) -> bool {
    match comparison {
        Comparison::Equal => ordering.is_eq(),
        Comparison::NotEqual => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}

/// Compares two stored values of one kind.
pub(crate) fn compare(kind: ColumnKind, left: &[u8], right: &[u8]) -> Ordering {
    match kind {
        ColumnKind::Varchar { .. }
        | ColumnKind::Char { .. }
        | ColumnKind::Binary { .. }
        | ColumnKind::Varbinary
        | ColumnKind::Json => left.cmp(right),
        ColumnKind::Boolean
        | ColumnKind::TinyInt
        | ColumnKind::SmallInt
        | ColumnKind::Integer
        | ColumnKind::BigInt
        | ColumnKind::BigIntUnsigned
        | ColumnKind::Float
        | ColumnKind::Double
        | ColumnKind::Decimal { .. }
        | ColumnKind::Date
        | ColumnKind::Time
        | ColumnKind::Timestamp => {
            let (mut a, mut b) = (Vec::with_capacity(16), Vec::with_capacity(16));
            push_component(kind, false, left, &mut a);
            push_component(kind, false, right, &mut b);
            a.cmp(&b)
        }
    }
}

impl Condition {
    /// Whether the row meets it.
    pub(crate) fn accepts(&self, row: &impl Subject) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.accepts(row)),
            Self::Or(parts) => parts.iter().any(|part| part.accepts(row)),
            Self::Key(part, comparison, value) => {
                holds(*comparison, row.component(*part).cmp(value.as_slice()))
            }
            Self::KeyIn { part, values, negated } => {
                let component = row.component(*part);
                values.binary_search_by(|value| value.as_slice().cmp(component)).is_ok() != *negated
            }
            Self::Cell { slot, kind, comparison, value } => {
                row.cell(*slot).is_some_and(|cell| holds(*comparison, compare(*kind, cell, value)))
            }
            Self::CellIn { slot, kind, values, negated } => row.cell(*slot).is_some_and(|cell| {
                values.iter().any(|value| compare(*kind, cell, value).is_eq()) != *negated
            }),
            Self::CellIsNull { slot, negated } => row.cell(*slot).is_some() == *negated,
            Self::Like { place, kind, descending, pattern, negated } => match place {
                Place::Cell(slot) => row.cell(*slot).is_some_and(|cell| is_like(cell, pattern) != *negated),
                Place::Key(part) => match show_component(*kind, *descending, row.component(*part), 0) {
                    Datum::Text(text) => is_like(text.as_bytes(), pattern) != *negated,
                    Datum::Bytes(bytes) => is_like(&bytes, pattern) != *negated,
                    _ => false,
                },
            },
            Self::Constant(accepted) => *accepted,
        }
    }
}
