//! What must be true of a run that has ended: invariants 1 to 4.

use std::collections::BTreeMap;

use memory::{MemorySource, World, finish};
use migration::chunk::Reject;
use migration::ident::TableId;
use migration::lease::Lease;
use migration::port::{Clock, QueueName};
use migration::record;
use migration::run::State;
use migration::table_plan::TableRecord;
use migration::value::{SourceValue, TargetValue};

use crate::writer::BAD_VALUE;

/// What is wrong with a run. Only these are what leaving a rule out may be caught by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A row of the source is not on the target.
    Lost(String),
    /// A row is on the target that is not at the source.
    Revived(String),
    /// A row differs.
    Stale(String),
    /// The list of rejected rows is not what it must be.
    Rejects(String),
    /// The run does not end.
    Stuck(String),
    /// The run failed.
    Failed(String),
    /// A record or a message is left that must not be.
    Left(String),
    /// The run ended while somebody could still write.
    Early(String),
}

type Row = BTreeMap<String, TargetValue>;

/// Compares everything.
///
/// # Errors
/// The first [`Trouble`] found.
pub(crate) fn judge(world: &World, tables: &[TableId]) -> Result<(), Trouble> {
    let run = world.stored_run();
    if run.state != State::Completed {
        return Err(Trouble::Stuck(format!("{:?}", run.state)));
    }
    let records: Vec<TableRecord> = world.all(record::TABLES);
    for id in tables {
        let Some(table) = records.iter().find(|table| &table.mapping.source.id == id) else {
            return Err(Trouble::Left(format!("no record of {id}")));
        };
        same_rows(world, &world.source, table)?;
    }
    let dead = world.platform.queue.dead_letters(QueueName::Changes);
    match dead.first() {
        Some(letter) => Err(Trouble::Left(format!("a dead letter received {} times", letter.receive_count))),
        None => Ok(()),
    }
}

/// Looks, just as the run is completed, for anybody who could still write to the target: only planner and reader never do.
///
/// # Errors
/// [`Trouble::Early`] where there is one.
pub(crate) fn nobody_writes(world: &World) -> Result<(), Trouble> {
    let (table, run) = (&world.platform.table, world.run);
    let leases = finish(record::load_all::<Lease>(table, &record::run_partition(run), record::LEASES));
    let leases = leases.expect("invariant: the records can be read");
    let others = [record::planner_lease(run), record::reader_lease(run)];
    let now = world.platform.clock.now();
    match leases.iter().find(|(key, lease)| !others.contains(key) && !lease.value.has_ended(now)) {
        Some((key, _)) => Err(Trouble::Early(format!("{} had not ended", key.sort))),
        None => Ok(()),
    }
}

fn same_rows(world: &World, source: &MemorySource, table: &TableRecord) -> Result<(), Trouble> {
    let mapping = &table.mapping;
    let id = &mapping.source.id;
    let definition = source.definition(id);
    let columns = definition.map_or(0, |definition| definition.columns.len());
    if columns != mapping.columns.len() {
        return Err(Trouble::Stale(format!(
            "{id} has {columns} columns, {} are carried",
            mapping.columns.len()
        )));
    }
    let mut wanted: BTreeMap<i64, Row> = BTreeMap::new();
    let mut refused = BTreeMap::new();
    for row in source.rows_as(id, mapping) {
        let Some(SourceValue::Int(key)) = row.first().cloned() else { continue };
        let is_bad =
            row.iter().any(|value| matches!(value, SourceValue::Text(text) if text.starts_with(BAD_VALUE)));
        let row = mapping.convert_row(row, &mut 0).expect("invariant: these rows can be carried");
        if is_bad {
            refused.insert(mapping.key_digest(&row), key);
            continue;
        }
        let names = mapping.columns.iter().map(|column| column.target.as_str().to_owned());
        wanted.insert(key, names.zip(row).filter(|(_, value)| *value != TargetValue::Null).collect());
    }
    let mut found: BTreeMap<i64, Row> = BTreeMap::new();
    for mut row in world.target.rows(&mapping.target.id) {
        row.remove(migration::schema::MARKER_COLUMN);
        if let Some(TargetValue::Int(key)) = row.get("id").cloned() {
            found.insert(key, row);
        }
    }
    compare(id, &wanted, &found)?;
    let rejects: Vec<Reject> = world.all(&record::rejects_of(table.number));
    let kept: BTreeMap<_, _> = rejects.iter().map(|reject| (reject.key, ())).collect();
    if let Some((_, key)) = refused.iter().find(|(digest, _)| !kept.contains_key(digest)) {
        return Err(Trouble::Rejects(format!("{id} row {key} was refused and is not listed")));
    }
    match rejects.iter().find(|reject| !refused.contains_key(&reject.key)) {
        Some(reject) => Err(Trouble::Rejects(format!("{id} lists {}, which is carried or gone", reject.key))),
        None => Ok(()),
    }
}

fn compare(id: &TableId, wanted: &BTreeMap<i64, Row>, found: &BTreeMap<i64, Row>) -> Result<(), Trouble> {
    if let Some((key, row)) = wanted.iter().find(|(key, _)| !found.contains_key(key)) {
        return Err(Trouble::Lost(format!("{id} row {key}: {row:?}")));
    }
    if let Some((key, row)) = found.iter().find(|(key, _)| !wanted.contains_key(key)) {
        return Err(Trouble::Revived(format!("{id} row {key}: {row:?}")));
    }
    match wanted.iter().find(|(key, row)| found.get(key) != Some(row)) {
        Some((key, row)) => Err(Trouble::Stale(format!("{id} row {key}: {row:?} but {:?}", found.get(key)))),
        None => Ok(()),
    }
}
