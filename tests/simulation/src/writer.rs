//! Who writes to the source: transactions over a few hot keys, drawn from a seed.

use std::collections::BTreeMap;
use std::time::Duration;

use memory::{MemorySource, Random, RowChange};
use migration::ident::{ColumnName, TableId};
use migration::schema::{
    Alteration, ColumnPlace, ExistingRows, SourceColumn, SourceTable, SourceType, TableChange,
};
use migration::value::{Date, SourceRow, SourceValue};

use crate::environment::Environment;

/// A text the target refuses.
pub(crate) const BAD_VALUE: &str = "bad";

/// The source's users.
#[derive(Debug)]
pub(crate) struct Writer {
    source: MemorySource,
    environment: Environment,
    tables: Vec<TableId>,
    random: Random,
    value: u64,
    columns: u64,
    hot: Vec<i64>,
    traces: bool,
}

/// Rows of a table by key, as a transaction sees them.
type Rows = BTreeMap<i64, SourceRow>;

impl Writer {
    /// Writers of these tables.
    #[must_use]
    pub(crate) fn new(
        source: MemorySource,
        environment: Environment,
        tables: Vec<TableId>,
        seed: u64,
    ) -> Self {
        let mut random = Random::seeded(seed ^ 0x0077_7269_7465_7221);
        let keys = environment.keys;
        let hot = (0..3).map(|_| i64::try_from(random.below(keys)).unwrap_or(0)).collect();
        Self { source, environment, tables, random, value: 0, columns: 0, hot, traces: crate::play::traces() }
    }

    /// When the next transaction comes.
    pub(crate) fn pause(&mut self) -> Duration {
        let most = self.environment.pause_between;
        Duration::from_millis(match self.random.below(4) {
            0 => 0,
            1 => self.random.below(20),
            _ => self.random.below(most.max(1)),
        })
    }

    fn chance(&mut self, thousandths: u64) -> bool {
        self.random.below(1_000) < thousandths
    }

    /// Commits a transaction, or carries out a definition where there may be one.
    pub(crate) fn write(&mut self, defines: bool) {
        let environment = self.environment.clone();
        let at = self.random.place(self.tables.len());
        let table = self.tables[at].clone();
        if defines && self.chance(environment.truncates) {
            let statement = format!("TRUNCATE TABLE {}", table.table);
            self.trace(&statement);
            return self.source.define(vec![TableChange::Truncated { table }], &statement, SourceValue::Null);
        }
        if defines && self.chance(environment.columns) {
            return self.add_column(&table, ExistingRows::Null, SourceValue::Null);
        }
        if defines && environment.stamped && self.chance(environment.filled_columns) {
            return self.add_column(&table, ExistingRows::Filled, SourceValue::Int(7));
        }
        let count =
            if self.chance(environment.large) { 6 + self.random.below(10) } else { 1 + self.random.below(3) };
        let mut rows: BTreeMap<TableId, Rows> = BTreeMap::new();
        let mut changes = Vec::new();
        for _ in 0..count {
            let at = self.random.place(self.tables.len());
            let table = self.tables[at].clone();
            let mut seen = rows.remove(&table).unwrap_or_else(|| self.committed(&table));
            self.change(&table, &mut seen, &mut changes);
            rows.insert(table, seen);
        }
        self.trace(&format!("{changes:?}"));
        let delay = Duration::from_millis(if self.chance(300) {
            self.random.below(environment.visibility + 1)
        } else {
            0
        });
        self.source.commit_slowly(changes, delay);
    }

    fn committed(&self, table: &TableId) -> Rows {
        let definition = self.source.definition(table).expect("invariant: no table is dropped");
        let place = key_place(&definition);
        let key = |row: &SourceRow| match row[place] {
            SourceValue::Int(id) => id,
            _ => 0,
        };
        self.source.committed(table).into_iter().map(|row| (key(&row), row)).collect()
    }

