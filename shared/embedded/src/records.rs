//! The checkpoint table's statements.
//!
//! `sort` is compared by SQLite's BINARY collation, which is bytewise over UTF-8.

use migration::port::{Commit, Expect, Record, RecordKey, Version, Write};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The record of this key.
pub(crate) fn get(connection: &Connection, key: &RecordKey) -> rusqlite::Result<Option<Record>> {
    let sql = "SELECT partition, sort, version, body FROM record WHERE partition = ?1 AND sort = ?2";
    connection.prepare_cached(sql)?.query_row(params![key.partition, key.sort], record).optional()
}

/// The first records of a partition with this prefix, above `after`.
pub(crate) fn range(
    connection: &Connection,
    partition: &str,
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> rusqlite::Result<Vec<Record>> {
    // The tighter bound is chosen here, because SQLite would seek to the first it is given.
    let (sql, from) = match after {
        Some(after) if after >= prefix => (
            "SELECT partition, sort, version, body FROM record WHERE partition = ?1 AND sort > ?2 ORDER BY sort LIMIT ?3",
            after,
        ),
        Some(_) | None => (
            "SELECT partition, sort, version, body FROM record WHERE partition = ?1 AND sort >= ?2 ORDER BY sort LIMIT ?3",
            prefix,
        ),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![partition, from, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        // Everything with the prefix stands together, and nothing of it before the first row.
        if !row.get_ref(1)?.as_str()?.starts_with(prefix) {
            break;
        }
        found.push(record(row)?);
    }
    Ok(found)
}

/// Stores all writes if every condition holds, else none.
pub(crate) fn commit(connection: &Connection, writes: &[Write]) -> rusqlite::Result<Commit> {
    for write in writes {
        if !holds(connection, write)? {
            return Ok(Commit::Conflict);
        }
    }
    for write in writes {
        store(connection, write)?;
    }
    Ok(Commit::Stored)
}

fn holds(connection: &Connection, write: &Write) -> rusqlite::Result<bool> {
    let key = write.key();
    let sql = "SELECT version FROM record WHERE partition = ?1 AND sort = ?2";
    let found =
        connection.prepare_cached(sql)?.query_row(params![key.partition, key.sort], version).optional()?;
    Ok(match write {
        Write::Put { expect, .. } | Write::Check { expect, .. } => match expect {
            Expect::Absent => found.is_none(),
            Expect::Version(version) => found == Some(*version),
        },
        Write::Delete { expect, .. } => found == Some(*expect),
    })
}

fn store(connection: &Connection, write: &Write) -> rusqlite::Result<()> {
    match write {
        Write::Put { key, body, expect: Expect::Absent } => {
            let sql = "INSERT INTO record (partition, sort, version, body) VALUES (?1, ?2, 1, ?3)";
            connection.prepare_cached(sql)?.execute(params![key.partition, key.sort, body])?;
        }
        Write::Put { key, body, expect: Expect::Version(_) } => {
            let sql = "UPDATE record SET version = version + 1, body = ?3 WHERE partition = ?1 AND sort = ?2";
            connection.prepare_cached(sql)?.execute(params![key.partition, key.sort, body])?;
        }
        Write::Delete { key, .. } => {
            let sql = "DELETE FROM record WHERE partition = ?1 AND sort = ?2";
            connection.prepare_cached(sql)?.execute(params![key.partition, key.sort])?;
        }
        Write::Check { .. } => {}
    }
    Ok(())
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let key = RecordKey { partition: row.get(0)?, sort: row.get(1)? };
    let version: i64 = row.get(2)?;
    Ok(Record { key, version: Version(version.unsigned_abs()), body: row.get(3)? })
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    row.get(0).map(|version: i64| Version(version.unsigned_abs()))
}
