//! A run's tables, moved by statements: what is judged is carried out on records and on an imagined target.

use std::collections::BTreeMap;

use migration::capabilities::Capabilities;
use migration::definition::{
    Circumstances, CopyEffect, Effect, Followed, GhostEffect, Passage, Refusal, TargetDefinition, concerns,
    judge, targets,
};
use migration::ident::{DatabaseName, TableId, TableName};
use migration::record::TableNumber;
use migration::schema::{TableMapping, TargetTable};
use migration::table_plan::TableRecord;
use migration::task::Task;
use mysql::{Parsed, StatementContext, parse_definition};
use serde_json::{Value, json};

/// A run of the database `shop`.
pub(crate) struct World {
    pub(crate) followed: Followed,
    pub(crate) target: BTreeMap<TableId, TargetTable>,
    pub(crate) task: Task,
    pub(crate) capabilities: Capabilities,
    pub(crate) stamped: bool,
}

pub(crate) fn id(name: &str) -> TableId {
    let (database, table) = name.split_once('.').unwrap_or(("shop", name));
    TableId { database: DatabaseName::new(database).unwrap(), table: TableName::new(table).unwrap() }
}

impl World {
    /// With these tables, made by statements.
    pub(crate) fn with(statements: &[&str]) -> Self {
        Self::of(&json!({}), statements)
    }

    /// By a task that differs so from the plainest one.
    pub(crate) fn of(differing: &Value, statements: &[&str]) -> Self {
        let mut document = json!({
            "name": "shop-move",
            "source": {"host": "127.0.0.1", "user": "ferry"},
            "target": {"host": "127.0.0.1", "user": "root"},
            "migration": "full_and_incremental",
            "objects": [{"database": "shop", "exclude": ["tmp_*"]}],
        });
        for (key, value) in differing.as_object().unwrap() {
            document[key] = value.clone();
        }
        let mut world = Self {
            followed: Followed::default(),
            target: BTreeMap::new(),
            task: Task::parse(&document).unwrap(),
            capabilities: Capabilities::all_shown(),
            stamped: true,
        };
        for sql in statements {
            world.run(sql).unwrap();
        }
        world
    }

    /// Judges a statement, and carries it out.
    pub(crate) fn run(&mut self, sql: &str) -> Result<Passage, Refusal> {
        let passage = self.judged(sql)?;
        // A crash may come before anything is stored: then the same is judged beside the changed target.
        self.define(&passage);
        assert_eq!(self.judged(sql).as_ref(), Ok(&passage), "{sql}");
        self.store(&passage);
        self.check(sql);
        Ok(passage)
    }

    fn judged(&self, sql: &str) -> Result<Passage, Refusal> {
        let context = StatementContext {
            database: "shop",
            explicit_timestamps: Some(true),
            ..StatementContext::default()
        };
        let changes = match parse_definition(sql, context) {
            Parsed::Changes(changes) => changes,
            Parsed::Nothing => Vec::new(),
            other => panic!("{sql}: {other:?}"),
        };
        if !changes.iter().any(|change| concerns(change, &self.followed, &self.task)) {
            return Ok(Passage::default());
        }
        let wanted = targets(&changes, &self.followed, &self.task);
        let existing =
            wanted.into_iter().filter_map(|id| Some((id.clone(), self.target.get(&id)?.clone()))).collect();
        let circumstances = Circumstances {
            task: &self.task,
            capabilities: &self.capabilities,
            stamped: self.stamped,
            existing: &existing,
        };
        judge(&changes, &self.followed, circumstances)
    }

    fn define(&mut self, passage: &Passage) {
        for definition in &passage.definitions {
            match definition {
                TargetDefinition::CreateTable { table } => {
                    self.target.insert(table.id.clone(), table.clone());
                }
                TargetDefinition::DropTable { table } => {
                    self.target.remove(table);
                }
                TargetDefinition::AddColumns { table, columns } => {
                    let table = self.target.get_mut(table).unwrap();
                    for column in columns {
                        match table.column(&column.name) {
                            Some(found) => assert_eq!(found.column_type, column.column_type),
                            None => table.columns.push(column.clone()),
                        }
                    }
                }
                TargetDefinition::DropColumn { table, column } => {
                    self.target.get_mut(table).unwrap().columns.retain(|found| found.name != *column);
                }
                TargetDefinition::Truncate { table } => assert!(self.target.contains_key(table)),
            }
        }
    }

    fn store(&mut self, passage: &Passage) {
        for effect in &passage.effects {
            match effect {
                Effect::Enters { mapping } => {
                    let next = self.followed.tables.iter().map(|table| table.number.0 + 1).max().unwrap_or(0);
                    self.followed.tables.push(TableRecord::new(TableNumber(next), (**mapping).clone()));
                }
                Effect::Changes { table, mapping, .. } => {
                    let record =
                        self.followed.tables.iter_mut().find(|record| record.number == *table).unwrap();
                    record.mapping = (**mapping).clone();
                }
                Effect::Leaves { table } => self.followed.tables.retain(|record| record.number != *table),
            }
        }
        for ghost in &passage.ghosts {
            let name = match ghost {
                GhostEffect::Put(ghost) => &ghost.table.id,
                GhostEffect::Gone(name) => name,
            };
            self.followed.ghosts.retain(|known| known.table.id != *name);
            if let GhostEffect::Put(ghost) = ghost {
                self.followed.ghosts.push((**ghost).clone());
            }
        }
    }

    /// What must be true of every table, whatever happened.
    fn check(&self, sql: &str) {
        for record in &self.followed.tables {
            let mapping = &record.mapping;
            let target = self.target.get(&mapping.target.id).unwrap_or_else(|| panic!("{sql}: no target"));
            let keys = mapping.columns.iter().take_while(|column| column.in_key).count();
            assert!(mapping.columns.iter().skip(keys).all(|column| !column.in_key), "{sql}");
            assert_eq!(keys, mapping.key.columns.len(), "{sql}");
            for (at, column) in mapping.columns.iter().enumerate() {
                assert!(mapping.source.column(&column.source).is_some(), "{sql}: {}", column.source);
                let found =
                    target.column(&column.target).unwrap_or_else(|| panic!("{sql}: {}", column.target));
                assert_eq!(found.column_type, column.target_type, "{sql}");
                let twice = mapping.columns.iter().take(at).any(|other| other.target == column.target);
                assert!(!twice, "{sql}: {}", column.target);
            }
        }
    }

    /// The mapping of a source table.
    pub(crate) fn mapping(&self, name: &str) -> &TableMapping {
        let of = |record: &&TableRecord| record.mapping.source.id == id(name);
        &self.followed.tables.iter().find(of).unwrap_or_else(|| panic!("{name} is not followed")).mapping
    }

    /// Its columns as `source>target:type`.
    pub(crate) fn columns(&self, name: &str) -> String {
        let one = |column: &migration::schema::ColumnMapping| {
            format!("{}>{}:{}", column.source, column.target, column.target_type)
        };
        self.mapping(name).columns.iter().map(one).collect::<Vec<_>>().join(" ")
    }
}

/// What becomes of the copy of the only table that changes.
pub(crate) fn copy(passage: &Passage) -> CopyEffect {
    match &passage.effects[..] {
        [Effect::Changes { copy, .. }] => *copy,
        other => panic!("{other:?}"),
    }
}
