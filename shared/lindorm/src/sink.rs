//! Writes batches: cut into statements, several in flight, each sent until it is acknowledged.
//!
//! A statement the target refuses for its values is cut again and again until the refused rows stand alone; all others
//! are written. One it refuses for a resource limit, try after try, is cut too, because the limit may concern its size; so is
//! one it does not support, which may be a limit on its parameters (1390, or the vendor's 9001), until a row alone is refused.
//! Rows are held until their statement is acknowledged, and no longer. When a statement fails for good, no further one is
//! begun, and those in flight are awaited, so that the answer covers everything that was sent.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use migration::port::{PortError, RejectedRow, Sink, WriteBatch, WriteOutcome};
use migration::retry::Effect;
use migration::time::UnixMs;
use migration::value::{Refusal, TargetRow};

use crate::classify::Class;
use crate::cut::{Piece, Pieces, ROW_BYTES_MAX, halves, row_bytes};
use crate::failure::Failure;
use crate::fitting::Fitting;
use crate::moment::now;
use crate::send::Size;
use crate::target::Target;
use crate::upsert::{Texts, Upsert};

impl Sink for Target {
    async fn write(&self, batch: WriteBatch<'_>, settled_by: UnixMs) -> Result<WriteOutcome, PortError> {
        let mapping = batch.table;
        let upsert = Upsert {
            table: &mapping.target.id,
            columns: mapping.columns.iter().map(|column| &column.target).collect(),
            key: mapping.columns.iter().filter(|column| column.in_key).count(),
            marker: mapping.marker,
            stamp: batch.stamp,
            form: batch.form,
            settled_by,
            texts: Texts::default(),
        };
        let mut rejected = Vec::new();
        let writable = batch.rows.into_iter().enumerate().filter(|(index, row)| {
            let refusal = upsert.unwritable(row);
            rejected.extend(refusal.map(|refusal| RejectedRow { index: *index, refusal }));
            refusal.is_none()
        });
        let pieces = Pieces::new(writable, upsert.columns.len(), batch.form);
        let outcome = self.write_pieces(&upsert, pieces, rejected).await;
        outcome.map_err(|failure| failure.into_port(&format!("writing to {}", mapping.target.id)))
    }
}

/// Why a row that is alone in its piece is not sent; one that is not alone is far below the bound.
fn too_long(rows: &[TargetRow]) -> Option<Refusal> {
    let [row] = rows else { return None };
    let bytes = row_bytes(row);
    let refusal = Refusal::TooLong { bytes: bytes as u64, most: ROW_BYTES_MAX as u64 };
    (bytes > ROW_BYTES_MAX).then_some(refusal)
}

impl Target {
    async fn write_pieces(
        &self,
        upsert: &Upsert<'_>,
        mut pieces: Pieces,
        rejected: Vec<RejectedRow>,
    ) -> Result<WriteOutcome, Failure> {
        let fitting = Fitting::default();
        let mut flying = FuturesUnordered::new();
        let mut outcome = WriteOutcome { rejected };
        let (mut failed, mut written): (Option<Failure>, bool) = (None, false);
        loop {
            while failed.is_none() && flying.len() < self.pool().connections() {
                let Some(piece) = pieces.next() else { break };
                flying.push(self.write_piece(upsert, &fitting, piece));
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

    /// Writes the rows of a piece and says which of them the target refused.
    async fn write_piece(
        &self,
        upsert: &Upsert<'_>,
        fitting: &Fitting,
        piece: Piece,
    ) -> Result<Vec<RejectedRow>, Failure> {
        let (mut rejected, whole) = (Vec::new(), 0..piece.rows.len());
        let (mut open, mut begun) = (Vec::from([whole]), false);
        while let Some(part) = open.pop() {
            if part.len() > fitting.rows_most() {
                open.extend(halves(part).into_iter().rev());
                continue;
            }
            let rows = piece.rows.get(part.clone()).expect("invariant: parts lie within their piece");
            let place = || piece.places.get(part.start).copied().unwrap_or_default();
            if let Some(refusal) = too_long(rows) {
                rejected.push(RejectedRow { index: place(), refusal });
                continue;
            }
            let size = if rows.len() > 1 { Size::Divisible } else { Size::Least };
            let failure = match self.upsert(upsert, rows, size).await {
                Ok(()) => {
                    begun = true;
                    fitting.passed(rows.len());
                    continue;
                }
                Err(failure) => failure,
            };
            match (failure.class, size, failure.code) {
                (Class::Row, Size::Divisible, _) => {}
                (Class::Throttled, Size::Divisible, _) if upsert.window().is_open_at(now()) => {
                    fitting.refused(rows.len() / 2);
                }
                (Class::Unsupported, Size::Divisible, _) => fitting.refused(rows.len() / 2),
                (Class::Row, Size::Least, Some(code)) => {
                    begun |= failure.effect == Effect::Unknown;
                    rejected.push(RejectedRow { index: place(), refusal: Refusal::Target { code } });
                    continue;
                }
                (_, Size::Divisible | Size::Least, _) => return Err(failure.after_unknown(begun)),
            }
            begun |= failure.effect == Effect::Unknown;
            open.extend(halves(part).into_iter().rev());
        }
        Ok(rejected)
    }
}
