//! A run as the planner leaves it: tables made and taken, the stamp fixed, every chunk cut and its message sent.

use std::time::Duration;

use migration::lease::Lease;
use migration::message::Message;
use migration::owner::Owner;
use migration::port::{Clock, KeySampler, Queue, QueueName};
use migration::record::{self, TableNumber};
use migration::run::Event;
use migration::stamp::{self, RunStamp};
use migration::table_plan::{self, TablePlan, TableRecord};

use crate::world::{TARGET, World, finish};

const MARGIN: Duration = Duration::from_secs(2);

impl World {
    /// Leaves a started run as the planner does, without a planner.
    ///
    /// # Panics
    /// Where the run is not one that was just started: the test is wrong.
    pub fn plan(&self) {
        let mut run = self.stored_run();
        let now = self.platform.clock.now();
        let stamp = stamp::choose(now, MARGIN, now);
        self.store(record::stamp(self.run), &RunStamp::At { stamp });
        for number in (0..run.tables).map(TableNumber) {
            let table: TableRecord = self.load(&record::table(self.run, number));
            let target = &table.mapping.target;
            self.target.add_table(target.clone());
            let owner = Owner {
                run: self.run,
                task: run.task.clone(),
                highest_stamp: stamp,
                former: None,
                settled: true,
            };
            self.store(record::owner(TARGET, &target.id), &owner);
            self.cut(&table);
        }
        let (entry_number, entry) =
            run.step(Event::PlanningEnded, "test", now).expect("invariant: the run was being planned");
        self.store(record::journal(self.run, entry_number), &entry);
        self.store(record::run(self.run), &run);
    }

    fn cut(&self, table: &TableRecord) {
        let source = &table.mapping.source;
        let bytes = self.chunk_bytes();
        let rows = table_plan::rows_per_chunk(source.rows_estimate, source.data_bytes, bytes);
        let mut plan = TablePlan::default();
        loop {
            let rest = migration::key::KeyRange { after: plan.cursor.clone(), through: None };
            let boundary = finish(self.source.boundary_after(&table.mapping, &rest, rows));
            let boundary = boundary.expect("invariant: no fault is set");
            let Some((chunk, next)) = table_plan::cut(&plan, table.number, table.generation, boundary) else {
                break;
            };
            self.store(record::chunk(self.run, chunk.id), &chunk);
            self.store(record::chunk_lease(self.run, chunk.id), &Lease::unheld());
            let message = Message::Copy { run: self.run, chunk: chunk.id }.outgoing();
            drop(finish(self.platform.queue.send(QueueName::Copy, &[message])));
            plan = next;
        }
        self.store(record::plan(self.run, table.number), &plan);
    }
}
