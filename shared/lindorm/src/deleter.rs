//! Deletes rows by their whole keys: one row a statement, as many statements at once as there are connections.
//!
//! A DELETE of several rows reads before it deletes and leaves no mark where no row is, so it would not hide a copied row
//! that arrives later; nothing is gained by bigger statements that would not be lost by that. Every statement of a batch has one text,
//! which a session keeps prepared where values are bound.
//! When a statement fails for good, no further one is begun, and those in flight are awaited, so that the answer covers
//! everything that was sent.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use migration::ident::ColumnName;
use migration::limits::{DDL_TIMEOUT, STATEMENT_TIMEOUT};
use migration::port::{DeleteBatch, Deleter, PortError};
use migration::retry::Effect;
use migration::schema::TableMapping;
use migration::statement_form::{StatementForm, TimeoutHint};
use migration::time::UnixMs;
use migration::value::TargetValue;

use crate::cut::row_bytes;
use crate::failure::Failure;
use crate::send::{Size, Window};
use crate::statement::{delete, equal};
use crate::target::Target;

/// What the statements of one batch have in common.
struct Deletion<'a> {
    mapping: &'a TableMapping,
    key: Vec<&'a ColumnName>,
    form: StatementForm,
    window: Window,
}

impl<'a> Deletion<'a> {
    fn new(mapping: &'a TableMapping, form: StatementForm, settled_by: UnixMs) -> Self {
        let timeout = match form.delete_timeout {
            TimeoutHint::Given => STATEMENT_TIMEOUT,
            TimeoutHint::Left => DDL_TIMEOUT,
        };
        let key = mapping.columns.iter().filter(|column| column.in_key).map(|column| &column.target);
        Self { mapping, key: key.collect(), form, window: Window { settled_by, stamped: false, timeout } }
    }

    fn failed(&self, failure: Failure) -> PortError {
        failure.into_port(&format!("deleting from {}", self.mapping.target.id))
    }
}

impl Deleter for Target {
    async fn delete(&self, batch: DeleteBatch<'_>, settled_by: UnixMs) -> Result<(), PortError> {
        let deletion = Deletion::new(batch.table, batch.form, settled_by);
        let (mut open, mut flying) = (batch.keys.iter(), FuturesUnordered::new());
        let (mut failed, mut begun): (Option<Failure>, bool) = (None, false);
        loop {
            while failed.is_none() && flying.len() < self.pool().connections() {
                let Some(key) = open.next() else { break };
                flying.push(self.delete_one(&deletion, key));
            }
            match flying.next().await {
                None => break,
                Some(Ok(())) => begun = true,
                Some(Err(failure)) => {
                    begun |= failure.effect == Effect::Unknown;
                    failed.get_or_insert(failure);
                }
            }
        }
        match failed {
            None => Ok(()),
            Some(failure) => Err(deletion.failed(failure.after_unknown(begun))),
        }
    }
}

impl Target {
    /// Deletes the row with this key; one that is not there is no error. Cells stamped later than the target's clock
    /// survive it (`lindorm.md` 3.6). Where a DELETE does not say how long it may take, it may take effect for as long as
    /// the server's own timeout, and `settled_by` must lie that far ahead (protocol H8).
    ///
    /// # Errors
    /// As [`Sink::write`](migration::port::Sink::write).
    pub async fn delete_row(
        &self,
        mapping: &TableMapping,
        key: &[TargetValue],
        form: StatementForm,
        settled_by: UnixMs,
    ) -> Result<(), PortError> {
        let deletion = Deletion::new(mapping, form, settled_by);
        self.delete_one(&deletion, key).await.map_err(|failure| deletion.failed(failure))
    }

    async fn delete_one(&self, deletion: &Deletion<'_>, key: &[TargetValue]) -> Result<(), Failure> {
        let Deletion { mapping, form, window, .. } = deletion;
        let make = || {
            let key = equal(deletion.key.iter().copied(), key);
            delete(&mapping.target.id, &key, form.delete_timeout, form.values)
        };
        self.send(make, row_bytes(key), *window, Size::Least).await
    }
}
