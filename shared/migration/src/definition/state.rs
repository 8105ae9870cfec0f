//! The tables of a run while a statement's changes are judged one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::passage::{
    Circumstances, CopyEffect, Effect, Followed, Ghost, GhostEffect, Passage, Refusal, TargetDefinition,
};
use crate::ident::TableId;
use crate::record::TableNumber;
use crate::schema::{MappingOptions, TableMapping};
use crate::task::UnsupportedDdl;

/// A followed table as it is after the changes so far.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: TableNumber,
    pub(super) mapping: TableMapping,
    pub(super) copy: CopyEffect,
    pub(super) changed: bool,
    pub(super) gone: bool,
}

/// Everything the changes so far have led to.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub(super) circumstances: Circumstances<'a>,
    pub(super) entries: Vec<Entry>,
    pub(super) entered: Vec<TableMapping>,
    pub(super) ghosts: BTreeMap<TableId, Ghost>,
    touched: BTreeSet<TableId>,
    stored: BTreeSet<TableId>,
    pub(super) definitions: Vec<TargetDefinition>,
    pub(super) notes: Vec<String>,
}

impl<'a> State<'a> {
    pub(super) fn new(followed: &Followed, circumstances: Circumstances<'a>) -> Self {
        let entry = |table: &crate::table_plan::TableRecord| Entry {
            number: table.number,
            mapping: table.mapping.clone(),
            copy: CopyEffect::GoesOn,
            changed: false,
            gone: false,
        };
        let ghosts: BTreeMap<TableId, Ghost> =
            followed.ghosts.iter().map(|ghost| (ghost.table.id.clone(), ghost.clone())).collect();
        Self {
            circumstances,
            entries: followed.tables.iter().map(entry).collect(),
            entered: Vec::new(),
            stored: ghosts.keys().cloned().collect(),
            ghosts,
            touched: BTreeSet::new(),
            definitions: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn options(&self) -> MappingOptions<'a> {
        let capabilities = self.circumstances.capabilities;
        MappingOptions {
            zero_dates: self.circumstances.task.zero_dates,
            null_rows_exist: capabilities.null_rows.is_shown(),
            types_refused: &capabilities.types_refused,
        }
    }

    /// The place of the followed table of this name.
    pub(super) fn followed(&self, table: &TableId) -> Option<usize> {
        self.entries.iter().position(|entry| !entry.gone && entry.mapping.source.id == *table)
    }

    /// Whether another source table is carried into the same target table.
    pub(super) fn is_merged(&self, at: usize) -> bool {
        let Some(entry) = self.entries.get(at) else { return false };
        let same = |other: &Entry| !other.gone && other.mapping.target.id == entry.mapping.target.id;
        self.entries.iter().filter(|other| same(other)).count() > 1
    }

    pub(super) fn put_ghost(&mut self, ghost: Ghost) {
        self.touched.insert(ghost.table.id.clone());
        self.ghosts.insert(ghost.table.id.clone(), ghost);
    }

    pub(super) fn take_ghost(&mut self, table: &TableId) -> Option<Ghost> {
        let ghost = self.ghosts.remove(table)?;
        self.touched.insert(table.clone());
        Some(ghost)
    }

    /// What rows survive, but cannot be carried in full: by the owner's policy the task stops, or says so and goes on.
    pub(super) fn lacking(&mut self, table: &TableId, what: &str) -> Result<(), Refusal> {
        match self.circumstances.task.on_ddl.unsupported {
            UnsupportedDdl::Ignore => {
                self.notes.push(format!("ignored for {table}: {what}"));
                Ok(())
            }
            UnsupportedDdl::Stop => Err(refusal(
                Some(table),
                what,
                "`ferry resume NAME --ignore-ddl` goes on without it, and without any that cannot be carried later; or start a \
                 new task for a fresh copy",
            )),
        }
    }

    pub(super) fn finish(self) -> Passage {
        let mut effects = Vec::new();
        for entry in self.entries {
            if entry.gone {
                effects.push(Effect::Leaves { table: entry.number });
            } else if entry.changed {
                effects.push(Effect::Changes {
                    table: entry.number,
                    mapping: Box::new(entry.mapping),
                    generation: true,
                    copy: entry.copy,
                });
            }
        }
        effects.extend(self.entered.into_iter().map(|mapping| Effect::Enters { mapping: Box::new(mapping) }));
        let mut ghosts = Vec::new();
        for table in self.touched {
            match self.ghosts.get(&table) {
                Some(ghost) => ghosts.push(GhostEffect::Put(Box::new(ghost.clone()))),
                None if self.stored.contains(&table) => ghosts.push(GhostEffect::Gone(table)),
                None => {}
            }
        }
        Passage { definitions: self.definitions, effects, ghosts, notes: self.notes }
    }
}

/// A stop whatever the policy is: rows behind the definition could not be read, or not be told apart.
pub(super) fn refusal(table: Option<&TableId>, what: &str, remedy: &str) -> Refusal {
    let what = match table {
        Some(table) => format!("a definition of {table} cannot be carried: {what}"),
        None => format!("a definition cannot be carried: {what}"),
    };
    Refusal { table: table.cloned(), what, remedy: remedy.to_owned() }
}

/// What helps where the task cannot go on at all.
pub(super) const START_AGAIN: &str = "start a new task: it copies the tables as they are now";
