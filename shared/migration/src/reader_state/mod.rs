//! What the binlog-reader has shipped, and where it starts again.
//!
//! # Why every change reaches its lane, whatever is lost
//!
//! 1. *Store after send.* The position is stored only after the queue took everything up to it, conditional on the
//!    record and on the reader's lease. So what lies behind it was shipped in this epoch, or had been applied when
//!    the epoch started.
//! 2. *Low-water mark* (protocol H2). For each lane `low` never falls: at each store, before the new position replaces
//!    the old, it becomes the old position where the lane had nothing outstanding, else the greater of itself and the
//!    lane's applied position. An idle lane that wakes up thus keeps that it had applied everything up to then.
//! 3. *Epoch* (H11). A new epoch is one conditional write before anything is sent: epoch + 1, the position lowered to
//!    the smallest position all lanes are known to have applied, nothing shipped. Batches of the epoch before are
//!    taken by no lane that has seen the new one, and change nothing where they still are (the lane's position filter).
//!    A new epoch follows an expired lease, a gap, a stall, a resume or a server switch, and nothing else; a reader that ended by
//!    itself with everything stored hands over epoch and numbers unchanged.
//! 4. *Barrier* (H2, H18). A barrier is declared by storing it with the position that holds everything before it. It
//!    is open only while that position and epoch stand and no lane is outstanding; a new epoch deletes it in the same
//!    write unless the position stays. Passing it raises every low to behind the definition, which the next store would
//!    do as well: nothing before it is ever read again, which is why one schema a table suffices.
//! 5. *Nothing counts twice or too early.* `executed` is exactly what lies in front of the place it is stored with. One
//!    checkpoint always lies at or below the smallest low-water mark, so every restart, here or on another server,
//!    finds one that is not in front of it.
//! 6. *Stall* (H10). The last batch of a lane may be lost without a later one to show the gap. A lane that is
//!    outstanding, has not moved for its patience, and is held by nobody, asks for a new epoch. Its patience doubles each
//!    time, and is as before once it moves.
//!
//! `model_tests` holds 1 to 5 against random readers, lanes and losses.
//!
//! What is shipped again after a new epoch is filtered by each lane's own applied position, so only what a lane lacks
//! is written.

#[cfg(test)]
mod model_tests;
mod passing;
mod restart;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::barrier::Barrier;
use crate::gtid::{Gtid, GtidSet};
use crate::lane_progress::{Epoch, LaneProgress};
use crate::mutation::{self, Rule};
use crate::position::{LogPlace, Position, Timeline};
use crate::schema::SchemaVersion;
use crate::time::UnixMs;

/// Checkpoints kept at most; beyond it every second one goes.
const CHECKPOINTS_MAX: usize = 16;

/// What was shipped to one lane in this epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipping {
    /// The number of the newest batch; 0 before the first.
    pub seq: u64,
    /// Everything of this lane at or before it is applied.
    pub low: Position,
    /// When the first change that may not be applied was committed at the source; for the lag, no decision rests on it.
    pub oldest: UnixMs,
    /// What was seen of a lane that does not move.
    pub watch: Option<Watch>,
}

/// A lane that is outstanding, as it was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The lane's epoch then.
    pub epoch: Epoch,
    /// The lane's number then.
    pub seq: u64,
    /// Since when it has not moved.
    pub since: UnixMs,
    /// How long it may stand still.
    pub patience: Duration,
}

/// Which server and which file the position is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `@@server_uuid`.
    pub server_uuid: String,
    /// The file's name.
    pub file_name: String,
    /// The server id in the header of the file's format description event, and that header's time in seconds; none
    /// until the file was opened.
    pub format: Option<(u32, u32)>,
}

/// Where the log is opened, at or before the position; rows up to the position are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// In front of a transaction.
    pub place: LogPlace,
    /// What the source had executed up to there, where it has GTIDs; the set of transactions to pass over included.
    pub executed: Option<GtidSet>,
    /// An event inside the transaction at `place` to start from instead, where the protocol can.
    pub inside: Option<Inside>,
}

/// A statement's first table map inside a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// Its offset in the file.
    pub offset: u64,
    /// Rows of the transaction before it.
    pub rows_before: u64,
    /// The transaction's GTID.
    pub gtid: Option<Gtid>,
    /// When the transaction was committed.
    pub committed_at: UnixMs,
}

/// A boundary and what had been executed up to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// In front of a transaction.
    pub place: LogPlace,
    /// The set there.
    pub executed: GtidSet,
}

