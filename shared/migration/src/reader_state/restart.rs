//! Where a reader starts again: a new epoch, and another server.

use super::{Checkpoint, Evidence, GtidTrack, ReaderState, Resume, Shipping, Watch};
use crate::barrier::Barrier;
use crate::gtid::GtidSet;
use crate::lane_progress::{Epoch, LaneProgress};
use crate::limits::STALL_PATIENCE_MAX;
use crate::position::{LogPlace, Position, Timeline};
use crate::time::UnixMs;

impl ReaderState {
    /// Up to where a lane has certainly applied everything.
    fn applied_through(&self, lane: usize, progress: &LaneProgress) -> Position {
        if !self.is_outstanding(lane, progress) {
            return self.position;
        }
        let low = self.lanes.get(lane).map_or(self.position, |shipping| shipping.low);
        low.max(progress.applied)
    }

    /// Where a new epoch would start: what every lane has applied.
    #[must_use]
    pub fn restart_position(&self, lanes: &[LaneProgress]) -> Position {
        let applied = lanes.iter().enumerate().map(|(lane, progress)| self.applied_through(lane, progress));
        applied.min().unwrap_or(self.position).min(self.position)
    }

    /// The state that starts a new epoch; stored before anything of it is sent.
    #[must_use]
    pub fn new_epoch(&self, lanes: &[LaneProgress], now: UnixMs) -> Self {
        let position = self.restart_position(lanes);
        let is_lowered = position < self.position;
        let mut next = self.clone();
        next.epoch = Epoch(self.epoch.0 + 1);
        next.position = position;
        next.restarts += 1;
        next.stored_at = now;
        if is_lowered {
            next.resume = self.resume_at(position);
            next.idle_at = None;
        }
        next.barrier = self
            .barrier
            .clone()
            .filter(|_| !is_lowered)
            .map(|barrier| Barrier { epoch: next.epoch, ..barrier });
        for (lane, shipping) in next.lanes.iter_mut().enumerate() {
            let patience = shipping.watch.map(|watch| watch.patience);
            let progress = lanes.get(lane);
            let moved = shipping
                .watch
                .zip(progress)
                .is_some_and(|(watch, progress)| (watch.epoch, watch.seq) != (progress.epoch, progress.seq));
            *shipping = Shipping { seq: 0, low: shipping.low.max(position), oldest: UnixMs(0), watch: None };
            // A lane that stood still is given more time before it asks again (doubling, up to a bound).
            if let (Some(patience), Some(progress), false) = (patience, progress, moved) {
                let patience = patience.saturating_mul(2).min(STALL_PATIENCE_MAX);
                let (epoch, seq) = (progress.epoch, progress.seq);
                shipping.watch = Some(Watch { epoch, seq, since: now, patience });
            }
        }
        next
    }

    /// Where to open the log so that everything behind `position` is read.
    fn resume_at(&self, position: Position) -> Resume {
        let place = position.transaction;
        let Some(track) = &self.gtid else { return Resume { place, executed: None, inside: None } };
        // GTIDs passed between the checkpoint and the position are counted again by reading them again.
        let newest = track.checkpoints.iter().rev().find(|checkpoint| checkpoint.place <= place);
        let newest = newest.or_else(|| track.checkpoints.first());
        match newest {
            Some(checkpoint) => Resume {
                place: checkpoint.place.min(place),
                executed: Some(checkpoint.executed.clone()),
                inside: None,
            },
            None => Resume { place, executed: Some(track.skip.clone()), inside: None },
        }
    }

    /// What another server must have executed, and where it would be started: the newest checkpoint at or below
    /// every lane's applied position, and everything that may have been shipped.
    #[must_use]
    pub fn switch_proof(&self, lanes: &[LaneProgress]) -> Option<(&GtidSet, &GtidSet)> {
        let track = self.gtid.as_ref()?;
        let restart = self.restart_position(lanes).transaction;
        let newest = track.checkpoints.iter().rev().find(|checkpoint| checkpoint.place <= restart)?;
        Some((&newest.executed, &track.intent))
    }

    /// The state after an accepted switch: a new timeline, started at `place` of the new server, with everything
    /// in `executed` passed over.
    #[must_use]
    pub fn switched(&self, place: LogPlace, executed: GtidSet, evidence: Evidence, now: UnixMs) -> Self {
        let mut next = self.clone();
        let timeline = Timeline(self.position.timeline.0 + 1);
        next.position = Position::boundary(timeline, place);
        next.epoch = Epoch(self.epoch.0 + 1);
        next.restarts += 1;
        next.resume = Resume { place, executed: Some(executed.clone()), inside: None };
        next.evidence = evidence;
        next.barrier = None;
        next.finish_at = None;
        next.idle_at = None;
        next.stored_at = now;
        let intent = self.gtid.as_ref().map(|track| track.intent.clone()).unwrap_or_default();
        let checkpoints = vec![Checkpoint { place, executed: executed.clone() }];
        next.gtid = Some(GtidTrack { skip: executed, checkpoints, intent });
        for shipping in &mut next.lanes {
            *shipping = Shipping { seq: 0, low: next.position, oldest: UnixMs(0), watch: None };
        }
        next
    }
}
