//! The probe's table: made, written, read with stamps, dropped.
//!
//! It has an integer key and two integer columns, so it is read and deleted from by plain texts, which depend on nothing
//! that is measured. How a row is written is what the questions are about, so that is chosen by whoever asks.

use std::fmt::Write as _;
use std::time::Duration;

use migration::ident::{ColumnName, DatabaseName, TableId, TableName};
use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::port::TargetCatalog;
use migration::run::RunId;
use migration::schema::{TargetColumn, TargetTable, TargetType};
use migration::statement_form::{Escaping, StampForm, TimeoutHint, ValueForm};
use mysql_async::Row;

use crate::classify::Class;
use crate::decode::integer;
use crate::failure::Failure;
use crate::moment::random;
use crate::probe::line::{Line, is_answer};
use crate::statement::{create_table, drop_table, table_name};
use crate::target::Target;

/// How long a front-end node may take to learn of a new table (`lindorm.md` 4.3: unknown).
pub(super) const SETTLING_TRIES: u32 = 20;
pub(super) const SETTLING_PAUSE: Duration = Duration::from_millis(250);
const DROP_TRIES: u32 = 3;
/// Between two writes of one key whose stamps cannot be chosen, so that their order does not rest on which node stamps.
pub(super) const APART: Duration = Duration::from_millis(500);
/// Between two stamps; far beyond what clocks differ by.
pub(super) const MINUTE_MS: i64 = 60_000;
/// Any of them: integers are never quoted.
pub(super) const TEXT: ValueForm = ValueForm::Literal { escaping: Escaping::QuotesDoubled };

/// A cell with its stamp, as far as they can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) value: Option<i64>,
    pub(super) stamp: Option<i64>,
}

/// A row to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) key: i64,
    pub(super) a: Option<i64>,
    pub(super) b: Option<i64>,
}

/// The probe's table of one run, and how rows are written to it.
pub(super) struct Scratch<'t> {
    pub(super) target: &'t Target,
    pub(super) table: TableId,
    pub(super) values: ValueForm,
    pub(super) stamps: StampForm,
}

pub(super) fn name(name: &str) -> ColumnName {
    ColumnName::new(name).expect("invariant: the probe's names are names")
}

pub(super) fn table_id(database: &DatabaseName, table: String) -> TableId {
    let table = TableName::new(table).expect("invariant: the probe's names are names");
    TableId { database: database.clone(), table }
}

/// A key no try has used, with room for a few hundred behind it.
pub(super) fn fresh_key() -> i64 {
    i64::try_from(random() >> 2).expect("invariant: 62 bits fit")
}

impl<'t> Scratch<'t> {
    pub(super) fn of(target: &'t Target, run: RunId, database: &DatabaseName) -> Self {
        let table = table_id(database, format!("ferry_probe_{run}"));
        Self { target, table, values: TEXT, stamps: StampForm::Hint }
    }

