//! What a run that follows the log shows of it: where it reads, how far the target is behind, what it waits for.

use std::fmt::Write;
use std::time::Duration;

use migration::barrier::PassedDefinition;
use migration::lag::Lag;
use migration::lane_progress::LaneProgress;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, LogStart, StartWay};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run::{RunId, State};
use migration::time::UnixMs;
use serde::Serialize;

use crate::report::wording::{count_text, span_text};

/// What the records say of following the log.
#[derive(Debug, Clone)]
pub(crate) struct Following {
    pub(crate) reader: ReaderState,
    pub(crate) lanes: Vec<LaneProgress>,
    pub(crate) lag: Lag,
    start: Option<StartWay>,
    passed: Vec<PassedDefinition>,
}

/// The same as an event.
#[derive(Debug, Serialize)]
pub(crate) struct FollowingFacts {
    start: Option<StartWay>,
    timeline: u32,
    position: String,
    epoch_restarts: u64,
    operations: u64,
    capture_lag_ms: u64,
    apply_lag_ms: u64,
    end_to_end_lag_ms: u64,
    barrier: Option<String>,
    schema_changes: Vec<PassedDefinition>,
}

impl Following {
    /// None for a run that has no log to follow, or not yet.
    pub(crate) async fn load(
        records: &impl CheckpointTable,
        run: RunId,
        now: UnixMs,
    ) -> Result<Option<Self>, HandlerError> {
        let partition = record::run_partition(run);
        // Lanes first: a lane read too early only seems to be behind.
        let lanes = record::load_all::<LaneProgress>(records, &partition, record::LANES).await?;
        let lanes: Vec<LaneProgress> = lanes.into_iter().map(|(_, lane)| lane.value).collect();
        let reader: Option<Stored<ReaderState>> = record::load(records, &record::reader(run)).await?;
        let Some(Stored { value: reader, .. }) = reader else { return Ok(None) };
        let start: Option<Stored<LogStart>> = record::load(records, &record::start(run)).await?;
        let passed = record::load_all::<PassedDefinition>(records, &partition, record::PASSED).await?;
        let passed = passed.into_iter().map(|(_, passed)| passed.value).collect();
        let lag = Lag::of(&reader, &lanes, now);
        Ok(Some(Self { reader, lanes, lag, start: start.map(|start| start.value.way), passed }))
    }

    /// Operations applied so far.
    pub(crate) fn operations(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.operations).sum()
    }

    /// As an event.
    pub(crate) fn facts(&self) -> FollowingFacts {
        FollowingFacts {
            start: self.start,
            timeline: self.reader.position.timeline.0,
            position: self.reader.position.transaction.to_string(),
            epoch_restarts: self.reader.restarts,
            operations: self.operations(),
            capture_lag_ms: millis(self.lag.capture),
            apply_lag_ms: millis(self.lag.apply),
            end_to_end_lag_ms: millis(self.lag.end_to_end),
            barrier: self.reader.barrier.as_ref().map(|barrier| barrier.statement.clone()),
            schema_changes: self.passed.clone(),
        }
    }

    /// The lag in a line.
    pub(crate) fn lag_text(&self) -> String {
        let lag = self.lag;
        let mut text = format!(
            "lag {} (capture {}, apply {}), {} changes applied",
            lag_span(lag.end_to_end),
            lag_span(lag.capture),
            lag_span(lag.apply),
            count_text(self.operations()),
        );
        if let Some(barrier) = &self.reader.barrier {
            // Writing to a string cannot fail.
            let _ = write!(text, "; all lanes are waited for before: {}", barrier.statement);
        }
        text
    }

    /// Some lines for `status`. A run that follows no more has no lag.
    pub(crate) fn text(&self, state: State) -> String {
        let mut text = String::new();
        let way = match self.start {
            Some(StartWay::Gtid) => "fixed by GTID set",
            Some(StartWay::Lock) => "fixed under a momentary lock",
            Some(StartWay::Wait) => "fixed by waiting until all that was logged was visible",
            None => "not fixed yet",
        };
        let (position, line) = (self.reader.position, &mut text);
        let _ = writeln!(
            line,
            "  log: start {way}; read to {} on timeline {}",
            position.transaction, position.timeline.0
        );
        if state == State::Finishing || state.is_over() {
            let _ = writeln!(line, "  {} changes applied", count_text(self.operations()));
        } else {
            let _ = writeln!(line, "  {}", self.lag_text());
        }
        if self.reader.restarts > 0 {
            let _ = writeln!(
                line,
                "  shipped again from what was applied: {} times",
                count_text(self.reader.restarts)
            );
        }
        if !self.passed.is_empty() {
            let _ = writeln!(line, "  {} schema changes carried:", self.passed.len());
        }
        for passed in &self.passed {
            let _ = writeln!(line, "    {}", passed.statement);
            for note in &passed.notes {
                let _ = writeln!(line, "      {note}");
            }
        }
        text
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Tenths of a second below a minute.
fn lag_span(span: Duration) -> String {
    if span < Duration::from_mins(1) {
        format!("{}.{} s", span.as_secs(), span.subsec_millis() / 100)
    } else {
        span_text(span)
    }
}
