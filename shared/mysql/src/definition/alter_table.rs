//! ALTER TABLE: its clauses one by one, and the table's new name last.

use migration::ident::{ColumnName, TableId};
use migration::schema::{Alteration, KeyKind, SourceKey, TableChange};

use super::StatementContext;
use super::column::{Defined, column, default, place};
use super::cursor::{Cursor, Unread};
use super::item::{Index, Item, item};
use super::table_option::Options;
use super::token::Token;

/// STRICT_TRANS_TABLES and STRICT_ALL_TABLES.
const STRICT: u64 = 0x60_0000;

/// Partition clauses after which the same rows are there.
const PARTITIONS_KEPT: [&str; 9] = [
    "ADD PARTITION",
    "REORGANIZE PARTITION",
    "COALESCE PARTITION",
    "ANALYZE PARTITION",
    "CHECK PARTITION",
    "OPTIMIZE PARTITION",
    "REBUILD PARTITION",
    "SECONDARY_LOAD",
    "SECONDARY_UNLOAD",
];

/// Clauses that take rows away or bring them in without an event in the log.
const ROWS_MOVED: [&str; 8] = [
    "DROP PARTITION",
    "TRUNCATE PARTITION",
    "EXCHANGE PARTITION",
    "REPAIR PARTITION",
    "DISCARD PARTITION",
    "IMPORT PARTITION",
    "DISCARD TABLESPACE",
    "IMPORT TABLESPACE",
];

/// Clauses that change nothing of columns, keys or rows.
const HARMLESS: [&str; 8] = [
    "ENABLE KEYS",
    "DISABLE KEYS",
    "FORCE",
    "WITH VALIDATION",
    "WITHOUT VALIDATION",
    "REMOVE PARTITIONING",
    "UPGRADE PARTITIONING",
    "ORDER BY",
];

/// What was read of a statement so far.
#[derive(Debug, Default)]
struct Clauses {
    alterations: Vec<Alteration>,
    renamed: Option<TableId>,
}

/// Reads from behind ALTER TABLE.
pub(super) fn alter_table(
    cursor: &mut Cursor<'_>,
    context: StatementContext<'_>,
) -> Result<Vec<TableChange>, Unread> {
    let table = cursor.table()?;
    let mut clauses = Clauses::default();
    for mut part in cursor.parts() {
        if PARTITIONS_KEPT.iter().any(|words| part.take(words)) {
            // Its own commas divide names of partitions, and nothing else can follow.
            break;
        }
        if ROWS_MOVED.iter().any(|words| part.take(words)) {
            return Ok(rows_moved(table, &mut part));
        }
        if !clause(&mut part, context, &mut clauses)? {
            break;
        }
        if part.take("PARTITION BY") || part.take("REMOVE PARTITIONING") {
            break;
        }
        if !part.is_over() {
            return Err(Unread("ALTER TABLE has a clause that is not known"));
        }
    }
    let mut changes = Vec::new();
    if !clauses.alterations.is_empty() {
        let alterations = clauses.alterations;
        changes.push(TableChange::Altered { table: table.clone(), alterations });
    }
    changes.extend(clauses.renamed.map(|to| TableChange::Renamed { from: table, to }));
    Ok(changes)
}

fn rows_moved(table: TableId, rest: &mut Cursor<'_>) -> Vec<TableChange> {
    let what = "rows change with a partition or tablespace, without events in the log".to_owned();
    let mut changes = vec![TableChange::Unsupported { table: Some(table), what: what.clone() }];
    while let Some(token) = rest.next() {
        // EXCHANGE PARTITION p WITH TABLE t.
        if matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("WITH")) && rest.take("TABLE") {
            changes.extend(
                rest.table()
                    .ok()
                    .map(|other| TableChange::Unsupported { table: Some(other), what: what.clone() }),
            );
        }
    }
    changes
}

