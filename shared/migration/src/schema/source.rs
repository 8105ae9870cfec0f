//! A table as MySQL's catalog describes it.

use serde::{Deserialize, Serialize};

use crate::ident::{ColumnName, TableId};

/// A column's type with what matters for carrying it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceType {
    /// TINYINT to BIGINT.
    Integer {
        /// 1, 2, 3, 4 or 8.
        bytes: u8,
        /// Whether it is UNSIGNED.
        unsigned: bool,
    },
    /// FLOAT.
    Float,
    /// DOUBLE.
    Double,
    /// DECIMAL(p,s).
    Decimal {
        /// Digits in all, up to 65.
        precision: u32,
        /// Digits after the point, up to 30.
        scale: u32,
    },
    /// CHAR(n) or VARCHAR(n), in characters.
    Varchar {
        /// Longest value in characters.
        chars: u32,
        /// Whether it is CHAR.
        fixed: bool,
    },
    /// TINYTEXT to LONGTEXT.
    Text {
        /// Longest value in bytes.
        bytes_max: u64,
    },
    /// ENUM with its labels in order.
    Enum {
        /// The labels; label n has number n + 1.
        labels: Vec<String>,
    },
    /// SET with its members in order.
    Set {
        /// The members; member n is bit n.
        labels: Vec<String>,
    },
    /// BINARY(n).
    Binary {
        /// The length every value is padded to.
        bytes: u32,
    },
    /// VARBINARY(n).
    Varbinary {
        /// Longest value.
        bytes_max: u32,
    },
    /// TINYBLOB to LONGBLOB.
    Blob {
        /// Longest value in bytes.
        bytes_max: u64,
    },
    /// Any spatial type.
    Geometry,
    /// VECTOR.
    Vector {
        /// Longest value in bytes.
        bytes_max: u64,
    },
    /// BIT(n).
    Bit {
        /// 1 to 64.
        bits: u8,
    },
    /// DATE.
    Date,
    /// DATETIME(f).
    DateTime {
        /// Digits of fraction.
        digits: u8,
    },
    /// TIMESTAMP(f).
    Timestamp {
        /// Digits of fraction.
        digits: u8,
    },
    /// TIME(f).
    Time {
        /// Digits of fraction.
        digits: u8,
    },
    /// YEAR.
    Year,
    /// JSON.
    Json,
    /// A type this version does not know, with the catalog's own spelling.
    Unknown {
        /// As the catalog spells it.
        spelling: String,
    },
}

/// Whether and how a column is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generated {
    /// Stored with the row.
    Stored,
    /// Computed on reading.
    Virtual,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceColumn {
    /// Its name.
    pub name: ColumnName,
    /// Its type.
    pub column_type: SourceType,
    /// The type as the catalog spells it, for reports.
    pub spelling: String,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// The character set of a string column.
    pub charset: Option<String>,
    /// The collation of a string column.
    pub collation: Option<String>,
    /// Whether it is computed.
    pub generated: Option<Generated>,
    /// Whether `SELECT *` leaves it out.
    pub invisible: bool,
}

/// Which index identifies rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// PRIMARY KEY.
    Primary,
    /// A UNIQUE key whose columns are all NOT NULL.
    Unique,
}

/// A key that identifies each row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceKey {
    /// The index name; `PRIMARY` for a primary key.
    pub index: String,
    /// Primary or unique.
    pub kind: KeyKind,
    /// Its columns in index order, none of them a prefix or an expression.
    pub columns: Vec<ColumnName>,
}

/// What kind of table the catalog lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// A base table.
    Base,
    /// A view, which is not migrated.
    View,
}

/// The character set and collation of string columns that name none; what is none is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StringDefault {
    /// The character set.
    pub charset: Option<String>,
    /// The collation.
    pub collation: Option<String>,
}

impl SourceType {
    /// Whether values are characters, in some character set.
    #[must_use]
    pub fn is_characters(&self) -> bool {
        matches!(self, Self::Varchar { .. } | Self::Text { .. } | Self::Enum { .. } | Self::Set { .. })
    }
}

impl SourceColumn {
    /// The column with the character set it gets by default, as far as that is known. A string in the character set
    /// `binary` is bytes, and the catalog calls its type so.
    #[must_use]
    pub fn settled(mut self, default: &StringDefault) -> Self {
        if !self.column_type.is_characters() {
            self.charset = None;
            self.collation = None;
            return self;
        }
        if self.charset.is_none() {
            self.charset.clone_from(&default.charset);
            self.collation.clone_from(&default.collation);
        }
        if self.charset.as_deref() != Some("binary") {
            return self;
        }
        let bytes = match &self.column_type {
            SourceType::Varchar { chars, fixed: true } => SourceType::Binary { bytes: *chars },
            SourceType::Varchar { chars, fixed: false } => SourceType::Varbinary { bytes_max: *chars },
            SourceType::Text { bytes_max } => SourceType::Blob { bytes_max: *bytes_max },
            _ => {
                self.collation = Some("binary".to_owned());
                return self;
            }
        };
        self.spelling = self.spelling.replace("varchar", "varbinary").replace("text", "blob");
        if self.spelling.starts_with("char") {
            self.spelling = self.spelling.replacen("char", "binary", 1);
        }
        (self.column_type, self.charset, self.collation) = (bytes, None, None);
        self
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTable {
    /// Its name.
    pub id: TableId,
    /// Base table or view.
    pub kind: TableKind,
    /// The storage engine, empty for a view.
    pub engine: String,
    /// CREATE_OPTIONS of the catalog (`ENCRYPTION='Y'`, `partitioned`).
    pub create_options: String,
    /// All columns in ordinal order, invisible and generated ones included.
    pub columns: Vec<SourceColumn>,
    /// The key Ferry uses: the primary key, else the best unique key; none where there is neither.
    pub key: Option<SourceKey>,
    /// The catalog's estimate of rows.
    pub rows_estimate: u64,
    /// The catalog's estimate of data bytes.
    pub data_bytes: u64,
    /// Foreign keys of this table that cascade or set NULL, by constraint name.
    pub cascading_foreign_keys: Vec<String>,
    /// What string columns get that name no character set.
    #[serde(default)]
    pub strings: StringDefault,
}

impl SourceTable {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &ColumnName) -> Option<&SourceColumn> {
        self.columns.iter().find(|column| &column.name == name)
    }
}
