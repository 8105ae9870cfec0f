//! Reads everything kept into memory when a server starts, row by row: nothing is held twice.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::engine::account::Accounts;
use crate::engine::catalog::Catalog;
use crate::engine::durable::store::rows_name;
use crate::engine::durable::{DataDirError, Store, TableId, stored_accounts, stored_table};
use crate::engine::row::Row;
use crate::engine::table::Table;

/// A table as it is listed.
struct Listed {
    id: TableId,
    database: String,
    name: String,
    definition: String,
}

/// Fills an empty catalog; `folder` is named in errors.
pub(crate) fn load(store: &mut Store, catalog: &Catalog, folder: &Path) -> Result<(), DataDirError> {
    let failed = |source| DataDirError::of(folder, source);
    for database in databases(store.connection()).map_err(failed)? {
        catalog.restore_database(database);
    }
    for listed in tables(store.connection()).map_err(failed)? {
        let Listed { id, database, name, definition } = listed;
        let unreadable = |fault: &dyn std::error::Error| DataDirError::Table {
            database: database.clone(),
            table: name.clone(),
            fault: fault.to_string(),
        };
        let schema = stored_table::read(&definition).map_err(|fault| unreadable(&fault))?;
        let table = catalog.restore_table(id, &database, &name, schema);
        fill(store.connection(), &table, folder, unreadable)?;
        store.know(id);
    }
    Ok(())
}

/// The users that are kept; none in a new folder.
pub(crate) fn accounts(store: &Store, folder: &Path) -> Result<Accounts, DataDirError> {
    let sql = "SELECT users FROM accounts";
    let found: Option<String> = store
        .connection()
        .query_row(sql, [], |row| row.get(0))
        .optional()
        .map_err(|source| DataDirError::of(folder, source))?;
    found.map_or(Ok(Accounts::default()), |text| {
        stored_accounts::read(&text).map_err(|fault| DataDirError::Users { fault: fault.to_string() })
    })
}

fn databases(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection.prepare("SELECT name FROM databases")?.query_map([], |row| row.get(0))?.collect()
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Listed>> {
    let mut statement =
        connection.prepare("SELECT id, database, name, definition FROM tables ORDER BY id")?;
    let listed = statement.query_map([], |row| {
        Ok(Listed {
            id: TableId(row.get(0)?),
            database: row.get(1)?,
            name: row.get(2)?,
            definition: row.get(3)?,
        })
    })?;
    listed.collect()
}

fn fill(
    connection: &Connection,
    table: &Table,
    folder: &Path,
    unreadable: impl Fn(&dyn std::error::Error) -> DataDirError,
) -> Result<(), DataDirError> {
    let failed = |source| DataDirError::of(folder, source);
    let sql = format!("SELECT key, row FROM {}", rows_name(table.id));
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(found) = rows.next().map_err(failed)? {
        let bytes = |column| {
            let value = found.get_ref(column).map_err(failed)?;
            value.as_blob().map_err(|fault| unreadable(&fault))
        };
        let row = Row::decode(bytes(1)?).map_err(|fault| unreadable(&fault))?;
        table.restore(bytes(0)?, row);
    }
    Ok(())
}
