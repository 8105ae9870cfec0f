//! One column of a definition: its type and attributes.

use migration::schema::{
    ColumnPlace, ExistingRows, Generated, KeyKind, SourceColumn, SourceType, StringDefault,
};

use super::StatementContext;
use super::cursor::{Cursor, Unread};
use super::data_type::data_type;
use super::token::Token;
use crate::catalog::column_type;
use migration::ident::ColumnName;

/// A column and what its definition says besides.
#[derive(Debug, Clone)]
pub(super) struct Defined {
    pub(super) column: SourceColumn,
    pub(super) existing: ExistingRows,
    /// Whether it is a key by itself.
    pub(super) key: Option<KeyKind>,
    /// Whether it refers to another table with an action that changes rows here.
    pub(super) cascades: bool,
}

/// What attributes say, as far as it matters.
#[derive(Debug, Default)]
struct Attributes {
    nullable: Option<bool>,
    filled: bool,
    generated: Option<Generated>,
    invisible: bool,
    key: Option<KeyKind>,
    cascades: bool,
    charset: Option<String>,
    collation: Option<String>,
    /// BINARY: the collation by code points of whatever character set it gets.
    by_bytes: bool,
}

/// Reads a type and its attributes, up to what is none.
pub(super) fn column(
    cursor: &mut Cursor<'_>,
    name: ColumnName,
    context: StatementContext<'_>,
) -> Result<Defined, Unread> {
    let data_type = data_type(cursor, context.sql_mode)?;
    let mut said = Attributes { charset: data_type.charset.map(str::to_owned), ..Attributes::default() };
    if data_type.serial {
        (said.nullable, said.filled, said.key) = (Some(false), true, Some(KeyKind::Unique));
    }
    while attribute(cursor, &mut said)? {}
    let column_type = column_type(&data_type.spelling);
    if matches!(column_type, SourceType::Unknown { .. }) {
        return Err(Unread("a type is not known"));
    }
    let implicit = matches!(column_type, SourceType::Timestamp { .. })
        && said.nullable.is_none()
        && context.explicit_timestamps != Some(true);
    let nullable = said.nullable.unwrap_or(!implicit || context.explicit_timestamps.is_none())
        && said.key != Some(KeyKind::Primary);
    let is_filled = said.filled || !nullable || implicit || said.generated.is_some();
    let charset = charset_of(said.charset, said.collation.as_deref())?;
    let by_bytes = said.by_bytes && said.collation.is_none();
    let collation = match (&charset, by_bytes) {
        (Some(charset), true) => Some(format!("{charset}_bin")),
        // Which character set it will be is not known here.
        (None, true) => return Err(Unread("a column is BINARY in a character set that is not said")),
        (_, false) => said.collation,
    };
    let column = SourceColumn {
        name,
        column_type,
        spelling: data_type.spelling,
        nullable,
        charset,
        collation,
        generated: said.generated,
        invisible: said.invisible,
    };
    // Only an explicit character set is settled here: the default is the table's.
    let column = column.settled(&StringDefault::default());
    let existing = if is_filled { ExistingRows::Filled } else { ExistingRows::Null };
    Ok(Defined { column, existing, key: said.key, cascades: said.cascades })
}

/// FIRST or AFTER.
pub(super) fn place(cursor: &mut Cursor<'_>) -> Result<ColumnPlace, Unread> {
    if cursor.take("FIRST") {
        return Ok(ColumnPlace::First);
    }
    if cursor.take("AFTER") {
        return cursor.column().map(ColumnPlace::After);
    }
    Ok(ColumnPlace::Unsaid)
}

/// A character set as the catalog calls it, where one is said or a collation tells it.
pub(super) fn charset_of(charset: Option<String>, collation: Option<&str>) -> Result<Option<String>, Unread> {
    let known = charset.map(|charset| if charset == "utf8" { "utf8mb3".to_owned() } else { charset });
    let Some(collation) = collation else { return Ok(known) };
    let of_collation = match collation.split('_').next() {
        Some("utf8") => "utf8mb3",
        Some(charset) => charset,
        None => return Err(Unread("a collation has no name")),
    };
    Ok(known.or_else(|| Some(of_collation.to_owned())))
}

