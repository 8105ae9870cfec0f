//! One task with the tables of every type, run and verified once, for all tests that look at what arrived.

use std::sync::OnceLock;

use crate::migration::{bytes, documents, numbers, strings, table_kinds, temporal};
use crate::stage::{LindormClient, Task, objects, run_sql};

const DATABASE: &str = "every_type";

/// The rows of a table on the target as text, in the order of their keys.
pub(super) fn moved(table: &str, columns: &str) -> Vec<Vec<String>> {
    moved_by("id", table, columns)
}

/// The same for a table whose key is not called `id`.
pub(super) fn moved_by(key: &str, table: &str, columns: &str) -> Vec<Vec<String>> {
    static MOVED: OnceLock<Task> = OnceLock::new();
    MOVED.get_or_init(move_all);
    LindormClient::shared(DATABASE).rows(&format!("SELECT {columns} FROM {table} ORDER BY {key} LIMIT 1000"))
}

fn move_all() -> Task {
    run_sql(&format!("DROP DATABASE IF EXISTS {DATABASE}; CREATE DATABASE {DATABASE}"));
    let families = [
        numbers::TABLES.to_owned(),
        numbers::bit_tables(),
        strings::TABLES.to_owned(),
        bytes::TABLES.to_owned(),
        temporal::TABLES.to_owned(),
        documents::TABLES.to_owned(),
        table_kinds::TABLES.to_owned(),
    ];
    for tables in families {
        run_sql(&format!("USE {DATABASE};\n{tables}"));
    }
    let task = Task::new("every-type", &objects(DATABASE, DATABASE), "");
    task.run_and_verify();
    task
}

/// Fails with both sides shown row by row where they differ.
#[track_caller]
pub(super) fn assert_moved(table: &str, columns: &str, expected: &[&[&str]]) {
    let found = moved(table, columns);
    assert_eq!(found.len(), expected.len(), "{table}: {found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected, "{table} ({columns})");
    }
}
