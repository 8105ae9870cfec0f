//! `ferry pause`, `resume`, `finish` and `cancel`: the operator's wish goes into the run's record, where whoever works on
//! the run looks first. So they work beside a live `ferry run` and without one.

use anyhow::anyhow;
use clock::SystemClock;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, Commit};
use migration::record::{self, Stored, TaskHead};
use migration::run::{Event, JournalEntry, Run, RunId, State};
use migration::run_store::{self, Step};
use migration::trouble_store;

use crate::command::CommandError;
use crate::command_line::OperateArgs;
use crate::data_dir;
use crate::exit::Exit;
use crate::place::{Place, Worker};
use crate::records::Records;

/// How often a move is tried while the run moves by itself.
const TRIES: u32 = 20;

/// What the operator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Pause,
    Resume {
        /// Whether definitions that cannot be carried are ignored from now on.
        ignore_ddl: bool,
    },
    Finish,
    Cancel,
}

/// What has come of it.
enum Answer {
    /// It is so now; what that means.
    Done(String),
    /// It was so already.
    Already(String),
    /// It cannot be.
    Refused(String),
}

pub(crate) async fn operate(wish: Wish, args: &OperateArgs) -> Result<Exit, CommandError> {
    let name = args.name.as_str();
    let place = Place::open(&args.cloud, &args.data_dir, name).await?;
    let Some(run) = data_dir::newest(&place.records, name).await? else {
        return Err(unknown(&place, name).await?);
    };
    let worker = place.worker(&args.data_dir, name)?;
    let options = format!(" --aws{}", args.cloud.stack_words());
    let by_hand = ByHand { store: &place.records, clock: SystemClock::new(), run: run.id, worker, options };
    let answer = match wish {
        Wish::Pause => by_hand.pause().await?,
        Wish::Resume { ignore_ddl } => by_hand.resume(ignore_ddl).await?,
        Wish::Finish => by_hand.finish().await?,
        Wish::Cancel => by_hand.cancel().await?,
    };
    match answer {
        Answer::Done(text) | Answer::Already(text) => {
            println!("task {name}: {text}");
            Ok(Exit::Done)
        }
        Answer::Refused(why) => Err(CommandError::usage(anyhow!("task {name} {why}"))),
    }
}

async fn unknown(place: &Place, name: &str) -> Result<CommandError, CommandError> {
    let heads = record::load_all::<TaskHead>(&place.records, record::TASKS, "").await?;
    let names: Vec<&str> = heads.iter().map(|(key, _)| key.sort.as_str()).collect();
    let known =
        if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
    Ok(CommandError::usage(anyhow!("there is no task {name} in {}; {known}", place.name())))
}

/// Moves a run that had stopped back to where it was; none where it is not one that had.
pub(crate) async fn resume(
    store: &impl CheckpointTable,
    clock: &SystemClock,
    run: RunId,
    ignore_ddl: bool,
    cause: &str,
) -> Result<Option<Run>, HandlerError> {
    for _ in 0..TRIES {
        let stored: Stored<Run> = record::must_load(store, &record::run(run)).await?;
        let from = stored.value.state;
        if !matches!(from, State::PrecheckFailed | State::Failed | State::Paused) {
            return Ok(None);
        }
        let step = Step { from, event: Event::ResumedByHand, cause, now: clock.now() };
        let cleared = trouble_store::cleared(store, run).await?;
        let amend = |run: &mut Run| {
            run.failure = None;
            run.ignores_definitions |= ignore_ddl;
        };
        let moved = run_store::move_run(store, run, step, amend, &cleared).await?;
        if moved.is_some() {
            return Ok(moved);
        }
    }
    Err(restless())
}

fn restless() -> HandlerError {
    HandlerError::Inconsistent("the run moves faster than it can be stopped; try again".to_owned())
}

struct ByHand<'a> {
    store: &'a Records,
    clock: SystemClock,
    run: RunId,
    worker: Worker,
    /// How a command names the deployment.
    options: String,
}