fn attribute(cursor: &mut Cursor<'_>, said: &mut Attributes) -> Result<bool, Unread> {
    if cursor.take("NOT NULL") {
        said.nullable = Some(false);
    } else if cursor.take_any(&["NOT SECONDARY", "SECONDARY", "VISIBLE", "SIGNED"]) {
    } else if cursor.take("NULL") {
        said.nullable = Some(true);
    } else if cursor.take("DEFAULT") {
        said.filled |= default(cursor)?;
    } else if cursor.take("ON UPDATE") {
        default(cursor)?;
    } else if cursor.take("AUTO_INCREMENT") {
        (said.nullable, said.filled) = (Some(false), true);
    } else if cursor.take("SERIAL DEFAULT VALUE") {
        (said.nullable, said.filled, said.key) = (Some(false), true, Some(KeyKind::Unique));
    } else if cursor.take("UNIQUE") {
        cursor.take("KEY");
        said.key = said.key.or(Some(KeyKind::Unique));
    } else if cursor.take("PRIMARY KEY") || cursor.take("KEY") {
        said.key = Some(KeyKind::Primary);
    } else if cursor.take("COMMENT") {
        cursor.text()?;
    } else if cursor.take("INVISIBLE") {
        said.invisible = true;
    } else if cursor.take_any(&["COLUMN_FORMAT", "STORAGE"]) {
        cursor.word_or_text()?;
    } else if cursor.take_any(&["ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"]) {
        cursor.symbol('=');
        cursor.text()?;
    } else if cursor.take("SRID") {
        cursor.number()?;
    } else if cursor.take_any(&["GENERATED ALWAYS AS", "AS"]) {
        cursor.parenthesised()?;
        said.generated = Some(Generated::Virtual);
    } else if cursor.take("VIRTUAL") {
        said.generated = Some(Generated::Virtual);
    } else if cursor.take_any(&["STORED", "PERSISTENT"]) {
        said.generated = Some(Generated::Stored);
    } else {
        return string_attribute(cursor, said);
    }
    Ok(true)
}

fn string_attribute(cursor: &mut Cursor<'_>, said: &mut Attributes) -> Result<bool, Unread> {
    let named = |charset: &str| Some(charset.to_owned());
    if cursor.take_any(&["CHARACTER SET", "CHARSET", "CHAR SET"]) {
        said.charset = Some(cursor.word_or_text()?.to_ascii_lowercase());
    } else if cursor.take("COLLATE") {
        said.collation = Some(cursor.word_or_text()?.to_ascii_lowercase());
    } else if cursor.take("ASCII") {
        said.charset = named("latin1");
    } else if cursor.take("UNICODE") {
        said.charset = named("ucs2");
    } else if cursor.take("BYTE") {
        said.charset = named("binary");
    } else if cursor.take("BINARY") {
        said.by_bytes = true;
    } else if cursor.is_at("REFERENCES") {
        said.cascades |= references(cursor)?;
    } else if cursor.is_at("CHECK") || cursor.is_at("CONSTRAINT") {
        check(cursor)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Passes over a check of one column.
fn check(cursor: &mut Cursor<'_>) -> Result<(), Unread> {
    if cursor.take("CONSTRAINT") && !cursor.is_at("CHECK") {
        cursor.name()?;
    }
    if !cursor.take("CHECK") {
        return Err(Unread("a constraint of a column is no check"));
    }
    cursor.parenthesised()?;
    cursor.take_any(&["NOT ENFORCED", "ENFORCED"]);
    Ok(())
}

/// Passes over what a foreign key refers to; whether it changes rows of this table by itself.
pub(super) fn references(cursor: &mut Cursor<'_>) -> Result<bool, Unread> {
    if !cursor.take("REFERENCES") {
        return Err(Unread("a foreign key refers to nothing"));
    }
    cursor.table()?;
    if cursor.peek() == Some(&Token::Symbol('(')) {
        cursor.parenthesised()?;
    }
    let mut cascades = false;
    loop {
        if cursor.take_any(&["MATCH FULL", "MATCH PARTIAL", "MATCH SIMPLE"]) {
        } else if cursor.take_any(&["ON DELETE", "ON UPDATE"]) {
            if cursor.take_any(&["CASCADE", "SET NULL", "SET DEFAULT"]) {
                cascades = true;
            } else if !cursor.take_any(&["RESTRICT", "NO ACTION"]) {
                return Err(Unread("a foreign key's action is not known"));
            }
        } else {
            return Ok(cascades);
        }
    }
}

/// Passes over a default; whether it is another than NULL.
pub(super) fn default(cursor: &mut Cursor<'_>) -> Result<bool, Unread> {
    if cursor.take("NULL") {
        return Ok(false);
    }
    if cursor.peek() == Some(&Token::Symbol('(')) {
        cursor.parenthesised()?;
        return Ok(true);
    }
    let signed = cursor.symbol('-') || cursor.symbol('+');
    match cursor.next() {
        Some(Token::Number(_)) => {}
        Some(Token::Text(_) | Token::Literal) if !signed => {}
        Some(Token::Word(word)) if !signed => {
            let function = ["CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"];
            if function.iter().any(|name| word.eq_ignore_ascii_case(name)) {
                if cursor.peek() == Some(&Token::Symbol('(')) {
                    cursor.parenthesised()?;
                }
            } else if !word.eq_ignore_ascii_case("TRUE") && !word.eq_ignore_ascii_case("FALSE") {
                introduced(cursor, word)?;
            }
        }
        _ => return Err(Unread("a default is not known")),
    }
    Ok(true)
}

/// `_utf8mb4'text'`, and a date or time as a literal of its kind.
fn introduced(cursor: &mut Cursor<'_>, word: &str) -> Result<(), Unread> {
    let kinds = ["DATE", "TIME", "TIMESTAMP"];
    let known = word.starts_with('_') || kinds.iter().any(|kind| word.eq_ignore_ascii_case(kind));
    match cursor.next() {
        Some(Token::Text(_) | Token::Literal) if known => Ok(()),
        _ => Err(Unread("a default is not known")),
    }
}
