//! Data folders that are not to be used: another server's, another version's, another program's, broken ones.

use std::fs;
use std::path::{Path, PathBuf};

use lindorm_local::engine::{DataDirError, Engine, EngineOptions};
use rusqlite::Connection;

use super::shell::Shell;

fn database(folder: &Path) -> PathBuf {
    folder.join("lindorm-local.sqlite")
}

fn refused(folder: &Path) -> DataDirError {
    Engine::open(EngineOptions::default(), folder).expect_err("a folder not to be used")
}

/// A folder with one row, changed by hand.
fn folder_after(sql: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut shell = Shell::kept(folder.path());
    shell.done("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id))");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    drop(shell);
    let connection = Connection::open(database(folder.path())).expect("the database");
    connection.execute_batch(sql).expect(sql);
    folder
}

#[test]
fn a_folder_is_one_engines_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = Shell::kept(folder.path());
    assert!(matches!(refused(folder.path()), DataDirError::InUse { .. }));
    first.engine.close();
    Shell::kept(folder.path());
}

#[test]
fn a_closed_engine_still_reads_and_refuses_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    shell.done("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id))");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    shell.engine.close();
    assert_eq!(shell.error("UPSERT INTO t (id, a) VALUES (2, 2)"), 1030);
    assert_eq!(shell.error("DROP TABLE t"), 1030);
    assert_eq!(shell.rows("SELECT a FROM t"), ["1"]);
}

#[test]
fn rows_of_a_statement_that_is_refused_half_way_are_kept_like_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Shell::kept(folder.path());
    shell.done("CREATE TABLE t (id INT, a INT, PRIMARY KEY (id)) WITH (CONSISTENCY = 'strong')");
    shell.done("UPSERT INTO t (id, a) VALUES (1, 1)");
    let half = "INSERT INTO t (id, a) VALUES (2, 2), (1, 9) ON DUPLICATE KEY ERROR";
    assert_eq!(shell.error(half), 1062);
    assert_eq!(shell.rows("SELECT id, a FROM t"), ["1|1", "2|2"]);
    // As if the process had ended at this moment.
    let left = tempfile::tempdir().unwrap();
    for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
    }
    assert_eq!(Shell::kept(left.path()).rows("SELECT id, a FROM t"), ["1|1", "2|2"]);
}

#[test]
fn a_schema_of_another_version_is_refused_and_left_alone() {
    for number in [0, 2] {
        let folder = folder_after(&format!("PRAGMA user_version = {number}"));
        let before = fs::read(database(folder.path())).unwrap();
        let DataDirError::Schema { found, .. } = refused(folder.path()) else { panic!("a schema number") };
        assert_eq!(found, number);
        assert_eq!(fs::read(database(folder.path())).unwrap(), before);
    }
}

#[test]
fn a_row_or_a_definition_of_another_version_is_refused_by_the_tables_name() {
    let fault = |sql: &str| refused(folder_after(sql).path()).to_string();
    let table = "the table `default`.`t` cannot be read: ";
    assert_eq!(
        fault("UPDATE rows_1 SET row = CAST(x'02' || substr(row, 2) AS BLOB)"),
        format!("{table}a row has format 2, this version reads 1")
    );
    assert_eq!(
        fault("UPDATE rows_1 SET row = substr(row, 1, length(row) - 1)"),
        format!("{table}a row is damaged")
    );
    assert_eq!(
        fault("UPDATE tables SET definition = replace(definition, '\"format\":1', '\"format\":2')"),
        format!("{table}its definition has format 2, this version reads 1")
    );
    assert_eq!(fault("UPDATE tables SET definition = '{}'"), format!("{table}its definition is damaged"));
}

#[test]
fn users_of_another_version_are_refused() {
    let fault = |users: &str| {
        let folder = folder_after(&format!("INSERT INTO accounts (id, users) VALUES (1, '{users}')"));
        refused(folder.path()).to_string()
    };
    let unreadable = "the users cannot be read: ";
    assert_eq!(fault("{\"format\":2}"), format!("{unreadable}they have format 2, this version reads 1"));
    assert_eq!(fault("{\"format\":1}"), format!("{unreadable}they are damaged"));
}

#[test]
fn what_is_not_our_database_is_refused() {
    let folder = folder_after("PRAGMA application_id = 7");
    assert!(matches!(refused(folder.path()), DataDirError::Foreign { .. }));
    let folder = tempfile::tempdir().unwrap();
    fs::write(database(folder.path()), vec![7; 5000]).unwrap();
    assert!(matches!(refused(folder.path()), DataDirError::Damaged { .. }));
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(refused(file.path()), DataDirError::Folder { .. }));
}
