//! Judging a statement: what it means for the tables of the run, in the order of its changes.
//!
//! # Why nothing is decoded or copied by a wrong schema
//!
//! 1. The schema of each followed table, and of each ghost of one, is moved by every change the log holds of it. Where a
//!    change cannot be understood in full the task stops, whatever the policy is.
//! 2. The policy only covers what leaves rows readable: a column without a place on the target, a table that is not carried
//!    any more, rows that the target keeps although the source has lost them.
//! 3. Rows that differ after the statement without an event of their own (protocol H14) are copied again; where that is
//!    not possible because rows carry no stamp, it is covered by the policy.
//! 4. What would touch the rows of another source in a merged target table is not executed (H19).

use super::altered::{Misfit, altered};
use super::enter;
use super::ghost_name::{Role, role};
use super::passage::{Circumstances, CopyEffect, Followed, Ghost, Passage, Refusal, TargetDefinition};
use super::remap::{Basis, Remapped, remapped};
use super::rename;
use super::state::{START_AGAIN, State, refusal};
use crate::ident::TableId;
use crate::schema::{Alteration, TableChange};
use crate::task::Task;

/// Whether a change may concern the run at all; where not, the reader passes over it without a barrier.
#[must_use]
pub fn concerns(change: &TableChange, followed: &Followed, task: &Task) -> bool {
    let known = |table: &TableId| {
        followed.tables.iter().any(|entry| entry.mapping.source.id == *table)
            || followed.ghosts.iter().any(|ghost| ghost.table.id == *table)
    };
    let could_enter = |table: &TableId| {
        task.mapped(&table.database, &table.table).is_some()
            || followed.tables.iter().any(|entry| role(table, &entry.mapping.source.id).is_some())
    };
    match change {
        TableChange::Created { table, .. } => known(&table.id) || could_enter(&table.id),
        TableChange::CreatedLike { table, .. } => known(table) || could_enter(table),
        TableChange::Renamed { from, to } => known(from) || known(to) || could_enter(to),
        TableChange::Dropped { table }
        | TableChange::Truncated { table }
        | TableChange::Altered { table, .. } => known(table),
        TableChange::DatabaseDropped { database } => {
            followed.tables.iter().any(|entry| entry.mapping.source.id.database == *database)
                || followed.ghosts.iter().any(|ghost| ghost.table.id.database == *database)
        }
        TableChange::Unsupported { table, .. } => {
            table.as_ref().is_none_or(|table| known(table) || could_enter(table))
        }
    }
}

/// Whether a table is one that a schema change tool makes beside a followed one: its rows are never followed.
#[must_use]
pub fn belongs_to_tool(table: &TableId, followed: &Followed) -> bool {
    followed.ghosts.iter().any(|ghost| ghost.table.id == *table)
        || followed.tables.iter().any(|entry| role(table, &entry.mapping.source.id).is_some())
}

/// The target tables the judgement depends on: the executor describes them first.
#[must_use]
pub fn targets(changes: &[TableChange], followed: &Followed, task: &Task) -> Vec<TableId> {
    let mut found = Vec::new();
    for table in changes.iter().flat_map(TableChange::tables) {
        let of_known = followed.tables.iter().find(|entry| entry.mapping.source.id == *table);
        let target = match of_known {
            Some(entry) => Some(entry.mapping.target.id.clone()),
            None => task.mapped(&table.database, &table.table).map(|selection| TableId {
                database: selection.target_database,
                table: selection.target_table,
            }),
        };
        found.extend(target);
    }
    found.sort();
    found.dedup();
    found
}

/// What passing one statement takes.
///
/// The policy for what cannot be carried is applied here: a refusal stops the task whatever it says.
///
/// # Errors
/// [`Refusal`] where the task must stop at the statement.
pub fn judge(
    changes: &[TableChange],
    followed: &Followed,
    circumstances: Circumstances<'_>,
) -> Result<Passage, Refusal> {
    let mut state = State::new(followed, circumstances);
    let mut rest = changes;
    while let Some((change, behind)) = rest.split_first() {
        rest = behind;
        match change {
            TableChange::Created { table, if_not_exists } => {
                enter::created(&mut state, (**table).clone(), *if_not_exists)?;
            }
            TableChange::CreatedLike { table, like, if_not_exists } => {
                enter::created_like(&mut state, table, like, *if_not_exists)?;
            }
            TableChange::Dropped { table } => dropped(&mut state, table)?,
            TableChange::DatabaseDropped { database } => {
                let followed = state.entries.iter().map(|entry| entry.mapping.source.id.clone());
                let all: Vec<TableId> = followed.chain(state.ghosts.keys().cloned()).collect();
                for table in all.iter().filter(|table| table.database == *database) {
                    dropped(&mut state, table)?;
                }
            }
            TableChange::Truncated { table } => truncated(&mut state, table)?,
            TableChange::Renamed { .. } => {
                let of = |change: &TableChange| match change {
                    TableChange::Renamed { from, to } => Some((from.clone(), to.clone())),
                    _ => None,
                };
                let mut moves: Vec<(TableId, TableId)> = of(change).into_iter().collect();
                moves.extend(behind.iter().map_while(of));
                rest = behind.get(moves.len() - 1..).unwrap_or_default();
                rename::renamed(&mut state, &moves)?;
            }
            TableChange::Altered { table, alterations } => altered_table(&mut state, table, alterations)?,
            TableChange::Unsupported { table, what } => unsupported(&mut state, table.as_ref(), what)?,
        }
    }
    Ok(state.finish())
}

