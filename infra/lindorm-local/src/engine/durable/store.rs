//! The database as the writer changes it: one transaction a batch.
//!
//! Each table's rows lie in an SQLite table of their own, named by the table's number, so that removing them all is quick.
//! What is written is never read again before the next start.

use std::collections::BTreeSet;
use std::fs::File;

use rusqlite::{CachedStatement, Connection, named_params};

use crate::engine::durable::TableId;
use crate::engine::durable::batch::{Batch, Change, Kept, Step};

/// An open database with the right to write it.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    /// The tables there are.
    tables: BTreeSet<TableId>,
    /// Locked as long as it is open.
    _lock: File,
}

/// The SQLite table with the rows of a table.
pub(super) fn rows_name(table: TableId) -> String {
    format!("rows_{}", table.0)
}

impl Store {
    pub(super) fn new(connection: Connection, lock: File) -> Self {
        Self { connection, tables: BTreeSet::new(), _lock: lock }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Counts a table that was loaded among those there are.
    pub(super) fn know(&mut self, table: TableId) {
        self.tables.insert(table);
    }

    /// Commits a batch whole. After an error the store is not to be used again.
    pub(super) fn commit(&mut self, batch: &Batch) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for step in batch.steps() {
            match step {
                Step::Rows(run) => put_rows(&transaction, &self.tables, &batch.last_states(run))?,
                Step::Change(change) => apply(&transaction, &mut self.tables, change)?,
            }
        }
        transaction.commit()
    }
}

fn put_rows(
    connection: &Connection,
    tables: &BTreeSet<TableId>,
    states: &[Kept<'_>],
) -> rusqlite::Result<()> {
    for of_table in states.chunk_by(|left, right| left.table == right.table) {
        let Some(table) = of_table.first().map(|kept| kept.table).filter(|table| tables.contains(table))
        else {
            continue;
        };
        let rows = rows_name(table);
        let mut put = connection.prepare_cached(&format!(
            "INSERT INTO {rows} (key, row) VALUES (:key, :row) ON CONFLICT (key) DO UPDATE SET row = excluded.row"
        ))?;
        let mut remove: Option<CachedStatement<'_>> = None;
        for kept in of_table {
            match (kept.row, &mut remove) {
                (Some(row), _) => put.execute(named_params! { ":key": kept.key, ":row": row })?,
                (None, Some(remove)) => remove.execute([kept.key])?,
                (None, None) => {
                    let sql = format!("DELETE FROM {rows} WHERE key = ?");
                    remove.insert(connection.prepare_cached(&sql)?).execute([kept.key])?
                }
            };
        }
    }
    Ok(())
}

fn apply(connection: &Connection, tables: &mut BTreeSet<TableId>, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::AddDatabase(name) => {
            connection.execute("INSERT INTO databases (name) VALUES (?)", [name])?;
        }
        Change::DropDatabase(name) => {
            connection.execute("DELETE FROM databases WHERE name = ?", [name])?;
        }
        Change::AddTable { id, database, name, definition } => {
            let values = named_params! {
                ":id": id.0, ":database": database, ":name": name, ":definition": definition,
            };
            let sql = "INSERT INTO tables (id, database, name, definition) \
                       VALUES (:id, :database, :name, :definition)";
            connection.execute(sql, values)?;
            let rows = rows_name(*id);
            connection.execute_batch(&format!(
                "CREATE TABLE {rows} (key BLOB PRIMARY KEY, row BLOB NOT NULL) STRICT, WITHOUT ROWID"
            ))?;
            tables.insert(*id);
        }
        Change::Define { id, definition } => {
            let values = named_params! { ":id": id.0, ":definition": definition };
            connection.execute("UPDATE tables SET definition = :definition WHERE id = :id", values)?;
        }
        Change::DropTable(id) => {
            connection.execute("DELETE FROM tables WHERE id = ?", [id.0])?;
            connection.execute_batch(&format!("DROP TABLE {}", rows_name(*id)))?;
            tables.remove(id);
        }
        Change::ClearTable(id) if tables.contains(id) => {
            connection.execute_batch(&format!("DELETE FROM {}", rows_name(*id)))?;
        }
        Change::Accounts(users) => {
            let sql = "INSERT INTO accounts (id, users) VALUES (1, ?) \
                       ON CONFLICT (id) DO UPDATE SET users = excluded.users";
            connection.execute(sql, [users])?;
        }
        // Emptied by somebody who still held it, after it was removed.
        Change::ClearTable(_) => {}
    }
    Ok(())
}
