//! One rendering: rows that arrived by copy equal the same rows that arrived by log, as an independent client reads them.
//!
//! The tables of the suite, and one table for each character set of the server, are made twice. The one half is there
//! before the task starts and is copied; the other is filled from it while the log is followed.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Result, ensure};
use servers::{LindormLocal, MysqlServer, Scratch};

use crate::picture::Client;
use crate::source::{self, TABLES};
use crate::trial;

const COPIED: &str = "by_copy";
const LOGGED: &str = "by_log";

/// Moves both halves and compares them; returns how many rows were compared.
///
/// # Errors
/// Where they differ, or something fails.
pub fn same_rendering() -> Result<usize> {
    let source = MysqlServer::builder().gtid(true).full_row_metadata(true).start()?;
    let target = LindormLocal::start(std::iter::empty::<&str>())?;
    let mut tables: Vec<String> = TABLES.iter().map(|(table, _)| (*table).to_owned()).collect();
    source.sql(&source::statements(COPIED))?;
    tables.extend(character_sets(&source)?);
    let twice: String = tables
        .iter()
        .map(|table| format!("CREATE TABLE {LOGGED}.{table} LIKE {COPIED}.{table};\n"))
        .collect();
    source.sql(&format!("CREATE DATABASE {LOGGED}; {twice}"))?;
    let folder = Scratch::new()?;
    fs::write(folder.path().join("task.yaml"), document(source.port(), target.port()))?;
    let follow = ["run", "task.yaml", "--data-dir", "data", "--until", "caught-up"];
    succeed(&folder, &follow)?;
    let filled: String = tables
        .iter()
        .map(|table| format!("INSERT INTO {LOGGED}.{table} SELECT * FROM {COPIED}.{table};\n"))
        .collect();
    source.sql(&format!("SET time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n{filled}"))?;
    succeed(&folder, &follow)?;
    let mut client = Client::connect(&target)?;
    let names = || tables.iter().map(String::as_str);
    let (copied, logged) = (client.picture_of(COPIED, names())?, client.picture_of(LOGGED, names())?);
    let differences = copied.differences(&logged);
    ensure!(differences.is_empty(), "copy (first) and log (second) differ:\n{}", differences.join("\n"));
    succeed(&folder, &["verify", "task.yaml", "--data-dir", "data"])?;
    Ok(copied.rows())
}

/// A table for each character set, with texts that it has.
fn character_sets(source: &MysqlServer) -> Result<Vec<String>> {
    let listed = source.sql(
        "SELECT character_set_name FROM information_schema.character_sets WHERE character_set_name <> 'binary'",
    )?;
    let mut tables = Vec::new();
    let mut sql = format!("USE {COPIED}; SET NAMES utf8mb4;\n");
    for charset in listed.split_whitespace() {
        let table = format!("cs_{charset}");
        let _ = write!(
            sql,
            "CREATE TABLE {table} (id INT PRIMARY KEY, c CHAR(20) CHARACTER SET {charset}, v VARCHAR(200) CHARACTER SET {charset}, \
             t TEXT CHARACTER SET {charset}, e ENUM('a','b') CHARACTER SET {charset});
             INSERT IGNORE INTO {table} VALUES (1, 'plain', 'Größe façade ñ', 'Ελλάδα Привет', 'a'), (2, '', '', '', 'b'),
               (3, NULL, NULL, NULL, NULL), (4, 'ｱｲｳ', '注文番号 한국어 漢字', REPEAT('שלום مرحبا ไทย ', 30), 1), (5, '€', '🦀 𝄞', '~^\\\\', 2);\n"
        );
        tables.push(table);
    }
    source.sql(&sql)?;
    Ok(tables)
}

fn document(source: u16, target: u16) -> String {
    format!(
        "name: rendering
source: {{ host: 127.0.0.1, port: {source}, user: root, tls: {{ mode: disabled }} }}
target: {{ host: 127.0.0.1, port: {target}, user: root, tls: {{ mode: disabled }} }}
migration: full_and_incremental
objects:
  - database: {COPIED}
  - database: {LOGGED}
ignore: [sync_binlog]
"
    )
}

fn succeed(folder: &Scratch, arguments: &[&str]) -> Result<()> {
    let output = trial::run(folder.path(), arguments)?;
    let said = || [output.stdout.as_slice(), &output.stderr].concat();
    ensure!(output.status.success(), "ferry {}: {}", arguments.join(" "), String::from_utf8_lossy(&said()));
    Ok(())
}
