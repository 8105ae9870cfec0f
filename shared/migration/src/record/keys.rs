//! The keys of the checkpoint table's records.
//!
//! Numbers are padded with zeros so that the bytewise order of the table is their order.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ident::TableId;
use crate::lane::Lane;
use crate::port::RecordKey;
use crate::run::RunId;
use crate::schema::SchemaVersion;
use crate::submission::End;
use crate::value::Digest;

/// A table's place in a run, from 0, largest table first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TableNumber(pub u32);

/// A chunk's place in its table, from 0 in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChunkNumber(pub u32);

/// A chunk of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChunkId {
    /// Its table.
    pub table: TableNumber,
    /// Its number there.
    pub number: ChunkNumber,
}

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.table.0, self.number.0)
    }
}

/// The partition of the heads of all tasks.
pub const TASKS: &str = "task";
/// The partition of refused documents.
pub const SUBMISSIONS: &str = "submission";
/// Prefix of the parts of a large document.
pub const DOCUMENT_PARTS: &str = "document#";
/// Prefix of what a run has used.
pub const USAGES: &str = "usage#";
/// Prefix of journal entries.
pub const JOURNAL: &str = "journal#";
/// Prefix of precheck findings.
pub const FINDINGS: &str = "finding#";
/// Prefix of table records.
pub const TABLES: &str = "table#";
/// Prefix of table plans.
pub const PLANS: &str = "plan#";
/// Prefix of table progress records.
pub const PROGRESSES: &str = "progress#";
/// Prefix of rejects.
pub const REJECTS: &str = "reject#";
/// Prefix of the copies of tables that are copied again.
pub const RECOPIES: &str = "recopy#";
/// Prefix of the definitions passed.
pub const PASSED: &str = "passed#";
/// Prefix of the copies that schema change tools make of followed tables.
pub const GHOSTS: &str = "ghost#";
/// Prefix of what copied rows may show.
pub const SHOWN: &str = "shown#";
/// Prefix of every lease.
pub const LEASES: &str = "lease#";
/// Prefix of lane records.
pub const LANES: &str = "lane#";
/// Prefix of chunk leases.
pub const CHUNK_LEASES: &str = "lease#copy#";

/// The partition of a run.
#[must_use]
pub fn run_partition(run: RunId) -> String {
    format!("run#{run}")
}

fn of_run(run: RunId, sort: String) -> RecordKey {
    RecordKey { partition: run_partition(run), sort }
}

/// The head of a task.
#[must_use]
pub fn head(task: &str) -> RecordKey {
    RecordKey { partition: TASKS.to_owned(), sort: task.to_owned() }
}

/// A part of a run's document.
#[must_use]
pub fn document_part(run: RunId, number: u32) -> RecordKey {
    of_run(run, format!("{DOCUMENT_PARTS}{number:04}"))
}

/// The certificate authorities of an end.
#[must_use]
pub fn authority(run: RunId, end: End) -> RecordKey {
    let name = match end {
        End::Source => "source",
        End::Target => "target",
    };
    of_run(run, format!("authority#{name}"))
}

/// The refusal of the last document that came under a name, or as an object of this key.
#[must_use]
pub fn refusal(place: &str) -> RecordKey {
    RecordKey { partition: SUBMISSIONS.to_owned(), sort: place.to_owned() }
}

/// A share of what a run has used in a function's invocations.
#[must_use]
pub fn usage(run: RunId, function: &str, shard: u32) -> RecordKey {
    of_run(run, format!("{USAGES}{function}#{shard:02}"))
}

/// A run's own record.
#[must_use]
pub fn run(run: RunId) -> RecordKey {
    of_run(run, "run".to_owned())
}

/// A share of what copied rows may show.
#[must_use]
pub fn shown(run: RunId, share: u32) -> RecordKey {
    of_run(run, format!("{SHOWN}{share:02}"))
}

/// A journal entry.
#[must_use]
pub fn journal(run: RunId, number: u32) -> RecordKey {
    of_run(run, format!("{JOURNAL}{number:06}"))
}

/// A precheck finding.
#[must_use]
pub fn finding(run: RunId, number: u32) -> RecordKey {
    of_run(run, format!("{FINDINGS}{number:06}"))
}

/// The run's snapshot stamp.
#[must_use]
pub fn stamp(run: RunId) -> RecordKey {
    of_run(run, "stamp".to_owned())
}

/// What fails just now.
#[must_use]
pub fn troubles(run: RunId) -> RecordKey {
    of_run(run, "troubles".to_owned())
}

/// A table record.
#[must_use]
pub fn table(run: RunId, table: TableNumber) -> RecordKey {
    of_run(run, format!("{TABLES}{:06}", table.0))
}

/// A table's plan.
#[must_use]
pub fn plan(run: RunId, table: TableNumber) -> RecordKey {
    of_run(run, format!("{PLANS}{:06}", table.0))
}

/// A table's progress.
#[must_use]
pub fn progress(run: RunId, table: TableNumber) -> RecordKey {
    of_run(run, format!("{PROGRESSES}{:06}", table.0))
}

/// How far a table has come that is copied again.
#[must_use]
pub fn recopy(run: RunId, table: TableNumber) -> RecordKey {
    of_run(run, format!("{RECOPIES}{:06}", table.0))
}

/// A definition that was passed, by the schema version behind it.
#[must_use]
pub fn passed(run: RunId, schema: SchemaVersion) -> RecordKey {
    of_run(run, format!("{PASSED}{:06}", schema.0))
}

