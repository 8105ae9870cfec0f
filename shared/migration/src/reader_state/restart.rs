//! Where a reader starts again: a new epoch, and another server.

use super::{Checkpoint, Evidence, GtidTrack, ReaderState, Resume, Shipping, Watch};
use crate::barrier::Barrier;
use crate::gtid::GtidSet;
use crate::lane_progress::{Epoch, LaneProgress};
use crate::limits::STALL_PATIENCE_MAX;
use crate::mutation::{self, Rule};
use crate::position::{LogPlace, Position, Timeline};
use crate::time::UnixMs;

impl ReaderState {
    /// Up to where a lane has certainly applied everything.
    fn applied_through(&self, lane: usize, progress: &LaneProgress) -> Position {
        if !self.is_outstanding(lane, progress) {
            return self.position;
        }
        let low = self.lanes.get(lane).map_or(self.position, |shipping| shipping.low);
        if mutation::is_left_out(Rule::LowWater) {
            return progress.applied;
        }
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
        let low_water = !mutation::is_left_out(Rule::EpochAtLowWater);
        let position = if low_water { self.restart_position(lanes) } else { self.position };
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
            .filter(|_| !is_lowered || mutation::is_left_out(Rule::BarrierPosition))
            .map(|barrier| Barrier { epoch: next.epoch, ..barrier });
        for (lane, shipping) in next.lanes.iter_mut().enumerate() {
            let watch = shipping.watch.zip(lanes.get(lane)).and_then(|(watch, lane)| watch.again(lane, now));
            *shipping = Shipping { seq: 0, low: shipping.low.max(position), oldest: UnixMs(0), watch };
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
        let track = self.gtid.as_ref().filter(|track| !track.anonymous)?;
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
        next.switching = false;
        next.barrier = None;
        next.finish_at = None;
        next.idle_at = None;
        next.stored_at = now;
        next.formats.clear();
        let intent = self.gtid.as_ref().map(|track| track.intent.clone()).unwrap_or_default();
        let checkpoints = vec![Checkpoint { place, executed: executed.clone() }];
        next.gtid = Some(GtidTrack { skip: executed, checkpoints, intent, anonymous: false });
        for shipping in &mut next.lanes {
            *shipping = Shipping { seq: 0, low: next.position, oldest: UnixMs(0), watch: None };
        }
        next
    }
}

impl Watch {
    /// The watch in a new epoch: a lane that stood still for all its patience is given twice as much before it asks
    /// again, up to a bound; one that moved is given none of it.
    fn again(self, lane: &LaneProgress, now: UnixMs) -> Option<Self> {
        let is_stalled = self.since.until(now) >= self.patience;
        let twice = self.patience.saturating_mul(2).min(STALL_PATIENCE_MAX.max(self.patience));
        let patience = if is_stalled { twice } else { self.patience };
        self.is_of(lane).then_some(Self { since: now, patience, ..self })
    }
}
