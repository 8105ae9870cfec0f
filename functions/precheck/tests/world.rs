//! A source, a target and a platform in memory, with a task over them.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use memory::{ManualClock, MemoryQueue, MemorySource, MemoryTable, MemoryTarget, Platform};
use migration::budget::Budget;
use migration::finding::{Finding, Level, Verdict};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{CheckpointTable, Clock, Commit};
use migration::record::{self, TaskHead};
use migration::run::{Run, RunId};
use migration::task::Task;
use precheck::codes::Code;
use precheck::{Ports, Report};
use serde_json::{Value, json};
use uuid::Uuid;

/// Names the target in owner records.
pub(crate) const TARGET: &str = "target.example:33060";

/// The run of these tests.
pub(crate) const RUN: RunId = RunId(Uuid::from_u128(7));

pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) source: MemorySource,
    pub(crate) target: MemoryTarget,
    pub(crate) document: Value,
    pub(crate) time: Duration,
}

pub(crate) type AllPorts<'a> = Ports<'a, MemoryTable, MemoryQueue, MemorySource, MemoryTarget, ManualClock>;

impl World {
    /// Two servers without tables, and a task over the database `shop`.
    pub(crate) fn new() -> Self {
        let platform = Platform::automatic();
        let source = MemorySource::new(platform.faults.clone());
        let target = MemoryTarget::new(platform.clock.clone(), platform.faults.clone());
        let document = json!({
            "name": "shop-move",
            "source": { "host": "source.example", "user": "ferry", "tls": { "mode": "disabled" } },
            "target": { "host": "target.example", "user": "root", "tls": { "mode": "disabled" } },
            "migration": "full",
            "objects": [{ "database": "shop" }],
        });
        Self { platform, source, target, document, time: Duration::from_secs(300) }
    }

    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.document[key] = value;
    }

    pub(crate) fn set_objects(&mut self, objects: Value) {
        self.set("objects", objects);
    }

    pub(crate) fn task(&self) -> Task {
        Task::parse(&self.document).expect("the test's document is valid")
    }

    pub(crate) fn ports(&self) -> AllPorts<'_> {
        Ports {
            records: &self.platform.table,
            queue: &self.platform.queue,
            source: &self.source,
            target: &self.target,
            clock: &self.platform.clock,
            target_name: TARGET,
        }
    }

    pub(crate) fn budget(&self) -> Budget {
        Budget { deadline: self.platform.clock.now().plus(self.time) }
    }

    /// Inspects and judges.
    pub(crate) fn report(&self) -> (Report, Verdict) {
        let task = self.task();
        let mut report =
            finish(precheck::inspect(&self.ports(), RUN, &task, self.budget())).expect("no server is lost");
        let verdict = report.verdict(&task);
        (report, verdict)
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.report().0.findings
    }

    /// The findings of one code and level.
    pub(crate) fn found(&self, code: Code, level: Level) -> Vec<Finding> {
        let of_code = |finding: &Finding| finding.code == code.as_str() && finding.level == level;
        self.findings().into_iter().filter(of_code).collect()
    }

    /// Stores the run and its document, as `submit` does.
    pub(crate) fn submit(&self) {
        let run = Run::created(RUN, "shop-move".to_owned(), self.platform.clock.now());
        let head = TaskHead::with(RUN, self.document.clone());
        let writes =
            vec![record::put_new(record::run(RUN), &run), record::put_new(record::head("shop-move"), &head)];
        let stored = finish(self.platform.table.commit(writes)).expect("the table answers");
        assert_eq!(stored, Commit::Stored);
    }

    pub(crate) fn handle(&self) -> Result<Outcome, HandlerError> {
        finish(precheck::handle(&self.ports(), RUN, self.budget()))
    }

    pub(crate) fn run(&self) -> Run {
        let stored = finish(record::must_load(&self.platform.table, &record::run(RUN)));
        stored.expect("the run is stored").value
    }
}

/// Polls to the end; nothing here ever waits in real time.
pub(crate) fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future does not end");
}
