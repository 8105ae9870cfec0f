//! How far a run is, read from its records: the same figures for `run` and `status`.

use std::collections::BTreeMap;

use migration::chunk::Chunk;
use migration::finding::Finding;
use migration::lease::Lease;
use migration::outcome::HandlerError;
use migration::port::CheckpointTable;
use migration::record::{self, LoadError, Stored, TableNumber};
use migration::retry_budget::Troubles;
use migration::run::{JournalEntry, ResumePoint, Run, RunId, State};
use migration::stamp::RunStamp;
use migration::table_plan::{TablePlan, TableProgress, TableRecord};
use migration::time::UnixMs;
use migration::trouble_store;

use crate::report::following::Following;

/// Chunks in work that are looked at for their rows; more are not copied at the same time here.
const IN_WORK_MAX: usize = 64;

/// Entries of the reject list read at once.
const REJECTS_AT_ONCE: u32 = 1_000;

/// A table's figures.
#[derive(Debug, Clone)]
pub(crate) struct TableSnapshot {
    number: TableNumber,
    pub(crate) source: String,
    pub(crate) target: String,
    pub(crate) rows_estimate: u64,
    pub(crate) bytes_estimate: u64,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) zero_dates: u64,
    /// Rows on the reject list, once they were counted.
    pub(crate) rejected: u64,
    pub(crate) chunks: u32,
    pub(crate) chunks_done: u32,
    pub(crate) planned: bool,
}

/// What the table records say and what does not change while a run goes on: read once, because the records of
/// thousands of tables are large.
#[derive(Debug, Default)]
pub(crate) struct KnownTables(Vec<KnownTable>);

#[derive(Debug)]
struct KnownTable {
    number: TableNumber,
    source: String,
    target: String,
    rows_estimate: u64,
    bytes_estimate: u64,
}

/// A run's figures.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) run: Run,
    pub(crate) tables: Vec<TableSnapshot>,
    pub(crate) stamp: Option<RunStamp>,
    pub(crate) journal: Vec<JournalEntry>,
    /// Of all tables, once they were counted.
    pub(crate) rejects: u64,
    pub(crate) troubles: Troubles,
    pub(crate) following: Option<Following>,
    /// When the figures were read.
    pub(crate) at: UnixMs,
    /// Only where precheck refused the run.
    pub(crate) findings: Vec<Finding>,
}

impl TableSnapshot {
    /// Whether every chunk is done.
    pub(crate) fn is_done(&self) -> bool {
        self.planned && self.chunks == self.chunks_done
    }
}

impl Snapshot {
    /// Everything, the reject list counted.
    pub(crate) async fn take(
        records: &impl CheckpointTable,
        id: RunId,
        known: &mut KnownTables,
        at: UnixMs,
    ) -> Result<Self, HandlerError> {
        let mut snapshot = Self::look(records, id, known, at).await?;
        snapshot.count_rejects(records).await?;
        Ok(snapshot)
    }

    /// Counts the entries of the reject list, of which there may be many.
    pub(crate) async fn count_rejects(&mut self, records: &impl CheckpointTable) -> Result<(), HandlerError> {
        let counts = reject_counts(records, &record::run_partition(self.run.id)).await?;
        for table in &mut self.tables {
            table.rejected = counts.get(&table.number).copied().unwrap_or_default();
        }
        self.rejects = self.tables.iter().map(|table| table.rejected).sum();
        Ok(())
    }

    /// What is told again and again while the run goes on.
    pub(crate) async fn look(
        records: &impl CheckpointTable,
        id: RunId,
        known: &mut KnownTables,
        at: UnixMs,
    ) -> Result<Self, HandlerError> {
        let run: Stored<Run> = record::must_load(records, &record::run(id)).await?;
        let partition = record::run_partition(id);
        let stamp: Option<Stored<RunStamp>> = record::load(records, &record::stamp(id)).await?;
        let journal = values::<JournalEntry>(records, &partition, record::JOURNAL).await?;
        let mut tables: Vec<TableSnapshot> = Vec::new();
        if run.value.tables > 0 {
            known.read(records, &partition, run.value.tables).await?;
            tables = Self::tables(records, id, &partition, known).await?;
        }
        let findings = match run.value.state {
            State::PrecheckFailed => values::<Finding>(records, &partition, record::FINDINGS).await?,
            State::Created
            | State::Prechecking
            | State::Planning
            | State::Copying
            | State::Finishing
            | State::CatchingUp
            | State::Running
            | State::Completed
            | State::Paused
            | State::Retrying
            | State::Failed
            | State::Cancelled => Vec::new(),
        };
        let troubles = trouble_store::troubles(records, id).await?;
        let following = Following::load(records, id, at).await?;
        let (run, stamp) = (run.value, stamp.map(|stamp| stamp.value));
        Ok(Self { run, tables, stamp, journal, rejects: 0, troubles, following, at, findings })
    }