    fn change(&mut self, table: &TableId, rows: &mut Rows, changes: &mut Vec<RowChange>) {
        if self.chance(150) {
            let at = self.random.place(self.hot.len());
            self.hot[at] = self.any_key();
        }
        let at = self.random.place(self.hot.len());
        let id = self.hot[at];
        let definition = self.source.definition(table).expect("invariant: no table is dropped");
        let table = table.clone();
        let Some(before) = rows.get(&id).cloned() else {
            let row = self.row(&definition, id);
            rows.insert(id, row.clone());
            return changes.push(RowChange::Insert { table, row });
        };
        match self.random.below(1_000) {
            0..250 => {
                rows.remove(&id);
                changes.push(RowChange::Delete { table, row: before });
            }
            250..400 => {
                changes.push(RowChange::Delete { table: table.clone(), row: before });
                let row = self.row(&definition, id);
                rows.insert(id, row.clone());
                changes.push(RowChange::Insert { table, row });
            }
            chance if chance < 400 + self.environment.key_changes => {
                let at = self.random.place(self.hot.len());
                let to = if self.chance(500) { self.any_key() } else { self.hot[at] };
                if rows.contains_key(&to) {
                    return;
                }
                rows.remove(&id);
                let place = key_place(&definition);
                let mut after = before.clone();
                after[place] = SourceValue::Int(to);
                rows.insert(to, after.clone());
                changes.push(RowChange::Update { table, before, after });
            }
            _ => {
                let after = self.flip(&definition, &before);
                rows.insert(id, after.clone());
                changes.push(RowChange::Update { table, before, after });
            }
        }
    }

    /// One column other: a NULL where there was a value, or another value.
    fn flip(&mut self, definition: &SourceTable, before: &SourceRow) -> SourceRow {
        let mut after = before.clone();
        let at = self.random.place(definition.columns.len());
        if at != key_place(definition) {
            let becomes_null = after[at] != SourceValue::Null && self.chance(450);
            after[at] = if becomes_null { SourceValue::Null } else { self.value(&definition.columns[at]) };
        }
        after
    }

    fn any_key(&mut self) -> i64 {
        i64::try_from(self.random.below(self.environment.keys)).unwrap_or(0)
    }

    /// A new row.
    pub(crate) fn row(&mut self, definition: &SourceTable, id: i64) -> SourceRow {
        let place = key_place(definition);
        let mut row = Vec::new();
        for (at, column) in definition.columns.iter().enumerate() {
            row.push(match at {
                _ if at == place => SourceValue::Int(id),
                _ if self.chance(350) => SourceValue::Null,
                _ => self.value(column),
            });
        }
        row
    }

    fn value(&mut self, column: &SourceColumn) -> SourceValue {
        self.value += 1;
        let bad = self.chance(self.environment.bad_values);
        match column.column_type {
            SourceType::Varchar { .. } if bad => SourceValue::Text(format!("{BAD_VALUE} {}", self.value)),
            SourceType::Varchar { .. } => SourceValue::Text(format!("v{:05}", self.value)),
            SourceType::Date => {
                let year = u16::try_from(1_000 + self.value % 8_000).unwrap_or(1_000);
                SourceValue::Date(Date { year, month: 1, day: 1 })
            }
            _ => SourceValue::Int(i64::try_from(self.value).unwrap_or(0)),
        }
    }

    fn add_column(&mut self, table: &TableId, existing: ExistingRows, fill: SourceValue) {
        self.columns += 1;
        let definition = self.source.definition(table).expect("invariant: no table is dropped");
        let name = ColumnName::new(format!("more{}", self.columns)).expect("invariant: a name");
        let like = definition.columns[key_place(&definition)].clone();
        let column = SourceColumn { name: name.clone(), nullable: true, ..like };
        let at = self.random.place(definition.columns.len());
        let place = match self.random.below(3) {
            0 => ColumnPlace::First,
            1 => ColumnPlace::After(definition.columns[at].name.clone()),
            _ => ColumnPlace::Unsaid,
        };
        let alterations = vec![Alteration::AddColumn { column, place, existing }];
        let change = TableChange::Altered { table: table.clone(), alterations };
        let statement = format!("ALTER TABLE {} ADD COLUMN {name}", table.table);
        self.trace(&statement);
        self.source.define(vec![change], &statement, fill);
    }

    fn trace(&self, what: &str) {
        if self.traces {
            println!("source: {what}");
        }
    }
}

fn key_place(definition: &SourceTable) -> usize {
    let at = definition.columns.iter().position(|column| column.name.as_str() == "id");
    at.expect("invariant: every table has the key `id`")
}
