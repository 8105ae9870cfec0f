//! A table as LindormTable describes it, or as Ferry would create it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ident::{ColumnName, TableId};

/// A target column type (`lindorm.md` 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetType {
    /// BOOLEAN.
    Boolean,
    /// TINYINT.
    TinyInt,
    /// SMALLINT.
    SmallInt,
    /// INTEGER.
    Integer,
    /// BIGINT.
    BigInt,
    /// FLOAT.
    Float,
    /// DOUBLE.
    Double,
    /// DECIMAL(p,s); DESCRIBE may leave both out, then they are unknown.
    Decimal {
        /// Digits in all and after the point.
        precision_scale: Option<(u32, u32)>,
    },
    /// VARCHAR[(n)].
    Varchar {
        /// Longest value in characters, where declared.
        chars: Option<u32>,
    },
    /// CHAR(n), padded with spaces.
    Char {
        /// Its length, where described.
        chars: Option<u32>,
    },
    /// BINARY(n), padded and cut silently.
    Binary {
        /// Its length, where described.
        bytes: Option<u32>,
    },
    /// VARBINARY.
    Varbinary,
    /// DATE.
    Date,
    /// TIME.
    Time,
    /// TIMESTAMP with milliseconds.
    Timestamp,
    /// JSON.
    Json,
}

impl TargetType {
    /// Whether both are of one type, whatever their lengths and precisions.
    #[must_use]
    pub fn is_same_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// Whether two descriptions can be of one type: parameters count only where both give them.
    #[must_use]
    pub fn agrees_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Decimal { precision_scale: a }, Self::Decimal { precision_scale: b }) => {
                a.is_none() || b.is_none() || a == b
            }
            (Self::Varchar { chars: a }, Self::Varchar { chars: b })
            | (Self::Char { chars: a }, Self::Char { chars: b })
            | (Self::Binary { bytes: a }, Self::Binary { bytes: b }) => a.is_none() || b.is_none() || a == b,
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for TargetType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::TinyInt => f.write_str("TINYINT"),
            Self::SmallInt => f.write_str("SMALLINT"),
            Self::Integer => f.write_str("INTEGER"),
            Self::BigInt => f.write_str("BIGINT"),
            Self::Float => f.write_str("FLOAT"),
            Self::Double => f.write_str("DOUBLE"),
            Self::Decimal { precision_scale: Some((precision, scale)) } => {
                write!(f, "DECIMAL({precision},{scale})")
            }
            Self::Decimal { precision_scale: None } => f.write_str("DECIMAL"),
            Self::Varchar { chars: Some(chars) } => write!(f, "VARCHAR({chars})"),
            Self::Varchar { chars: None } => f.write_str("VARCHAR"),
            Self::Char { chars: Some(chars) } => write!(f, "CHAR({chars})"),
            Self::Char { chars: None } => f.write_str("CHAR"),
            Self::Binary { bytes: Some(bytes) } => write!(f, "BINARY({bytes})"),
            Self::Binary { bytes: None } => f.write_str("BINARY"),
            Self::Varbinary => f.write_str("VARBINARY"),
            Self::Date => f.write_str("DATE"),
            Self::Time => f.write_str("TIME"),
            Self::Timestamp => f.write_str("TIMESTAMP"),
            Self::Json => f.write_str("JSON"),
        }
    }
}

/// A target column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetColumn {
    /// Its name.
    pub name: ColumnName,
    /// Its type.
    pub column_type: TargetType,
    /// Its place in the primary key, from 0, where it has one.
    pub key_position: Option<u32>,
}

/// A secondary or search index of a target table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetIndex {
    /// Its name.
    pub name: String,
}

/// A target table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetTable {
    /// Its name.
    pub id: TableId,
    /// Key columns first, in key order.
    pub columns: Vec<TargetColumn>,
    /// Its indexes.
    pub indexes: Vec<TargetIndex>,
    /// Table variables that were changed: TTL, MUTABILITY, VERSIONS, CONSISTENCY, by upper-case name.
    pub attributes: BTreeMap<String, String>,
}

impl TargetTable {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &ColumnName) -> Option<&TargetColumn> {
        self.columns.iter().find(|column| &column.name == name)
    }

    /// Whether rows made for `wanted` fit: the same key, and every column with its type, as far as both are known.
    #[must_use]
    pub fn takes_rows_of(&self, wanted: &Self) -> bool {
        let names = |table: &Self| table.key().iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let fits = |column: &TargetColumn| {
            self.column(&column.name).is_some_and(|found| found.column_type.agrees_with(column.column_type))
        };
        names(self) == names(wanted) && wanted.columns.iter().all(fits)
    }

    /// The key columns in key order.
    #[must_use]
    pub fn key(&self) -> Vec<&TargetColumn> {
        let mut key: Vec<&TargetColumn> =
            self.columns.iter().filter(|column| column.key_position.is_some()).collect();
        key.sort_by_key(|column| column.key_position);
        key
    }
}
