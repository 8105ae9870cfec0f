//! Which statement it is.

use migration::ident::TableId;
use migration::schema::{Alteration, KeyKind, SourceKey, TableChange};

use super::alter_table::alter_table;
use super::create_table::create_table;
use super::cursor::{Cursor, Unread};
use super::item::{options, part};
use super::{Parsed, StatementContext};

/// Statements about other things than tables.
const OTHER_STATEMENTS: [&str; 29] = [
    "ANALYZE",
    "BEGIN",
    "BINLOG",
    "CHANGE",
    "CHECK",
    "CHECKSUM",
    "CLONE",
    "COMMIT",
    "DO",
    "EXPLAIN",
    "FLUSH",
    "GRANT",
    "INSTALL",
    "KILL",
    "LOCK",
    "OPTIMIZE",
    "PURGE",
    "RELEASE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SET",
    "SHOW",
    "SHUTDOWN",
    "START",
    "STOP",
    "UNINSTALL",
    "UNLOCK",
];

/// What CREATE, ALTER and DROP may be about besides tables, databases and indexes.
const OTHER_OBJECTS: [&str; 17] = [
    "EVENT",
    "FUNCTION",
    "INSTANCE",
    "LIBRARY",
    "LOGFILE GROUP",
    "MASKING POLICY",
    "PROCEDURE",
    "RESOURCE GROUP",
    "ROLE",
    "SERVER",
    "SPATIAL REFERENCE SYSTEM",
    "TABLESPACE",
    "TRIGGER",
    "UNDO TABLESPACE",
    "USER",
    "VIEW",
    "JSON DUALITY VIEW",
];

/// Statements that change rows.
const ROWS: [&str; 6] = ["INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD", "WITH"];

/// Reads a statement; tables it mentions are for the caller to find.
pub(super) fn statement(cursor: &mut Cursor<'_>, context: StatementContext<'_>) -> Result<Parsed, Unread> {
    if cursor.is_over() || OTHER_STATEMENTS.iter().any(|word| cursor.is_at(word)) {
        return Ok(Parsed::Nothing);
    }
    if ROWS.iter().any(|word| cursor.is_at(word)) {
        return Ok(Parsed::RowsAsText { mentions: Vec::new() });
    }
    let changes = if cursor.take("CREATE") {
        create(cursor, context)?
    } else if cursor.take("ALTER") {
        alter(cursor, context)?
    } else if cursor.take("DROP") {
        drop(cursor)?
    } else if cursor.take_any(&["RENAME TABLE", "RENAME TABLES"]) {
        rename(cursor)?
    } else if cursor.take("RENAME USER") {
        Vec::new()
    } else if cursor.take("TRUNCATE") {
        cursor.take("TABLE");
        let table = cursor.table()?;
        end(cursor, vec![TableChange::Truncated { table }])?
    } else {
        return Err(Unread("the statement is not known"));
    };
    Ok(if changes.is_empty() { Parsed::Nothing } else { Parsed::Changes(changes) })
}

fn end(cursor: &Cursor<'_>, changes: Vec<TableChange>) -> Result<Vec<TableChange>, Unread> {
    if cursor.is_over() {
        Ok(changes)
    } else {
        Err(Unread("the statement goes on in a way that is not known"))
    }
}

fn create(cursor: &mut Cursor<'_>, context: StatementContext<'_>) -> Result<Vec<TableChange>, Unread> {
    if cursor.take("TEMPORARY TABLE") {
        return Ok(Vec::new());
    }
    if cursor.take("TABLE") {
        return create_table(cursor, context).map(|change| vec![change]);
    }
    if is_other_object(&mut cursor.clone()) {
        return Ok(Vec::new());
    }
    let unique = cursor.take("UNIQUE");
    cursor.take_any(&["FULLTEXT", "SPATIAL"]);
    if cursor.take("INDEX") {
        return create_index(cursor, unique);
    }
    if cursor.take_any(&["DATABASE", "SCHEMA"]) {
        return Ok(Vec::new());
    }
    Err(Unread("what is created is not known"))
}

