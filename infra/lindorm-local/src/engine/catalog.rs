//! Databases and tables by name. Names are compared exactly, upper and lower case apart.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::answer::SqlError;
use crate::engine::MissingTableCode;
use crate::engine::table::Table;
use crate::refusal;
use crate::sql::TableName;

type Tables = BTreeMap<String, Arc<Table>>;

/// The databases of a server.
#[derive(Debug)]
pub(crate) struct Catalog {
    databases: RwLock<BTreeMap<String, Tables>>,
    missing: MissingTableCode,
}

impl Catalog {
    /// A catalog with the database `default` only.
    pub(crate) fn new(missing: MissingTableCode) -> Self {
        Self { databases: RwLock::new(BTreeMap::from([("default".to_owned(), Tables::new())])), missing }
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
            false => databases.insert(name.to_owned(), Tables::new()).is_none(),
        })
    }

    /// Removes a database with its tables; false if it was not there.
    pub(crate) fn remove_database(&self, name: &str) -> bool {
        self.change(|databases| databases.remove(name).is_some())
    }

    /// Finds a table, in `current` where the name has no database.
    pub(crate) fn table(&self, current: &str, name: &TableName) -> Result<Arc<Table>, SqlError> {
        let database = name.database.as_deref().unwrap_or(current);
        self.read(|databases| {
            let tables = databases.get(database).ok_or_else(|| refusal::unknown_database(database))?;
            tables.get(&name.table).cloned().ok_or_else(|| match self.missing {
                MissingTableCode::Mysql => refusal::no_such_table(database, &name.table),
                MissingTableCode::Lindorm => refusal::table_missing(database, &name.table),
            })
        })
    }

    /// Adds a table; false if one of that name was there.
    pub(crate) fn add_table(&self, table: Table) -> Result<bool, SqlError> {
        self.change(|databases| {
            let tables = databases
                .get_mut(&table.database)
                .ok_or_else(|| refusal::unknown_database(&table.database))?;
            if tables.contains_key(&table.name) {
                return Ok(false);
            }
            tables.insert(table.name.clone(), Arc::new(table));
            Ok(true)
        })
    }

    /// Removes a table; false if it was not there.
    pub(crate) fn remove_table(&self, current: &str, name: &TableName) -> Result<bool, SqlError> {
        let database = name.database.as_deref().unwrap_or(current);
        self.change(|databases| {
            let tables = databases.get_mut(database).ok_or_else(|| refusal::unknown_database(database))?;
            Ok(tables.remove(&name.table).is_some())
        })
    }

    /// Shows every table to `look`.
    pub(crate) fn each_table(&self, look: &mut dyn FnMut(&Table)) {
        self.read(|databases| databases.values().flat_map(BTreeMap::values).for_each(|table| look(table)));
    }
}
