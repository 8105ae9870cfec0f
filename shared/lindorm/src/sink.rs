//! Writes batches: cut into statements, several in flight, each sent until it is acknowledged.
//!
//! A statement the target refuses for its values is cut again and again until the refused rows stand alone; all others
//! are written. Rows are held until their statement is acknowledged, and no longer. When a statement fails for good,
//! no further one is begun, and those in flight are awaited, so that the answer covers everything that was sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use migration::ident::{ColumnName, TableId};
use migration::limits::STATEMENT_TIMEOUT;
use migration::port::{PortError, RejectedRow, Sink, WriteBatch, WriteOutcome};
use migration::retry::Effect;
use migration::time::UnixMs;
use migration::value::Refusal;

use crate::bind::bind_rows;
use crate::classify::Class;
use crate::cut::{Piece, Pieces, ROW_BYTES_MAX, halves, row_bytes};
use crate::failure::Failure;
use crate::send::Window;
use crate::statement::upsert;
use crate::target::Target;

/// What the statements of one batch have in common.
pub(crate) struct Upsert<'a> {
    table: &'a TableId,
    columns: Vec<&'a ColumnName>,
    marker: bool,
    stamp: Option<UnixMs>,
    settled_by: UnixMs,
    /// Texts by number of rows.
    texts: Mutex<BTreeMap<usize, Arc<str>>>,
}

impl Upsert<'_> {
    fn text(&self, rows: usize) -> Arc<str> {
        let mut texts = self.texts.lock().expect("invariant: no panic while holding the lock");
        let make = || upsert(self.table, self.columns.iter().copied(), self.marker, self.stamp, rows);
        Arc::clone(texts.entry(rows).or_insert_with(make))
    }

    fn window(&self) -> Window {
        Window { settled_by: self.settled_by, stamped: self.stamp.is_some(), timeout: STATEMENT_TIMEOUT }
    }
}

impl Sink for Target {
    async fn write(&self, batch: WriteBatch<'_>, settled_by: UnixMs) -> Result<WriteOutcome, PortError> {
        let mapping = batch.table;
        let columns: Vec<&ColumnName> = mapping.columns.iter().map(|column| &column.target).collect();
        let width = columns.len();
        let upsert = Upsert {
            table: &mapping.target.id,
            columns,
            marker: mapping.marker,
            stamp: batch.stamp,
            settled_by,
            texts: Mutex::new(BTreeMap::new()),
        };
        let outcome = self.write_pieces(&upsert, Pieces::new(batch.rows, width)).await;
        outcome.map_err(|failure| failure.into_port(&format!("writing to {}", mapping.target.id)))
    }
}

impl Target {
    async fn write_pieces(&self, upsert: &Upsert<'_>, mut pieces: Pieces) -> Result<WriteOutcome, Failure> {
        let mut flying = FuturesUnordered::new();
        let mut outcome = WriteOutcome::default();
        let (mut failed, mut written): (Option<Failure>, bool) = (None, false);
        loop {
            while failed.is_none() && flying.len() < self.pool().connections() {
                let Some(piece) = pieces.next() else { break };
                flying.push(self.write_piece(upsert, piece));
            }
            match flying.next().await {
                None => break,
                Some(Ok(mut rejected)) => {
                    written = true;
                    outcome.rejected.append(&mut rejected);
                }
                Some(Err(failure)) => {
                    written |= failure.effect == Effect::Unknown;
                    failed.get_or_insert(failure);
                }
            }
        }
        if let Some(failure) = failed {
            return Err(failure.after_unknown(written));
        }
        outcome.rejected.sort_by_key(|row| row.index);
        Ok(outcome)
    }

    /// Writes neighbouring rows and says which of them the target refused.
    async fn write_piece(&self, upsert: &Upsert<'_>, piece: Piece) -> Result<Vec<RejectedRow>, Failure> {
        let mut rejected = Vec::new();
        let mut open = vec![(0, piece.rows.len())];
        while let Some((start, end)) = open.pop() {
            let rows = piece.rows.get(start..end).expect("invariant: parts lie within their piece");
            let alone = rows.len() == 1;
            if alone && rows.iter().any(|row| row_bytes(row) > ROW_BYTES_MAX) {
                let bytes = rows.iter().map(|row| row_bytes(row) as u64).sum();
                let refusal = Refusal::TooLong { bytes, most: ROW_BYTES_MAX as u64 };
                rejected.push(RejectedRow { index: piece.first + start, refusal });
                continue;
            }
            let text = upsert.text(rows.len());
            let values = || bind_rows(rows, upsert.columns.len());
            match self.send(&text, values, upsert.window()).await {
                Ok(()) => {}
                Err(failure) if failure.class == Class::Row && !alone => {
                    open.extend(halves(start..end).into_iter().rev().map(|part| (part.start, part.end)));
                }
                Err(Failure { class: Class::Row, code: Some(code), .. }) => {
                    let index = piece.first + start;
                    rejected.push(RejectedRow { index, refusal: Refusal::Target { code } });
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(rejected)
    }
}
