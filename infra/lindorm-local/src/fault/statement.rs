//! What a fault can know of a statement: its kind and the table it names.

use crate::sql::{Delete, Statement, TableName, Update, Upsert};

/// The kinds of statements a fault can be set on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// UPSERT and INSERT.
    Upsert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
    /// SELECT from a table.
    Read,
    /// Whatever changes databases, tables or indexes.
    Ddl,
    /// SHOW, DESCRIBE, USE, SET and the rest.
    Other,
}

impl Verb {
    /// Every one.
    pub(super) const ALL: [Verb; 6] =
        [Verb::Upsert, Verb::Update, Verb::Delete, Verb::Read, Verb::Ddl, Verb::Other];
    /// Those that write rows.
    pub(super) const WRITES: [Verb; 3] = [Verb::Upsert, Verb::Update, Verb::Delete];

    pub(super) fn of(statement: &Statement) -> Self {
        match statement {
            Statement::Upsert(_) => Verb::Upsert,
            Statement::Update(_) => Verb::Update,
            Statement::Delete(_) => Verb::Delete,
            Statement::Select(select) if select.table.is_some() => Verb::Read,
            Statement::CreateDatabase(..)
            | Statement::DropDatabase(..)
            | Statement::CreateTable(_)
            | Statement::CreateTableLike(..)
            | Statement::AlterTable(..)
            | Statement::CreateIndex(..)
            | Statement::DropIndex(..)
            | Statement::DropTable(..)
            | Statement::Truncate(_) => Verb::Ddl,
            Statement::Select(_)
            | Statement::Show(_)
            | Statement::Use(_)
            | Statement::Set(_)
            | Statement::Account(_)
            | Statement::AlterSystem(..)
            | Statement::EndTransaction => Verb::Other,
        }
    }
}

/// The table a statement writes, reads or changes.
pub(super) fn table(statement: &Statement) -> Option<&TableName> {
    match statement {
        Statement::Upsert(Upsert { table, .. })
        | Statement::Update(Update { table, .. })
        | Statement::Delete(Delete { table, .. })
        | Statement::AlterTable(table, _)
        | Statement::CreateIndex(table, ..)
        | Statement::DropIndex(table, _)
        | Statement::DropTable(table, _)
        | Statement::CreateTableLike(table, ..)
        | Statement::Truncate(table) => Some(table),
        Statement::CreateTable(create) => Some(&create.table),
        Statement::Select(select) => select.table.as_ref(),
        Statement::CreateDatabase(..)
        | Statement::DropDatabase(..)
        | Statement::Show(_)
        | Statement::Use(_)
        | Statement::Set(_)
        | Statement::Account(_)
        | Statement::AlterSystem(..)
        | Statement::EndTransaction => None,
    }
}

/// How many rows a statement names.
pub(super) fn row_count(statement: &Statement) -> usize {
    match statement {
        Statement::Upsert(upsert) => upsert.values.len() / upsert.columns.len().max(1),
        _ => 1,
    }
}
