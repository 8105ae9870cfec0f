//! One source table onto one target table, column by column.
//!
//! The mapping is computed once, stored with the run, and used by planner, copier and verification alike,
//! so that none of them can read the catalog differently. Key columns come first, in the target's key order.

use serde::{Deserialize, Serialize};

use crate::ident::{ColumnName, TableId};
use crate::limits::KEY_COLUMNS_MAX;
use crate::schema::source::{SourceColumn, SourceKey, SourceTable, SourceType};
use crate::schema::target::{TargetColumn, TargetTable, TargetType};
use crate::schema::type_mapping::{Place, conversion_into, default_type};
use crate::task::{TableSelection, Task};
use crate::value::{Conversion, ZeroDates};

/// The column that makes a row exist whose other non-key columns are all NULL or absent (design section 4).
pub const MARKER_COLUMN: &str = "ferry_row";

/// What a source table is called on the target: the selected columns in source order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableNames {
    /// The target table.
    pub target: TableId,
    /// Source name and target name of each selected column.
    pub columns: Vec<(ColumnName, ColumnName)>,
}

/// What the mapping depends on besides the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappingOptions<'a> {
    /// What becomes of zero dates.
    pub zero_dates: ZeroDates,
    /// Whether the probe showed that a row whose non-key columns are all NULL exists.
    pub null_rows_exist: bool,
    /// Types of which the target makes no column: VARCHAR takes their place where it can.
    pub types_refused: &'a [TargetType],
}

/// One column of the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// The source column.
    pub source: ColumnName,
    /// The target column.
    pub target: ColumnName,
    /// The target column's type.
    pub target_type: TargetType,
    /// How values are carried.
    pub conversion: Conversion,
    /// Whether the column is part of the target's key.
    pub in_key: bool,
}

/// How a table is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMapping {
    /// The source table as it was described when the mapping was made.
    pub source: SourceTable,
    /// The key rows are read by.
    pub key: SourceKey,
    /// The target table as it is, or as Ferry creates it.
    pub target: TargetTable,
    /// The columns, key columns first in the target's key order; rows are read and written in this order.
    pub columns: Vec<ColumnMapping>,
    /// Whether [`MARKER_COLUMN`] = 1 is written with every row.
    pub marker: bool,
    /// Whether the target table was there before.
    pub existing: bool,
}

/// Why a table cannot be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum MappingFault {
    /// Neither primary key nor unique key over NOT NULL columns.
    #[error("the table has neither a primary key nor a unique key whose columns are all NOT NULL")]
    NoKey,
    /// A key column is excluded.
    #[error("key column {column} is excluded")]
    KeyColumnExcluded {
        /// The column.
        column: ColumnName,
    },
    /// Too many key columns.
    #[error("the key has {columns} columns, the target takes {KEY_COLUMNS_MAX}")]
    KeyTooWide {
        /// How many.
        columns: usize,
    },
    /// A type that cannot be a key, or not at this place.
    #[error("column {column} ({spelling}) cannot be a key column of the target at its place")]
    KeyType {
        /// The column.
        column: ColumnName,
        /// Its type.
        spelling: String,
    },
    /// A type Ferry does not know.
    #[error("column {column} has the type {spelling}, which is not known")]
    UnknownType {
        /// The column.
        column: ColumnName,
        /// Its type.
        spelling: String,
    },
    /// The existing target column cannot hold the values exactly.
    #[error("column {column} ({spelling}) cannot be carried exactly into the target column of type {target}")]
    Incompatible {
        /// The column.
        column: ColumnName,
        /// Its type.
        spelling: String,
        /// The target's type.
        target: TargetType,
    },
    /// The existing target table lacks a column.
    #[error("the target table has no column {column}")]
    MissingColumn {
        /// The target column.
        column: ColumnName,
    },
    /// The existing target table has another key.
    #[error("the target table's key is ({found}), the source's is ({wanted})")]
    KeyDiffers {
        /// The target's key columns.
        found: String,
        /// The source's key columns under their target names.
        wanted: String,
    },
    /// Two source columns, or one and the marker, have the same target name.
    #[error("two columns are called {column} on the target")]
    NameClash {
        /// The target column.
        column: ColumnName,
    },
    /// A key-only table into an existing table without marker column.
    #[error(
        "no column besides the key is carried and the target table has no column {MARKER_COLUMN} TINYINT"
    )]
    NoValueColumn,
}

