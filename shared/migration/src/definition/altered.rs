//! A source table after an ALTER TABLE.
//!
//! The server builds the new list of columns in two steps, and so does this: first every column that was there, in its
//! place, without those dropped and as renamed or modified; then, in the statement's order, those that are added or
//! moved. `AFTER` names a column of the new list.

use crate::ident::ColumnName;
use crate::schema::{Alteration, ColumnPlace, KeyKind, SourceColumn, SourceKey, SourceTable, SourceType};

/// Why a table as it is known cannot have been altered so, or not so that rows stay the same rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The statement names a column that is not known: the schema is not what it was taken for.
    #[error("it names the column {0}, which the table is not known to have")]
    NoColumn(ColumnName),
    /// A column of this name is there already.
    #[error("it makes a second column {0}")]
    SecondColumn(ColumnName),
    /// Rows are identified by another key from here on, or by none.
    #[error("it changes the key ({0}) by which rows are told apart")]
    Key(String),
    /// What was said by the source's log to be out of reach.
    #[error("{0}")]
    Unsupported(String),
}

/// Equal for two names that MySQL takes for one column.
pub(super) fn same(one: &ColumnName, other: &ColumnName) -> bool {
    one == other || one.as_str().to_lowercase() == other.as_str().to_lowercase()
}

/// The table afterwards.
///
/// # Errors
/// [`Misfit`] where it cannot be told what the table is then.
pub fn altered(table: &SourceTable, alterations: &[Alteration]) -> Result<SourceTable, Misfit> {
    if let Some(Alteration::Unsupported { what }) =
        alterations.iter().find(|one| matches!(one, Alteration::Unsupported { .. }))
    {
        return Err(Misfit::Unsupported(what.clone()));
    }
    let mut next = table.clone();
    set_strings(&mut next, alterations);
    next.columns = columns(&next, alterations)?;
    for alteration in alterations {
        match alteration {
            Alteration::AddKey { key } if key.kind == KeyKind::Primary => not_null(&mut next, key)?,
            Alteration::Cascades { constraint } => {
                next.cascading_foreign_keys.push(constraint.clone().unwrap_or_default());
            }
            _ => {}
        }
    }
    next.key = key(table, &next, alterations)?;
    Ok(next)
}

/// The name a column of the table has afterwards; none where it is dropped.
pub(super) fn renamed(column: &ColumnName, alterations: &[Alteration]) -> Option<ColumnName> {
    let mut name = column.clone();
    for alteration in alterations {
        match alteration {
            Alteration::DropColumn { column: dropped } if same(dropped, column) => return None,
            Alteration::RenameColumn { from, to } if same(from, column) => name = to.clone(),
            Alteration::ModifyColumn { from, column: to, .. } if same(from, column) => name = to.name.clone(),
            _ => {}
        }
    }
    Some(name)
}