/// Reads a clause; false where it reaches over commas to the statement's end.
fn clause(
    cursor: &mut Cursor<'_>,
    context: StatementContext<'_>,
    clauses: &mut Clauses,
) -> Result<bool, Unread> {
    if cursor.is_over() || cursor.is_at("PARTITION") {
        return Ok(true);
    }
    if cursor.take("ORDER BY") {
        return Ok(false);
    }
    if cursor.take_any(&["ALGORITHM", "LOCK"]) {
        cursor.symbol('=');
        cursor.name()?;
    } else if cursor.take("ADD") {
        add(cursor, context, clauses)?;
    } else if cursor.take("DROP") {
        drop(cursor, clauses)?;
    } else if cursor.take("MODIFY") {
        cursor.take("COLUMN");
        let from = cursor.column()?;
        modify(cursor, from.clone(), from, context, clauses)?;
    } else if cursor.take("CHANGE") {
        cursor.take("COLUMN");
        let from = cursor.column()?;
        let to = cursor.column()?;
        modify(cursor, from, to, context, clauses)?;
    } else if cursor.take("ALTER") {
        alter(cursor, clauses)?;
    } else if cursor.take("RENAME") {
        rename(cursor, clauses)?;
    } else if cursor.take("CONVERT TO") {
        convert(cursor, clauses)?;
    } else if !cursor.take_any(&HARMLESS) {
        options(cursor, clauses)?;
    }
    Ok(true)
}

fn add(cursor: &mut Cursor<'_>, context: StatementContext<'_>, clauses: &mut Clauses) -> Result<(), Unread> {
    cursor.take("COLUMN");
    if cursor.peek() != Some(&Token::Symbol('(')) {
        let item = item(cursor, context)?;
        let place = place(cursor)?;
        added(item, place, clauses);
        return Ok(());
    }
    for mut part in cursor.parenthesised()?.parts() {
        let item = item(&mut part, context)?;
        if !part.is_over() {
            return Err(Unread("a column says something that is not known"));
        }
        added(item, migration::schema::ColumnPlace::Unsaid, clauses);
    }
    Ok(())
}

fn added(item: Item, place: migration::schema::ColumnPlace, clauses: &mut Clauses) {
    match item {
        Item::Column(defined) => {
            let Defined { column, existing, key, cascades } = *defined;
            let name = column.name.clone();
            clauses.alterations.push(Alteration::AddColumn { column, place, existing });
            own_key(key, &name, cascades, clauses);
        }
        Item::Index(index) => clauses.alterations.extend(key_of(&index)),
        Item::Cascade(constraint) => clauses.alterations.push(Alteration::Cascades { constraint }),
        Item::Other => {}
    }
}

/// What a column says of keys by itself.
fn own_key(kind: Option<KeyKind>, name: &ColumnName, cascades: bool, clauses: &mut Clauses) {
    if let Some(kind) = kind {
        let index = if kind == KeyKind::Primary { "PRIMARY".to_owned() } else { name.to_string() };
        let key = SourceKey { index, kind, columns: vec![name.clone()] };
        clauses.alterations.push(Alteration::AddKey { key });
    }
    if cascades {
        clauses.alterations.push(Alteration::Cascades { constraint: None });
    }
}

/// A key that could identify rows.
fn key_of(index: &Index) -> Option<Alteration> {
    let kind = index.kind?;
    let parts = index.parts_named("");
    let whole = index.visible && parts.iter().all(|part| !part.prefix && part.column.is_some());
    let columns: Vec<ColumnName> =
        parts.into_iter().filter_map(|part| ColumnName::new(part.column?).ok()).collect();
    let name = index.name.clone().or_else(|| columns.first().map(ToString::to_string))?;
    whole.then_some(Alteration::AddKey { key: SourceKey { index: name, kind, columns } })
}

fn drop(cursor: &mut Cursor<'_>, clauses: &mut Clauses) -> Result<(), Unread> {
    if cursor.take("PRIMARY KEY") {
        clauses.alterations.push(Alteration::DropKey { index: "PRIMARY".to_owned() });
    } else if cursor.take_any(&["INDEX", "KEY"]) {
        clauses.alterations.push(Alteration::DropKey { index: cursor.name()?.to_owned() });
    } else if cursor.take_any(&["FOREIGN KEY", "CHECK"]) {
        cursor.name()?;
    } else if cursor.take("CONSTRAINT") {
        // Of a check, a foreign key, or a unique key.
        clauses.alterations.push(Alteration::DropKey { index: cursor.name()?.to_owned() });
    } else {
        cursor.take("COLUMN");
        clauses.alterations.push(Alteration::DropColumn { column: cursor.column()? });
        cursor.take_any(&["RESTRICT", "CASCADE"]);
    }
    Ok(())
}

