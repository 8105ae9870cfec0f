//! Renamed tables: a mapping follows its table, and a ghost that takes its table's name takes its mapping.
//!
//! All renames of a statement count together: `t TO _t_del, _t_gho TO t` is no table leaving and no other entering, but
//! one table that has got another schema.

use std::collections::BTreeMap;

use super::altered::{altered, same};
use super::enter::ghost_of;
use super::ghost_name::{Role, role};
use super::judge::alter_entry;
use super::passage::{Ghost, Refusal};
use super::state::{START_AGAIN, State, refusal};
use crate::ident::TableId;
use crate::schema::{Alteration, ColumnPlace, ExistingRows, SourceColumn, SourceTable, TableMapping};
use crate::task::TableSelection;

/// Who has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Followed(usize),
    /// By its place among the ghosts before.
    Ghost(usize),
    Unknown,
}

/// Passes the renames of one statement, in their order.
pub(super) fn renamed(state: &mut State<'_>, moves: &[(TableId, TableId)]) -> Result<(), Refusal> {
    let ghosts: Vec<Ghost> = state.ghosts.values().cloned().collect();
    let mut names: BTreeMap<TableId, Who> = BTreeMap::new();
    for (at, entry) in state.entries.iter().enumerate().filter(|(_, entry)| !entry.gone) {
        names.insert(entry.mapping.source.id.clone(), Who::Followed(at));
    }
    for (at, ghost) in ghosts.iter().enumerate() {
        names.insert(ghost.table.id.clone(), Who::Ghost(at));
    }
    let before = names.clone();
    for (from, to) in moves {
        let who = names.remove(from).unwrap_or(Who::Unknown);
        names.insert(to.clone(), who);
    }
    let now_at = |who: Who| names.iter().find(|(_, found)| **found == who).map(|(name, _)| name.clone());
    for (from, who) in &before {
        let Who::Followed(at) = *who else { continue };
        let Some(to) = now_at(*who) else { continue };
        match names.get(from) {
            _ if to == *from => {}
            Some(Who::Ghost(ghost)) => {
                let ghost = ghosts.get(*ghost).cloned();
                state.take_ghost_at(ghost.as_ref());
                if let Some(ghost) = ghost {
                    swap(state, at, &ghost)?;
                }
            }
            Some(Who::Followed(other)) if is_copy_of(state, *other, from) => {
                let copy = state.entries.get(*other).map(|entry| entry.mapping.source.clone());
                if let Some(entry) = state.entries.get_mut(*other) {
                    entry.gone = true;
                }
                if let Some(table) = copy {
                    swap(state, at, &Ghost { table, of: from.clone(), alterations: None })?;
                }
            }
            Some(Who::Unknown) if comes_from_ghost(moves, from) => {
                let what = "another table takes its name whose columns are not known, for it was made before the task began";
                return Err(refusal(Some(from), what, START_AGAIN));
            }
            _ => moved(state, at, from, &to)?,
        }
    }
    for (from, who) in &before {
        let Who::Ghost(at) = *who else { continue };
        let (Some(to), Some(ghost)) = (now_at(*who), ghosts.get(at)) else { continue };
        if to != *from && state.ghosts.contains_key(from) {
            ghost_moved(state, ghost.clone(), &to)?;
        }
    }
    for (_, to) in moves {
        if names.get(to) == Some(&Who::Unknown) {
            entering(state, to)?;
        }
    }
    Ok(())
}

impl State<'_> {
    fn take_ghost_at(&mut self, ghost: Option<&Ghost>) {
        if let Some(ghost) = ghost {
            self.take_ghost(&ghost.table.id);
        }
    }
}

fn is_copy_of(state: &State<'_>, at: usize, table: &TableId) -> bool {
    let source = state.entries.get(at).map(|entry| &entry.mapping.source.id);
    source.is_some_and(|source| role(source, table) == Some(Role::Copy))
}

/// Whether what takes this name came from a name of a copy of it.
fn comes_from_ghost(moves: &[(TableId, TableId)], table: &TableId) -> bool {
    moves.iter().any(|(from, to)| to == table && role(from, table) == Some(Role::Copy))
}

