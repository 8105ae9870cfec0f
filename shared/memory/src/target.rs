//! A Lindorm target in memory: cells with stamps, the greatest wins, delete markers hide what is not newer.
//!
//! What the documentation leaves open is a [`Nature`], so nothing may rest on it; unless a test says otherwise, of
//! two cells with one stamp the one that arrived later wins, a NULL hides, and there is one clock. A row exists while it has a visible cell that is not NULL, or any visible cell where the
//! capabilities say that rows of NULLs exist.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::capabilities::Capabilities;
use migration::ident::{DatabaseName, TableId};
use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::port::{
    Clock, DeleteBatch, Deleter, PortError, RejectedRow, Sink, Surface, TargetCatalog, TargetClock,
    TargetFacts, TargetProbe, TlsFacts, WriteBatch, WriteOutcome,
};
use migration::retry::{Effect, Retry};
use migration::run::RunId;
use migration::schema::TargetTable;
use migration::statement_form::TimeoutHint;
use migration::time::UnixMs;
use migration::value::{Refusal, TargetRow, TargetValue};

use crate::cells::{Landing, Statement, StoredTable};
use crate::clock::ManualClock;
use crate::definition::Definition;
use crate::faults::{Call, Faults, Step, after, before};
use crate::nature::Nature;
use crate::random::Random;

/// A handle to a target server; clones share it.
#[derive(Clone)]
pub struct MemoryTarget {
    pub(crate) clock: ManualClock,
    faults: Faults,
    server: Arc<Mutex<Server>>,
}

type Refuse = Box<dyn Fn(&TableId, &TargetRow) -> Option<Refusal> + Send>;

struct Server {
    facts: TargetFacts,
    capabilities: Capabilities,
    clock_ahead: Duration,
    databases: BTreeSet<DatabaseName>,
    tables: BTreeMap<TableId, StoredTable>,
    probes: BTreeSet<(RunId, DatabaseName)>,
    refuse: Refuse,
    late: Vec<Landing>,
    late_definitions: Vec<(UnixMs, Definition)>,
    nature: Nature,
    random: Random,
    tells: bool,
}

impl MemoryTarget {
    /// A target without databases, on which everything the probe asks is so.
    #[must_use]
    pub fn new(clock: ManualClock, faults: Faults) -> Self {
        let server = Server {
            facts: TargetFacts {
                version: "2.8.6".to_owned(),
                tls: TlsFacts { encrypted: false, detail: String::new() },
                time_zone: "SYSTEM".to_owned(),
            },
            capabilities: Capabilities::all_shown(),
            clock_ahead: Duration::ZERO,
            databases: BTreeSet::new(),
            tables: BTreeMap::new(),
            probes: BTreeSet::new(),
            refuse: Box::new(|_, _| None),
            late: Vec::new(),
            late_definitions: Vec::new(),
            nature: Nature::default(),
            random: Random::seeded(0),
            tells: false,
        };
        Self { clock, faults, server: Arc::new(Mutex::new(server)) }
    }

    /// Changes what the server says about itself.
    pub fn set_facts(&self, change: impl FnOnce(&mut TargetFacts)) {
        change(&mut self.server().facts);
    }

    /// Changes what the probe measures; rows of NULLs behave accordingly.
    pub fn set_capabilities(&self, change: impl FnOnce(&mut Capabilities)) {
        change(&mut self.server().capabilities);
    }

    /// Sets how far the target's clock is ahead of the test's.
    pub fn set_clock_ahead(&self, ahead: Duration) {
        self.server().clock_ahead = ahead;
    }

    /// Answers the open questions; `seed` draws which node stamps what.
    pub fn set_nature(&self, nature: Nature, seed: u64) {
        let mut server = self.server();
        (server.nature, server.random) = (nature, Random::seeded(seed));
    }

    /// Prints every statement as it takes effect, for whoever looks into a schedule.
    pub fn tell(&self, tells: bool) {
        self.server().tells = tells;
    }