/// A copy that a schema change tool makes of a followed table.
#[must_use]
pub fn ghost(run: RunId, table: &TableId) -> RecordKey {
    of_run(run, format!("{GHOSTS}{table}"))
}

/// A chunk.
#[must_use]
pub fn chunk(run: RunId, chunk: ChunkId) -> RecordKey {
    of_run(run, format!("{}{:08}", chunks_of(chunk.table), chunk.number.0))
}

/// Prefix of a table's chunks.
#[must_use]
pub fn chunks_of(table: TableNumber) -> String {
    format!("chunk#{:06}#", table.0)
}

/// A chunk's lease.
#[must_use]
pub fn chunk_lease(run: RunId, chunk: ChunkId) -> RecordKey {
    of_run(run, format!("{}{:08}", chunk_leases_of(chunk.table), chunk.number.0))
}

/// Prefix of the leases of a table's chunks.
#[must_use]
pub fn chunk_leases_of(table: TableNumber) -> String {
    format!("{CHUNK_LEASES}{:06}#", table.0)
}

/// The chunk a lease record is about; none where the key is not a chunk lease's.
#[must_use]
pub fn chunk_of_lease(key: &RecordKey) -> Option<ChunkId> {
    let (table, number) = key.sort.strip_prefix(CHUNK_LEASES)?.split_once('#')?;
    Some(ChunkId { table: TableNumber(table.parse().ok()?), number: ChunkNumber(number.parse().ok()?) })
}

/// The table a record is about; none where the key names none.
#[must_use]
pub fn table_of(key: &RecordKey) -> Option<TableNumber> {
    Some(TableNumber(key.sort.split('#').nth(1)?.parse().ok()?))
}

/// The planner's lease.
#[must_use]
pub fn planner_lease(run: RunId) -> RecordKey {
    of_run(run, format!("{LEASES}plan"))
}

/// The lease of a repair, which whoever takes a table of the run waits for as for any other.
#[must_use]
pub fn repair_lease(run: RunId) -> RecordKey {
    of_run(run, format!("{LEASES}repair"))
}

/// What the binlog-reader has shipped.
#[must_use]
pub fn reader(run: RunId) -> RecordKey {
    of_run(run, "reader".to_owned())
}

/// Where following the log starts, and how that was found: `run#ID` / `start`, put if absent.
#[must_use]
pub fn start(run: RunId) -> RecordKey {
    of_run(run, "start".to_owned())
}

/// The reader's lease.
#[must_use]
pub fn reader_lease(run: RunId) -> RecordKey {
    of_run(run, format!("{LEASES}read"))
}

/// A lane's progress.
#[must_use]
pub fn lane(run: RunId, lane: Lane) -> RecordKey {
    of_run(run, format!("{LANES}{:05}", lane.0))
}

/// A lane's lease.
#[must_use]
pub fn lane_lease(run: RunId, lane: Lane) -> RecordKey {
    of_run(run, format!("{LEASES}lane#{:05}", lane.0))
}

/// The keys a lane wrote last.
#[must_use]
pub fn recent(run: RunId, lane: Lane) -> RecordKey {
    of_run(run, format!("recent#{:05}", lane.0))
}

/// The lease of whoever executes a definition on the target.
#[must_use]
pub fn definition_lease(run: RunId) -> RecordKey {
    of_run(run, format!("{LEASES}define"))
}

/// That the target's clock has passed the run's stamp: `run#ID` / `gate`.
#[must_use]
pub fn gate(run: RunId) -> RecordKey {
    of_run(run, "gate".to_owned())
}

/// A reject.
#[must_use]
pub fn reject(run: RunId, table: TableNumber, key: Digest) -> RecordKey {
    of_run(run, format!("{}{key}", rejects_of(table)))
}

/// Prefix of a table's rejects.
#[must_use]
pub fn rejects_of(table: TableNumber) -> String {
    format!("{REJECTS}{:06}#", table.0)
}

/// The owner of a target table; `target` names the instance, for example `host:port`.
#[must_use]
pub fn owner(target: &str, table: &TableId) -> RecordKey {
    RecordKey { partition: format!("owner#{target}"), sort: table.to_string() }
}

#[cfg(test)]
mod tests {
    use super::{
        ChunkId, ChunkNumber, TableNumber, chunk, chunk_lease, chunk_of_lease, plan, reject, stamp, table_of,
    };
    use crate::run::RunId;
    use crate::value::Digest;

    #[test]
    fn chunks_stand_in_the_order_of_their_numbers() {
        let run = RunId(uuid::Uuid::nil());
        let at = |table, number| ChunkId { table: TableNumber(table), number: ChunkNumber(number) };
        let mut keys: Vec<_> =
            [(0, 10), (0, 9), (10, 0), (9, 99_999)].map(|(t, n)| chunk(run, at(t, n))).into();
        keys.sort();
        assert_eq!(keys, [(0, 9), (0, 10), (9, 99_999), (10, 0)].map(|(t, n)| chunk(run, at(t, n))));
        assert_eq!(chunk_of_lease(&chunk_lease(run, at(3, 4))), Some(at(3, 4)));
        assert_eq!(chunk_of_lease(&chunk(run, at(3, 4))), None);
    }

    #[test]
    fn records_of_a_table_name_it() {
        let (run, table) = (RunId(uuid::Uuid::nil()), TableNumber(12));
        assert_eq!(table_of(&plan(run, table)), Some(table));
        assert_eq!(table_of(&reject(run, table, Digest(7))), Some(table));
        assert_eq!(table_of(&stamp(run)), None);
    }
}
