//! One page: read it, convert its rows, write them, and keep account of those that cannot be carried.

use migration::chunk::{Pacing, Reject, Written};
use migration::key::KeyTuple;
use migration::limits::{PAGE_AGE_MAX, PAGE_BYTES_MAX, STATEMENT_TIMEOUT};
use migration::mutation::{Rule, is_left_out};
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, KeySampler, PageOf, PageRequest, Queue, RowSource, Sink, WriteBatch,
};
use migration::run::Failure;
use migration::run_store;
use migration::schema::BadRow;
use migration::task::BadRowPolicy;
use migration::time::UnixMs;
use migration::value::Digest;

use crate::handler::{Copier, Held};
use crate::shown::store_shown;

/// A page that the target has acknowledged.
#[derive(Debug)]
pub(crate) struct PageWritten {
    pub(crate) last_key: Option<KeyTuple>,
    pub(crate) written: Written,
    pub(crate) rejects: Vec<Reject>,
}

/// How a page ended.
#[derive(Debug)]
pub(crate) enum PageEnd {
    /// Acknowledged; the records do not know it yet.
    Written { page: PageWritten, is_last: bool, rows: usize },
    /// Reading took so long that it must not be written; read again, smaller.
    TooOld,
    /// Another server answers, by this `@@server_uuid`; nothing was read.
    OtherServer(String),
    /// What it may show cannot be stored now: another server is about to be followed. It was not written.
    Waits,
    /// A row cannot be carried and the policy is `fail`.
    RunFailed,
}

impl<R, Q, S, K, L, C> Copier<'_, R, Q, S, K, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    S: RowSource + KeySampler,
    K: Sink,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn copy_page(&self, held: &mut Held, pacing: Pacing) -> Result<PageEnd, HandlerError> {
        let mapping = &held.table.value.mapping;
        let range = held.chunk.value.rest();
        let request =
            PageRequest { table: mapping, range: &range, rows_max: pacing.rows(), bytes_max: PAGE_BYTES_MAX };
        let started = self.clock.now();
        let (page, executed) = match &held.server {
            None => (self.source.page(&request).await?, None),
            Some(server) => match self.source.page_of(server, &request).await? {
                PageOf::Server { page, executed } => (page, executed),
                PageOf::Other(other) => return Ok(PageEnd::OtherServer(other)),
            },
        };
        if !store_shown(self.records, held, executed).await? {
            return Ok(PageEnd::Waits);
        }
        let mapping = &held.table.value.mapping;
        let read_rows = page.rows.len();
        let mut bad = Vec::new();
        let mut zero_dates = 0;
        let mut rows = Vec::with_capacity(read_rows);
        for row in page.rows {
            match mapping.convert_row(row, &mut zero_dates) {
                Ok(row) => rows.push(row),
                Err(bad_row) => bad.push(bad_row),
            }
        }
        if let Some(first) = bad.first().filter(|_| held.task.on_bad_row == BadRowPolicy::Fail) {
            self.fail_for(held, first).await?;
            return Ok(PageEnd::RunFailed);
        }
        let settled_by = settled_by(held, started);
        if self.clock.now().plus(STATEMENT_TIMEOUT) > settled_by {
            return Ok(PageEnd::TooOld);
        }
        let keys: Vec<Digest> = rows.iter().map(|row| mapping.key_digest(row)).collect();
        let sent = rows.len();
        let outcome = self
            .sink
            .write(WriteBatch { table: mapping, stamp: held.stamp, form: held.form, rows }, settled_by)
            .await?;
        for rejected in &outcome.rejected {
            let key = keys.get(rejected.index).copied().unwrap_or(Digest(0));
            bad.push(BadRow { key, column: None, refusal: rejected.refusal });
        }
        if let Some(first) = bad.first().filter(|_| held.task.on_bad_row == BadRowPolicy::Fail) {
            self.fail_for(held, first).await?;
            return Ok(PageEnd::RunFailed);
        }
        let written = Written {
            rows: (sent - outcome.rejected.len()) as u64,
            bytes: page.bytes as u64,
            zero_dates,
            rejected: bad.len() as u64,
        };
        let reject =
            |bad: BadRow| Reject { key: bad.key, column: bad.column, refusal: bad.refusal, position: None };
        let rejects = bad.into_iter().map(reject);
        let page_written = PageWritten { last_key: page.last_key, written, rejects: rejects.collect() };
        Ok(PageEnd::Written { page: page_written, is_last: page.is_last, rows: read_rows })
    }

    async fn fail_for(&self, held: &Held, bad: &BadRow) -> Result<(), HandlerError> {
        let mapping = &held.table.value.mapping;
        let column = bad.column.as_ref().map(|name| format!(", column {name}")).unwrap_or_default();
        let what = format!(
            "a row of {} cannot be carried: key digest {}{column}: {}",
            mapping.source.id, bad.key, bad.refusal
        );
        let remedy =
            "correct the row at the source and run the task again, or set `on_bad_row: reject` in a new task"
                .to_owned();
        run_store::fail_run(self.records, held.run.id, Failure { what, remedy, at: self.clock.now() }).await
    }
}

/// When every statement of this page must have taken effect or timed out: within its lease, and before it is too old.
fn settled_by(held: &Held, started: UnixMs) -> UnixMs {
    if is_left_out(Rule::PageAge) {
        return UnixMs(u64::MAX);
    }
    held.lease.value.until.min(started.plus(PAGE_AGE_MAX))
}