/// Maps a table, or says everything that stands against it.
///
/// # Errors
/// All [`MappingFault`]s found, never only the first.
pub fn map_table(
    source: &SourceTable,
    names: &TableNames,
    existing: Option<&TargetTable>,
    options: MappingOptions<'_>,
) -> Result<TableMapping, Vec<MappingFault>> {
    let Some(key) = source.key.clone() else { return Err(vec![MappingFault::NoKey]) };
    let mut faults = key_faults(&key, names);
    faults.extend(name_clashes(names));
    if !faults.is_empty() {
        return Err(faults);
    }
    let key_names: Vec<&ColumnName> = key.columns.iter().filter_map(|column| names.of(column)).collect();
    let key_order = match existing {
        None => key_names.clone(),
        Some(table) => match same_key(table, &key_names) {
            Ok(order) => order,
            Err(fault) => return Err(vec![fault]),
        },
    };
    let mut columns = Vec::new();
    for (source_name, target_name) in names.in_order(&key_order) {
        match map_column(source, source_name, target_name, &key_order, existing, options) {
            Ok(column) => columns.push(column),
            Err(fault) => faults.push(fault),
        }
    }
    let marker = match needs_marker(source, &columns, existing, options) {
        Ok(marker) => marker,
        // Where columns are at fault, too few are left to tell whether the table has any besides its key.
        Err(MappingFault::NoValueColumn) if !faults.is_empty() => false,
        Err(fault) => {
            faults.push(fault);
            false
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let target = existing.cloned().unwrap_or_else(|| new_table(names, &columns, marker));
    Ok(TableMapping { source: source.clone(), key, target, columns, marker, existing: existing.is_some() })
}

impl TableNames {
    /// The names the task gives this table; none where the task does not select it.
    #[must_use]
    pub fn by_task(task: &Task, table: &SourceTable) -> Option<Self> {
        task.mapped(&table.id.database, &table.id.table)
            .map(|selection| Self::by_selection(&selection, table))
    }

    /// The names this selection gives the table's columns.
    #[must_use]
    pub fn by_selection(selection: &TableSelection, table: &SourceTable) -> Self {
        let named =
            |column: &SourceColumn| Some((column.name.clone(), selection.columns.target_of(&column.name)?));
        let columns = table.columns.iter().filter_map(named).collect();
        let (database, table) = (selection.target_database.clone(), selection.target_table.clone());
        Self { target: TableId { database, table }, columns }
    }

    fn of(&self, source: &ColumnName) -> Option<&ColumnName> {
        self.columns.iter().find(|(name, _)| name == source).map(|(_, target)| target)
    }

    fn in_order(&self, key: &[&ColumnName]) -> impl Iterator<Item = (&ColumnName, &ColumnName)> {
        let key_first = key.iter().filter_map(|name| self.columns.iter().find(|(_, target)| target == *name));
        let rest = self.columns.iter().filter(|(_, target)| !key.contains(&target));
        key_first.chain(rest).map(|(source, target)| (source, target)).collect::<Vec<_>>().into_iter()
    }
}

fn key_faults(key: &SourceKey, names: &TableNames) -> Vec<MappingFault> {
    let excluded = key.columns.iter().filter(|column| names.of(column).is_none());
    let mut faults: Vec<MappingFault> =
        excluded.map(|column| MappingFault::KeyColumnExcluded { column: column.clone() }).collect();
    if key.columns.len() > KEY_COLUMNS_MAX {
        faults.push(MappingFault::KeyTooWide { columns: key.columns.len() });
    }
    faults
}

fn name_clashes(names: &TableNames) -> Vec<MappingFault> {
    let mut seen = std::collections::BTreeSet::new();
    let repeated = names.columns.iter().filter(|(_, target)| !seen.insert(target.clone()));
    repeated.map(|(_, target)| MappingFault::NameClash { column: target.clone() }).collect()
}

fn same_key<'a>(table: &TargetTable, wanted: &[&'a ColumnName]) -> Result<Vec<&'a ColumnName>, MappingFault> {
    let found: Vec<&ColumnName> = table.key().into_iter().map(|column| &column.name).collect();
    let order: Vec<&ColumnName> =
        found.iter().filter_map(|name| wanted.iter().find(|wanted| *wanted == name).copied()).collect();
    if order.len() == found.len() && order.len() == wanted.len() {
        return Ok(order);
    }
    let join = |names: &[&ColumnName]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    Err(MappingFault::KeyDiffers { found: join(&found), wanted: join(wanted) })
}