    /// The same table, written in another form.
    pub(super) fn with(&self, values: ValueForm, stamps: StampForm) -> Self {
        Self { target: self.target, table: self.table.clone(), values, stamps }
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
                Err(failure) if failure.class.is_transient() && !is_answer(&failure) => return Err(failure),
                // What is refused now is refused again where it is measured, and told there.
                Ok(()) | Err(_) => return Ok(()),
            }
            tokio::time::sleep(SETTLING_PAUSE).await;
        }
    }

    /// Writes rows with the same value in both columns, a statement each: how many rows one takes is a question too.
    pub(super) async fn put(
        &self,
        keys: &[i64],
        value: Option<i64>,
        stamp: Option<i64>,
    ) -> Result<(), Failure> {
        let rows: Vec<_> = keys.iter().map(|key| Written { key: *key, a: value, b: value }).collect();
        self.put_rows(&rows, stamp).await
    }

    /// Writes rows, a statement each, all with this stamp or with the target's own.
    pub(super) async fn put_rows(&self, rows: &[Written], stamp: Option<i64>) -> Result<(), Failure> {
        for row in rows {
            self.target.tell(&self.upsert(&[*row], stamp), self.values).await?;
        }
        Ok(())
    }

    /// The statement that writes these rows.
    pub(super) fn upsert(&self, rows: &[Written], stamp: Option<i64>) -> Line {
        let (mut hint, mut column, mut row_end) = (String::new(), "", String::new());
        match (stamp, self.stamps) {
            (Some(stamp), StampForm::Hint) => hint = format!("_l_ts_({stamp}), "),
            (Some(stamp), StampForm::Column) => (column, row_end) = (", _l_ts_", format!(",{stamp}")),
            (None, StampForm::Hint | StampForm::Column) => {}
        }
        let mut sql = format!("UPSERT /*+ {hint}{} */ INTO {} ", timeout_hint(), table_name(&self.table));
        let _ = write!(sql, "(`probe_key`, `a`, `b`{column}) VALUES ");
        let row = format!("(?,?,?{row_end})");
        sql.push_str(&vec![row.as_str(); rows.len()].join(","));
        let values = rows.iter().flat_map(|row| [Some(row.key), row.a, row.b]).collect();
        Line { sql, values, timeout: STATEMENT_TIMEOUT }
    }

    /// Writes rows that lie before whatever is written from then on, by their stamp where rows can be stamped.
    pub(super) async fn put_before(&self, keys: &[i64], time: Option<i64>) -> Result<(), Failure> {
        match time {
            Some(time) => self.put(keys, Some(1), Some(time - MINUTE_MS)).await,
            None => {
                self.put(keys, Some(1), None).await?;
                tokio::time::sleep(APART).await;
                Ok(())
            }
        }
    }

    /// The statement that deletes one row.
    pub(super) fn delete_line(&self, key: i64, hint: TimeoutHint) -> Line {
        self.delete_where(&format!("`probe_key` = {key}"), hint)
    }

    /// The statement that deletes what fulfils a condition.
    pub(super) fn delete_where(&self, condition: &str, hint: TimeoutHint) -> Line {
        let (hint, timeout) = match hint {
            TimeoutHint::Given => (format!(" /*+ {} */", timeout_hint()), STATEMENT_TIMEOUT),
            TimeoutHint::Left => (String::new(), DDL_TIMEOUT),
        };
        let sql = format!("DELETE{hint} FROM {} WHERE {condition}", table_name(&self.table));
        Line { sql, values: Vec::new(), timeout }
    }

    /// The same with a hint for a time that is none: the documentation asks for more than 0.
    pub(super) fn delete_line_without_time(&self, key: i64) -> Line {
        let table = table_name(&self.table);
        let sql = format!("DELETE /*+ _l_operation_timeout_(0) */ FROM {table} WHERE `probe_key` = {key}");
        Line { sql, values: Vec::new(), timeout: DDL_TIMEOUT }
    }

    /// Deletes one row, without the hint where the target does not take it.
    pub(super) async fn delete(&self, key: i64) -> Result<(), Failure> {
        match self.target.tell(&self.delete_line(key, TimeoutHint::Given), TEXT).await {
            Err(failure) if !failure.class.is_transient() => {
                self.target.tell(&self.delete_line(key, TimeoutHint::Left), TEXT).await
            }
            deleted => deleted,
        }
    }

    /// The text that reads the newest cell of column `a` and its stamp.
    pub(super) fn cell_select(&self, key: i64) -> String {
        let (table, timeout) = (table_name(&self.table), timeout_hint());
        format!(
            "SELECT /*+ {timeout}, _l_versions_(1) */ `a`, `a_l_ts` FROM {table} WHERE `probe_key` = {key}"
        )
    }

    /// The newest cell of column `a`; none where there is no row. Several rows where one is asked for are no answer.
    pub(super) async fn cell(&self, key: i64) -> Result<Option<Cell>, Failure> {
        Ok(read_cell(&self.target.ask(&self.cell_select(key)).await?))
    }

    /// Columns `a` and `b` as an ordinary read finds them; none where there is no row.
    pub(super) async fn row(&self, key: i64) -> Result<Option<(Option<i64>, Option<i64>)>, Failure> {
        let (table, timeout) = (table_name(&self.table), timeout_hint());
        let sql = format!("SELECT /*+ {timeout} */ `a`, `b` FROM {table} WHERE `probe_key` = {key}");
        let rows = self.target.ask(&sql).await?;
        Ok(rows.first().map(|row| (number(row, 0), number(row, 1))))
    }

    /// Whether an ordinary read finds the row.
    pub(super) async fn exists(&self, key: i64) -> Result<bool, Failure> {
        Ok(self.row(key).await?.is_some())
    }

    /// How many rows an ordinary read finds from this key on, up to `most`.
    pub(super) async fn count_from(&self, key: i64, most: u32) -> Result<usize, Failure> {
        let (table, timeout) = (table_name(&self.table), timeout_hint());
        let end = key.saturating_add(i64::from(most));
        let sql = format!(
            "SELECT /*+ {timeout}, _l_allow_filtering_ */ `probe_key` FROM {table} \
             WHERE `probe_key` >= {key} AND `probe_key` < {end} LIMIT {most}"
        );
        Ok(self.target.ask(&sql).await?.len())
    }
}

/// The cell that [`Scratch::cell_select`] reads.
pub(super) fn read_cell(rows: &[Row]) -> Option<Cell> {
    match rows {
        [] => None,
        [row] => Some(Cell { value: number(row, 0), stamp: number(row, 1) }),
        _ => Some(Cell { value: None, stamp: None }),
    }
}

fn number(row: &Row, at: usize) -> Option<i64> {
    row.as_ref(at).and_then(integer)
}

fn timeout_hint() -> String {
    format!("_l_operation_timeout_({})", STATEMENT_TIMEOUT.as_millis())
}

/// Creates a table; one that is there is taken for an earlier try's.
pub(super) async fn make(target: &Target, table: &TargetTable) -> Result<(), Failure> {
    match target.define(&create_table(table)).await {
        Err(Failure { class: Class::Exists, .. }) => Ok(()),
        Err(failure) if failure.class.is_open() => match target.describe(&table.id).await {
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
            Err(failure) if failure.class.is_open() => {
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
