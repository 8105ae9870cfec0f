//! Fixes where following the log starts.
//!
//! # Why no change is lost between the copy and the log
//!
//! 1. The start is fixed once, by putting its record if absent, before the first chunk exists. Everything it does not
//!    cover is read from the log; everything it covers was visible to SELECT when it was fixed, so every page of the
//!    copy, read later, holds it (`migration::port::LogStart`).
//! 2. The lanes' records and the reader's are made from the record of the start and from nothing else, the reader's
//!    last: nobody reads the log before it exists. They are several transactions because a transaction takes fewer
//!    writes than a run may have lanes. Whoever comes after a crash makes those that are missing.
//! 3. The tables are compared with the catalog behind the start (`crate::compare`): a definition that was in the log
//!    before it, and that nobody would ever read, ends the run.
//! 4. The start lies behind the stamp and behind the emptiness check, which `migration::owner` argues for.

use std::time::Duration;

use migration::lane::Lane;
use migration::lane_progress::LaneProgress;
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, KeySampler, LogStart, Queue, SourceCatalog, StartWay,
    TargetCatalog, TargetClock, TargetProbe, Write,
};
use migration::position::{Position, Timeline};
use migration::reader_state::{Evidence, ReaderState};
use migration::record::{self, Stored};
use migration::run::RunId;

use crate::handler::{Planner, Progress, Work};

/// Lanes made in one transaction.
const LANES_AT_ONCE: usize = 64;

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    pub(crate) async fn fix_start(&self, work: &Work) -> Result<Progress, HandlerError> {
        let run = work.run.id;
        let reader: Option<Stored<ReaderState>> = record::load(self.records, &record::reader(run)).await?;
        if reader.is_some() {
            return Ok(Progress::Over);
        }
        if !self.time_left(work) {
            return Ok(Progress::Later(Duration::ZERO));
        }
        if self.start(run).await?.is_none() {
            let found = self.log.start().await?;
            // Losing against another planner means that its start is the run's.
            self.records.commit(vec![record::put_new(record::start(run), &found)]).await?;
        }
        // A conflict may also be one of the table's own, with nothing stored by anybody.
        let Some(start) = self.start(run).await? else { return Ok(Progress::Later(Duration::ZERO)) };
        let lanes = work.task.tuning.lanes;
        if !self.make_lanes(run, &start, lanes).await? {
            return Ok(Progress::Later(Duration::ZERO));
        }
        let evidence = Evidence {
            server_uuid: start.server_uuid.clone(),
            file_name: start.file_name.clone(),
            format: None,
        };
        let now = self.clock.now();
        let reader = ReaderState::starting(start.place, start.executed, evidence, lanes, now);
        self.records.commit(vec![record::put_new(record::reader(run), &reader)]).await?;
        let is_stored = self.records.get(&record::reader(run)).await?.is_some();
        Ok(if is_stored { Progress::Over } else { Progress::Later(Duration::ZERO) })
    }

    async fn start(&self, run: RunId) -> Result<Option<LogStart>, HandlerError> {
        let stored: Option<Stored<LogStart>> = record::load(self.records, &record::start(run)).await?;
        Ok(stored.map(|stored| stored.value))
    }

    /// Whether every lane has its record now.
    async fn make_lanes(&self, run: RunId, start: &LogStart, lanes: u16) -> Result<bool, HandlerError> {
        let fresh = LaneProgress::starting_at(Position::boundary(Timeline(0), start.place));
        let there =
            record::load_all::<LaneProgress>(self.records, &record::run_partition(run), record::LANES)
                .await?;
        let missing: Vec<Write> = (0..lanes)
            .map(|lane| record::lane(run, Lane(lane)))
            .filter(|key| there.iter().all(|(other, _)| other != key))
            .map(|key| record::put_new(key, &fresh))
            .collect();
        for some in missing.chunks(LANES_AT_ONCE) {
            if self.records.commit(some.to_vec()).await? == Commit::Conflict {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the journal says of the start when planning is over.
    pub(crate) async fn start_in_words(&self, run: RunId) -> Result<Option<String>, HandlerError> {
        let Some(start) = self.start(run).await? else { return Ok(None) };
        let way = match start.way {
            StartWay::Gtid => "by the set of executed transactions",
            StartWay::Lock => "under a momentary global read lock",
            StartWay::Wait => "by waiting until what was in the log was visible",
        };
        Ok(Some(format!("the log is followed from {} {}, found {way}", start.file_name, start.place.offset)))
    }
}
