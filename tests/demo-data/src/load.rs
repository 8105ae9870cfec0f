//! Loads the files into a MySQL server through its own client.
//!
//! The load is not written to the binlog, since it is what was there before; foreign keys are not checked row by row,
//! since the data keeps them by construction (a test asks the server). Rows are counted afterwards.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use servers::MysqlClient;

use crate::table::Table;

const SESSION: &str =
    "SET SESSION sql_log_bin = 0, foreign_key_checks = 0, unique_checks = 0, time_zone = '+00:00';";

/// Where and how to load.
#[derive(Debug)]
pub struct Loader {
    /// The client of the server.
    pub client: MysqlClient,
    /// The database to be made.
    pub database: String,
    /// Send the files through the client; else the server reads them itself, which is faster.
    pub local: bool,
}

impl Loader {
    /// Makes the database and its tables.
    ///
    /// # Errors
    /// Fails when the server refuses, for example because the database is there already.
    pub fn create(&self, schema: &str) -> Result<()> {
        let (database, header) = (&self.database, header(&self.database));
        self.client.sql(&format!("{SESSION} {header} {schema}")).with_context(|| {
            format!("cannot create database {database} (error 1007 means that it exists: drop it or choose another)")
        })?;
        Ok(())
    }

    /// Loads one file.
    ///
    /// # Errors
    /// Fails when the server refuses or counts another number of rows.
    pub fn load(&self, table: &Table, file: &Path) -> Result<()> {
        let path = file.canonicalize()?;
        let load = table.load_statement(&path.to_string_lossy(), self.local);
        let (name, database) = (table.name, &self.database);
        let count =
            self.client.sql(&format!("{SESSION} USE `{database}`; {load} SELECT COUNT(*) FROM `{name}`;"))?;
        let count = count.trim();
        ensure!(count == table.rows.to_string(), "the server holds {count} rows instead of {}", table.rows);
        Ok(())
    }
}

/// The statements that make the database.
pub fn header(database: &str) -> String {
    format!("CREATE DATABASE `{database}` CHARACTER SET utf8mb4; USE `{database}`;")
}

/// A script that loads the files by hand, from the folder they lie in.
pub fn script(tables: &[Table], database: &str) -> String {
    let mut script = format!(
        "-- Run schema.sql first, then: mysql --local-infile=1 < load.sql\n{SESSION}\nUSE `{database}`;\n"
    );
    for table in tables {
        script.push_str(&table.load_statement(&format!("{}.tsv", table.name), true));
        script.push('\n');
    }
    script
}
