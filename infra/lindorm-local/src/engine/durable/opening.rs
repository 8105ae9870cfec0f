//! An engine on a data folder: filled from it, keeping what statements change, and giving it back.

use std::path::Path;
use std::sync::Arc;

use crate::answer::SqlError;
use crate::engine::catalog::Catalog;
use crate::engine::directory::Directory;
use crate::engine::durable::{DataDirError, Journal, accounts, is_change, load, open};
use crate::engine::{Engine, EngineOptions};
use crate::sql::Statement;

impl Engine {
    /// An engine with everything a data folder holds, which keeps every acknowledged change in it.
    ///
    /// # Errors
    /// A folder that cannot be used, that another engine uses, or whose contents this version does not read.
    pub fn open(options: EngineOptions, data_dir: &Path) -> Result<Self, DataDirError> {
        let journal = Arc::new(Journal::new());
        let catalog = Catalog::new(options.assumptions.missing_table_code, Some(Arc::clone(&journal)));
        let mut store = open(data_dir)?;
        load(&mut store, &catalog, data_dir)?;
        let directory = Directory::new(accounts(&store, data_dir)?, Some(Arc::clone(&journal)));
        journal.start(store).map_err(DataDirError::Thread)?;
        Ok(Self::with(options, catalog, directory, Some(journal)))
    }

    /// Runs a statement and keeps what it changes before it is answered, also where it is refused half way: reads show the
    /// rows it wrote.
    pub(in crate::engine) fn keeping<T>(
        &self,
        statement: &Statement,
        run: impl FnOnce() -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let Some(journal) = self.journal.as_ref().filter(|_| is_change(statement)) else { return run() };
        journal.ensure_open()?;
        let outcome = run();
        let settled = journal.settle();
        outcome.and_then(|answer| settled.map(|()| answer))
    }

    /// Keeps what is not kept yet and gives the data folder back; every later change is refused. Without a data folder
    /// nothing happens.
    pub fn close(&self) {
        if let Some(journal) = &self.journal {
            journal.close();
        }
    }
}
