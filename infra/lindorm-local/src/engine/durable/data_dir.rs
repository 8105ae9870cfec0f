//! The data folder: locked for one server, and its database checked before anything else is done with it.
//!
//! The lock belongs to an open file, so it vanishes with the process however that ends. A file of another program or another
//! format is refused and never touched.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::engine::durable::Store;

/// The database's name in the data folder.
const FILE_NAME: &str = "lindorm-local.sqlite";
/// `LDML`, at its place in SQLite's file header.
const APPLICATION_ID: i32 = 0x4c44_4d4c;
/// Raised with each change of [`SCHEMA`].
const SCHEMA_NUMBER: i32 = 1;
/// Pages of 8 KiB: larger ones make rows in random order slower, smaller ones those in key order.
const PAGE_BYTES: i32 = 8 * 1024;
/// The log is written back into the database when it has so many pages: 64 MiB.
const LOG_PAGES: i32 = 8_000;
/// What SQLite keeps of the database in memory, in KiB, as its pragma takes it: negative.
const CACHE_KIB: i32 = -64 * 1024;
/// Statements kept prepared, two a table that is written.
const STATEMENTS_CACHED: usize = 128;

const SCHEMA: &str = "
CREATE TABLE databases (
  name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE tables (
  id INTEGER PRIMARY KEY,
  database TEXT NOT NULL,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  UNIQUE (database, name)
) STRICT;
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  users TEXT NOT NULL
) STRICT;
INSERT INTO databases (name) VALUES ('default');
";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The folder cannot be made, or its lock file not be used.
    #[error("the data folder {} cannot be used", folder.display())]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another server has it.
    #[error("another server uses the data folder {}", folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The database has a schema of another version.
    #[error("{} has schema {found}, this version reads {SCHEMA_NUMBER}: use the version that wrote it, or another folder", file.display())]
    Schema {
        /// The database.
        file: PathBuf,
        /// Its schema number.
        found: i32,
    },
    /// The file is a SQLite database of another program.
    #[error("{} is not a database of lindorm-local", file.display())]
    Foreign {
        /// The database.
        file: PathBuf,
    },
    /// The file is no SQLite database, or a broken one.
    #[error("{} is damaged: restore it, or use another folder", file.display())]
    Damaged {
        /// The database.
        file: PathBuf,
    },
    /// A table's definition or a row of it is of another version, or damaged.
    #[error("the table `{database}`.`{table}` cannot be read: {fault}")]
    Table {
        /// Its database.
        database: String,
        /// Its name.
        table: String,
        /// What is wrong, in a fragment.
        fault: String,
    },
    /// The users are stored by another version, or damaged.
    #[error("the users cannot be read: {fault}")]
    Users {
        /// What is wrong, in a fragment.
        fault: String,
    },
    /// SQLite failed otherwise.
    #[error("{} cannot be opened", file.display())]
    Sqlite {
        /// The database.
        file: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// No thread for the writer.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
}

impl DataDirError {
    /// What a failure of SQLite means for the folder.
    pub(super) fn of(folder: &Path, source: rusqlite::Error) -> Self {
        let file = folder.join(FILE_NAME);
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged { file },
            _ => Self::Sqlite { file, source },
        }
    }
}

/// Opens the database of a folder, and makes both where they are not there.
pub(crate) fn open(folder: &Path) -> Result<Store, DataDirError> {
    let lock = lock(folder)?;
    let file = folder.join(FILE_NAME);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        // The writer's thread alone uses it.
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| DataDirError::of(folder, source);
    let connection = Connection::open_with_flags(&file, flags).map_err(failed)?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0)).map_err(failed);
    let application = number("PRAGMA application_id")?;
    let found = number("PRAGMA user_version")?;
    let is_new = application == 0 && found == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(DataDirError::Foreign { file });
    }
    if !is_new && found != SCHEMA_NUMBER {
        return Err(DataDirError::Schema { file, found });
    }
    prepare(&connection, is_new).map_err(failed)?;
    Ok(Store::new(connection, lock))
}

fn lock(folder: &Path) -> Result<File, DataDirError> {
    let unusable = |source| DataDirError::Folder { folder: folder.to_owned(), source };
    // Hashes of passwords lie in it: what this makes is for its owner alone.
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable)?;
    let open = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("lock"));
    let file = open.map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataDirError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

fn prepare(connection: &Connection, is_new: bool) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    if is_new {
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    }
    // One process uses it, so that the log's index need not be shared.
    connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES, |_| Ok(()))?;
    if is_new {
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; \
             PRAGMA user_version = {SCHEMA_NUMBER}; COMMIT;"
        ))?;
    }
    Ok(())
}
