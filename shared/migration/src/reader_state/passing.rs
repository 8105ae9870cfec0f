//! When a barrier is open, and what is true behind it.

use super::{Checkpoint, Inside, ReaderState, Resume, Shipping};
use crate::barrier::Barrier;
use crate::lane_progress::LaneProgress;
use crate::mutation::{self, Rule};
use crate::position::Position;
use crate::schema::SchemaVersion;
use crate::time::UnixMs;

impl ReaderState {
    /// Whether the definition may be executed: everything before it is applied, and still is what is shipped.
    #[must_use]
    pub fn barrier_is_open(&self, lanes: &[LaneProgress]) -> bool {
        let Some(barrier) = &self.barrier else { return false };
        let stands = barrier.stored == self.position && barrier.epoch == self.epoch;
        let stands = stands || mutation::is_left_out(Rule::BarrierPosition);
        stands && (!self.any_outstanding(lanes) || mutation::is_left_out(Rule::BarrierWait))
    }

    /// The state behind an executed definition.
    #[must_use]
    pub fn behind_barrier(&self, barrier: &Barrier, now: UnixMs) -> Self {
        let mut next = self.clone();
        let position = Position::boundary(self.position.timeline, barrier.next);
        next.position = position;
        next.barrier = None;
        next.schema = SchemaVersion(self.schema.0 + 1);
        next.committed_at = barrier.committed_at;
        next.stored_at = now;
        for shipping in &mut next.lanes {
            let raised = shipping.low.max(position);
            let low = if mutation::is_left_out(Rule::BarrierRaisesLow) { shipping.low } else { raised };
            *shipping = Shipping { low, oldest: UnixMs(0), watch: None, ..*shipping };
        }
        let mut executed = self.resume.executed.clone();
        if let (Some(executed), Some(gtid), false) = (&mut executed, &barrier.gtid, barrier.goes_on) {
            executed.add(gtid);
        }
        if let (Some(track), Some(executed)) = (&mut next.gtid, &executed) {
            track.checkpoints = vec![Checkpoint { place: barrier.next, executed: executed.clone() }];
            track.intent.add_all(executed);
        }
        // Nothing in the log tells where the rows behind the definition begin.
        let inside = barrier.goes_on.then(|| Inside {
            offset: barrier.next.offset,
            rows_before: 0,
            gtid: barrier.gtid.clone(),
            committed_at: barrier.committed_at,
        });
        next.resume = Resume { place: barrier.next, executed, inside };
        next
    }
}
