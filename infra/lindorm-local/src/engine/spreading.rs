//! How the definition of a table reaches the other nodes, where `schema_visibility` says that it takes time.
//!
//! The node that runs CREATE TABLE, ALTER TABLE or an index's statement knows the outcome at once; the others go by what was
//! before until a delay has passed: no table, or the old columns. Only statements on rows and SHOW go by it: a definition that is
//! changed again is always the present one, wherever the change comes from, as the metadata of a cluster is one.
//!
//! The old definition is noted before the change is made and its time set after it, so that no other node sees the change
//! early. What is noted is forgotten when a later change finds it expired, or finds no table under the name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::answer::SqlError;
use crate::engine::schema::Schema;
use crate::engine::table::Table;
use crate::engine::{Engine, Node, SchemaVisibility, Session};
use crate::sql::{Statement, TableName};

/// How long the other nodes go by what was before.
const DELAY_MS: i64 = 300;

/// Database and table.
type Place = (String, String);

/// What was before a change.
#[derive(Debug)]
struct Before {
    /// Nothing if there was no table.
    schema: Option<Arc<Schema>>,
    /// The node that made the change.
    by: Node,
    /// Until when the others go by it.
    until_ms: i64,
}

/// What some nodes do not know yet.
#[derive(Debug, Default)]
pub(crate) struct Spreading {
    before: Mutex<BTreeMap<Place, Vec<Before>>>,
}

impl Spreading {
    fn before(&self) -> MutexGuard<'_, BTreeMap<Place, Vec<Before>>> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, place: &Place, schema: Option<Arc<Schema>>, by: Node, now_ms: i64) {
        let mut before = self.before();
        before.retain(|_, changes| changes.iter().any(|change| change.until_ms > now_ms));
        let changes = before.entry(place.clone()).or_default();
        if schema.is_none() {
            changes.clear(); // Of another table, which is gone.
        }
        changes.push(Before { schema, by, until_ms: i64::MAX });
    }

    fn end(&self, place: &Place, by: Node, until_ms: i64) {
        if let Some(changes) = self.before().get_mut(place) {
            let made = changes.iter_mut().rev().find(|change| change.by == by && change.until_ms == i64::MAX);
            made.into_iter().for_each(|change| change.until_ms = until_ms);
        }
    }

    /// What a node goes by in place of the present definition, if it does.
    fn seen(&self, place: &Place, node: Node, now_ms: i64) -> Option<Option<Arc<Schema>>> {
        let before = self.before();
        let mut pending = before.get(place)?.iter().filter(|change| change.until_ms > now_ms);
        // Who has changed it since knows what it is.
        if pending.clone().any(|change| change.by == node) {
            return None;
        }
        pending.next().map(|change| change.schema.clone())
    }
}

/// The table whose definition a statement changes in a way that other nodes learn of later.
fn spread_table(statement: &Statement) -> Option<&TableName> {
    match statement {
        Statement::CreateTable(create) => Some(&create.table),
        Statement::CreateTableLike(table, ..)
        | Statement::AlterTable(table, _)
        | Statement::CreateIndex(table, ..)
        | Statement::DropIndex(table, _) => Some(table),
        Statement::Upsert(_)
        | Statement::Delete(_)
        | Statement::Update(_)
        | Statement::Select(_)
        | Statement::CreateDatabase(..)
        | Statement::DropDatabase(..)
        | Statement::AlterSystem(..)
        | Statement::DropTable(..)
        | Statement::Truncate(_)
        | Statement::Show(_)
        | Statement::Use(_)
        | Statement::Set(_)
        | Statement::Account(_)
        | Statement::EndTransaction => None,
    }
}

impl Engine {
    /// A table as the session's node knows it.
    pub(super) fn seen_table(&self, session: &Session, name: &TableName) -> Result<Arc<Table>, SqlError> {
        let table = self.catalog.table(&session.database, name)?;
        if self.assumptions().schema_visibility == SchemaVisibility::Immediate {
            return Ok(table);
        }
        let place = (table.database.clone(), table.name.clone());
        match self.spreading.seen(&place, session.node, self.options.clock.now_ms()) {
            None => Ok(table),
            Some(Some(schema)) => Ok(Arc::new(table.seen_with(schema))),
            Some(None) => Err(self.catalog.missing_table(&table.database, &table.name)),
        }
    }

    /// Runs a definition so that the other nodes learn of it later.
    pub(super) fn spread(
        &self,
        session: &Session,
        statement: &Statement,
        define: impl FnOnce() -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let table = match self.assumptions().schema_visibility {
            SchemaVisibility::Immediate => None,
            SchemaVisibility::Delayed => spread_table(statement),
        };
        let Some(name) = table else { return define() };
        let database = name.database.as_ref().unwrap_or(&session.database);
        let place = (database.clone(), name.table.clone());
        let before = self.catalog.table(&session.database, name).ok().map(|table| table.schema());
        let now_ms = || self.options.clock.now_ms();
        self.spreading.begin(&place, before, session.node, now_ms());
        let outcome = define();
        let until_ms = if outcome.is_ok() { now_ms() + DELAY_MS } else { i64::MIN };
        self.spreading.end(&place, session.node, until_ms);
        outcome
    }
}