/// Whatever place they have in the statement, character sets of the table count for its new columns.
fn set_strings(table: &mut SourceTable, alterations: &[Alteration]) {
    for alteration in alterations {
        match alteration {
            Alteration::DefaultCharset { charset } => table.strings = charset.clone(),
            Alteration::ConvertCharset { charset } => {
                table.strings = charset.clone();
                for column in &mut table.columns {
                    let is_text = column.column_type.is_characters();
                    if is_text && column.charset.as_deref() != Some("binary") {
                        widen(column, charset.charset.as_deref());
                        column.charset.clone_from(&charset.charset);
                        column.collation.clone_from(&charset.collation);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A TEXT column that is converted to a wider character set becomes a larger one, where its longest value needs it.
fn widen(column: &mut SourceColumn, charset: Option<&str>) {
    let SourceType::Text { bytes_max } = &mut column.column_type else { return };
    let (before, after) = (character_bytes(column.charset.as_deref()), character_bytes(charset));
    if after <= before {
        return;
    }
    let needed = (*bytes_max / before).saturating_mul(after);
    let (bytes, spelling) = match needed {
        0..=0xff => (0xff, "tinytext"),
        0x100..=0xffff => (0xffff, "text"),
        0x1_0000..=0xff_ffff => (0xff_ffff, "mediumtext"),
        _ => (0xffff_ffff, "longtext"),
    };
    *bytes_max = bytes;
    spelling.clone_into(&mut column.spelling);
}

/// Bytes of a character at most.
fn character_bytes(charset: Option<&str>) -> u64 {
    match charset {
        Some("utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030") => 4,
        Some("utf8" | "utf8mb3" | "ujis" | "eucjpms") => 3,
        Some("big5" | "gbk" | "gb2312" | "cp932" | "sjis" | "euckr" | "ucs2") => 2,
        Some(_) | None => 1,
    }
}

fn columns(table: &SourceTable, alterations: &[Alteration]) -> Result<Vec<SourceColumn>, Misfit> {
    for alteration in alterations {
        let named = match alteration {
            Alteration::DropColumn { column } | Alteration::ShowColumn { column, .. } => column,
            Alteration::RenameColumn { from, .. } | Alteration::ModifyColumn { from, .. } => from,
            _ => continue,
        };
        if !table.columns.iter().any(|column| same(&column.name, named)) {
            return Err(Misfit::NoColumn(named.clone()));
        }
    }
    let mut list: Vec<SourceColumn> =
        table.columns.iter().filter_map(|column| kept(table, column, alterations)).collect();
    for alteration in alterations {
        let (column, place) = match alteration {
            Alteration::AddColumn { column, place, .. } => (column, place),
            Alteration::ModifyColumn { column, place, .. } if *place != ColumnPlace::Unsaid => {
                (column, place)
            }
            _ => continue,
        };
        let at = match place {
            ColumnPlace::Unsaid => list.len(),
            ColumnPlace::First => 0,
            ColumnPlace::After(name) => {
                let before = list.iter().position(|column| same(&column.name, name));
                before.ok_or_else(|| Misfit::NoColumn(name.clone()))? + 1
            }
        };
        list.insert(at, column.clone().settled(&table.strings));
    }
    for (at, column) in list.iter().enumerate() {
        if list.iter().take(at).any(|other| same(&other.name, &column.name)) {
            return Err(Misfit::SecondColumn(column.name.clone()));
        }
    }
    Ok(list)
}

/// A column that was there, unless it is dropped, or moved and thus put in later.
fn kept(table: &SourceTable, column: &SourceColumn, alterations: &[Alteration]) -> Option<SourceColumn> {
    let mut next = column.clone();
    for alteration in alterations {
        match alteration {
            Alteration::DropColumn { column: dropped } if same(dropped, &column.name) => return None,
            Alteration::RenameColumn { from, to } if same(from, &column.name) => next.name = to.clone(),
            Alteration::ShowColumn { column: shown, invisible } if same(shown, &column.name) => {
                next.invisible = *invisible;
            }
            Alteration::ModifyColumn { from, column: to, place, .. } if same(from, &column.name) => {
                if *place != ColumnPlace::Unsaid {
                    return None;
                }
                next = to.clone().settled(&table.strings);
            }
            _ => {}
        }
    }
    Some(next)
}

fn not_null(table: &mut SourceTable, key: &SourceKey) -> Result<(), Misfit> {
    for name in &key.columns {
        let column = table.columns.iter_mut().find(|column| same(&column.name, name));
        column.ok_or_else(|| Misfit::NoColumn(name.clone()))?.nullable = false;
    }
    Ok(())
}

/// The key rows are told apart by: the one before, under its columns' new names. Another one of the same columns may take
/// its place.
fn key(
    table: &SourceTable,
    next: &SourceTable,
    alterations: &[Alteration],
) -> Result<Option<SourceKey>, Misfit> {
    let Some(before) = &table.key else { return Ok(None) };
    let changed = || Misfit::Key(before.index.clone());
    let mut key = before.clone();
    key.columns = before
        .columns
        .iter()
        .map(|column| renamed(column, alterations))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(changed)?;
    let is_it = |index: &str| index.eq_ignore_ascii_case(&before.index);
    let mut is_gone = false;
    for alteration in alterations {
        match alteration {
            Alteration::DropKey { index } | Alteration::HideKey { index } if is_it(index) => is_gone = true,
            Alteration::RenameKey { from, to } if is_it(from) => key.index.clone_from(to),
            _ => {}
        }
    }
    if is_gone {
        let again = alterations.iter().find_map(|alteration| match alteration {
            Alteration::AddKey { key: new } if same_columns(&new.columns, &key.columns) => Some(new),
            _ => None,
        });
        let again = again.ok_or_else(changed)?;
        // Named as the columns are, in the order of the new key.
        let named = |name: &ColumnName| key.columns.iter().find(|column| same(column, name)).cloned();
        key = SourceKey { columns: again.columns.iter().filter_map(named).collect(), ..again.clone() };
    }
    let whole =
        |name: &ColumnName| next.columns.iter().any(|column| same(&column.name, name) && !column.nullable);
    if key.columns.iter().all(whole) { Ok(Some(key)) } else { Err(changed()) }
}

fn same_columns(some: &[ColumnName], others: &[ColumnName]) -> bool {
    let among = |name: &ColumnName, names: &[ColumnName]| names.iter().any(|other| same(name, other));
    some.len() == others.len() && some.iter().all(|name| among(name, others))
}