fn modify(
    cursor: &mut Cursor<'_>,
    from: ColumnName,
    to: ColumnName,
    context: StatementContext<'_>,
    clauses: &mut Clauses,
) -> Result<(), Unread> {
    let Defined { column, key, cascades, .. } = column(cursor, to, context)?;
    let place = place(cursor)?;
    let name = column.name.clone();
    let strict = context.sql_mode & STRICT != 0;
    clauses.alterations.push(Alteration::ModifyColumn { from, column, place, strict });
    own_key(key, &name, cascades, clauses);
    Ok(())
}

fn alter(cursor: &mut Cursor<'_>, clauses: &mut Clauses) -> Result<(), Unread> {
    if cursor.take("INDEX") {
        let index = cursor.name()?.to_owned();
        if cursor.take("INVISIBLE") {
            clauses.alterations.push(Alteration::HideKey { index });
        } else if !cursor.take("VISIBLE") {
            return Err(Unread("ALTER INDEX says something that is not known"));
        }
        return Ok(());
    }
    if cursor.take_any(&["CHECK", "CONSTRAINT"]) {
        cursor.name()?;
        return if cursor.take_any(&["NOT ENFORCED", "ENFORCED"]) {
            Ok(())
        } else {
            Err(Unread("a check says something that is not known"))
        };
    }
    cursor.take("COLUMN");
    let column = cursor.column()?;
    if cursor.take("DROP DEFAULT") {
    } else if cursor.take("SET DEFAULT") {
        default(cursor)?;
    } else if cursor.take("SET INVISIBLE") {
        clauses.alterations.push(Alteration::ShowColumn { column, invisible: true });
    } else if cursor.take("SET VISIBLE") {
        clauses.alterations.push(Alteration::ShowColumn { column, invisible: false });
    } else {
        return Err(Unread("ALTER COLUMN says something that is not known"));
    }
    Ok(())
}

fn rename(cursor: &mut Cursor<'_>, clauses: &mut Clauses) -> Result<(), Unread> {
    let to = |cursor: &mut Cursor<'_>| if cursor.take("TO") { Ok(()) } else { Err(Unread("TO is missing")) };
    if cursor.take("COLUMN") {
        let from = cursor.column()?;
        to(cursor)?;
        clauses.alterations.push(Alteration::RenameColumn { from, to: cursor.column()? });
    } else if cursor.take_any(&["INDEX", "KEY"]) {
        let from = cursor.name()?.to_owned();
        to(cursor)?;
        clauses.alterations.push(Alteration::RenameKey { from, to: cursor.name()?.to_owned() });
    } else {
        if !cursor.take_any(&["TO", "AS"]) {
            cursor.symbol('=');
        }
        clauses.renamed = Some(cursor.table()?);
    }
    Ok(())
}

fn convert(cursor: &mut Cursor<'_>, clauses: &mut Clauses) -> Result<(), Unread> {
    let mut said = Options::default();
    if !said.read(cursor)? {
        return Err(Unread("CONVERT names no character set"));
    }
    said.read(cursor)?;
    let charset = said.strings()?.ok_or(Unread("CONVERT names no character set"))?;
    clauses.alterations.push(Alteration::ConvertCharset { charset });
    Ok(())
}

fn options(cursor: &mut Cursor<'_>, clauses: &mut Clauses) -> Result<(), Unread> {
    let mut said = Options::default();
    while said.read(cursor)? {}
    if let Some(charset) = said.strings()? {
        clauses.alterations.push(Alteration::DefaultCharset { charset });
    }
    if said.engine.is_some_and(|engine| engine.eq_ignore_ascii_case("BLACKHOLE")) {
        let what = "the table's engine keeps no rows".to_owned();
        clauses.alterations.push(Alteration::Unsupported { what });
    }
    Ok(())
}
