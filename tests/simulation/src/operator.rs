//! Who pauses, resumes and finishes the run.

use std::cell::Cell;

use memory::{World, finish};
use migration::port::{CheckpointTable, Clock, RecordKey, Version};
use migration::record::{self, Stored};
use migration::run::{Event, Run, State};
use migration::run_store::{self, Step};

/// An operator.
pub(crate) struct Operator {
    world: World,
    key: RecordKey,
    /// What was read last: asked for at every step.
    seen: Cell<Option<(Version, State)>>,
}

impl Operator {
    pub(crate) fn new(world: World) -> Self {
        Self { key: record::run(world.run), seen: Cell::new(None), world }
    }

    /// Where the run stands.
    pub(crate) fn state(&self) -> State {
        let version = self.world.platform.table.version(&self.key);
        if let Some((_, state)) = self.seen.get().filter(|(seen, _)| Some(*seen) == version) {
            return state;
        }
        let state = self.world.stored_run().state;
        self.seen.set(version.map(|version| (version, state)));
        state
    }

    fn step(&self, from: State, event: Event) {
        let now = self.world.platform.clock.now();
        let step = Step { from, event, cause: "the operator says so", now };
        let table = &self.world.platform.table;
        // A run that has moved meanwhile is left alone.
        drop(finish(run_store::move_run(table, self.world.run, step, |_| (), &[])));
    }

    /// Pauses a run, or resumes one that is paused.
    pub(crate) fn act(&self, pauses: bool, resumes: bool) {
        let state = self.state();
        if state == State::Paused && resumes {
            self.step(state, Event::ResumedByHand);
        } else if pauses && state.copies() {
            self.step(state, Event::PausedByHand);
        }
    }

    /// Resumes what is paused.
    pub(crate) fn end(&self) {
        let state = self.state();
        if state == State::Paused {
            self.step(state, Event::ResumedByHand);
        }
    }

    /// Asks to finish: the source is quiet.
    pub(crate) fn finish(&self) {
        let mut stored: Stored<Run> =
            self.world.find(&record::run(self.world.run)).expect("invariant: it is there");
        if !stored.value.finish && stored.value.state.is_live() {
            stored.value.finish = true;
            let write = record::put(record::run(self.world.run), &stored.value, stored.unchanged());
            drop(finish(self.world.platform.table.commit(vec![write])));
        }
    }
}
