//! Why a table map, a rows event or a row image is refused. Names tables' columns and counts, never a value.

use migration::ident::{ColumnName, TableId};

/// A table map that does not fit the table as it is known; the task must stop, because nothing can be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The event ends too early or holds what no server writes.
    #[error("a table map event cannot be read")]
    Malformed,
    /// The table has more or fewer columns than are known.
    #[error("table {table} has {found} columns in the log, {known} in the known schema")]
    ColumnCount {
        /// The table.
        table: TableId,
        /// As the log says.
        found: usize,
        /// As the schema says.
        known: usize,
    },
    /// A column is logged in a form its known type is never logged in.
    #[error(
        "column {column} of {table} has type number {type_number} in the log, which is not its known type"
    )]
    Type {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
        /// As the log says.
        type_number: u8,
    },
    /// A column has another name in the log.
    #[error("column {column} of {table} has another name in the log")]
    Name {
        /// The table.
        table: TableId,
        /// The column, as it is known.
        column: ColumnName,
    },
    /// The labels of an ENUM or SET are others in the log.
    #[error("column {column} of {table} has other labels in the log")]
    Labels {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
    },
    /// The labels of an ENUM or SET that is wanted are told by the catalog with characters left out, and by the log
    /// not at all; `binlog_row_metadata=FULL` makes the log tell them.
    #[error(
        "the labels of column {column} of {table} are not told exactly; binlog_row_metadata=FULL is needed"
    )]
    UncertainLabels {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
    },
    /// A column that is wanted, of a type this version does not know.
    #[error("column {column} of {table} has an unknown type")]
    UnknownType {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
    },
    /// A column that is wanted, in a character set this version cannot convert as the server does.
    #[error("column {column} of {table} has the character set {charset}, which cannot be converted")]
    Charset {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
        /// The character set's name.
        charset: String,
    },
    /// A column is wanted that the table has not.
    #[error("table {table} has no column {column}")]
    NoColumn {
        /// The table.
        table: TableId,
        /// The column.
        column: ColumnName,
    },
}

/// A rows event or a row image that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// An event of another type.
    #[error("event type {type_number} is no rows event")]
    NotRows {
        /// The event's type.
        type_number: u8,
    },
    /// An update whose JSON values are differences (`binlog_row_value_options=PARTIAL_JSON`).
    #[error("a rows event holds partial JSON updates")]
    PartialUpdate,
    /// An event whose images leave columns out (`binlog_row_image` is not FULL).
    #[error("a rows event holds partial row images")]
    PartialImage,
    /// The event has other columns than its table map.
    #[error("a rows event has {found} columns, its table {known}")]
    ColumnCount {
        /// As the event says.
        found: usize,
        /// As the table map says.
        known: usize,
    },
    /// The event or the image ends inside what it announces.
    #[error("a rows event ends inside a row")]
    Truncated,
    /// Bytes follow the end of an image.
    #[error("a row image is longer than its columns")]
    Overlong,
    /// A value no server writes for the column's type.
    #[error("column number {column} holds a value that is not of its type")]
    Value {
        /// The column's place in the table, from 0.
        column: usize,
    },
}