impl ByHand<'_> {
    async fn load(&self) -> Result<Stored<Run>, HandlerError> {
        Ok(record::must_load(self.store, &record::run(self.run)).await?)
    }

    /// How to go on, where nobody does.
    fn how_to_run(&self) -> &'static str {
        match self.worker {
            Worker::Process | Worker::Functions => "",
            Worker::Nobody => "; no process works on it: `ferry run TASK` goes on with it",
        }
    }

    /// Moves a run that may move by itself meanwhile; the state it was in.
    async fn step(&self, event: Event, cause: &str) -> Result<State, HandlerError> {
        for _ in 0..TRIES {
            let from = self.load().await?.value.state;
            let step = Step { from, event, cause, now: self.clock.now() };
            if run_store::move_run(self.store, self.run, step, |_| (), &[]).await?.is_some() {
                return Ok(from);
            }
        }
        Err(restless())
    }

    async fn pause(&self) -> Result<Answer, HandlerError> {
        let state = self.load().await?.value.state;
        if state == State::Paused {
            return Ok(Answer::Already("is paused already".to_owned()));
        }
        if !state.is_live() {
            return Ok(Answer::Refused(format!("is {state}; only a task that goes on can be paused")));
        }
        let from = self.step(Event::PausedByHand, "paused by hand").await?;
        let task = self.load().await?.value.task;
        let (rest, run, options) = match self.worker {
            Worker::Process => ("; its process ends what is in hand and exits", "`ferry run TASK` or ", ""),
            Worker::Nobody => ("", "`ferry run TASK` or ", ""),
            Worker::Functions => ("; what is in hand ends within minutes", "", self.options.as_str()),
        };
        Ok(Answer::Done(format!("paused, was {from}{rest}; {run}`ferry resume {task}{options}` goes on")))
    }

    async fn resume(&self, ignore_ddl: bool) -> Result<Answer, HandlerError> {
        let before = self.load().await?.value.state;
        let (cause, ignored) = if ignore_ddl {
            (
                "resumed by hand; from here on definitions that cannot be carried are ignored",
                ", from now on past definitions that cannot be carried",
            )
        } else {
            ("resumed by hand", "")
        };
        if let Some(moved) = resume(self.store, &self.clock, self.run, ignore_ddl, cause).await? {
            return Ok(Answer::Done(format!("{}, was {before}{ignored}{}", moved.state, self.how_to_run())));
        }
        let state = self.load().await?.value.state;
        if state.is_over() {
            return Ok(Answer::Refused(format!("is {state}, which is an end: it cannot be resumed")));
        }
        if ignore_ddl {
            return Ok(Answer::Refused(format!("is {state}; pause it first, then resume it so")));
        }
        Ok(Answer::Already(format!("is {state} already{}", self.how_to_run())))
    }

    async fn finish(&self) -> Result<Answer, HandlerError> {
        for _ in 0..TRIES {
            let stored = self.load().await?;
            let state = stored.value.state;
            if state == State::Completed {
                return Ok(Answer::Already("is completed already".to_owned()));
            }
            if !state.is_live() {
                return Ok(Answer::Refused(format!("is {state}; resume it before it can finish")));
            }
            let task = run_store::load_task(self.store, &stored.value).await?;
            if !task.is_some_and(|task| task.migration.follows()) {
                let why = "does not follow the log: it ends by itself when everything is copied";
                return Ok(Answer::Refused(why.to_owned()));
            }
            if stored.value.finish {
                return Ok(Answer::Already(format!("finishes already{}", self.how_to_run())));
            }
            if self.ask_to_finish(stored).await? == Commit::Stored {
                return Ok(Answer::Done(format!(
                    "finishes: it is completed once everything committed before now is applied{}",
                    self.how_to_run()
                )));
            }
        }
        Err(restless())
    }

    async fn ask_to_finish(&self, stored: Stored<Run>) -> Result<Commit, HandlerError> {
        let (unchanged, mut run) = (stored.unchanged(), stored.value);
        run.finish = true;
        let cause = "asked by hand to finish".to_owned();
        let entry = JournalEntry { at: self.clock.now(), from: run.state, to: run.state, cause };
        let number = run.journal_next;
        run.journal_next += 1;
        let writes = vec![
            record::put(record::run(self.run), &run, unchanged),
            record::put_new(record::journal(self.run, number), &entry),
        ];
        Ok(self.store.commit(writes).await?)
    }

    async fn cancel(&self) -> Result<Answer, HandlerError> {
        let run = self.load().await?.value;
        if run.state == State::Cancelled {
            return Ok(Answer::Already("is cancelled already".to_owned()));
        }
        if run.state == State::Completed {
            return Ok(Answer::Refused("is completed; there is nothing to cancel".to_owned()));
        }
        let from = self.step(Event::CancelledByHand, "cancelled by hand").await?;
        let rest = match (self.worker, &run.probe_database) {
            (Worker::Process, _) => "; its process ends what is in hand, drops the probe's table and exits",
            (Worker::Nobody, Some(_)) => "; `ferry run TASK` once more drops the probe's table on the target",
            (Worker::Functions, Some(_)) => "; the next tick drops the probe's table on the target",
            (Worker::Nobody | Worker::Functions, None) => "",
        };
        Ok(Answer::Done(format!("cancelled, was {from}{rest}; what was written to the target stays")))
    }
}
