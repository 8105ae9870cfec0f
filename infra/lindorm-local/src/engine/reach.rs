//! Which keys a statement touches, as far as a range of the first key column is concerned.
//!
//! A server keeps neighbouring keys together, so trouble with one part of a table is trouble with a range of keys. Whoever
//! simulates such trouble asks here; nothing in the engine itself does.

use crate::answer::{Datum, SqlError};
use crate::engine::bounds::key_ranges;
use crate::engine::coerce::store;
use crate::engine::condition::resolve;
use crate::engine::key::{after_prefix, push_component};
use crate::engine::schema::Schema;
use crate::engine::scope::Scope;
use crate::engine::table::KeyRange;
use crate::engine::{Engine, Prepared, Session};
use crate::sql::{Delete, Predicate, Statement, TableName, Update, Upsert};

/// A range of values of the first key column, written as they are in a statement, without quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstKeyRange {
    /// The first value within; none for no beginning.
    pub from: Option<String>,
    /// The first value beyond; none for no end.
    pub to: Option<String>,
}

impl Engine {
    /// Whether a statement touches keys of the range. A read touches what its condition leaves open, a statement that the
    /// engine will refuse touches nothing.
    ///
    /// # Errors
    /// A bound that is no value of the first key column.
    pub(crate) fn reaches(
        &self,
        session: &Session,
        prepared: &Prepared,
        params: &[Datum<'_>],
        range: &FirstKeyRange,
    ) -> Result<bool, SqlError> {
        if params.len() != prepared.param_count() {
            return Ok(false);
        }
        let statement = prepared.statement();
        let scope =
            Scope::new(self.assumptions(), self.system.settings(), 0, session, statement.hints(), params);
        let schema = |name: &TableName| self.seen_table(session, name).map(|table| table.schema());
        let by_condition = |name: &TableName, filter: Option<&Predicate>| {
            let Ok(schema) = schema(name) else { return Ok(false) };
            let within = encoded(range, &schema, &scope)?;
            let Ok(condition) = filter.map(|filter| resolve(filter, &schema, &scope)).transpose() else {
                return Ok(false);
            };
            let touched = condition.and_then(|condition| key_ranges(&condition, schema.key.len()));
            Ok(touched.is_none_or(|touched| touched.iter().any(|touched| touched.meets(&within))))
        };
        match statement {
            Statement::Upsert(upsert) => {
                let Ok(schema) = schema(&upsert.table) else { return Ok(false) };
                let within = encoded(range, &schema, &scope)?;
                Ok(first_keys(upsert, &schema, &scope).any(|key| within.holds(&key)))
            }
            Statement::Delete(Delete { table, filter, .. })
            | Statement::Update(Update { table, filter, .. }) => by_condition(table, Some(filter)),
            Statement::Select(select) => match &select.table {
                Some(table) => by_condition(table, select.filter.as_ref()),
                None => Ok(false),
            },
            _ => Ok(true),
        }
    }
}

/// The encoded first key column of every row that has one.
fn first_keys<'a>(
    upsert: &'a Upsert,
    schema: &'a Schema,
    scope: &'a Scope<'_>,
) -> impl Iterator<Item = Vec<u8>> + 'a {
    let name = &schema.columns[schema.key[0].column].name;
    let place = upsert.columns.iter().position(|column| column == name);
    let rows = upsert.values.chunks_exact(upsert.columns.len().max(1));
    let values = place.into_iter().flat_map(move |place| rows.clone().filter_map(move |row| row.get(place)));
    values.filter_map(|value| component(scope.value(value), schema, scope).ok().flatten())
}

fn component(value: &Datum<'_>, schema: &Schema, scope: &Scope<'_>) -> Result<Option<Vec<u8>>, SqlError> {
    let part = &schema.key[0];
    let (mut stored, mut key) = (Vec::new(), Vec::new());
    let name = &schema.columns[part.column].name;
    if !store(name, part.kind, value, scope.conversion(schema), &mut stored)? {
        return Ok(None);
    }
    push_component(part.kind, part.descending, &stored, &mut key);
    Ok(Some(key))
}

/// The range as encoded keys; a descending column turns it round.
fn encoded(range: &FirstKeyRange, schema: &Schema, scope: &Scope<'_>) -> Result<KeyRange, SqlError> {
    let bound = |text: &Option<String>| match text {
        Some(text) => component(&Datum::Text(text.as_str().into()), schema, scope),
        None => Ok(None),
    };
    let (from, to) = (bound(&range.from)?, bound(&range.to)?);
    let (low, high) = if schema.key[0].descending {
        let beyond = |bound: Vec<u8>| after_prefix(&bound);
        (to.and_then(beyond), from.and_then(beyond))
    } else {
        (from, to)
    };
    Ok(KeyRange { low: low.unwrap_or_default(), high, exact: false })
}
