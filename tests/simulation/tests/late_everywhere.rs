//! Every handler stopped in front of every call until all others have gone on without it, and a definition was passed:
//! whatever it does then does no harm.

use std::time::Duration;

use migration::ident::ColumnName;
use migration::message::Message;
use migration::port::QueueName;
use migration::run::State;
use migration::schema::{Alteration, ColumnPlace, ExistingRows, SourceColumn, TableChange};
use simulation::{Actor, Stage};

/// Longer than anything goes on meanwhile.
const LONG: Duration = Duration::from_secs(600);
/// Past the lease of an executor of definitions, the longest there is.
const GONE: Duration = Duration::from_secs(150);

/// Calls looked at of a handler that goes on for long.
const CALLS_MAX: u32 = 80;

/// Definitions of the table.
#[derive(Debug, Clone, Copy)]
enum Definition {
    Column(ExistingRows),
    Truncate,
    Drop,
}

/// Those a run without a copy carries.
const LOGGED: [Definition; 3] =
    [Definition::Column(ExistingRows::Null), Definition::Truncate, Definition::Drop];
/// And one after which the table is copied again.
const ALL: [Definition; 4] = [LOGGED[0], LOGGED[1], LOGGED[2], Definition::Column(ExistingRows::Filled)];

impl Definition {
    fn carry_out(self, stage: &Stage) {
        let table = stage.table();
        let change = match self {
            Self::Truncate => TableChange::Truncated { table },
            Self::Drop => TableChange::Dropped { table },
            Self::Column(existing) => {
                let like = stage.world().mapping(0).source.columns[1].clone();
                let column = SourceColumn { name: ColumnName::new("more").expect("a name"), ..like };
                let alterations =
                    vec![Alteration::AddColumn { column, place: ColumnPlace::Unsaid, existing }];
                TableChange::Altered { table, alterations }
            }
        };
        stage.define(change, "a definition of orders");
    }
}

/// Stops a handler in front of each of its calls in turn; the definition comes once the others follow the log without it.
fn stop_everywhere(begin: impl Fn() -> Stage, start: fn(&Stage) -> Actor<'_>, definition: Definition) {
    for call in 0..CALLS_MAX {
        let stage = begin();
        let mut late = start(&stage);
        for _ in 0..call {
            late.step();
        }
        if late.has_ended() {
            assert!(call > 10, "it makes only {call} calls");
            return;
        }
        stage.pass(GONE);
        stage.until(|world| world.stored_run().state.follows());
        definition.carry_out(&stage);
        stage.until(|_| stage.has_passed());
        late.end();
        assert_eq!(stage.finish(), Ok(()), "{definition:?}, stopped in front of call {call}");
    }
}

fn reader(stage: &Stage) -> Actor<'_> {
    stage.reader(LONG)
}

fn planner(stage: &Stage) -> Actor<'_> {
    stage.invoke(Message::Plan { run: stage.world().run }, LONG)
}

/// Of a batch, or of a definition.
fn applier(stage: &Stage) -> Actor<'_> {
    stage.deliver(QueueName::Changes, LONG).expect("a message")
}

fn copier(stage: &Stage) -> Actor<'_> {
    stage.deliver(QueueName::Copy, LONG).expect("a chunk")
}

#[test]
fn a_late_applier_does_no_harm() {
    let begin = || {
        let stage = Stage::following(1);
        stage.insert([1, 2]);
        stage.read();
        stage
    };
    LOGGED.into_iter().for_each(|definition| stop_everywhere(begin, applier, definition));
}

#[test]
fn a_late_reader_does_no_harm() {
    let begin = || {
        let stage = Stage::following(1);
        stage.insert([1, 2]);
        stage
    };
    LOGGED.into_iter().for_each(|definition| stop_everywhere(begin, reader, definition));
}

#[test]
fn a_late_copier_does_no_harm() {
    ALL.into_iter().for_each(|definition| stop_everywhere(|| Stage::copying(true), copier, definition));
}

#[test]
fn a_late_planner_does_no_harm() {
    ALL.into_iter().for_each(|definition| stop_everywhere(|| Stage::planning(true), planner, definition));
}

/// Here the definition is there before, and its executor is late.
#[test]
fn a_late_executor_of_a_definition_does_no_harm() {
    for definition in ALL {
        for call in 0..CALLS_MAX {
            let stage = Stage::copying(true);
            stage.until(|world| world.stored_run().state == State::Running);
            definition.carry_out(&stage);
            stage.read();
            let mut late = applier(&stage);
            for _ in 0..call {
                late.step();
            }
            if late.has_ended() {
                assert!(call > 10, "it makes only {call} calls");
                break;
            }
            stage.pass(GONE);
            stage.until(|_| stage.has_passed());
            late.end();
            assert_eq!(stage.finish(), Ok(()), "{definition:?}, stopped in front of call {call}");
        }
    }
}
