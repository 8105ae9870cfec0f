//! Storing what precheck found, under the run's record.
//!
//! # Why two prechecks of one run, or one that died in the middle, do no harm
//!
//! 1. A precheck first *claims* the run: it writes the run's record unchanged, which raises its version. Of two that
//!    loaded the same version one wins.
//! 2. Every later transaction checks that version. So from the moment another precheck claims the run, or the run
//!    moves, nothing of this one is stored any more, and no table record is ever written over under a planner.
//! 3. What an earlier attempt left is overwritten or deleted, so the records are one precheck's, whole.
//! 4. The move of the run is the last transaction. Before it the planner looks at nothing; after it all is there.

use std::collections::BTreeMap;

use migration::finding::Finding;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Commit, Expect, RecordKey, Version, Write};
use migration::record::{self, Stored, TableNumber};
use migration::run::{Run, RunId};
use migration::schema::TableMapping;
use migration::table_plan::{TablePlan, TableProgress, TableRecord};
use serde::Serialize;

/// Writes of one transaction, its check included; the table takes 100.
const WRITES_AT_ONCE: usize = 90;
/// Bytes of one transaction's bodies; the table takes 4 MB, keys included.
const BYTES_AT_ONCE: usize = 3_000_000;
/// Records asked for at once.
const RANGE_RECORDS: u32 = 500;

/// The right to store, until somebody else claims the run or moves it.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The run as it stands.
    pub(crate) run: Run,
    version: Version,
}

/// Claims a run that was loaded as `stored`; none where somebody else was faster.
pub(crate) async fn claim(
    records: &impl CheckpointTable,
    stored: Stored<Run>,
) -> Result<Option<Claim>, HandlerError> {
    let write = record::put(record::run(stored.value.id), &stored.value, stored.unchanged());
    match records.commit(vec![write]).await? {
        // A record's version counts its writes, and this was the next one.
        Commit::Stored => Ok(Some(Claim { version: Version(stored.version.0 + 1), run: stored.value })),
        Commit::Conflict => Ok(None),
    }
}

/// What a precheck stores.
#[derive(Debug, Default)]
pub(crate) struct Records {
    bodies: BTreeMap<RecordKey, String>,
}

impl Records {
    /// The findings; with them whatever an earlier precheck stored is replaced.
    pub(crate) fn findings(mut self, run: RunId, findings: &[Finding]) -> Self {
        for (number, finding) in (0..).zip(findings) {
            self.put(record::finding(run, number), finding);
        }
        self
    }

    /// The tables with empty plans, numbered in their order.
    pub(crate) fn tables(mut self, run: RunId, tables: &[TableMapping]) -> Self {
        for (number, mapping) in (0..).map(TableNumber).zip(tables) {
            let table = TableRecord::new(number, mapping.clone());
            self.put(record::table(run, number), &table);
            self.put(record::plan(run, number), &TablePlan::default());
            self.put(record::progress(run, number), &TableProgress::default());
        }
        self
    }

    fn put(&mut self, key: RecordKey, value: &impl Serialize) {
        match record::put_new(key, value) {
            Write::Put { key, body, .. } => drop(self.bodies.insert(key, body)),
            Write::Delete { .. } | Write::Check { .. } => {}
        }
    }
}

/// Makes the run's findings, tables, plans and progress exactly these. False where the claim is lost.
pub(crate) async fn replace(
    records: &impl CheckpointTable,
    claim: &Claim,
    wanted: Records,
) -> Result<bool, HandlerError> {
    let mut found = existing(records, claim.run.id).await?;
    let mut writes = Vec::new();
    for (key, body) in wanted.bodies {
        match found.remove(&key) {
            Some((_, stored)) if stored == body => {}
            Some((version, _)) => writes.push(Write::Put { key, body, expect: Expect::Version(version) }),
            None => writes.push(Write::Put { key, body, expect: Expect::Absent }),
        }
    }
    writes.extend(found.into_iter().map(|(key, (version, _))| Write::Delete { key, expect: version }));
    for batch in batches(writes) {
        if !store(records, claim, batch).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn existing(
    records: &impl CheckpointTable,
    run: RunId,
) -> Result<BTreeMap<RecordKey, (Version, String)>, HandlerError> {
    let mut found = BTreeMap::new();
    for prefix in [record::FINDINGS, record::TABLES, record::PLANS, record::PROGRESSES] {
        let mut after: Option<String> = None;
        loop {
            let page =
                records.range(&record::run_partition(run), prefix, after.as_deref(), RANGE_RECORDS).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.sort.clone());
            found.extend(page.into_iter().map(|record| (record.key, (record.version, record.body))));
        }
    }
    Ok(found)
}

async fn store(
    records: &impl CheckpointTable,
    claim: &Claim,
    mut writes: Vec<Write>,
) -> Result<bool, HandlerError> {
    writes.push(Write::Check { key: record::run(claim.run.id), expect: Expect::Version(claim.version) });
    Ok(records.commit(writes).await? == Commit::Stored)
}

/// Ends a claim by moving the run; false where the claim is lost.
pub(crate) async fn move_run(
    records: &impl CheckpointTable,
    claim: Claim,
    step: impl FnOnce(&mut Run) -> Result<Write, HandlerError>,
) -> Result<bool, HandlerError> {
    let Claim { mut run, version } = claim;
    let journal = step(&mut run)?;
    let moved = record::put(record::run(run.id), &run, Expect::Version(version));
    Ok(records.commit(vec![moved, journal]).await? == Commit::Stored)
}

fn batches(writes: Vec<Write>) -> Vec<Vec<Write>> {
    let mut batches: Vec<Vec<Write>> = Vec::new();
    let mut bytes = 0;
    for write in writes {
        let size = match &write {
            Write::Put { body, .. } => body.len(),
            Write::Delete { .. } | Write::Check { .. } => 0,
        };
        match batches.last_mut() {
            Some(batch) if batch.len() < WRITES_AT_ONCE && bytes + size <= BYTES_AT_ONCE => {
                bytes += size;
                batch.push(write);
            }
            Some(_) | None => {
                bytes = size;
                batches.push(vec![write]);
            }
        }
    }
    batches
}
