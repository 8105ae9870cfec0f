//! Single rows by their whole key: read and written, for verification and its repairs.
//!
//! Repairs carry no stamp: they take the target's own time, like every change after the copy.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use migration::port::{PortError, Sink, WriteBatch, WriteOutcome};
use migration::schema::TableMapping;
use migration::statement_form::StatementForm;
use migration::time::UnixMs;
use migration::value::{TargetRow, TargetValue};

use crate::failure::unexpected;
use crate::scan::Columns;
use crate::statement::{equal, point_select};
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
        form: StatementForm,
    ) -> Result<Vec<Option<TargetRow>>, PortError> {
        let columns = Columns::of(mapping);
        let mut rows = vec![None; keys.len()];
        let (mut open, mut flying) = (keys.iter().enumerate(), FuturesUnordered::new());
        loop {
            while flying.len() < self.pool().connections() {
                let Some((at, key)) = open.next() else { break };
                flying.push(self.read_row(mapping, &columns, (at, key), form));
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
        (at, key): (usize, &[TargetValue]),
        form: StatementForm,
    ) -> Result<(usize, Option<TargetRow>), PortError> {
        let doing = format!("reading {}", mapping.target.id);
        let key = equal(columns.key_names(), key);
        let request = point_select(&mapping.target.id, &columns.names, &key, form.values);
        let found = self.read(&request).await.map_err(|failure| failure.into_port(&doing))?;
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
        form: StatementForm,
        settled_by: UnixMs,
    ) -> Result<WriteOutcome, PortError> {
        self.write(WriteBatch { table: mapping, stamp: None, form, rows }, settled_by).await
    }
}
