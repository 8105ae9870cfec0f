//! Tables that are made: new ones of the selection, and ghosts of followed ones.

use super::ghost_name::{Role, role};
use super::passage::{Ghost, Refusal, TargetDefinition};
use super::state::{START_AGAIN, State, refusal};
use crate::ident::TableId;
use crate::schema::{MappingFault, SourceTable, TableMapping, TableNames, TargetTable, map_table};

pub(super) fn created(state: &mut State<'_>, table: SourceTable, if_not_exists: bool) -> Result<(), Refusal> {
    let id = table.id.clone();
    if state.followed(&id).is_some() {
        if if_not_exists {
            return Ok(());
        }
        let what = "it is made although it is there: definitions before it were missed";
        return Err(refusal(Some(&id), what, START_AGAIN));
    }
    if let Some((of, alike)) = origin(state, &table) {
        if !(if_not_exists && state.ghosts.contains_key(&id)) {
            state.put_ghost(Ghost { table, of, alterations: alike.then(Vec::new) });
        }
        return Ok(());
    }
    let task = state.circumstances.task;
    let Some(names) = TableNames::by_task(task, &table) else { return Ok(()) };
    let is_taken = |mapping: &TableMapping| mapping.target.id == names.target;
    let followed = state.entries.iter().filter(|entry| !entry.gone).map(|entry| &entry.mapping);
    if followed.chain(&state.entered).any(is_taken) {
        let what = format!(
            "it is made, and would share the target table {} with another; it is not followed",
            names.target
        );
        return state.lacking(&id, &what);
    }
    let existing = state.circumstances.existing.get(&names.target);
    if existing.is_none() && !task.tables_on_target.create {
        let what =
            format!("it is made, and the target table {} is not there; it is not followed", names.target);
        return state.lacking(&id, &what);
    }
    match mapped(state, &table, &names, existing) {
        Ok(mapping) => {
            if !mapping.existing {
                state.definitions.push(TargetDefinition::CreateTable { table: mapping.target.clone() });
            }
            state.entered.push(mapping);
            Ok(())
        }
        Err(faults) => {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            state.lacking(
                &id,
                &format!("it is made, and cannot be mapped ({}); it is not followed", faults.join("; ")),
            )
        }
    }
}

/// A target table that is just what Ferry makes counts as made by Ferry: so the judgement is the same after a crash
/// behind the making.
fn mapped(
    state: &State<'_>,
    table: &SourceTable,
    names: &TableNames,
    existing: Option<&TargetTable>,
) -> Result<TableMapping, Vec<MappingFault>> {
    let options = state.options();
    let Some(existing) = existing else { return map_table(table, names, None, options) };
    if state.circumstances.task.tables_on_target.create
        && let Ok(fresh) = map_table(table, names, None, options)
        && existing.takes_rows_of(&fresh.target)
        && existing.columns.len() == fresh.target.columns.len()
    {
        return Ok(fresh);
    }
    map_table(table, names, Some(existing), options)
}

pub(super) fn created_like(
    state: &mut State<'_>,
    table: &TableId,
    like: &TableId,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    let followed =
        state.followed(like).and_then(|at| state.entries.get(at)).map(|entry| &entry.mapping.source);
    let known = followed.or_else(|| state.ghosts.get(like).map(|ghost| &ghost.table));
    if let Some(known) = known {
        let copy = SourceTable {
            id: table.clone(),
            rows_estimate: 0,
            data_bytes: 0,
            // Foreign keys are not copied.
            cascading_foreign_keys: Vec::new(),
            ..known.clone()
        };
        return created(state, copy, if_not_exists);
    }
    let task = state.circumstances.task;
    let is_ghost = ghost_of(state, table).is_some();
    if state.followed(table).is_some() || is_ghost || task.mapped(&table.database, &table.table).is_none() {
        return Ok(());
    }
    state.lacking(table, &format!("it is made like {like}, which is not known here; it is not followed"))
}

/// The followed table that a name is beside, as the tools write names, and what for.
pub(super) fn ghost_of(state: &State<'_>, name: &TableId) -> Option<(TableId, Role)> {
    let sources = state.entries.iter().filter(|entry| !entry.gone).map(|entry| &entry.mapping.source.id);
    sources.into_iter().find_map(|source| Some((source.clone(), role(name, source)?)))
}

/// The table a new one is the ghost of, and whether it begins as the same.
fn origin(state: &State<'_>, table: &SourceTable) -> Option<(TableId, bool)> {
    let (of, role) = ghost_of(state, &table.id)?;
    let original = state.followed(&of).and_then(|at| state.entries.get(at))?;
    let alike = role == Role::Copy && super::rename::same_layout(&original.mapping.source, table);
    Some((of, alike))
}