    /// Compacts every table: what is hidden goes, and so do the delete markers older than `age`.
    pub fn compact(&self, age: Duration) {
        let until =
            UnixMs(self.clock.now().0.saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX)));
        for table in self.server().tables.values_mut() {
            table.compact(until);
        }
    }

    /// Decides row by row what the target refuses by itself; a new rule replaces the old one.
    pub fn refuse_rows(&self, rule: impl Fn(&TableId, &TargetRow) -> Option<Refusal> + Send + 'static) {
        self.server().refuse = Box::new(rule);
    }

    /// Adds a table and its database, as if somebody else had made them.
    pub fn add_table(&self, table: TargetTable) {
        let mut server = self.server();
        server.databases.insert(table.id.database.clone());
        server.tables.insert(table.id.clone(), StoredTable::new(table));
    }

    /// Deletes a row as the server does on DELETE: cells stamped at or before its clock are hidden.
    ///
    /// # Panics
    /// Where there is no such table: the test is wrong.
    pub fn delete_row(&self, table: &TableId, key: &[TargetValue]) {
        let mut server = self.server();
        let stamp = server.stamp(self.clock.now());
        server.tables.get_mut(table).expect("invariant: the test made this table").delete(key, stamp);
    }

    /// The visible rows by column name, NULLs left out, in no meaningful order; counts as no call.
    #[must_use]
    pub fn rows(&self, table: &TableId) -> Vec<BTreeMap<String, TargetValue>> {
        let server = self.server();
        let null_rows = server.capabilities.null_rows.is_shown();
        server.tables.get(table).map(|table| table.rows(null_rows)).unwrap_or_default()
    }

    /// The greatest stamp of any cell of the table; counts as no call.
    #[must_use]
    pub fn stamp_max(&self, table: &TableId) -> Option<UnixMs> {
        self.server().tables.get(table).and_then(StoredTable::stamp_max)
    }

    /// The probe tables that exist; counts as no call.
    #[must_use]
    pub fn probes(&self) -> Vec<(RunId, DatabaseName)> {
        self.server().probes.iter().cloned().collect()
    }

    pub(crate) fn script(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn carry_out(&self, definition: &Definition) -> Result<(), PortError> {
        definition.apply(&mut self.server().tables)
    }

    pub(crate) fn carry_out_late(&self, definition: Definition, span: Duration) {
        let at = self.clock.now().plus(span);
        self.server().late_definitions.push((at, definition));
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.land(self.clock.now());
        server
    }

    /// Takes the first `count` of the rows; `late` defers them.
    fn take(
        &self,
        batch: &WriteBatch<'_>,
        count: usize,
        late: Option<Duration>,
    ) -> Result<WriteOutcome, PortError> {
        let mut server = self.server();
        let id = &batch.table.target.id;
        let columns = server.table(id)?.place(batch.table)?;
        let mut outcome = WriteOutcome::default();
        let mut rows = Vec::new();
        for (index, row) in batch.rows.iter().take(count).enumerate() {
            match (server.refuse)(id, row) {
                Some(refusal) => outcome.rejected.push(RejectedRow { index, refusal }),
                None => rows.push(row.clone()),
            }
        }
        let what = Statement::Upsert { columns, stamp: batch.stamp, rows };
        server.send(id, what, self.clock.now(), late);
        Ok(outcome)
    }

    /// Deletes the first `count` of the keys; `late` defers it.
    fn delete_keys(
        &self,
        batch: &DeleteBatch<'_>,
        count: usize,
        late: Option<Duration>,
    ) -> Result<(), PortError> {
        let mut server = self.server();
        let id = &batch.table.target.id;
        server.table(id)?;
        let keys = batch.keys.iter().take(count).cloned().collect();
        server.send(id, Statement::Delete { keys }, self.clock.now(), late);
        Ok(())
    }
}

