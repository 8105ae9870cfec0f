//! Databases and tables by name. Names are compared exactly, upper and lower case apart. With a data folder each change is queued
//! for it under the lock on the names.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::answer::SqlError;
use crate::engine::MissingTableCode;
use crate::engine::durable::{Change, Journal, TableId, written};
use crate::engine::schema::Schema;
use crate::engine::table::Table;
use crate::refusal;
use crate::sql::TableName;

type Tables = BTreeMap<String, Arc<Table>>;

/// The databases of a server.
#[derive(Debug)]
pub(crate) struct Catalog {
    databases: RwLock<BTreeMap<String, Tables>>,
    missing: MissingTableCode,
    /// The number the last table got.
    last_table: AtomicI64,
    journal: Option<Arc<Journal>>,
}

impl Catalog {
    /// A catalog with the database `default` only.
    pub(crate) fn new(missing: MissingTableCode, journal: Option<Arc<Journal>>) -> Self {
        let databases = RwLock::new(BTreeMap::from([("default".to_owned(), Tables::new())]));
        Self { databases, missing, last_table: AtomicI64::new(0), journal }
    }

    fn keep(&self, change: impl FnOnce() -> Change) {
        if let Some(journal) = &self.journal {
            journal.put(change());
        }
    }

    fn read<T>(&self, look: impl FnOnce(&BTreeMap<String, Tables>) -> T) -> T {
        look(&self.databases.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Tables>) -> T) -> T {
        change(&mut self.databases.write().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn has_database(&self, name: &str) -> bool {
        self.read(|databases| databases.contains_key(name))
    }

    /// The names of all databases, sorted.
    pub(crate) fn database_names(&self) -> Vec<String> {
        self.read(|databases| databases.keys().cloned().collect())
    }

    /// The names of a database's tables, sorted.
    pub(crate) fn table_names(&self, database: &str) -> Result<Vec<String>, SqlError> {
        self.read(|databases| {
            let tables = databases.get(database).ok_or_else(|| refusal::unknown_database(database))?;
            Ok(tables.keys().cloned().collect())
        })
    }

    /// Adds a database; false if it was there.
    pub(crate) fn add_database(&self, name: &str) -> bool {
        self.change(|databases| match databases.contains_key(name) {
            true => false,
            false => {
                self.keep(|| Change::AddDatabase(name.to_owned()));
                databases.insert(name.to_owned(), Tables::new()).is_none()
            }
        })
    }

    /// Adds a database that was kept.
    pub(crate) fn restore_database(&self, name: String) {
        self.change(|databases| {
            databases.entry(name).or_default();
        });
    }

    /// Removes a database with its tables; false if it was not there.
    pub(crate) fn remove_database(&self, name: &str) -> bool {
        self.change(|databases| match databases.remove(name) {
            Some(tables) => {
                tables.values().for_each(|table| self.keep(|| Change::DropTable(table.id)));
                self.keep(|| Change::DropDatabase(name.to_owned()));
                true
            }
            None => false,
        })
    }

    /// Finds a table, in `current` where the name has no database.
    pub(crate) fn table(&self, current: &str, name: &TableName) -> Result<Arc<Table>, SqlError> {
        let database = name.database.as_deref().unwrap_or(current);
        self.read(|databases| {
            let tables = databases.get(database).ok_or_else(|| refusal::unknown_database(database))?;
            tables.get(&name.table).cloned().ok_or_else(|| self.missing_table(database, &name.table))
        })
    }

    /// The refusal of a statement on a table there is not.
    pub(crate) fn missing_table(&self, database: &str, table: &str) -> SqlError {
        match self.missing {
            MissingTableCode::Mysql => refusal::no_such_table(database, table),
            MissingTableCode::Lindorm => refusal::table_missing(database, table),
        }
    }

    /// Adds a table; false if one of that name was there.
    pub(crate) fn add_table(&self, database: &str, name: &str, schema: Schema) -> Result<bool, SqlError> {
        self.change(|databases| {
            let tables = databases.get_mut(database).ok_or_else(|| refusal::unknown_database(database))?;
            if tables.contains_key(name) {
                return Ok(false);
            }
            let id = TableId(self.last_table.fetch_add(1, Ordering::Relaxed) + 1);
            self.keep(|| Change::AddTable {
                id,
                database: database.to_owned(),
                name: name.to_owned(),
                definition: written(&schema),
            });
            let table = Table::new(id, database, name, schema, self.journal.clone());
            tables.insert(name.to_owned(), Arc::new(table));
            Ok(true)
        })
    }

    /// Adds a table that was kept, still without rows.
    pub(crate) fn restore_table(
        &self,
        id: TableId,
        database: &str,
        name: &str,
        schema: Schema,
    ) -> Arc<Table> {
        let table = Arc::new(Table::new(id, database, name, schema, self.journal.clone()));
        self.last_table.fetch_max(id.0, Ordering::Relaxed);
        self.change(|databases| {
            databases.entry(database.to_owned()).or_default().insert(name.to_owned(), Arc::clone(&table));
        });
        table
    }

    /// Removes a table; false if it was not there.
    pub(crate) fn remove_table(&self, current: &str, name: &TableName) -> Result<bool, SqlError> {
        let database = name.database.as_deref().unwrap_or(current);
        self.change(|databases| {
            let tables = databases.get_mut(database).ok_or_else(|| refusal::unknown_database(database))?;
            let removed = tables.remove(&name.table);
            if let Some(table) = &removed {
                self.keep(|| Change::DropTable(table.id));
            }
            Ok(removed.is_some())
        })
    }

    /// Shows every table to `look`.
    pub(crate) fn each_table(&self, look: &mut dyn FnMut(&Table)) {
        self.read(|databases| databases.values().flat_map(BTreeMap::values).for_each(|table| look(table)));
    }
}
