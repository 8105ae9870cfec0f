//! Character sets and collations that a statement leaves to defaults.
//!
//! A table that names no character set gets its database's, and a character set without collation its own default. The log
//! tells neither, so the server is asked when the statement is read. Where the database's default was changed in between,
//! the answer is another than the table got; with `binlog_row_metadata` the table map would tell. What stays unknown stays
//! none: its values are refused, never guessed.

use std::collections::{BTreeMap, BTreeSet};

use migration::port::PortError;
use migration::schema::{Alteration, SourceColumn, StringDefault, TableChange};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Params, Row};

use crate::catalog::Fields;
use crate::classify::classify;
use crate::session::Source;

const DATABASES: &str = "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME \
    FROM information_schema.SCHEMATA";
const CHARSETS: &str =
    "SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME FROM information_schema.CHARACTER_SETS";

/// Fills in what the server's defaults are.
pub(crate) async fn complete(source: &Source, changes: &mut [TableChange]) -> Result<(), PortError> {
    let (databases, charsets) = wanted(changes);
    if databases.is_empty() && !charsets {
        return Ok(());
    }
    let mut session = source.session().await?;
    let mut ask = async |sql: &str| -> Result<Vec<Fields>, PortError> {
        let rows: Result<Vec<Row>, _> = session.conn.exec(sql, Params::Empty).await;
        let rows = rows.map_err(|error| classify(&error, "asking for default character sets"))?;
        Ok(rows.into_iter().map(Fields::of).collect())
    };
    let collations: BTreeMap<String, String> =
        ask(CHARSETS).await?.iter().filter_map(|row| Some((row.text(0)?, row.text(1)?))).collect();
    let found = if databases.is_empty() { Vec::new() } else { ask(DATABASES).await? };
    let of = |database: &str| {
        let row = found.iter().find(|row| row.text_or_empty(0) == database)?;
        Some(StringDefault { charset: row.text(1), collation: row.text(2) })
    };
    for change in changes {
        fill(change, &of, &collations);
    }
    Ok(())
}

/// The databases whose defaults are needed, and whether those of character sets are.
fn wanted(changes: &[TableChange]) -> (BTreeSet<String>, bool) {
    let lacks = |strings: &StringDefault| strings.charset.is_some() && strings.collation.is_none();
    let column = |column: &SourceColumn| column.charset.is_some() && column.collation.is_none();
    let mut databases = BTreeSet::new();
    let mut charsets = false;
    for change in changes {
        match change {
            TableChange::Created { table, .. } => {
                if table.strings.charset.is_none() {
                    databases.insert(table.id.database.to_string());
                }
                charsets |= lacks(&table.strings) || table.columns.iter().any(column);
            }
            TableChange::Altered { alterations, .. } => {
                charsets |= alterations.iter().any(|alteration| match alteration {
                    Alteration::AddColumn { column: added, .. } => column(added),
                    Alteration::ModifyColumn { column: modified, .. } => column(modified),
                    Alteration::DefaultCharset { charset } | Alteration::ConvertCharset { charset } => {
                        lacks(charset)
                    }
                    _ => false,
                });
            }
            _ => {}
        }
    }
    (databases, charsets)
}

fn fill(
    change: &mut TableChange,
    of: &impl Fn(&str) -> Option<StringDefault>,
    collations: &BTreeMap<String, String>,
) {
    let collation = |charset: &Option<String>| {
        let charset = charset.as_deref()?;
        // Servers differ in what they call the older UTF-8.
        let older = (charset == "utf8mb3").then_some("utf8");
        collations.get(charset).or_else(|| collations.get(older?)).cloned()
    };
    let strings = |strings: &mut StringDefault| {
        if strings.collation.is_none() {
            strings.collation = collation(&strings.charset);
        }
    };
    let column = |column: &mut SourceColumn| {
        if column.collation.is_none() {
            column.collation = collation(&column.charset);
        }
    };
    match change {
        TableChange::Created { table, .. } => {
            if table.strings.charset.is_none()
                && let Some(default) = of(table.id.database.as_str())
            {
                table.strings = default;
            }
            strings(&mut table.strings);
            let default = table.strings.clone();
            for found in &mut table.columns {
                *found = found.clone().settled(&default);
                column(found);
            }
        }
        TableChange::Altered { alterations, .. } => {
            for alteration in alterations {
                match alteration {
                    Alteration::AddColumn { column: found, .. }
                    | Alteration::ModifyColumn { column: found, .. } => {
                        column(found);
                    }
                    Alteration::DefaultCharset { charset } | Alteration::ConvertCharset { charset } => {
                        strings(charset);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