/// The ghost is the table from here on.
fn swap(state: &mut State<'_>, at: usize, ghost: &Ghost) -> Result<(), Refusal> {
    let Some(entry) = state.entries.get(at) else { return Ok(()) };
    let source = entry.mapping.source.clone();
    let known = ghost.alterations.clone().filter(|alterations| {
        altered(&source, alterations).is_ok_and(|next| same_layout(&next, &ghost.table))
    });
    let alterations = known.unwrap_or_else(|| differences(&source, &ghost.table));
    // The record still has the table's own name where the old one was moved away first.
    if let Some(entry) = state.entries.get_mut(at) {
        entry.changed |= entry.mapping.source.id != ghost.of;
        entry.mapping.source.id = ghost.of.clone();
    }
    alter_entry(state, at, &alterations)?;
    let Some(entry) = state.entries.get_mut(at) else { return Ok(()) };
    let source = &mut entry.mapping.source;
    let same_key = |ghost: &SourceTable| {
        let names = |table: &SourceTable| table.key.as_ref().map(|key| key.columns.clone());
        names(ghost) == names(source)
    };
    if !same_key(&ghost.table) {
        let what = "another table takes its place, whose rows are told apart by another key";
        return Err(refusal(Some(&ghost.of), what, START_AGAIN));
    }
    // Images follow the copy's own order of columns.
    source.columns.clone_from(&ghost.table.columns);
    source.key.clone_from(&ghost.table.key);
    source.strings.clone_from(&ghost.table.strings);
    if let Some(key) = &ghost.table.key {
        entry.mapping.key = key.clone();
    }
    entry.changed = true;
    state.notes.push(format!("{} was replaced by its copy {}", ghost.of, ghost.table.id));
    Ok(())
}

/// A followed table has another name.
fn moved(state: &mut State<'_>, at: usize, from: &TableId, to: &TableId) -> Result<(), Refusal> {
    let task = state.circumstances.task;
    let stays = task.mapped(&to.database, &to.table).is_some() || role(to, from) == Some(Role::Old);
    if !stays {
        state.lacking(
            from,
            &format!("it is renamed to {to}, which is not selected; it is followed no more"),
        )?;
    }
    let Some(entry) = state.entries.get_mut(at) else { return Ok(()) };
    if stays {
        entry.mapping.source.id = to.clone();
        entry.changed = true;
        state.notes.push(format!(
            "{from} is called {to} now; on the target it keeps the name {}",
            entry.mapping.target.id
        ));
    } else {
        entry.gone = true;
    }
    Ok(())
}

/// A ghost has another name, and no followed table gave it up in the same statement.
fn ghost_moved(state: &mut State<'_>, ghost: Ghost, to: &TableId) -> Result<(), Refusal> {
    state.take_ghost(&ghost.table.id);
    let left = state.entries.iter().position(|entry| {
        !entry.gone && *to == ghost.of && role(&entry.mapping.source.id, to) == Some(Role::Old)
    });
    if let Some(at) = left {
        return swap(state, at, &ghost);
    }
    if ghost_of(state, to).is_some() {
        let table = SourceTable { id: to.clone(), ..ghost.table };
        state.put_ghost(Ghost { table, ..ghost });
        return Ok(());
    }
    entering(state, to)
}

/// A table comes in by its name whose rows were not followed.
fn entering(state: &mut State<'_>, to: &TableId) -> Result<(), Refusal> {
    let task = state.circumstances.task;
    let is_selected = task.mapped(&to.database, &to.table).is_some();
    if !is_selected || ghost_of(state, to).is_some() {
        return Ok(());
    }
    state.lacking(to, "a table whose rows were not followed is given this name; it is not followed")
}

/// The selection by which a table's new columns are named: by its name, or by the one it had before a tool moved it away.
pub(super) fn selection(state: &State<'_>, mapping: &TableMapping) -> Option<TableSelection> {
    let task = state.circumstances.task;
    let id = &mapping.source.id;
    task.mapped(&id.database, &id.table)
}

/// Whether both have the same columns, and are told apart by the same key.
pub(super) fn same_layout(one: &SourceTable, other: &SourceTable) -> bool {
    let alike = |(one, other): (&SourceColumn, &SourceColumn)| {
        same(&one.name, &other.name) && one.column_type == other.column_type && one.nullable == other.nullable
    };
    one.columns.len() == other.columns.len() && one.columns.iter().zip(&other.columns).all(alike)
}

/// What turns one into the other where nobody told: by the names of columns, with everything taken for changed.
fn differences(one: &SourceTable, other: &SourceTable) -> Vec<Alteration> {
    let mut found = Vec::new();
    let of = |table: &SourceTable, column: &SourceColumn| {
        table.columns.iter().find(|found| same(&found.name, &column.name)).cloned()
    };
    for column in &one.columns {
        match of(other, column) {
            None => found.push(Alteration::DropColumn { column: column.name.clone() }),
            Some(next) if next != *column => found.push(Alteration::ModifyColumn {
                from: column.name.clone(),
                column: next,
                place: ColumnPlace::Unsaid,
                strict: false,
            }),
            Some(_) => {}
        }
    }
    for column in &other.columns {
        if of(one, column).is_none() {
            let (column, place) = (column.clone(), ColumnPlace::Unsaid);
            found.push(Alteration::AddColumn { column, place, existing: ExistingRows::Filled });
        }
    }
    found
}
