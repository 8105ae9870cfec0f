//! The probe's table: made, written, read with stamps, dropped.

use std::time::Duration;

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::port::TargetCatalog;
use migration::run::RunId;
use migration::schema::{TargetColumn, TargetTable, TargetType};
use migration::time::UnixMs;
use migration::value::TargetValue;
use mysql_async::Value;

use crate::bind::bind_rows;
use crate::classify::Class;
use crate::decode::integer;
use crate::failure::Failure;
use crate::moment::{now, random};
use crate::send::Window;
use crate::statement::{TimeoutHint, create_table, delete, drop_table, point_select, stamp_select, upsert};
use crate::target::Target;

/// How long a front-end node may take to learn of a new table (`lindorm.md` 4.3: unknown).
const SETTLING_TRIES: u32 = 20;
const SETTLING_PAUSE: Duration = Duration::from_millis(250);
const DROP_TRIES: u32 = 3;

/// A cell with its stamp, as far as they can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) value: Option<i64>,
    pub(super) stamp: Option<i64>,
}

/// The probe's table of one run.
pub(super) struct Scratch<'t> {
    target: &'t Target,
    pub(super) table: TableId,
}

pub(super) fn name(name: &str) -> ColumnName {
    ColumnName::new(name).expect("invariant: the probe's names are names")
}

pub(super) fn table_id(database: &DatabaseName, table: String) -> TableId {
    let table = TableName::new(table).expect("invariant: the probe's names are names");
    TableId { database: database.clone(), table }
}

/// A key no try has used.
pub(super) fn fresh_key() -> i64 {
    i64::try_from(random() >> 1).expect("invariant: 63 bits fit")
}

impl<'t> Scratch<'t> {
    pub(super) fn of(target: &'t Target, run: RunId, database: &DatabaseName) -> Self {
        Self { target, table: table_id(database, format!("ferry_probe_{run}")) }
    }

    /// Makes the table where it is missing.
    pub(super) async fn create(&self) -> Result<(), Failure> {
        let column = |at: &str, key_position| TargetColumn {
            name: name(at),
            column_type: TargetType::BigInt,
            key_position,
        };
        let columns = vec![column("probe_key", Some(0)), column("a", None), column("b", None)];
        let (id, attributes) = (self.table.clone(), std::collections::BTreeMap::new());
        make(self.target, &TargetTable { id, columns, indexes: Vec::new(), attributes }).await
    }

    /// Waits until a write to the new table succeeds; a node may learn of it late.
    pub(super) async fn settle(&self) -> Result<(), Failure> {
        let mut tries = 1;
        loop {
            match self.put(&[fresh_key()], Some(1), None).await {
                Err(Failure { class: Class::Missing, .. }) if tries < SETTLING_TRIES => tries += 1,
                Err(failure) if failure.class.is_transient() => return Err(failure),
                // What is refused now is refused again where it is measured, and told there.
                Ok(()) | Err(_) => return Ok(()),
            }
            tokio::time::sleep(SETTLING_PAUSE).await;
        }
    }

    /// One statement that writes these rows with the same value in both columns, as the sink writes.
    pub(super) async fn put(
        &self,
        keys: &[i64],
        value: Option<i64>,
        stamp: Option<i64>,
    ) -> Result<(), Failure> {
        let columns = [name("probe_key"), name("a"), name("b")];
        let stamp = stamp.and_then(|stamp| u64::try_from(stamp).ok()).map(UnixMs);
        let sql = upsert(&self.table, &columns, false, stamp, keys.len());
        let cell = value.map_or(TargetValue::Null, TargetValue::Int);
        let rows: Vec<_> =
            keys.iter().map(|key| vec![TargetValue::Int(*key), cell.clone(), cell.clone()]).collect();
        let window = Window {
            settled_by: now().plus(STATEMENT_TIMEOUT * 6),
            stamped: stamp.is_some(),
            timeout: STATEMENT_TIMEOUT,
        };
        self.target.send(&sql, || bind_rows(&rows, columns.len()), window).await
    }

    /// Deletes one row, without the hint where the target does not take it.
    pub(super) async fn delete(&self, key: i64) -> Result<(), Failure> {
        let key_column = [name("probe_key")];
        let sent = async |hint, timeout: Duration| {
            let sql = delete(&self.table, &key_column, hint);
            let window = Window { settled_by: now().plus(timeout * 6), stamped: false, timeout };
            self.target.send(&sql, || vec![Value::Int(key)], window).await
        };
        match sent(TimeoutHint::Given, STATEMENT_TIMEOUT).await {
            Err(failure) if failure.class == Class::Unsupported => sent(TimeoutHint::Left, DDL_TIMEOUT).await,
            sent => sent,
        }
    }

    /// The newest cell of column `a`; none where there is no row. Several rows where one is asked for are no answer.
    pub(super) async fn cell(&self, key: i64) -> Result<Option<Cell>, Failure> {
        let sql = stamp_select(&self.table, &name("a"), &[name("probe_key")]);
        let rows = self.target.read(&sql, &[Value::Int(key)]).await?;
        if rows.len() > 1 {
            return Ok(Some(Cell { value: None, stamp: None }));
        }
        let number = |row: &mysql_async::Row, at| row.as_ref(at).and_then(integer);
        Ok(rows.first().map(|row| Cell { value: number(row, 0), stamp: number(row, 1) }))
    }

    /// Whether an ordinary read finds the row.
    pub(super) async fn exists(&self, key: i64) -> Result<bool, Failure> {
        let columns = [name("probe_key"), name("a"), name("b")];
        let sql = point_select(&self.table, &columns, &columns[..1]);
        Ok(!self.target.read(&sql, &[Value::Int(key)]).await?.is_empty())
    }
}

/// Creates a table; one that is there is taken for an earlier try's.
pub(super) async fn make(target: &Target, table: &TargetTable) -> Result<(), Failure> {
    match target.define(&create_table(table)).await {
        Err(Failure { class: Class::Exists, .. }) => Ok(()),
        Err(failure) if failure.class == Class::Uncertain => match target.describe(&table.id).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) | Err(_) => Err(failure),
        },
        made => made,
    }
}

/// Drops a table until it is gone; a name the target does not take cannot be there.
pub(super) async fn drop_for_good(target: &Target, table: &TableId) -> Result<(), Failure> {
    let mut tries = 1;
    loop {
        match target.define(&drop_table(table)).await {
            Ok(()) | Err(Failure { class: Class::Missing | Class::Unsupported, .. }) => return Ok(()),
            Err(failure) if !failure.class.is_transient() || tries >= DROP_TRIES => return Err(failure),
            Err(failure) if failure.class == Class::Uncertain => {
                if matches!(target.describe(table).await, Ok(None)) {
                    return Ok(());
                }
            }
            Err(_) => {}
        }
        tries += 1;
        tokio::time::sleep(SETTLING_PAUSE).await;
    }
}
