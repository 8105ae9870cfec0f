//! A table's definition as it is stored: JSON with a format number, apart from the schema the engine works with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::answer::Datum;
use crate::engine::row::Slot;
use crate::engine::schema::{ColumnDef, Index, KeyColumn, Place, Schema};
use crate::engine::show::kind_name;
use crate::sql::{Scalar, read_kind};

/// Raised with each change of [`StoredTable`] that older versions cannot read.
const FORMAT: u32 = 1;

/// Why a stored definition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum DefinitionFault {
    /// Another version's.
    #[error("its definition has format {0}, this version reads {FORMAT}")]
    Format(u32),
    /// No definition.
    #[error("its definition is damaged")]
    Damaged,
}

/// The one field that every format has.
#[derive(Debug, Deserialize)]
struct Formatted {
    format: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredTable {
    format: u32,
    columns: Vec<StoredColumn>,
    key: Vec<StoredKeyColumn>,
    indexes: Vec<StoredIndex>,
    options: BTreeMap<String, String>,
    dropped: BTreeSet<String>,
    next_slot: Slot,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredColumn {
    name: String,
    /// As in SQL.
    kind: String,
    /// Nothing for a column of the key.
    slot: Option<Slot>,
    not_null: bool,
    default: Option<StoredDefault>,
}

/// What a default can be: the literals of the dialect, and `NOW()`.
#[derive(Debug, Serialize, Deserialize)]
enum StoredDefault {
    Now,
    Bool(bool),
    Int(i64),
    UInt(u64),
    /// Its bits, so that it comes back exactly.
    Double(u64),
    Decimal(String),
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredKeyColumn {
    column: usize,
    descending: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredIndex {
    name: String,
    search: bool,
    columns: Vec<String>,
    include: Vec<String>,
}

/// The stored form of a definition.
pub(crate) fn written(schema: &Schema) -> String {
    let columns = schema.columns.iter().map(|column| StoredColumn {
        name: column.name.clone(),
        kind: kind_name(column.kind, true),
        slot: match column.place {
            Place::Key(_) => None,
            Place::Cell(slot) => Some(slot),
        },
        not_null: column.not_null,
        default: column.default.as_ref().map(|default| {
            stored_default(default).expect("invariant: a default is a literal other than NULL, or NOW()")
        }),
    });
    let key =
        schema.key.iter().map(|part| StoredKeyColumn { column: part.column, descending: part.descending });
    let indexes = schema.indexes.iter().map(|index| StoredIndex {
        name: index.name.clone(),
        search: index.search,
        columns: index.columns.clone(),
        include: index.include.clone(),
    });
    let stored = StoredTable {
        format: FORMAT,
        columns: columns.collect(),
        key: key.collect(),
        indexes: indexes.collect(),
        options: schema.options.clone(),
        dropped: schema.dropped.clone(),
        next_slot: schema.next_slot,
    };
    serde_json::to_string(&stored).expect("invariant: names and numbers are JSON")
}

fn stored_default(default: &Scalar) -> Option<StoredDefault> {
    let literal = match default {
        Scalar::Now => return Some(StoredDefault::Now),
        Scalar::Param(_) => return None,
        Scalar::Literal(literal) => literal.clone(),
    };
    match literal {
        Datum::Bool(value) => Some(StoredDefault::Bool(value)),
        Datum::Int(value) => Some(StoredDefault::Int(value)),
        Datum::UInt(value) => Some(StoredDefault::UInt(value)),
        Datum::Double(value) => Some(StoredDefault::Double(value.to_bits())),
        Datum::Decimal(value) => Some(StoredDefault::Decimal(value.into_owned())),
        Datum::Text(value) => Some(StoredDefault::Text(value.into_owned())),
        Datum::Bytes(value) => Some(StoredDefault::Bytes(value.into_owned())),
        Datum::Null | Datum::Float(_) | Datum::Date { .. } | Datum::Time { .. } | Datum::DateTime { .. } => {
            None
        }
    }
}

fn default(stored: StoredDefault) -> Scalar {
    Scalar::Literal(match stored {
        StoredDefault::Now => return Scalar::Now,
        StoredDefault::Bool(value) => Datum::Bool(value),
        StoredDefault::Int(value) => Datum::Int(value),
        StoredDefault::UInt(value) => Datum::UInt(value),
        StoredDefault::Double(bits) => Datum::Double(f64::from_bits(bits)),
        StoredDefault::Decimal(value) => Datum::Decimal(value.into()),
        StoredDefault::Text(value) => Datum::Text(value.into()),
        StoredDefault::Bytes(value) => Datum::Bytes(value.into()),
    })
}

/// The definition of a stored form.
pub(super) fn read(text: &str) -> Result<Schema, DefinitionFault> {
    let damaged = |_| DefinitionFault::Damaged;
    let Formatted { format } = serde_json::from_str(text).map_err(damaged)?;
    if format != FORMAT {
        return Err(DefinitionFault::Format(format));
    }
    let stored: StoredTable = serde_json::from_str(text).map_err(damaged)?;
    let mut columns = Vec::with_capacity(stored.columns.len());
    for (index, column) in stored.columns.into_iter().enumerate() {
        let part = stored.key.iter().position(|part| part.column == index);
        let place = match (column.slot, part) {
            (Some(slot), None) => Place::Cell(slot),
            (None, Some(part)) => Place::Key(part),
            (Some(_), Some(_)) | (None, None) => return Err(DefinitionFault::Damaged),
        };
        columns.push(ColumnDef {
            kind: read_kind(&column.kind).map_err(|_| DefinitionFault::Damaged)?,
            name: column.name,
            place,
            not_null: column.not_null,
            default: column.default.map(default),
        });
    }
    let mut key = Vec::with_capacity(stored.key.len());
    for part in stored.key {
        let kind = columns.get(part.column).ok_or(DefinitionFault::Damaged)?.kind;
        key.push(KeyColumn { column: part.column, kind, descending: part.descending });
    }
    let index = |index: StoredIndex| Index {
        name: index.name,
        search: index.search,
        columns: index.columns,
        include: index.include,
    };
    let mut schema = Schema::new(columns, key, stored.next_slot);
    schema.indexes = stored.indexes.into_iter().map(index).collect();
    schema.options = stored.options;
    schema.dropped = stored.dropped;
    Ok(schema)
}