impl Server {
    fn table(&self, id: &TableId) -> Result<&StoredTable, PortError> {
        let missing = || PortError::permanent(Surface::Target, format!("no table {id}"));
        self.tables.get(id).ok_or_else(missing)
    }

    /// The clock of any node.
    fn stamp(&mut self, now: UnixMs) -> UnixMs {
        let node = self.random.place(self.nature.nodes.len().max(1));
        let ahead = self.nature.nodes.get(node).copied().unwrap_or(0);
        UnixMs(now.plus(self.clock_ahead).0.saturating_add_signed(ahead))
    }

    fn send(&mut self, table: &TableId, what: Statement, now: UnixMs, late: Option<Duration>) {
        let at = late.map_or(now, |span| now.plus(span));
        self.late.push(Landing { at, table: table.clone(), what });
        self.land(now);
    }

    /// Carries out what has arrived, in the order of arrival.
    fn land(&mut self, now: UnixMs) {
        let Self { late_definitions, tables, .. } = self;
        late_definitions.retain(|(at, definition)| {
            if *at <= now {
                // Nobody hears of it any more, whatever became of it.
                drop(definition.apply(tables));
            }
            now < *at
        });
        while let Some(at) = self.arrived(now) {
            let landing = self.late.remove(at);
            let nature = self.nature.clone();
            if self.tells {
                println!("target at {}: {:?} on {}", landing.at.0, landing.what, landing.table);
            }
            let Some(mut table) = self.tables.remove(&landing.table) else { continue };
            landing.what.apply(&mut table, &nature, || self.stamp(landing.at));
            self.tables.insert(landing.table, table);
        }
    }

    /// Which statement lands next.
    fn arrived(&self, now: UnixMs) -> Option<usize> {
        let landed = self.late.iter().enumerate().filter(|(_, landing)| landing.at <= now);
        landed.min_by_key(|(_, landing)| landing.at).map(|(at, _)| at)
    }
}

/// Whether a statement that may take `timeout` is settled by then.
pub(crate) fn admit_time(now: UnixMs, timeout: Duration, settled_by: UnixMs) -> Result<(), PortError> {
    if now.plus(timeout) > settled_by {
        let mut error = PortError::permanent(Surface::Target, "the time to send in is over");
        (error.retry, error.effect) = (Retry::Now, Effect::None);
        return Err(error);
    }
    Ok(())
}

impl TargetCatalog for MemoryTarget {
    async fn facts(&self) -> Result<TargetFacts, PortError> {
        self.faults.call(Call::TargetFacts, || Ok(self.server().facts.clone()))
    }

    async fn databases(&self) -> Result<Vec<DatabaseName>, PortError> {
        self.faults.call(Call::Databases, || Ok(self.server().databases.iter().cloned().collect()))
    }

    async fn describe(&self, table: &TableId) -> Result<Option<TargetTable>, PortError> {
        self.faults.call(Call::DescribeTarget, || {
            Ok(self.server().tables.get(table).map(|table| table.definition().clone()))
        })
    }

    async fn is_empty(&self, table: &TableId) -> Result<bool, PortError> {
        self.faults.call(Call::IsEmpty, || {
            let server = self.server();
            let null_rows = server.capabilities.null_rows.is_shown();
            let Some(table) = server.tables.get(table) else {
                return Err(PortError::permanent(Surface::Target, format!("no table {table}")));
            };
            Ok(table.rows(null_rows).is_empty())
        })
    }

    async fn create_database(&self, database: &DatabaseName) -> Result<(), PortError> {
        self.faults.call(Call::CreateDatabase, || {
            self.server().databases.insert(database.clone());
            Ok(())
        })
    }