/// What a source with GTIDs needs besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GtidTrack {
    /// Passed over on this timeline: executed before the start, or before the switch.
    pub skip: GtidSet,
    /// Ascending; the newest at or below every low is where another server would be started from.
    pub checkpoints: Vec<Checkpoint>,
    /// What may have been shipped at all, stored before it is sent.
    pub intent: GtidSet,
    /// Whether a transaction without a GTID may have been shipped: then no set proves anything of another server.
    #[serde(default)]
    pub anonymous: bool,
}

/// `run#ID` / `reader`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderState {
    /// The version of the lane hash.
    pub lane_hash: u32,
    /// The epoch.
    pub epoch: Epoch,
    /// Everything at or before it is shipped in this epoch, or applied.
    pub position: Position,
    /// Where reading goes on.
    pub resume: Resume,
    /// By lane.
    pub lanes: Vec<Shipping>,
    /// What proves that the position is of this server.
    pub evidence: Evidence,
    /// Whether another server answers and is about to be judged: until then no page that shows more is written
    /// ([`crate::shown`]).
    #[serde(default)]
    pub switching: bool,
    /// Where the source has GTIDs.
    pub gtid: Option<GtidTrack>,
    /// The version of all tables' schemas at the position.
    pub schema: SchemaVersion,
    /// A definition that waits for the lanes.
    pub barrier: Option<Barrier>,
    /// When the newest transaction at or before the position was committed.
    pub committed_at: UnixMs,
    /// When the source was last seen to have nothing behind the position.
    pub idle_at: Option<UnixMs>,
    /// When this was stored.
    pub stored_at: UnixMs,
    /// The source's end as it was after `finish` was asked for.
    pub finish_at: Option<LogPlace>,
    /// Epochs started besides the first, for display.
    pub restarts: u64,
    /// How often the run had been resumed by hand when the epoch started: another number asks for a new one.
    #[serde(default)]
    pub resumes: u32,
    /// What proves of each file that reading may go back to that it is still the same file, by its number.
    #[serde(default)]
    pub formats: BTreeMap<u64, (u32, u32)>,
}

/// What an interval has shipped to one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// The lane's place.
    pub lane: usize,
    /// The number of the interval's last batch.
    pub seq: u64,
    /// When the interval's first change of this lane was committed.
    pub oldest: UnixMs,
}

/// Why a new epoch starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// The reader before ended without giving its lease back.
    LeaseExpired,
    /// A lane found a batch missing.
    Gap,
    /// A lane does not move.
    Stall,
    /// The run was paused, or failed, and goes on.
    Resumed,
}

impl ReaderState {
    /// The state of a reader that has shipped nothing yet.
    #[must_use]
    pub fn starting(
        place: LogPlace,
        executed: Option<GtidSet>,
        evidence: Evidence,
        lanes: u16,
        now: UnixMs,
    ) -> Self {
        let position = Position::boundary(Timeline(0), place);
        let lane = Shipping { seq: 0, low: position, oldest: UnixMs(0), watch: None };
        let track = |executed: GtidSet| GtidTrack {
            skip: executed.clone(),
            checkpoints: vec![Checkpoint { place, executed: executed.clone() }],
            intent: executed,
            anonymous: false,
        };
        Self {
            lane_hash: crate::lane::LANE_HASH_VERSION,
            epoch: Epoch(1),
            position,
            resume: Resume { place, executed: executed.clone(), inside: None },
            lanes: vec![lane; usize::from(lanes)],
            evidence,
            switching: false,
            gtid: executed.map(track),
            schema: SchemaVersion(0),
            barrier: None,
            committed_at: now,
            idle_at: None,
            stored_at: now,
            finish_at: None,
            restarts: 0,
            resumes: 0,
            formats: BTreeMap::new(),
        }
    }

    /// Whether a lane has been sent something it has not recorded as applied.
    #[must_use]
    pub fn is_outstanding(&self, lane: usize, progress: &LaneProgress) -> bool {
        let shipped = self.lanes.get(lane).map_or(0, |shipping| shipping.seq);
        shipped > 0 && (progress.epoch, progress.seq) < (self.epoch, shipped)
    }

    /// Whether any lane is.
    #[must_use]
    pub fn any_outstanding(&self, lanes: &[LaneProgress]) -> bool {
        lanes.iter().enumerate().any(|(lane, progress)| self.is_outstanding(lane, progress))
    }

    /// Batches of this epoch that are shipped and not applied.
    #[must_use]
    pub fn batches_outstanding(&self, lanes: &[LaneProgress]) -> u64 {
        let of = |(shipping, progress): (&Shipping, &LaneProgress)| {
            let applied = if progress.epoch == self.epoch { progress.seq } else { 0 };
            shipping.seq.saturating_sub(applied)
        };
        self.lanes.iter().zip(lanes).map(of).sum()
    }