fn dropped(state: &mut State<'_>, table: &TableId) -> Result<(), Refusal> {
    state.take_ghost(table);
    let Some(at) = state.followed(table) else { return Ok(()) };
    let merged = state.is_merged(at);
    if merged {
        state.lacking(table, "it is dropped, and its rows stand in one target table with those of others")?;
    }
    let Some(entry) = state.entries.get_mut(at) else { return Ok(()) };
    entry.gone = true;
    if !merged {
        state.definitions.push(TargetDefinition::DropTable { table: entry.mapping.target.id.clone() });
    }
    Ok(())
}

fn truncated(state: &mut State<'_>, table: &TableId) -> Result<(), Refusal> {
    let Some(at) = state.followed(table) else { return Ok(()) };
    if state.is_merged(at) {
        let what = "it is emptied, and its rows stand in one target table with those of others";
        return state.lacking(table, what);
    }
    let Some(entry) = state.entries.get_mut(at) else { return Ok(()) };
    (entry.copy, entry.changed) = (CopyEffect::Over, true);
    state.definitions.push(TargetDefinition::Truncate { table: entry.mapping.target.id.clone() });
    Ok(())
}

fn altered_table(state: &mut State<'_>, table: &TableId, alterations: &[Alteration]) -> Result<(), Refusal> {
    if let Some(mut ghost) = state.take_ghost(table) {
        // A ghost that cannot be followed is forgotten: where it becomes the table, the task stops.
        if let Ok(next) = altered(&ghost.table, alterations) {
            ghost.table = next;
            if let Some(known) = &mut ghost.alterations {
                known.extend(alterations.iter().cloned());
            }
            state.put_ghost(ghost);
        }
        return Ok(());
    }
    match state.followed(table) {
        Some(at) => alter_entry(state, at, alterations),
        None => Ok(()),
    }
}

/// Moves a followed table's mapping, and says what that takes.
pub(super) fn alter_entry(
    state: &mut State<'_>,
    at: usize,
    alterations: &[Alteration],
) -> Result<(), Refusal> {
    let Some(entry) = state.entries.get(at) else { return Ok(()) };
    let before = entry.mapping.clone();
    let table = before.source.id.clone();
    let selection = super::rename::selection(state, &before);
    let basis = Basis {
        mapping: &before,
        alterations,
        selection: selection.as_ref().map(|selection| &selection.columns),
        options: state.options(),
        existing: state.circumstances.existing.get(&before.target.id),
    };
    let Remapped { mapping, definitions, again, lacking, notes } =
        remapped(basis).map_err(|misfit| misfit_refusal(&table, &misfit))?;
    for what in lacking {
        state.lacking(&table, &what)?;
    }
    let mut copy = CopyEffect::GoesOn;
    if let Some(why) = again {
        if state.circumstances.stamped {
            copy = CopyEffect::Again;
        } else {
            let what = format!("{why}, and without stamps the table cannot be copied again beside the log");
            state.lacking(&table, &what)?;
        }
    }
    if mapping.source.cascading_foreign_keys.len() > before.source.cascading_foreign_keys.len() {
        state
            .notes
            .push(format!("{table} got a foreign key that cascades; what it changes may not be in the log"));
    }
    state.notes.extend(notes.into_iter().map(|note| format!("{table}: {note}")));
    state.definitions.extend(definitions);
    if let Some(entry) = state.entries.get_mut(at) {
        entry.changed |= mapping != before;
        entry.mapping = mapping;
        if copy == CopyEffect::Again {
            (entry.copy, entry.changed) = (copy, true);
        }
    }
    Ok(())
}

pub(super) fn misfit_refusal(table: &TableId, misfit: &Misfit) -> Refusal {
    refusal(Some(table), &misfit.to_string(), START_AGAIN)
}

fn unsupported(state: &mut State<'_>, table: Option<&TableId>, what: &str) -> Result<(), Refusal> {
    let Some(table) = table else { return Err(refusal(None, what, START_AGAIN)) };
    if let Some(ghost) = state.take_ghost(table) {
        // Its rows are not what the tool took over any more.
        state.put_ghost(Ghost { alterations: None, ..ghost });
        return Ok(());
    }
    let is_ghost = state.entries.iter().any(|entry| {
        !entry.gone
            && matches!(role(table, &entry.mapping.source.id), Some(Role::Copy | Role::Notes | Role::Old))
    });
    let task = state.circumstances.task;
    let selected = task.mapped(&table.database, &table.table).is_some();
    if state.followed(table).is_some() || (selected && !is_ghost) {
        return state.lacking(table, what);
    }
    Ok(())
}
