//! While the log is followed: tables to be cut again, the gate, having caught up, and the end that was asked for.
//!
//! # Why `finish` leaves nothing behind (protocol H23)
//!
//! 1. The reader notes the source's end after it has seen the request, so everything committed before the request
//!    lies before it.
//! 2. The run ends following only where everything before that end is applied, no barrier is declared, every table is cut
//!    to its end, and no chunk is open; tables copied again included.
//! 3. The lanes are read first, then the reader's record, then plans, then chunk leases. A lane read too early only seems
//!    to be behind. The run is moved in a transaction that checks the reader's record unchanged: so no epoch,
//!    barrier or switch of the server came between, and whatever makes a table be copied again passes a barrier.

use std::time::Duration;

use migration::lane_progress::LaneProgress;
use migration::outcome::HandlerError;
use migration::port::{
    ChangeLog, CheckpointTable, Clock, Commit, KeySampler, Queue, SourceCatalog, TargetCatalog, TargetClock,
    TargetProbe, Write,
};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run::{Event, Run, RunId, State};
use migration::run_store::{self, Step};

use crate::handler::{Planner, Progress, Work};
use crate::phase::{self, CatchUp};

/// Between two looks while somebody waits for the end.
const LOOK_PAUSE: Duration = Duration::from_millis(500);

/// What was shipped, and what was applied of it.
struct Followed {
    reader: Stored<ReaderState>,
    lanes: Vec<LaneProgress>,
}

impl<R, Q, K, T, L, C> Planner<'_, R, Q, K, T, L, C>
where
    R: CheckpointTable,
    Q: Queue,
    K: KeySampler + SourceCatalog,
    T: TargetCatalog + TargetProbe + TargetClock,
    L: ChangeLog,
    C: Clock,
{
    /// `Over` where the run has moved on to finishing.
    pub(crate) async fn follow(&self, work: &Work, state: State) -> Result<Progress, HandlerError> {
        self.wake_owed(work).await?;
        let again = self.copy_again(work).await?;
        if let Some(wait) = self.look_at_gate(work).await? {
            return Ok(Progress::Later(wait));
        }
        let followed = self.followed(work.run.id).await?;
        if state == State::CatchingUp && self.has_caught_up(work, &followed).await? {
            let now = self.clock.now();
            let cause = "the log's end was reached";
            let step = Step { from: State::CatchingUp, event: Event::CaughtUp, cause, now };
            run_store::move_run(self.records, work.run.id, step, |_| (), &[]).await?;
        }
        Ok(match (self.end_following(work.run.id).await?, again) {
            (Progress::Ended, Some(wait)) => Progress::Later(wait),
            (Progress::Later(sooner), Some(wait)) => Progress::Later(sooner.min(wait)),
            (progress @ (Progress::Over | Progress::Ended | Progress::Later(_)), _) => progress,
        })
    }

    async fn followed(&self, run: RunId) -> Result<Followed, HandlerError> {
        let partition = record::run_partition(run);
        let lanes = record::load_all::<LaneProgress>(self.records, &partition, record::LANES).await?;
        let reader = record::must_load(self.records, &record::reader(run)).await?;
        Ok(Followed { reader, lanes: lanes.into_iter().map(|(_, lane)| lane.value).collect() })
    }

    /// Everything committed before the copy was over is applied, or there was a moment with nothing more to read.
    async fn has_caught_up(&self, work: &Work, followed: &Followed) -> Result<bool, HandlerError> {
        let Followed { reader: Stored { value: reader, .. }, lanes } = followed;
        if reader.idle_at.is_some() && reader.barrier.is_none() && !reader.any_outstanding(lanes) {
            return Ok(true);
        }
        let mut phase = phase::load(self.records, work.run.id).await?;
        let timeline = reader.position.timeline;
        if let Some(catch_up) = phase.catch_up.filter(|catch_up| catch_up.timeline == timeline) {
            return Ok(reader.is_applied_through(catch_up.end, lanes));
        }
        let end = self.log.end().await?;
        if end.server_uuid == reader.evidence.server_uuid {
            phase.catch_up = Some(CatchUp { timeline, end: end.place });
            phase::store(self.records, work.run.id, phase).await?;
        }
        Ok(false)
    }

    async fn end_following(&self, id: RunId) -> Result<Progress, HandlerError> {
        let run: Stored<Run> = record::must_load(self.records, &record::run(id)).await?;
        if !matches!(run.value.state, State::CatchingUp | State::Running) || !run.value.finish {
            return Ok(Progress::Ended);
        }
        let Followed { reader, lanes } = self.followed(id).await?;
        let is_reached =
            reader.value.finish_at.is_some_and(|end| reader.value.is_applied_through(end, &lanes));
        if !is_reached || !self.is_copied(id).await? {
            return Ok(Progress::Later(LOOK_PAUSE));
        }
        let unchanged = run.unchanged();
        let mut moved = run.value;
        let cause = "everything committed before the end that was asked for is applied";
        let (number, entry) = moved
            .step(Event::FinishReached, cause, self.clock.now())
            .map_err(|illegal| HandlerError::Inconsistent(illegal.to_string()))?;
        let writes = vec![
            record::put(record::run(id), &moved, unchanged),
            record::put_new(record::journal(id, number), &entry),
            Write::Check { key: record::reader(id), expect: reader.unchanged() },
        ];
        match self.records.commit(writes).await? {
            Commit::Stored => Ok(Progress::Over),
            Commit::Conflict => Ok(Progress::Later(Duration::ZERO)),
        }
    }
}
