//! What stands between the parentheses of CREATE TABLE, and behind ADD of ALTER TABLE: columns, keys, constraints.

use migration::schema::KeyKind;

use super::StatementContext;
use super::column::{Defined, column, references};
use super::cursor::{Cursor, Unread};
use super::token::Token;
use crate::catalog::IndexPart;

/// One item.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Column(Box<Defined>),
    Index(Index),
    /// A foreign key by which rows change here by themselves.
    Cascade(Option<String>),
    /// A check, or a foreign key that only refuses.
    Other,
}

/// An index; which kind none has that identifies no row.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) name: Option<String>,
    pub(super) kind: Option<KeyKind>,
    /// Columns; an expression or a prefix cannot identify rows.
    pub(super) parts: Vec<Part>,
    pub(super) visible: bool,
}

/// A part of an index.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) column: Option<String>,
    prefix: bool,
}

impl Part {
    /// The column, where all of it is indexed.
    pub(super) fn whole_column(&self) -> Option<&str> {
        self.column.as_deref().filter(|_| !self.prefix)
    }
}

impl Index {
    /// As the catalog lists it, under this name.
    pub(super) fn parts_named(&self, index: &str) -> Vec<IndexPart> {
        let listed = |part: &Part| IndexPart {
            index: index.to_owned(),
            column: part.column.clone(),
            prefix: part.prefix,
            visible: self.visible,
        };
        self.parts.iter().map(listed).collect()
    }
}

/// Reads an item; what may follow it (FIRST, AFTER) is left.
pub(super) fn item(cursor: &mut Cursor<'_>, context: StatementContext<'_>) -> Result<Item, Unread> {
    if let Some(found) = constraint(cursor)? {
        return Ok(found);
    }
    let name = cursor.column()?;
    Ok(Item::Column(Box::new(column(cursor, name, context)?)))
}

/// An item that begins with a reserved word; none where a column begins.
fn constraint(cursor: &mut Cursor<'_>) -> Result<Option<Item>, Unread> {
    let mut symbol = None;
    if cursor.take("CONSTRAINT")
        && !["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"].iter().any(|word| cursor.is_at(word))
    {
        symbol = Some(cursor.name()?.to_owned());
    }
    if cursor.take("PRIMARY KEY") {
        return index(cursor, Some(KeyKind::Primary), Some("PRIMARY".to_owned())).map(Some);
    }
    if cursor.take("UNIQUE") {
        cursor.take_any(&["INDEX", "KEY"]);
        return index(cursor, Some(KeyKind::Unique), symbol).map(Some);
    }
    if cursor.take_any(&["FULLTEXT", "SPATIAL"]) {
        cursor.take_any(&["INDEX", "KEY"]);
        return index(cursor, None, None).map(Some);
    }
    if cursor.take_any(&["INDEX", "KEY"]) {
        return index(cursor, None, None).map(Some);
    }
    if cursor.take("FOREIGN KEY") {
        if cursor.peek() != Some(&Token::Symbol('(')) {
            let name = cursor.name()?.to_owned();
            symbol = symbol.or(Some(name));
        }
        cursor.parenthesised()?;
        let cascades = references(cursor)?;
        return Ok(Some(if cascades { Item::Cascade(symbol) } else { Item::Other }));
    }
    if cursor.take("CHECK") {
        cursor.parenthesised()?;
        cursor.take_any(&["NOT ENFORCED", "ENFORCED"]);
        return Ok(Some(Item::Other));
    }
    if symbol.is_some() { Err(Unread("a constraint is not known")) } else { Ok(None) }
}

/// The rest of an index from its name on.
fn index(cursor: &mut Cursor<'_>, kind: Option<KeyKind>, symbol: Option<String>) -> Result<Item, Unread> {
    let mut name = symbol;
    if !cursor.is_at("USING") && !cursor.is_at("TYPE") && cursor.peek() != Some(&Token::Symbol('(')) {
        let written = cursor.name()?.to_owned();
        // A primary key is always called PRIMARY.
        if kind != Some(KeyKind::Primary) {
            name = Some(written);
        }
    }
    if cursor.take_any(&["USING", "TYPE"]) {
        cursor.name()?;
    }
    let parts = cursor.parenthesised()?.parts().into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
    let visible = options(cursor)?;
    Ok(Item::Index(Index { name, kind, parts, visible }))
}

/// A part: a column, a column's prefix, or an expression.
pub(super) fn part(mut cursor: Cursor<'_>) -> Result<Part, Unread> {
    if cursor.peek() == Some(&Token::Symbol('(')) {
        cursor.parenthesised()?;
        return Ok(Part { column: None, prefix: false });
    }
    let column = Some(cursor.name()?.to_owned());
    let prefix = cursor.peek() == Some(&Token::Symbol('('));
    if prefix {
        cursor.parenthesised()?;
    }
    cursor.take_any(&["ASC", "DESC"]);
    if cursor.is_over() {
        Ok(Part { column, prefix })
    } else {
        Err(Unread("an index has a part that is not known"))
    }
}

/// Passes over an index's options; whether it is visible.
pub(super) fn options(cursor: &mut Cursor<'_>) -> Result<bool, Unread> {
    let mut visible = true;
    loop {
        if cursor.take_any(&["USING", "TYPE", "WITH PARSER"]) {
            cursor.name()?;
        } else if cursor.take("COMMENT") {
            cursor.text()?;
        } else if cursor.take("KEY_BLOCK_SIZE") {
            cursor.symbol('=');
            cursor.number()?;
        } else if cursor.take_any(&["ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"]) {
            cursor.symbol('=');
            cursor.text()?;
        } else if cursor.take("INVISIBLE") {
            visible = false;
        } else if !cursor.take("VISIBLE") {
            return Ok(visible);
        }
    }
}
