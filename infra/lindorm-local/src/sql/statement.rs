//! The statements the parser yields. They hold names and literals as written; nothing here knows a schema.

use std::time::Duration;

use crate::answer::{ColumnKind, Datum};
use crate::sql::AccountChange;

/// A table's name, with its database where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// The database in front of the point.
    pub database: Option<String>,
    /// The table.
    pub table: String,
}

/// A value in a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A literal.
    Literal(Datum<'static>),
    /// The n-th `?`, from zero.
    Param(usize),
    /// `NOW()`.
    Now,
}

/// The hints this server knows; others are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// `_l_ts_(N)`.
    pub stamp: Option<i64>,
    /// `_l_operation_timeout_(ms)`.
    pub timeout_ms: Option<u64>,
    /// `_l_versions_(N)`.
    pub versions: Option<u32>,
    /// `_l_ts_min_(N)`, inclusive.
    pub stamp_min: Option<i64>,
    /// `_l_ts_max_(N)`, exclusive.
    pub stamp_max: Option<i64>,
    /// `_l_allow_filtering_`.
    pub allow_filtering: bool,
    /// Whether the statement has a hint at all.
    pub given: bool,
    /// The first hint of another name.
    pub unknown: Option<String>,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=` or `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A condition. BETWEEN and row comparisons arrive taken apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All of them.
    And(Vec<Predicate>),
    /// Any of them.
    Or(Vec<Predicate>),
    /// A column against a value.
    Compare(String, Comparison, Scalar),
    /// A column in a list, or not in it.
    In {
        /// The column.
        column: String,
        /// The list.
        values: Vec<Scalar>,
        /// NOT IN.
        negated: bool,
    },
    /// A column is NULL, or is not.
    IsNull {
        /// The column.
        column: String,
        /// IS NOT NULL.
        negated: bool,
    },
    /// A column LIKE a pattern, or not.
    Like {
        /// The column.
        column: String,
        /// The pattern.
        pattern: Scalar,
        /// NOT LIKE.
        negated: bool,
    },
}

/// What follows ON DUPLICATE KEY.
#[derive(Debug, Clone, PartialEq)]
pub enum OnDuplicate {
    /// Leave the row that is there.
    Ignore,
    /// Fail.
    Error,
    /// Set these columns on the row that is there.
    Update(Vec<(String, Scalar)>),
}

/// UPSERT or INSERT.
#[derive(Debug, Clone, PartialEq)]
pub struct Upsert {
    /// Its hints.
    pub hints: Hints,
    /// The table.
    pub table: TableName,
    /// The column list.
    pub columns: Vec<String>,
    /// The values of all rows, one row after the other, each as long as the column list.
    pub values: Vec<Scalar>,
    /// ON DUPLICATE KEY.
    pub on_duplicate: Option<OnDuplicate>,
}

/// DELETE.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// Its hints.
    pub hints: Hints,
    /// The table.
    pub table: TableName,
    /// WHERE.
    pub filter: Predicate,
}

/// UPDATE.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Its hints.
    pub hints: Hints,
    /// The table.
    pub table: TableName,
    /// SET.
    pub changes: Vec<(String, Scalar)>,
    /// WHERE.
    pub filter: Predicate,
}

/// One item of a SELECT list.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `*`
    All,
    /// `COUNT(*)`
    Count {
        /// The name a client sees.
        name: String,
    },
    /// A column, or a column with `_l_ts` appended.
    Column {
        /// The column.
        column: String,
        /// The name a client sees.
        name: String,
    },
    /// A value.
    Scalar {
        /// The value.
        value: Scalar,
        /// The name a client sees.
        name: String,
    },
    /// `@@name`
    Variable {
        /// The variable, in lower case.
        variable: String,
        /// The name a client sees.
        name: String,
    },
    /// `DATABASE()`
    Database {
        /// The name a client sees.
        name: String,
    },
}

/// SELECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// Its hints.
    pub hints: Hints,
    /// The list.
    pub items: Vec<Item>,
    /// FROM.
    pub table: Option<TableName>,
    /// WHERE.
    pub filter: Option<Predicate>,
    /// ORDER BY: columns, true for DESC.
    pub order: Vec<(String, bool)>,
    /// LIMIT.
    pub limit: Option<Scalar>,
    /// OFFSET.
    pub offset: Option<Scalar>,
}

/// A column of CREATE TABLE or ADD COLUMN.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: ColumnKind,
    /// NOT NULL was written.
    pub not_null: bool,
    /// DEFAULT.
    pub default: Option<Scalar>,
}

/// A secondary or search index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSpec {
    /// The name, if one was given.
    pub name: Option<String>,
    /// USING SEARCH, else a key-value index.
    pub search: bool,
    /// The indexed columns.
    pub columns: Vec<String>,
    /// INCLUDE.
    pub include: Vec<String>,
}

