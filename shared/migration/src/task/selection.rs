//! What becomes of one table of the source: moved or not, under which name, with which columns.
//!
//! A table is moved if its database is named, a pattern of `include` matches it and none of `exclude` does;
//! the entry of `tables` that names it then says what differs. A name the document gives is taken as written;
//! every other name follows `names.case`. Database and table names are told apart by letter case, column
//! names are not, as MySQL has it (manual, 11.2.3).

use std::collections::{BTreeMap, BTreeSet};

use super::Task;
use super::objects::{Columns, DatabaseSelection};
use super::policy::NameCase;
use crate::ident::{ColumnName, DatabaseName, TableName};

/// A table that is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSelection {
    /// The database on the target.
    pub target_database: DatabaseName,
    /// The table's name there.
    pub target_table: TableName,
    /// What becomes of its columns.
    pub columns: ColumnSelection,
}

/// What becomes of a table's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSelection {
    /// By column key: the name as written and the target name.
    rename: BTreeMap<String, (ColumnName, ColumnName)>,
    /// By column key: the name as written.
    exclude: BTreeMap<String, ColumnName>,
    case: NameCase,
}

impl Task {
    /// What becomes of `table` in `database`; `None` if it is not moved.
    #[must_use]
    pub fn mapped(&self, database: &DatabaseName, table: &TableName) -> Option<TableSelection> {
        let selection = self.objects.iter().find(|selection| selection.database == *database)?;
        mapped(selection, table, self.names.case)
    }

    /// What `database` is called on the target; `None` if the task does not name it.
    #[must_use]
    pub fn target_database(&self, database: &DatabaseName) -> Option<DatabaseName> {
        let selection = self.objects.iter().find(|selection| selection.database == *database)?;
        Some(target_database(selection, self.names.case))
    }
}

fn mapped(selection: &DatabaseSelection, table: &TableName, case: NameCase) -> Option<TableSelection> {
    if !selects(selection, table) {
        return None;
    }
    let exception = selection.tables.iter().find(|exception| exception.table == *table);
    let target_table = target_table(table, exception.and_then(|exception| exception.target.as_ref()), case);
    let columns = exception.map_or_else(Columns::default, |exception| exception.columns.clone());
    let columns = ColumnSelection::new(&columns, case);
    Some(TableSelection { target_database: target_database(selection, case), target_table, columns })
}

/// Whether the patterns of `selection` take `table` in.
pub(super) fn selects(selection: &DatabaseSelection, table: &TableName) -> bool {
    let matched = |patterns: &[crate::pattern::Pattern]| patterns.iter().any(|p| p.matches(table.as_str()));
    matched(&selection.include) && !matched(&selection.exclude)
}

/// What `table` is called on the target, if the document gives it the name `written`.
pub(super) fn target_table(table: &TableName, written: Option<&TableName>, case: NameCase) -> TableName {
    written
        .cloned()
        .unwrap_or_else(|| in_case(table, case, TableName::as_str, |name| TableName::new(name).ok()))
}

/// What the database of `selection` is called on the target.
pub(super) fn target_database(selection: &DatabaseSelection, case: NameCase) -> DatabaseName {
    selection.target.clone().unwrap_or_else(|| {
        in_case(&selection.database, case, DatabaseName::as_str, |name| DatabaseName::new(name).ok())
    })
}

impl ColumnSelection {
    fn new(columns: &Columns, case: NameCase) -> Self {
        let rename = columns.rename.iter().map(|(from, to)| (column_key(from), (from.clone(), to.clone())));
        let exclude = columns.exclude.iter().map(|column| (column_key(column), column.clone()));
        Self { rename: rename.collect(), exclude: exclude.collect(), case }
    }

    /// The target name of a source column; `None` if it is not moved.
    #[must_use]
    pub fn target_of(&self, column: &ColumnName) -> Option<ColumnName> {
        let key = column_key(column);
        if self.exclude.contains_key(&key) {
            return None;
        }
        Some(self.rename.get(&key).map_or_else(
            || in_case(column, self.case, ColumnName::as_str, |name| ColumnName::new(name).ok()),
            |(_, to)| to.clone(),
        ))
    }

    /// The columns that the document renames or excludes and that are none of `columns`, the table's own.
    #[must_use]
    pub fn absent_from(&self, columns: &[ColumnName]) -> Vec<ColumnName> {
        let present: BTreeSet<String> = columns.iter().map(column_key).collect();
        let renamed = self.rename.iter().map(|(key, (from, _))| (key, from));
        let named = renamed.chain(&self.exclude);
        named.filter(|(key, _)| !present.contains(*key)).map(|(_, column)| column.clone()).collect()
    }
}

/// Equal for two names that MySQL takes for one column.
pub(super) fn column_key(column: &ColumnName) -> String {
    column.as_str().to_lowercase()
}

/// `name` in another letter case. A character whose other case is more than one character stays, so that a
/// name of allowed length keeps it; where the bytes still outgrow the limit the name stays as it is.
fn in_case<N: Clone>(
    name: &N,
    case: NameCase,
    text: impl Fn(&N) -> &str,
    wrap: impl Fn(String) -> Option<N>,
) -> N {
    let folded: String = match case {
        NameCase::Preserve => return name.clone(),
        NameCase::Lower => text(name).chars().map(|c| only(c.to_lowercase(), c)).collect(),
        NameCase::Upper => text(name).chars().map(|c| only(c.to_uppercase(), c)).collect(),
    };
    wrap(folded).unwrap_or_else(|| name.clone())
}

fn only(mut characters: impl Iterator<Item = char>, otherwise: char) -> char {
    match (characters.next(), characters.next()) {
        (Some(single), None) => single,
        (Some(_) | None, _) => otherwise,
    }
}
