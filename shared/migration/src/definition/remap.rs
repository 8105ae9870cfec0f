//! The mapping of a table after its source was altered.
//!
//! Target columns stay what they are: the target can neither rename nor retype them, so a renamed column is carried into the
//! column it had, and a modified one only where that column holds it. Added columns are named and typed as precheck would.

use std::collections::BTreeSet;

use super::altered::{Misfit, altered, renamed, same};
use super::passage::TargetDefinition;
use super::rendering::{Rendering, holds, rendering};
use crate::ident::ColumnName;
use crate::schema::{
    Alteration, ColumnMapping, ExistingRows, MARKER_COLUMN, MappingOptions, Place, SourceColumn, SourceTable,
    SourceType, TableMapping, TargetColumn, TargetTable, TargetType, conversion_into, made_type,
};
use crate::task::ColumnSelection;

/// What the mapping becomes, and what that takes.
#[derive(Debug)]
pub(super) struct Remapped {
    pub(super) mapping: TableMapping,
    pub(super) definitions: Vec<TargetDefinition>,
    /// Rows that exist differ from what the target holds; why.
    pub(super) again: Option<String>,
    /// What cannot be carried, though rows can, each in words of ours.
    pub(super) lacking: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// What a mapping is made from again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basis<'a> {
    pub(super) mapping: &'a TableMapping,
    pub(super) alterations: &'a [Alteration],
    /// None where the task no longer selects the table by its name.
    pub(super) selection: Option<&'a ColumnSelection>,
    pub(super) options: MappingOptions<'a>,
    /// The target table as it is, where it was looked at.
    pub(super) existing: Option<&'a TargetTable>,
}

/// Whether a value may be a date that is none.
fn is_date(source: &SourceType) -> bool {
    matches!(source, SourceType::Date | SourceType::DateTime { .. } | SourceType::Timestamp { .. })
}

/// The mapping after the alterations.
///
/// # Errors
/// [`Misfit`] where rows can no longer be carried at all.
pub(super) fn remapped(basis: Basis<'_>) -> Result<Remapped, Misfit> {
    let source = altered(&basis.mapping.source, basis.alterations)?;
    let mut work =
        Work { basis, source, columns: Vec::new(), added: Vec::new(), outcome: Outcome::default() };
    work.keep_columns()?;
    work.drop_columns()?;
    work.add_columns()?;
    work.mark()?;
    Ok(work.finish())
}

#[derive(Debug, Default)]
struct Outcome {
    dropped: Vec<ColumnName>,
    again: Option<String>,
    lacking: Vec<String>,
    notes: Vec<String>,
    marker: bool,
}

struct Work<'a> {
    basis: Basis<'a>,
    source: SourceTable,
    columns: Vec<ColumnMapping>,
    added: Vec<TargetColumn>,
    outcome: Outcome,
}

