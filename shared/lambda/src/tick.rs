//! The tick: once a minute every run is looked at, what it owes is sent, and its figures are told.
//!
//! It cannot see whether messages wait, because the queues are shared by all tasks and tell only how full they are; so it sends
//! what [`migration::wake::owed_blindly`] says, and [`migration::delivery`] keeps messages from adding up. Two ticks at once
//! do no harm. A run whose records cannot be read is told of, and the others are looked at all the same.

use lambda_runtime::Error;
use migration::delivery;
use migration::lag::Lag;
use migration::lane_progress::LaneProgress;
use migration::lease::Lease;
use migration::message;
use migration::outcome::HandlerError;
use migration::port::Clock;
use migration::reader_state::ReaderState;
use migration::record::{self, Stored, TaskHead};
use migration::run::{Run, State};
use migration::time::UnixMs;
use migration::{run_store, submission, trouble_store, wake};
use serde::Deserialize;

use crate::function::Function;
use crate::host::{Deadline, Host};
use crate::metrics::{RunFigures, tick_line};

/// How long nobody may have read, and seen the source's end, before it is told: three ticks.
const READER_SILENT: std::time::Duration = delivery::TICK_MAX.saturating_mul(3);

/// The input of the schedule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct TickInput {
    #[serde(rename = "version")]
    _version: Version,
    #[serde(rename = "kind")]
    _kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
struct Version;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Tick,
}

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, Self::Error> {
        if version == 1 { Ok(Self) } else { Err(format!("a tick of version {version}")) }
    }
}

impl<F: Function> Host<F> {
    /// Looks at every run.
    pub(crate) async fn tick(&self, deadline: Deadline) -> Result<(), Error> {
        let records = &self.platform.records;
        let stack = &self.platform.environment.stack;
        let mut heads = record::load_all::<TaskHead>(records, record::TASKS, "").await?;
        let first = first_of(heads.len(), self.platform.clock.now());
        heads.rotate_left(first);
        for (key, head) in heads {
            let now = self.platform.clock.now();
            if deadline.budget.left(now).is_zero() {
                tracing::warn!("the tick had no time for every task");
                break;
            }
            match self.look_at(&head.value, now).await {
                Ok(Some(figures)) => println!("{}", figures.line(stack, &key.sort, now)),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, task = key.sort, "a task cannot be looked at"),
            }
        }
        println!("{}", tick_line(stack, self.platform.clock.now()));
        Ok(())
    }

    /// Sends what the task's newest run owes; its figures, unless it has ended.
    async fn look_at(&self, head: &TaskHead, now: UnixMs) -> Result<Option<RunFigures>, HandlerError> {
        let records = &self.platform.records;
        let Some(Stored { value: run, .. }) = run_store::load_run(records, head.run).await? else {
            return Ok(None);
        };
        let mut figures = RunFigures { failed: run.state == State::Failed, ..RunFigures::default() };
        if run.state.is_live() || run.state == State::Cancelled {
            let task = submission::load_document(records, head).await?;
            trouble_store::forget_overdue(records, run.id, now).await?;
            let troubles = trouble_store::troubles(records, run.id).await?;
            let owed = wake::owed_blindly(records, &run, task.migration.follows(), &troubles, now).await?;
            for message in owed {
                // The figures are told whatever becomes of a message; the next tick sends it again.
                if let Err(error) = message::send(&self.platform.queue, &[message]).await {
                    tracing::error!(%error, kind = message.name(), "what a run owes cannot be sent");
                }
            }
            if task.migration.follows() && run.state.follows() {
                self.look_at_log(&run, now, &mut figures).await?;
            }
        }
        Ok((!run.state.is_over()).then_some(figures))
    }

    async fn look_at_log(
        &self,
        run: &Run,
        now: UnixMs,
        figures: &mut RunFigures,
    ) -> Result<(), HandlerError> {
        let records = &self.platform.records;
        let partition = record::run_partition(run.id);
        let lanes = record::load_all::<LaneProgress>(records, &partition, record::LANES).await?;
        let lanes: Vec<LaneProgress> = lanes.into_iter().map(|(_, lane)| lane.value).collect();
        let reader: Option<Stored<ReaderState>> = record::load(records, &record::reader(run.id)).await?;
        let Some(reader) = reader else { return Ok(()) };
        let lag = Lag::of(&reader.value, &lanes, now);
        let lease: Option<Stored<Lease>> = record::load(records, &record::reader_lease(run.id)).await?;
        let is_held = lease.is_some_and(|lease| !lease.value.has_ended(now));
        // While the copy goes on the log may have to wait for it.
        let must_read = matches!(run.state, State::CatchingUp | State::Running);
        figures.lag_seconds = must_read.then_some(lag.end_to_end.as_secs_f64());
        figures.reader_not_running = must_read.then_some(!is_held && lag.capture > READER_SILENT);
        Ok(())
    }
}

/// Another task in each minute, so that none is always the last where the time does not suffice for all.
fn first_of(tasks: usize, now: UnixMs) -> usize {
    let tick = usize::try_from(u128::from(now.0) / delivery::TICK_MAX.as_millis()).unwrap_or_default();
    tick.checked_rem(tasks).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{TickInput, UnixMs, first_of};

    #[test]
    fn each_tick_begins_with_another_task() {
        let firsts = |tasks| [1, 2, 3, 4].map(|minute| first_of(tasks, UnixMs(minute * 60_000 + 123)));
        assert_eq!((firsts(3), firsts(1), firsts(0)), ([1, 2, 0, 1], [0; 4], [0; 4]));
    }

    #[test]
    fn only_the_schedules_input_is_a_tick() {
        let read = |text: &str| serde_json::from_str::<TickInput>(text).is_ok();
        assert!(read(r#"{"version":1,"kind":"tick"}"#));
        assert!(!read(r#"{"version":2,"kind":"tick"}"#) && !read(r#"{"version":1,"kind":"tock"}"#));
        assert!(!read("{}"));
    }
}
