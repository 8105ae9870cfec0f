//! A table's columns, key, indexes and options at one moment. A change makes a new schema; statements keep the one they began with.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::answer::{ColumnKind, SqlError};
use crate::engine::row::Slot;
use crate::refusal;
use crate::sql::Scalar;

/// Where a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The n-th column of the key.
    Key(usize),
    /// A cell.
    Cell(Slot),
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnDef {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    pub(crate) place: Place,
    pub(crate) not_null: bool,
    pub(crate) default: Option<Scalar>,
}

/// A column of the key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyColumn {
    /// Its place among the table's columns.
    pub(crate) column: usize,
    pub(crate) kind: ColumnKind,
    pub(crate) descending: bool,
}

/// A secondary index. It is metadata only: reads never use it, but efficiency and stamp rules do.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) search: bool,
    pub(crate) columns: Vec<String>,
    pub(crate) include: Vec<String>,
}

impl Index {
    /// Whether it holds the column.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.columns.iter().chain(&self.include).any(|column| column == name)
    }
}

/// Everything about a table but its rows.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    pub(crate) columns: Vec<ColumnDef>,
    pub(crate) key: Vec<KeyColumn>,
    pub(crate) indexes: Vec<Index>,
    /// WITH options by upper-case name.
    pub(crate) options: BTreeMap<String, String>,
    /// Names that cannot come back before a compaction.
    pub(crate) dropped: BTreeSet<String>,
    pub(crate) next_slot: Slot,
    by_name: HashMap<String, usize>,
}

/// The longest value of a non-key column unless the table says otherwise.
const LONGEST_VALUE: usize = 2_097_152;

impl Schema {
    pub(crate) fn new(columns: Vec<ColumnDef>, key: Vec<KeyColumn>, next_slot: Slot) -> Self {
        let mut schema = Self {
            columns,
            key,
            indexes: Vec::new(),
            options: BTreeMap::new(),
            dropped: BTreeSet::new(),
            next_slot,
            by_name: HashMap::new(),
        };
        schema.reindex();
        schema
    }

    /// The schema of a new table like this one: nothing was ever dropped from it.
    pub(crate) fn emptied(&self) -> Self {
        Self { dropped: BTreeSet::new(), ..self.clone() }
    }

    /// To be called after `columns` changed.
    pub(crate) fn reindex(&mut self) {
        self.by_name =
            self.columns.iter().enumerate().map(|(index, column)| (column.name.clone(), index)).collect();
    }

    /// A column's place in the list, by its exact name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Result<&ColumnDef, SqlError> {
        self.find(name).map(|index| &self.columns[index]).ok_or_else(|| refusal::unknown_column(name))
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    /// How many versions a cell keeps.
    pub(crate) fn versions(&self) -> u32 {
        self.option("VERSIONS").and_then(|text| text.parse().ok()).unwrap_or(1)
    }

    /// How long a cell lives from its stamp on.
    pub(crate) fn ttl_ms(&self) -> Option<i64> {
        self.option("TTL")
            .and_then(|text| text.parse::<i64>().ok())
            .map(|seconds| seconds.saturating_mul(1000))
    }

    pub(crate) fn is_strong(&self) -> bool {
        self.option("CONSISTENCY").is_some_and(|value| value.eq_ignore_ascii_case("strong"))
    }

    /// MUTABILITY in upper case.
    pub(crate) fn mutability(&self) -> String {
        self.option("MUTABILITY").unwrap_or("MUTABLE_LATEST").to_uppercase()
    }

    pub(crate) fn longest_value(&self) -> usize {
        self.option("MAX_NONPK_LEN").and_then(|text| text.parse().ok()).unwrap_or(LONGEST_VALUE)
    }

    /// Whether any index holds the column.
    pub(crate) fn is_indexed(&self, name: &str) -> bool {
        self.indexes.iter().any(|index| index.holds(name))
    }
}
