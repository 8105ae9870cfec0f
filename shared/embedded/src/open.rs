//! Opening and making the database file of a data folder.
//!
//! The file says what it is: an application id and a schema number. A file of another program, of a newer or an
//! older Ferry, or a damaged one, is refused with a sentence of its own and never touched.

use std::fs::{File, OpenOptions, create_dir_all};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

/// The database's name in the data folder.
pub(crate) const FILE_NAME: &str = "ferry.sqlite";
/// `FERY`, at its place in SQLite's file header.
const APPLICATION_ID: i32 = 0x4645_5259;
/// Raised with each change of [`SCHEMA`].
const SCHEMA_NUMBER: i32 = 1;
/// How long another process may hold the write lock before a call gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Statements kept prepared a connection; more than this crate has.
const STATEMENTS_CACHED: usize = 64;

/// Bodies of messages stand apart, so that receiving a message does not rewrite its body.
const SCHEMA: &str = "
CREATE TABLE record (
  partition TEXT NOT NULL,
  sort TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (partition, sort)
) STRICT;
CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  message_group TEXT,
  sent_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  receive_count INTEGER NOT NULL
) STRICT;
CREATE INDEX message_by_visibility ON message (queue, visible_at, sent_at);
CREATE INDEX message_by_group ON message (queue, message_group) WHERE message_group IS NOT NULL;
CREATE TABLE message_body (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE deduplication (
  queue TEXT NOT NULL,
  id TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (queue, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deduplication_by_end ON deduplication (until);
CREATE TABLE dead_letter (
  id INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,
  message_group TEXT,
  dead_at INTEGER NOT NULL,
  receive_count INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX dead_letter_by_queue ON dead_letter (queue);
CREATE INDEX dead_letter_by_end ON dead_letter (dead_at);
";
/// Tables of [`SCHEMA`].
const TABLES: i64 = 5;

/// Why a data folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no database, and none was to be made.
    #[error("there is no ferry data in {}", folder.display())]
    Missing {
        /// The data folder.
        folder: PathBuf,
    },
    /// The folder cannot be made or its lock file not be used.
    #[error("the data folder {} cannot be used", folder.display())]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The database was written by a newer version.
    #[error("{} was written by a newer ferry (schema {found}, this one knows {known}): use that version", file.display())]
    Newer {
        /// The database.
        file: PathBuf,
        /// Its schema number.
        found: i32,
        /// The number this version writes.
        known: i32,
    },
    /// The database was written by an older version whose schema is no longer read.
    #[error(
        "{} was written by an older ferry (schema {found}, this one knows {known}): finish its tasks with that \
         version, or use another data folder",
        file.display()
    )]
    Older {
        /// The database.
        file: PathBuf,
        /// Its schema number.
        found: i32,
        /// The number this version writes.
        known: i32,
    },
    /// The file is a SQLite database of another program.
    #[error("{} is not a ferry database", file.display())]
    Foreign {
        /// The database.
        file: PathBuf,
    },
    /// The file is no SQLite database, or a broken one.
    #[error("{} is damaged: restore it, or use another data folder", file.display())]
    Damaged {
        /// The database.
        file: PathBuf,
    },
    /// SQLite failed otherwise.
    #[error("{} cannot be opened", file.display())]
    Sqlite {
        /// The database.
        file: PathBuf,
        /// Why.
        #[source]
        cause: rusqlite::Error,
    },
}

/// One connection that writes and one that reads.
#[derive(Debug)]
pub(crate) struct Connections {
    pub(crate) write: Connection,
    pub(crate) read: Connection,
}

/// Opens the database, and makes folder and file where `make` says so.
pub(crate) fn open(folder: &Path, make: bool) -> Result<Connections, OpenError> {
    let file = folder.join(FILE_NAME);
    if !make && !file.exists() {
        return Err(OpenError::Missing { folder: folder.to_owned() });
    }
    // Held while the file is made and switched to its log mode, which two processes must not do at once.
    let _alone =
        lock_folder(folder).map_err(|cause| OpenError::Folder { folder: folder.to_owned(), cause })?;
    let write = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
        .map_err(|cause| classified(&file, cause))?;
    prepare(&write, &file)?;
    let read = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .and_then(|read| read.pragma_update(None, "query_only", true).map(|()| read))
        .map_err(|cause| classified(&file, cause))?;
    Ok(Connections { write, read })
}

fn lock_folder(folder: &Path) -> std::io::Result<File> {
    if !folder.is_dir() {
        create_dir_all(folder)?;
        // Without this the new folder itself might be gone after a power loss, with everything in it.
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    let lock =
        OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("opening.lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn connect(file: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    // Each connection belongs to one thread, so SQLite's own mutexes are not needed.
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    Ok(connection)
}

/// Checks what the file is, and makes the schema in an empty one.
fn prepare(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    let classify = |cause| classified(file, cause);
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let application = number("application_id").map_err(classify)?;
    let found = number("user_version").map_err(classify)?;
    let objects = count(connection, "SELECT count(*) FROM sqlite_schema").map_err(classify)?;
    if application == 0 && found == 0 && objects == 0 {
        return create(connection).map_err(classify);
    }
    let (file, known) = (file.to_owned(), SCHEMA_NUMBER);
    if application != APPLICATION_ID {
        return Err(OpenError::Foreign { file });
    }
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => return Err(OpenError::Newer { file, found, known }),
        std::cmp::Ordering::Less => return Err(OpenError::Older { file, found, known }),
        std::cmp::Ordering::Equal => {}
    }
    let ours = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN \
                ('record', 'message', 'message_body', 'deduplication', 'dead_letter')";
    if count(connection, ours).map_err(classify)? != TABLES {
        return Err(OpenError::Damaged { file });
    }
    make_durable(connection).map_err(classify)
}

fn count(connection: &Connection, sql: &str) -> rusqlite::Result<i64> {
    connection.query_row(sql, [], |row| row.get(0))
}

fn create(connection: &Connection) -> rusqlite::Result<()> {
    make_durable(connection)?;
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; \
         PRAGMA user_version = {SCHEMA_NUMBER}; COMMIT;"
    ))
}

fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")
}

fn classified(file: &Path, cause: rusqlite::Error) -> OpenError {
    let file = file.to_owned();
    match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Damaged { file },
        _ => OpenError::Sqlite { file, cause },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::{FILE_NAME, OpenError, open};

    #[test]
    fn a_folder_is_made_once_and_opened_again_beside_itself() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("a/b");
        assert!(matches!(open(&data, false), Err(OpenError::Missing { .. })));
        assert!(!data.exists());
        let first = open(&data, true).unwrap();
        let second = open(&data, false).unwrap();
        drop((first, second));
        open(&data, true).unwrap();
    }

    fn opened_after(change: impl FnOnce(&std::path::Path)) -> OpenError {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path(), true).unwrap());
        let file = folder.path().join(FILE_NAME);
        change(&file);
        let before = fs::read(&file).unwrap();
        let error = open(folder.path(), true).unwrap_err();
        assert_eq!(fs::read(&file).unwrap(), before, "a refused file is not touched");
        error
    }

    #[test]
    fn a_file_of_another_version_is_refused_by_name() {
        let set = |sql: &'static str| {
            opened_after(move |file| Connection::open(file).unwrap().execute_batch(sql).unwrap())
        };
        assert!(matches!(set("PRAGMA user_version = 2"), OpenError::Newer { found: 2, known: 1, .. }));
        assert!(matches!(set("PRAGMA user_version = 0"), OpenError::Older { found: 0, known: 1, .. }));
        assert!(matches!(set("PRAGMA application_id = 7"), OpenError::Foreign { .. }));
        assert!(matches!(set("DROP TABLE message"), OpenError::Damaged { .. }));
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_as_damaged() {
        let text = opened_after(|file| fs::write(file, "x".repeat(8_192)).unwrap());
        assert!(matches!(text, OpenError::Damaged { .. }));
        let overwritten = opened_after(|file| {
            let mut bytes = fs::read(file).unwrap();
            bytes[100..4_096].fill(0xA5);
            fs::write(file, bytes).unwrap();
        });
        assert!(matches!(overwritten, OpenError::Damaged { .. }));
    }
}