fn create_index(cursor: &mut Cursor<'_>, unique: bool) -> Result<Vec<TableChange>, Unread> {
    let index = cursor.name()?.to_owned();
    if cursor.take_any(&["USING", "TYPE"]) {
        cursor.name()?;
    }
    if !cursor.take("ON") {
        return Err(Unread("an index is on no table"));
    }
    let table = cursor.table()?;
    let parts = cursor.parenthesised()?.parts().into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
    let visible = options(cursor)?;
    let columns: Option<Vec<_>> = parts
        .iter()
        .map(|part| migration::ident::ColumnName::new(part.whole_column()?.to_owned()).ok())
        .collect();
    let Some(columns) = columns.filter(|_| unique && visible) else { return Ok(Vec::new()) };
    let key = SourceKey { index, kind: KeyKind::Unique, columns };
    Ok(vec![TableChange::Altered { table, alterations: vec![Alteration::AddKey { key }] }])
}

fn alter(cursor: &mut Cursor<'_>, context: StatementContext<'_>) -> Result<Vec<TableChange>, Unread> {
    if cursor.take("TABLE") {
        return alter_table(cursor, context);
    }
    if cursor.take_any(&["DATABASE", "SCHEMA"]) || is_other_object(cursor) {
        return Ok(Vec::new());
    }
    Err(Unread("what is altered is not known"))
}

fn drop(cursor: &mut Cursor<'_>) -> Result<Vec<TableChange>, Unread> {
    if cursor.take_any(&["TEMPORARY TABLE", "TEMPORARY TABLES"]) {
        return Ok(Vec::new());
    }
    if cursor.take_any(&["TABLE", "TABLES"]) {
        cursor.take("IF EXISTS");
        let mut changes = vec![TableChange::Dropped { table: cursor.table()? }];
        while cursor.symbol(',') {
            changes.push(TableChange::Dropped { table: cursor.table()? });
        }
        cursor.take_any(&["RESTRICT", "CASCADE"]);
        return end(cursor, changes);
    }
    if cursor.take_any(&["DATABASE", "SCHEMA"]) {
        cursor.take("IF EXISTS");
        let database = cursor.database()?;
        return end(cursor, vec![TableChange::DatabaseDropped { database }]);
    }
    if cursor.take("INDEX") {
        let index = cursor.name()?.to_owned();
        if !cursor.take("ON") {
            return Err(Unread("an index is on no table"));
        }
        let table = cursor.table()?;
        return Ok(vec![TableChange::Altered { table, alterations: vec![Alteration::DropKey { index }] }]);
    }
    if is_other_object(cursor) || cursor.take("PREPARE") {
        return Ok(Vec::new());
    }
    Err(Unread("what is dropped is not known"))
}

fn rename(cursor: &mut Cursor<'_>) -> Result<Vec<TableChange>, Unread> {
    let mut changes = Vec::new();
    loop {
        let from: TableId = cursor.table()?;
        if !cursor.take("TO") {
            return Err(Unread("TO is missing"));
        }
        changes.push(TableChange::Renamed { from, to: cursor.table()? });
        if !cursor.symbol(',') {
            return end(cursor, changes);
        }
    }
}

/// Whether it is about something else than tables, whatever is said of who made it.
fn is_other_object(cursor: &mut Cursor<'_>) -> bool {
    cursor.take("OR REPLACE");
    cursor.take("AGGREGATE");
    cursor.take("EXTERNAL");
    while cursor.take("ALGORITHM") || cursor.take("DEFINER") || cursor.take("SQL SECURITY") {
        while cursor.peek().is_some()
            && !["DEFINER", "SQL"].iter().any(|word| cursor.is_at(word))
            && !OTHER_OBJECTS.iter().any(|words| cursor.clone().take(words))
        {
            cursor.next();
        }
    }
    OTHER_OBJECTS.iter().any(|words| cursor.take(words))
}
