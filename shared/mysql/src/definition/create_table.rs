//! CREATE TABLE.

use migration::ident::{ColumnName, TableId};
use migration::schema::{KeyKind, SourceColumn, SourceTable, StringDefault, TableChange, TableKind};

use super::StatementContext;
use super::cursor::{Cursor, Unread};
use super::item::{Index, Item, item};
use super::table_option::Options;
use super::token::Token;
use crate::catalog::{IndexPart, choose_key};

/// The engine of a table that names none.
const USUAL_ENGINE: &str = "InnoDB";

/// Reads from behind CREATE TABLE.
pub(super) fn create_table(
    cursor: &mut Cursor<'_>,
    context: StatementContext<'_>,
) -> Result<TableChange, Unread> {
    let if_not_exists = cursor.take("IF NOT EXISTS");
    let table = cursor.table()?;
    if let Some(like) = like(cursor)? {
        return Ok(TableChange::CreatedLike { table, like, if_not_exists });
    }
    if cursor.peek() != Some(&Token::Symbol('(')) {
        return Ok(selected(table));
    }
    let mut items = Vec::new();
    for mut part in cursor.parenthesised()?.parts() {
        items.push(item(&mut part, context)?);
        if !part.is_over() {
            return Err(Unread("a column or key says something that is not known"));
        }
    }
    let mut options = Options::default();
    while options.read(cursor)? || cursor.symbol(',') {}
    if cursor.take("PARTITION BY") {
        if cursor.has_word(&["SELECT", "TABLE", "WITH"]) {
            return Ok(selected(table));
        }
    } else if cursor.is_at("SELECT")
        || cursor.is_at("AS")
        || cursor.is_at("IGNORE")
        || cursor.is_at("REPLACE")
    {
        return Ok(selected(table));
    } else {
        // The rows of CREATE ... SELECT follow as events of the same transaction.
        cursor.take("START TRANSACTION");
        if !cursor.is_over() {
            return Err(Unread("a table has an option that is not known"));
        }
    }
    let strings = options.strings()?.unwrap_or_default();
    let engine = options.engine.unwrap_or_else(|| USUAL_ENGINE.to_owned());
    let table = Box::new(made(table, engine, strings, items)?);
    Ok(TableChange::Created { table, if_not_exists })
}

/// A table made from rows that the log holds as text only.
fn selected(table: TableId) -> TableChange {
    let what = "CREATE TABLE with rows of a SELECT in the statement itself".to_owned();
    TableChange::Unsupported { table: Some(table), what }
}

fn like(cursor: &mut Cursor<'_>) -> Result<Option<TableId>, Unread> {
    if cursor.take("LIKE") {
        return cursor.table().map(Some);
    }
    let mut ahead = cursor.clone();
    if ahead.symbol('(') && ahead.take("LIKE") {
        *cursor = ahead;
        let like = cursor.table()?;
        cursor.expect(')')?;
        return Ok(Some(like));
    }
    Ok(None)
}

fn made(
    id: TableId,
    engine: String,
    strings: StringDefault,
    items: Vec<Item>,
) -> Result<SourceTable, Unread> {
    let mut columns: Vec<SourceColumn> = Vec::new();
    let mut indexes = Vec::new();
    let mut own_keys = Vec::new();
    let mut cascading_foreign_keys = Vec::new();
    for item in items {
        match item {
            Item::Column(defined) => {
                if let Some(kind) = defined.key {
                    own_keys.push((kind, defined.column.name.clone()));
                }
                if defined.cascades {
                    cascading_foreign_keys.push(defined.column.name.to_string());
                }
                columns.push(defined.column.settled(&strings));
            }
            Item::Index(index) => indexes.push(index),
            Item::Cascade(name) => cascading_foreign_keys.push(name.unwrap_or_default()),
            Item::Other => {}
        }
    }
    let parts = key_parts(&mut columns, &own_keys, &indexes)?;
    Ok(SourceTable {
        id,
        kind: TableKind::Base,
        engine,
        create_options: String::new(),
        key: choose_key(&columns, &parts),
        columns,
        rows_estimate: 0,
        data_bytes: 0,
        cascading_foreign_keys,
        strings,
    })
}

/// The parts of all unique keys under the names the server gives them; columns of the primary key become NOT NULL.
fn key_parts(
    columns: &mut [SourceColumn],
    own_keys: &[(KeyKind, ColumnName)],
    indexes: &[Index],
) -> Result<Vec<IndexPart>, Unread> {
    let mut names: Vec<String> = Vec::new();
    let mut parts = Vec::new();
    for (kind, column) in own_keys {
        let name = match kind {
            KeyKind::Primary => "PRIMARY".to_owned(),
            KeyKind::Unique => unused_name(column.as_str(), &names),
        };
        parts.push(IndexPart {
            index: name.clone(),
            column: Some(column.to_string()),
            prefix: false,
            visible: true,
        });
        names.push(name);
    }
    for index in indexes {
        let first = index.parts.first().and_then(|part| part.column.clone());
        let name = match (&index.name, first) {
            (Some(name), _) => name.clone(),
            (None, first) => unused_name(&first.unwrap_or_else(|| "functional_index".to_owned()), &names),
        };
        names.push(name.clone());
        if index.kind.is_some() {
            parts.extend(index.parts_named(&name));
        }
    }
    for part in &mut parts {
        let Some(written) = &part.column else { continue };
        let same = |column: &&mut SourceColumn| column.name.as_str().to_lowercase() == written.to_lowercase();
        let column = columns.iter_mut().find(same).ok_or(Unread("a key has a column that is not there"))?;
        if part.index == "PRIMARY" {
            column.nullable = false;
        }
        part.column = Some(column.name.to_string());
    }
    // An index stands in one run, whatever the order it was written in.
    parts.sort_by_key(|part| names.iter().position(|name| *name == part.index));
    Ok(parts)
}

/// The name an index gets that is given none: its first column's, with a number where that is taken.
fn unused_name(column: &str, taken: &[String]) -> String {
    let is_free = |name: &str| {
        !name.eq_ignore_ascii_case("PRIMARY")
            && !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase())
    };
    if is_free(column) {
        return column.to_owned();
    }
    let mut numbered = (2_u32..).map(|number| format!("{column}_{number}"));
    numbered.find(|name| is_free(name)).unwrap_or_else(|| column.to_owned())
}