    async fn tables(
        records: &impl CheckpointTable,
        id: RunId,
        partition: &str,
        known: &KnownTables,
    ) -> Result<Vec<TableSnapshot>, HandlerError> {
        let plans = by_table::<TablePlan>(records, partition, record::PLANS).await?;
        let progresses = by_table::<TableProgress>(records, partition, record::PROGRESSES).await?;
        let mut in_work: BTreeMap<TableNumber, Chunk> = BTreeMap::new();
        let leases = record::load_all::<Lease>(records, partition, record::CHUNK_LEASES).await?;
        let held = leases.iter().filter(|(_, lease)| lease.value.token.0 > 0).take(IN_WORK_MAX);
        for chunk in held.filter_map(|(key, _)| record::chunk_of_lease(key)) {
            let Some(stored) = record::load::<Chunk>(records, &record::chunk(id, chunk)).await? else {
                continue;
            };
            let sum = in_work.entry(chunk.table).or_insert_with(|| Chunk {
                rows: 0,
                bytes: 0,
                ..stored.value.clone()
            });
            sum.rows += stored.value.rows;
            sum.bytes += stored.value.bytes;
        }
        Ok(known
            .0
            .iter()
            .filter_map(|table| {
                // None of a table that is followed no more.
                let (plan, progress) = (plans.get(&table.number)?, progresses.get(&table.number)?);
                let open = in_work.get(&table.number);
                Some(TableSnapshot {
                    number: table.number,
                    source: table.source.clone(),
                    target: table.target.clone(),
                    rows_estimate: table.rows_estimate,
                    bytes_estimate: table.bytes_estimate,
                    rows: progress.rows + open.map_or(0, |chunk| chunk.rows),
                    bytes: progress.bytes + open.map_or(0, |chunk| chunk.bytes),
                    zero_dates: progress.zero_dates,
                    rejected: 0,
                    chunks: plan.chunks,
                    chunks_done: progress.chunks,
                    planned: plan.complete,
                })
            })
            .collect())
    }

    /// Where the run stands, for people: `retrying` while something of it fails.
    pub(crate) fn shown_state(&self) -> State {
        let retrying = self.run.state.is_live() && self.troubles.is_told();
        if retrying { State::Retrying } else { self.run.state }
    }

    /// Whether nothing is left to be copied: what a signal stops then is only the following of the log.
    pub(crate) fn copy_is_over(&self) -> bool {
        self.run.state == State::Completed
            || matches!(self.run.resume, ResumePoint::CatchingUp | ResumePoint::Running)
    }

    /// Rows copied so far.
    pub(crate) fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Bytes copied so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.bytes).sum()
    }

    /// Rows there will be: counted for tables that are done, the catalog's estimate for the others.
    pub(crate) fn rows_expected(&self) -> u64 {
        let expected = |table: &TableSnapshot| {
            if table.is_done() { table.rows } else { table.rows_estimate.max(table.rows) }
        };
        self.tables.iter().map(expected).sum()
    }
}

impl KnownTables {
    async fn read(
        &mut self,
        records: &impl CheckpointTable,
        partition: &str,
        tables: u32,
    ) -> Result<(), LoadError> {
        if u32::try_from(self.0.len()) == Ok(tables) {
            return Ok(());
        }
        let read = values::<TableRecord>(records, partition, record::TABLES).await?;
        let known = read.into_iter().map(|table| KnownTable {
            number: table.number,
            source: table.mapping.source.id.to_string(),
            target: table.mapping.target.id.to_string(),
            rows_estimate: table.mapping.source.rows_estimate,
            bytes_estimate: table.mapping.source.data_bytes,
        });
        self.0 = known.collect();
        Ok(())
    }
}

/// How many rows of each table are on the reject list.
async fn reject_counts(
    records: &impl CheckpointTable,
    partition: &str,
) -> Result<BTreeMap<TableNumber, u64>, LoadError> {
    let mut counts = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let found = records.range(partition, record::REJECTS, after.as_deref(), REJECTS_AT_ONCE).await?;
        let Some(last) = found.last() else { return Ok(counts) };
        after = Some(last.key.sort.clone());
        for table in found.iter().filter_map(|entry| record::table_of(&entry.key)) {
            *counts.entry(table).or_insert(0) += 1;
        }
    }
}

async fn by_table<T: serde::de::DeserializeOwned>(
    records: &impl CheckpointTable,
    partition: &str,
    prefix: &str,
) -> Result<BTreeMap<TableNumber, T>, LoadError> {
    let all = record::load_all::<T>(records, partition, prefix).await?;
    Ok(all.into_iter().filter_map(|(key, stored)| Some((record::table_of(&key)?, stored.value))).collect())
}

async fn values<T: serde::de::DeserializeOwned>(
    records: &impl CheckpointTable,
    partition: &str,
    prefix: &str,
) -> Result<Vec<T>, LoadError> {
    Ok(record::load_all::<T>(records, partition, prefix)
        .await?
        .into_iter()
        .map(|(_, stored)| stored.value)
        .collect())
}