    async fn create_table(&self, table: &TargetTable) -> Result<(), PortError> {
        self.faults.call(Call::CreateTable, || {
            let mut server = self.server();
            if !server.databases.contains(&table.id.database) {
                let summary = format!("no database {}", table.id.database);
                return Err(PortError::permanent(Surface::Target, summary));
            }
            server.tables.entry(table.id.clone()).or_insert_with(|| StoredTable::new(table.clone()));
            Ok(())
        })
    }

    fn create_table_sql(&self, table: &TargetTable) -> String {
        let columns = table.columns.iter().map(|column| format!("`{}` {}", column.name, column.column_type));
        let key =
            table.key().into_iter().map(|column| format!("`{}`", column.name)).collect::<Vec<_>>().join(", ");
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("CREATE TABLE `{}`.`{}` ({columns}, PRIMARY KEY ({key}))", table.id.database, table.id.table)
    }
}

impl TargetProbe for MemoryTarget {
    async fn probe(&self, run: RunId, database: &DatabaseName) -> Result<Capabilities, PortError> {
        self.faults.call(Call::Probe, || {
            let mut server = self.server();
            server.probes.insert((run, database.clone()));
            Ok(server.capabilities.clone())
        })
    }

    async fn drop_probe(&self, run: RunId, database: &DatabaseName) -> Result<(), PortError> {
        self.faults.call(Call::DropProbe, || {
            self.server().probes.remove(&(run, database.clone()));
            Ok(())
        })
    }
}

impl TargetClock for MemoryTarget {
    async fn target_now(&self, run: RunId, database: &DatabaseName) -> Result<UnixMs, PortError> {
        self.faults.call(Call::TargetNow, || {
            let mut server = self.server();
            if !server.probes.contains(&(run, database.clone())) {
                return Err(PortError::permanent(Surface::Target, "the run has no probe table"));
            }
            Ok(server.stamp(self.clock.now()))
        })
    }
}

impl Sink for MemoryTarget {
    async fn write(&self, batch: WriteBatch<'_>, settled_by: UnixMs) -> Result<WriteOutcome, PortError> {
        let step = self.faults.step(Call::Write);
        admit_time(self.clock.now(), STATEMENT_TIMEOUT, settled_by)?;
        let all = batch.rows.len();
        match step {
            Step::Work => self.take(&batch, all, None),
            Step::Before(retry) => Err(before(Call::Write, retry)),
            Step::Conflict => Err(before(Call::Write, Retry::Now)),
            Step::After(retry) => self.take(&batch, all, None).and_then(|_| Err(after(Call::Write, retry))),
            Step::Half => self.take(&batch, all / 2, None).and_then(|_| Err(after(Call::Write, Retry::Now))),
            Step::Late(span) => {
                self.take(&batch, all, Some(span)).and_then(|_| Err(after(Call::Write, Retry::Now)))
            }
        }
    }
}

impl Deleter for MemoryTarget {
    async fn delete(&self, batch: DeleteBatch<'_>, settled_by: UnixMs) -> Result<(), PortError> {
        let step = self.faults.step(Call::DeleteRows);
        let timeout = match batch.form.delete_timeout {
            TimeoutHint::Given => STATEMENT_TIMEOUT,
            TimeoutHint::Left => DDL_TIMEOUT,
        };
        admit_time(self.clock.now(), timeout, settled_by)?;
        let all = batch.keys.len();
        let failed = |retry| after(Call::DeleteRows, retry);
        match step {
            Step::Work => self.delete_keys(&batch, all, None),
            Step::Before(retry) => Err(before(Call::DeleteRows, retry)),
            Step::Conflict => Err(before(Call::DeleteRows, Retry::Now)),
            Step::After(retry) => self.delete_keys(&batch, all, None).and_then(|()| Err(failed(retry))),
            Step::Half => self.delete_keys(&batch, all / 2, None).and_then(|()| Err(failed(Retry::Now))),
            Step::Late(span) => {
                self.delete_keys(&batch, all, Some(span)).and_then(|()| Err(failed(Retry::Now)))
            }
        }
    }
}