fn map_column(
    source: &SourceTable,
    source_name: &ColumnName,
    target_name: &ColumnName,
    key: &[&ColumnName],
    existing: Option<&TargetTable>,
    options: MappingOptions<'_>,
) -> Result<ColumnMapping, MappingFault> {
    let column = source
        .column(source_name)
        .ok_or_else(|| MappingFault::MissingColumn { column: source_name.clone() })?;
    let place = match key.iter().position(|name| *name == target_name) {
        None => Place::Value,
        Some(at) if at + 1 == key.len() => Place::KeyLast,
        Some(_) => Place::KeyInside,
    };
    let spelling = || column.spelling.clone();
    let target_type = match existing {
        Some(table) => {
            let found = table.column(target_name);
            found.ok_or_else(|| MappingFault::MissingColumn { column: target_name.clone() })?.column_type
        }
        None => made_type(&column.column_type, place, options).ok_or_else(|| match place {
            Place::Value => MappingFault::UnknownType { column: source_name.clone(), spelling: spelling() },
            Place::KeyInside | Place::KeyLast => {
                MappingFault::KeyType { column: source_name.clone(), spelling: spelling() }
            }
        })?,
    };
    let conversion =
        conversion_into(&column.column_type, target_type, options.zero_dates).ok_or_else(|| {
            MappingFault::Incompatible {
                column: source_name.clone(),
                spelling: spelling(),
                target: target_type,
            }
        })?;
    let in_key = place != Place::Value;
    Ok(ColumnMapping {
        source: source_name.clone(),
        target: target_name.clone(),
        target_type,
        conversion,
        in_key,
    })
}

/// The type of a column that Ferry makes. An old target makes no DATE, for instance (`lindorm.md` 5.3).
pub(crate) fn made_type(
    source: &SourceType,
    place: Place,
    options: MappingOptions<'_>,
) -> Option<TargetType> {
    let usual = default_type(source, place, options.zero_dates)?;
    let text = TargetType::Varchar { chars: None };
    let is_refused = options.types_refused.iter().any(|refused| refused.is_same_kind(usual));
    let instead = is_refused && conversion_into(source, text, options.zero_dates).is_some();
    Some(if instead { text } else { usual })
}

fn needs_marker(
    source: &SourceTable,
    columns: &[ColumnMapping],
    existing: Option<&TargetTable>,
    options: MappingOptions<'_>,
) -> Result<bool, MappingFault> {
    let values: Vec<&ColumnMapping> = columns.iter().filter(|column| !column.in_key).collect();
    let name = ColumnName::new(MARKER_COLUMN).expect("invariant: the marker's name is a name");
    if let Some(table) = existing {
        let marked = table.column(&name).is_some_and(|column| column.column_type == TargetType::TinyInt);
        let carried = columns.iter().any(|column| column.target == name);
        return match (marked && !carried, values.is_empty()) {
            (true, _) => Ok(true),
            (false, true) => Err(MappingFault::NoValueColumn),
            (false, false) => Ok(false),
        };
    }
    // A zero date may become NULL although the source column is NOT NULL.
    let can_be_null = |column: &&ColumnMapping| {
        source.column(&column.source).is_none_or(|found| found.nullable)
            || column.conversion.nulls_zero_dates()
    };
    let marker = values.is_empty() || (!options.null_rows_exist && values.iter().all(can_be_null));
    if marker && columns.iter().any(|column| column.target == name) {
        return Err(MappingFault::NameClash { column: name });
    }
    Ok(marker)
}

fn new_table(names: &TableNames, columns: &[ColumnMapping], marker: bool) -> TargetTable {
    let mut next_key = 0..;
    let mut made: Vec<TargetColumn> = columns
        .iter()
        .map(|column| TargetColumn {
            name: column.target.clone(),
            column_type: column.target_type,
            key_position: column.in_key.then(|| next_key.next()).flatten(),
        })
        .collect();
    if marker {
        let name = ColumnName::new(MARKER_COLUMN).expect("invariant: the marker's name is a name");
        made.push(TargetColumn { name, column_type: TargetType::TinyInt, key_position: None });
    }
    TargetTable {
        id: names.target.clone(),
        columns: made,
        indexes: Vec::new(),
        attributes: std::collections::BTreeMap::default(),
    }
}
