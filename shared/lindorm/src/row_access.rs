//! Single rows by their whole key: read, written and deleted, for verification and its repairs.
//!
//! Repairs carry no stamp: they take the target's own time, like every change after the copy.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::port::{PortError, Sink, WriteBatch, WriteOutcome};
use migration::schema::TableMapping;
use migration::statement_form::StatementForm;
use migration::time::UnixMs;
use migration::value::{TargetRow, TargetValue};

use crate::bind::bind;
use crate::classify::Class;
use crate::failure::unexpected;
use crate::scan::Columns;
use crate::send::Window;
use crate::statement::{TimeoutHint, delete, point_select};
use crate::target::Target;

impl Target {
    /// The rows with these keys, in the order of the keys; none for a key without a row.
    ///
    /// # Errors
    /// What stood against reading; transient errors were tried again before.
    pub async fn read_rows(
        &self,
        mapping: &TableMapping,
        keys: &[Vec<TargetValue>],
    ) -> Result<Vec<Option<TargetRow>>, PortError> {
        let columns = Columns::of(mapping);
        let mut rows = vec![None; keys.len()];
        let (mut open, mut flying) = (keys.iter().enumerate(), FuturesUnordered::new());
        loop {
            while flying.len() < self.pool().connections() {
                let Some((at, key)) = open.next() else { break };
                flying.push(self.read_row(mapping, &columns, at, key));
            }
            let Some(read) = flying.next().await else { return Ok(rows) };
            let (at, row) = read?;
            if let Some(place) = rows.get_mut(at) {
                *place = row;
            }
        }
    }

    async fn read_row(
        &self,
        mapping: &TableMapping,
        columns: &Columns,
        at: usize,
        key: &[TargetValue],
    ) -> Result<(usize, Option<TargetRow>), PortError> {
        let doing = format!("reading {}", mapping.target.id);
        let sql = point_select(&mapping.target.id, &columns.names, columns.key_names());
        let values: Vec<_> = key.iter().map(bind).collect();
        let found = self.read(&sql, &values).await.map_err(|failure| failure.into_port(&doing))?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (None, _) => Ok((at, None)),
            (Some(row), None) => Ok((at, Some(columns.decode(row, &doing)?))),
            (Some(_), Some(_)) => Err(unexpected(&doing, "a whole key finds several rows")),
        }
    }

    /// Writes rows without a stamp, so that they win over everything written before.
    ///
    /// # Errors
    /// As [`Sink::write`].
    pub async fn upsert_rows(
        &self,
        mapping: &TableMapping,
        rows: Vec<TargetRow>,
        settled_by: UnixMs,
    ) -> Result<WriteOutcome, PortError> {
        self.write(
            WriteBatch { table: mapping, stamp: None, form: StatementForm::documented(), rows },
            settled_by,
        )
        .await
    }

    /// Deletes the row with this key; one that is not there is no error. Cells stamped later than the target's clock
    /// survive it (`lindorm.md` 3.6). Where the target refuses the timeout hint on DELETE, the statement may take effect
    /// for as long as the server's own timeout, and `settled_by` must lie that far ahead (protocol H8).
    ///
    /// # Errors
    /// As [`Sink::write`].
    pub async fn delete_row(
        &self,
        mapping: &TableMapping,
        key: &[TargetValue],
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        let columns = Columns::of(mapping);
        let values = || key.iter().map(bind).collect();
        let sent = async |hint, timeout| {
            let sql = delete(&mapping.target.id, columns.key_names(), hint);
            self.send(&sql, values, Window { settled_by, stamped: false, timeout }).await
        };
        let deleted = match sent(TimeoutHint::Given, STATEMENT_TIMEOUT).await {
            Err(failure) if failure.class == Class::Unsupported => sent(TimeoutHint::Left, DDL_TIMEOUT).await,
            other => other,
        };
        deleted.map_err(|failure| failure.into_port(&format!("deleting from {}", mapping.target.id)))
    }
}