/// CREATE TABLE.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub table: TableName,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The columns.
    pub columns: Vec<ColumnSpec>,
    /// The key: columns, true for DESC.
    pub key: Vec<(String, bool)>,
    /// The indexes.
    pub indexes: Vec<IndexSpec>,
    /// WITH.
    pub options: Vec<(String, String)>,
}

/// What ALTER TABLE does.
#[derive(Debug, Clone, PartialEq)]
pub enum Alteration {
    /// ADD COLUMN, once or more.
    Add(Vec<ColumnSpec>),
    /// DROP COLUMN.
    Drop {
        /// The column.
        column: String,
        /// IF EXISTS.
        if_exists: bool,
    },
    /// SET options.
    Set(Vec<(String, String)>),
    /// COMPACT.
    Compact,
}

/// What SHOW and DESCRIBE show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// SHOW DATABASES.
    Databases,
    /// SHOW TABLES, of a database.
    Tables(Option<String>),
    /// DESCRIBE.
    Describe(TableName),
    /// SHOW COLUMNS.
    Columns(TableName),
    /// SHOW CREATE TABLE.
    CreateTable(TableName),
    /// SHOW TABLE VARIABLES, with a LIKE pattern.
    TableVariables(TableName, Option<String>),
    /// SHOW INDEX.
    Indexes(TableName),
    /// SHOW VARIABLES, with a LIKE pattern.
    Variables(Option<String>),
    /// SHOW SYSTEM VARIABLES, with a LIKE pattern.
    SystemVariables(Option<String>),
    /// SHOW WARNINGS.
    Warnings,
    /// SHOW USERS.
    Users,
    /// SHOW PRIVILEGES.
    Privileges,
}

/// One assignment of SET.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignment {
    /// `name = value`, the name in lower case.
    Variable(String, Datum<'static>),
    /// `NAMES charset`.
    Names(String),
}

/// A parsed statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// UPSERT, INSERT.
    Upsert(Upsert),
    /// DELETE.
    Delete(Delete),
    /// UPDATE.
    Update(Update),
    /// SELECT.
    Select(Box<Select>),
    /// CREATE DATABASE, with IF NOT EXISTS.
    CreateDatabase(String, bool),
    /// DROP DATABASE, with IF EXISTS.
    DropDatabase(String, bool),
    /// CREATE TABLE.
    CreateTable(Box<CreateTable>),
    /// CREATE TABLE LIKE: the new table, the one it is like, IF NOT EXISTS.
    CreateTableLike(TableName, TableName, bool),
    /// ALTER SYSTEM SET: name and value as text.
    AlterSystem(String, String),
    /// ALTER TABLE.
    AlterTable(TableName, Alteration),
    /// CREATE INDEX, with IF NOT EXISTS.
    CreateIndex(TableName, IndexSpec, bool),
    /// DROP INDEX.
    DropIndex(TableName, String),
    /// DROP TABLE, with IF EXISTS.
    DropTable(TableName, bool),
    /// TRUNCATE TABLE.
    Truncate(TableName),
    /// SHOW, DESCRIBE.
    Show(Show),
    /// USE.
    Use(String),
    /// SET.
    Set(Vec<Assignment>),
    /// CREATE, ALTER and DROP USER, GRANT, REVOKE.
    Account(AccountChange),
    /// COMMIT, ROLLBACK.
    EndTransaction,
}

impl Statement {
    /// The hints of the statement, where it can have any.
    pub(crate) fn hints(&self) -> Option<&Hints> {
        match self {
            Self::Upsert(upsert) => Some(&upsert.hints),
            Self::Delete(delete) => Some(&delete.hints),
            Self::Update(update) => Some(&update.hints),
            Self::Select(select) => Some(&select.hints),
            Self::CreateDatabase(..)
            | Self::DropDatabase(..)
            | Self::CreateTable(_)
            | Self::CreateTableLike(..)
            | Self::AlterSystem(..)
            | Self::AlterTable(..)
            | Self::CreateIndex(..)
            | Self::DropIndex(..)
            | Self::DropTable(..)
            | Self::Truncate(_)
            | Self::Show(_)
            | Self::Use(_)
            | Self::Set(_)
            | Self::Account(_)
            | Self::EndTransaction => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn hints_mut(&mut self) -> Option<&mut Hints> {
        match self {
            Self::Upsert(upsert) => Some(&mut upsert.hints),
            Self::Delete(delete) => Some(&mut delete.hints),
            Self::Update(update) => Some(&mut update.hints),
            Self::Select(select) => Some(&mut select.hints),
            _ => None,
        }
    }

    /// The time `_l_operation_timeout_` allows it.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.hints().and_then(|hints| hints.timeout_ms).map(Duration::from_millis)
    }
}