impl Work<'_> {
    /// Columns that were carried before, under their new names.
    fn keep_columns(&mut self) -> Result<(), Misfit> {
        for carried in &self.basis.mapping.columns {
            let Some(name) = renamed(&carried.source, self.basis.alterations) else { continue };
            let find = |table: &SourceTable, name: &ColumnName| {
                table.columns.iter().find(|column| same(&column.name, name)).cloned()
            };
            let missing = || Misfit::NoColumn(carried.source.clone());
            let old = find(&self.basis.mapping.source, &carried.source).ok_or_else(missing)?;
            let new = find(&self.source, &name).ok_or_else(missing)?;
            let kept = self.kept(carried, &old, &new)?;
            self.columns.push(kept);
        }
        Ok(())
    }

    fn kept(
        &mut self,
        carried: &ColumnMapping,
        old: &SourceColumn,
        new: &SourceColumn,
    ) -> Result<ColumnMapping, Misfit> {
        let target = carried.target_type;
        let unfit = || {
            Misfit::Unsupported(format!(
                "column {} becomes {}, which the target column {} of type {target} cannot take",
                new.name, new.spelling, carried.target
            ))
        };
        let conversion = conversion_into(&new.column_type, target, self.basis.options.zero_dates);
        let conversion = conversion.ok_or_else(unfit)?;
        if holds(target, &old.column_type) && !holds(target, &new.column_type) {
            self.outcome.lacking.push(unfit().to_string());
        }
        let strict = self.is_strict(&carried.source);
        let alike = rendering(old, new, strict) == Rendering::Same && conversion == carried.conversion;
        // Of a computed column only the statement tells that it is computed otherwise.
        let changed = old != new || (self.is_modified(&carried.source) && new.generated.is_some());
        if changed && !alike {
            if carried.in_key {
                let what =
                    format!("key column {} is modified so that its values may look different", new.name);
                return Err(Misfit::Unsupported(what));
            }
            // What becomes NULL is not erased by a copy.
            if is_date(&new.column_type) && !is_date(&old.column_type) {
                return Err(unfit());
            }
            self.outcome.again = Some(format!("values of column {} may have changed with it", new.name));
        }
        Ok(ColumnMapping { source: new.name.clone(), conversion, ..carried.clone() })
    }

    fn is_modified(&self, column: &ColumnName) -> bool {
        let is_it =
            |one: &Alteration| matches!(one, Alteration::ModifyColumn { from, .. } if same(from, column));
        self.basis.alterations.iter().any(is_it)
    }

    fn is_strict(&self, column: &ColumnName) -> bool {
        let of = |one: &Alteration| match one {
            Alteration::ModifyColumn { from, strict, .. } if same(from, column) => Some(*strict),
            _ => None,
        };
        self.basis.alterations.iter().find_map(of).unwrap_or(false)
    }

    fn drop_columns(&mut self) -> Result<(), Misfit> {
        for carried in &self.basis.mapping.columns {
            if renamed(&carried.source, self.basis.alterations).is_some() {
                continue;
            }
            if carried.in_key {
                return Err(Misfit::Key(carried.source.to_string()));
            }
            self.outcome.dropped.push(carried.target.clone());
        }
        Ok(())
    }

    fn add_columns(&mut self) -> Result<(), Misfit> {
        for alteration in self.basis.alterations {
            let Alteration::AddColumn { column, existing, .. } = alteration else { continue };
            let column = column.clone().settled(&self.source.strings);
            self.add_column(&column, *existing)?;
        }
        Ok(())
    }

    fn add_column(&mut self, column: &SourceColumn, existing: ExistingRows) -> Result<(), Misfit> {
        let selection = self.basis.selection;
        let Some(target) = selection.and_then(|selection| selection.target_of(&column.name)) else {
            self.outcome.notes.push(format!("column {} is not selected", column.name));
            return Ok(());
        };
        if self.outcome.dropped.contains(&target) {
            self.outcome.lacking.push(format!(
                "column {target} is dropped and added in one statement, which the target cannot before it has compacted"
            ));
            return Ok(());
        }
        if self.columns.iter().any(|other| other.target == target) || target.as_str() == MARKER_COLUMN {
            self.outcome.lacking.push(format!("two columns would be called {target} on the target"));
            return Ok(());
        }
        let found = self.basis.existing.unwrap_or(&self.basis.mapping.target).column(&target);
        let target_type = match found {
            Some(found) => Some(found.column_type),
            None => made_type(&column.column_type, Place::Value, self.basis.options),
        };
        let carried = target_type.and_then(|target_type| {
            let conversion =
                conversion_into(&column.column_type, target_type, self.basis.options.zero_dates)?;
            Some((target_type, conversion))
        });
        let Some((target_type, conversion)) = carried else {
            let what = format!("column {} ({}) has no type on the target", column.name, column.spelling);
            self.outcome.lacking.push(what);
            return Ok(());
        };
        if existing == ExistingRows::Filled {
            let notes = &mut self.outcome.notes;
            notes.push(format!("column {target} is made without its default and may be NULL on the target"));
            self.outcome.again =
                Some(format!("rows that exist have values in the new column {}", column.name));
        }
        self.added.push(TargetColumn { name: target.clone(), column_type: target_type, key_position: None });
        let source = column.name.clone();
        self.columns.push(ColumnMapping { source, target, target_type, conversion, in_key: false });
        Ok(())
    }

    /// The marker is needed where a row may now be without a cell besides its key.
    fn mark(&mut self) -> Result<(), Misfit> {
        self.outcome.marker = self.basis.mapping.marker;
        if self.outcome.marker {
            return Ok(());
        }
        let can_be_null = |column: &ColumnMapping| {
            self.source.column(&column.source).is_none_or(|found| found.nullable)
                || column.conversion.nulls_zero_dates()
        };
        let mut values = self.columns.iter().filter(|column| !column.in_key).peekable();
        let empty = values.peek().is_none();
        if !empty && (self.basis.options.null_rows_exist || !values.all(can_be_null)) {
            return Ok(());
        }
        let before = self.basis.mapping.columns.iter().filter(|column| !column.in_key);
        let was_at_risk = before.clone().all(|column| {
            self.basis.mapping.source.column(&column.source).is_none_or(|found| found.nullable)
                || column.conversion.nulls_zero_dates()
        });
        if self.basis.mapping.existing {
            if empty {
                let what = format!(
                    "no column besides the key is carried any more and the target table has no column {MARKER_COLUMN}"
                );
                return Err(Misfit::Unsupported(what));
            }
            if !was_at_risk {
                self.outcome
                    .notes
                    .push("rows that are NULL besides their key may be missing on the target".to_owned());
            }
            return Ok(());
        }
        let name = ColumnName::new(MARKER_COLUMN).expect("invariant: the marker's name is a name");
        self.added.push(TargetColumn { name, column_type: TargetType::TinyInt, key_position: None });
        self.outcome.marker = true;
        // A row whose only values stood in a dropped column is gone on the target.
        if !self.outcome.dropped.is_empty() {
            self.outcome.again = Some("rows may be without a value on the target".to_owned());
        }
        Ok(())
    }

    fn finish(mut self) -> Remapped {
        let mapping = self.basis.mapping;
        let order: Vec<ColumnName> = self.source.columns.iter().map(|column| column.name.clone()).collect();
        // Key columns stay first, in the target's order; the others stand as in the source.
        self.columns.sort_by_key(|column| {
            let key =
                mapping.columns.iter().position(|before| before.in_key && before.target == column.target);
            let place = order.iter().position(|name| *name == column.source);
            (key.is_none(), key, place)
        });
        let table = mapping.target.id.clone();
        let dropped: BTreeSet<&ColumnName> = self.outcome.dropped.iter().collect();
        let mut target = mapping.target.clone();
        target.columns.retain(|column| !dropped.contains(&column.name));
        for added in &self.added {
            if target.column(&added.name).is_none() {
                target.columns.push(added.clone());
            }
        }
        let mut definitions = Vec::new();
        if !self.added.is_empty() {
            definitions.push(TargetDefinition::AddColumns { table: table.clone(), columns: self.added });
        }
        let drops = self.outcome.dropped.iter().cloned();
        definitions.extend(drops.map(|column| TargetDefinition::DropColumn { table: table.clone(), column }));
        let key = self.source.key.clone().unwrap_or_else(|| mapping.key.clone());
        Remapped {
            mapping: TableMapping {
                source: self.source,
                key,
                target,
                columns: self.columns,
                marker: self.outcome.marker,
                existing: mapping.existing,
            },
            definitions,
            again: self.outcome.again,
            lacking: self.outcome.lacking,
            notes: self.outcome.notes,
        }
    }
}