    /// The state after an interval: everything up to `position` was taken by the queue.
    #[must_use]
    pub fn stored(
        &self,
        shipped: &[Shipped],
        position: Position,
        resume: Resume,
        lanes: &[LaneProgress],
        now: UnixMs,
    ) -> Self {
        let mut next = self.clone();
        for (lane, (shipping, progress)) in next.lanes.iter_mut().zip(lanes).enumerate() {
            let outstanding = self.is_outstanding(lane, progress);
            let is_kept = outstanding || mutation::is_left_out(Rule::IdleRaisesLow);
            let low = if is_kept { shipping.low.max(progress.applied) } else { self.position };
            shipping.low = shipping.low.max(low);
            if !outstanding {
                shipping.oldest = UnixMs(0);
                // A lane that has nothing to do is not late; its patience is kept until it moves.
                shipping.watch = shipping.watch.map(|watch| Watch { since: now, ..watch });
            }
        }
        for one in shipped {
            if let Some(shipping) = next.lanes.get_mut(one.lane) {
                shipping.seq = one.seq;
                if shipping.oldest == UnixMs(0) {
                    shipping.oldest = one.oldest;
                }
            }
        }
        // The position never falls but by a new epoch: what is read again up to it is passed over.
        next.position = self.position.max(position);
        next.stored_at = now;
        next.keep_checkpoint(&resume);
        next.resume = resume;
        let needed = next.oldest_file();
        next.formats = next.formats.split_off(&needed);
        next
    }

    /// The smallest low-water mark: the log is needed back to it, and no further.
    #[must_use]
    pub fn lowest(&self) -> Position {
        self.lanes.iter().map(|shipping| shipping.low).min().unwrap_or(self.position).min(self.position)
    }

    /// The oldest file that reading may go back to.
    #[must_use]
    pub fn oldest_file(&self) -> u64 {
        let checkpoint = self.gtid.as_ref().and_then(|track| track.checkpoints.first());
        let place = self.lowest().transaction.min(self.resume.place);
        checkpoint.map_or(place, |checkpoint| checkpoint.place.min(place)).file
    }

    /// Looks at every lane that is outstanding, and tells those that have not moved for longer than their patience.
    pub fn watch(&mut self, lanes: &[LaneProgress], patience: Duration, now: UnixMs) -> Vec<usize> {
        let mut stalled = Vec::new();
        for (at, progress) in lanes.iter().enumerate() {
            let outstanding = self.is_outstanding(at, progress);
            let Some(shipping) = self.lanes.get_mut(at) else { continue };
            if outstanding {
                let (watch, is_stalled) = Watch::look(shipping.watch, progress, patience, now);
                shipping.watch = Some(watch);
                if is_stalled {
                    stalled.push(at);
                }
            } else {
                shipping.watch = shipping.watch.filter(|watch| watch.is_of(progress));
            }
        }
        stalled
    }

    fn keep_checkpoint(&mut self, resume: &Resume) {
        let lowest = self.lowest();
        let (Some(track), Some(executed)) = (&mut self.gtid, &resume.executed) else { return };
        if track.checkpoints.last().is_none_or(|newest| newest.place < resume.place) {
            track.checkpoints.push(Checkpoint { place: resume.place, executed: executed.clone() });
        }
        // The newest at or below every low stays, with all behind it.
        let needed = track.checkpoints.partition_point(|checkpoint| checkpoint.place <= lowest.transaction);
        track.checkpoints.drain(..needed.saturating_sub(1));
        if track.checkpoints.len() > CHECKPOINTS_MAX {
            let mut at = 0..;
            track.checkpoints.retain(|_| at.next().is_some_and(|at: usize| at.is_multiple_of(2)));
        }
    }

    /// Whether everything the source had committed up to `end` is applied.
    #[must_use]
    pub fn is_applied_through(&self, end: LogPlace, lanes: &[LaneProgress]) -> bool {
        let end = Position::boundary(self.position.timeline, end);
        self.barrier.is_none() && self.restart_position(lanes) >= end
    }
}

impl Watch {
    /// Whether the lane is where it was seen.
    #[must_use]
    pub fn is_of(&self, lane: &LaneProgress) -> bool {
        (self.epoch, self.seq) == (lane.epoch, lane.seq)
    }

    /// What is known of an outstanding lane now, and whether it has stood still for too long.
    #[must_use]
    pub fn look(before: Option<Self>, lane: &LaneProgress, patience: Duration, now: UnixMs) -> (Self, bool) {
        match before {
            Some(watch) if watch.is_of(lane) => (watch, watch.since.until(now) >= watch.patience),
            Some(_) | None => (Self { epoch: lane.epoch, seq: lane.seq, since: now, patience }, false),
        }
    }
}
