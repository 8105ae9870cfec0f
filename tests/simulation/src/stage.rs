//! Schedules a test plays step by step: it says which handler goes on and up to which call, what is lost, and when.
//!
//! For what random runs hardly ever come by. Messages are received and settled as a platform does, and everything that is
//! not told apart is carried out one handler after the other.

use std::task::Poll;
use std::time::Duration;

use memory::{Call, Platform, RowChange, TARGET, World, finish};
use migration::budget::Budget;
use migration::capabilities::Capabilities;
use migration::ident::TableId;
use migration::message::Message;
use migration::mutation::{self, Rule};
use migration::owner::Owner;
use migration::port::{Clock, Delivery, Inbox, QueueName};
use migration::reader_state::ReaderState;
use migration::record::{self, Stored};
use migration::run::State;
use migration::schema::{SchemaVersion, TableChange};
use migration::time::UnixMs;
use migration::value::SourceValue;
use serde_json::json;

use crate::check::{Trouble, judge, nobody_writes};
use crate::handlers::{Ends, Handlers, Work, pace};
use crate::invocation::Invocation;
use crate::operator::Operator;

/// How long a message is out of sight once it was received.
const VISIBILITY: Duration = Duration::from_secs(20);
/// How long an invocation lives, unless said otherwise.
const LIFE: Duration = Duration::from_secs(4);
/// Rounds after which what has not come about never will.
const ROUNDS_MAX: u32 = 200;

/// A run that follows the log, and nobody at work.
pub struct Stage {
    world: World,
    handlers: Handlers,
}

/// A handler at work, stopped in front of a call.
pub struct Actor<'s> {
    stage: &'s Stage,
    invocation: Invocation<'s>,
    next: Option<Call>,
    ends: Option<Ends>,
}

/// Plays something with these rules left out.
pub fn without<T>(rules: &[Rule], play: impl FnOnce() -> T) -> T {
    mutation::leave_out(rules.iter().copied());
    let played = play();
    mutation::leave_out([]);
    played
}

impl Stage {
    /// A run that only follows the log of a table `orders` without rows, on so many lanes.
    #[must_use]
    pub fn following(lanes: u16) -> Self {
        let mut world = World::on(Platform::stepped());
        world.set("migration", json!("incremental"));
        world.set("tables_on_target", json!({ "if_not_empty": "allow" }));
        world.set("tuning", json!({ "lanes": lanes, "write_spacing": "250 ms" }));
        world.add_table("orders", []);
        let stage = Self::start(world);
        stage.until(|world| world.stored_run().state == State::Running);
        stage
    }

    /// A run that begins to copy a table `orders` with rows 1 and 2 to a target that takes stamps, or takes none, and
    /// then follows. A planner has done what it can do.
    #[must_use]
    pub fn copying(stamped: bool) -> Self {
        let stage = Self::planning(stamped);
        stage.invoke(Message::Plan { run: stage.world.run }, LIFE).end();
        stage
    }

    /// As [`copying`](Self::copying), before any planner.
    #[must_use]
    pub fn planning(stamped: bool) -> Self {
        let mut world = World::on(Platform::stepped());
        world.set("migration", json!("full_and_incremental"));
        world.set("tuning", json!({ "lanes": 1, "write_spacing": "250 ms" }));
        if !stamped {
            world.set_capabilities(Capabilities::all_shown().without_stamps("the schedule says so"));
        }
        world.add_table("orders", (1..3).map(memory::row));
        Self::start(world)
    }

    fn start(world: World) -> Self {
        world.start();
        world.target.add_table(world.mapping(0).target.clone());
        let task = world.stored_run().task;
        let owner = Owner { run: world.run, task, highest_stamp: UnixMs(1), former: None, settled: true };
        world.store(record::owner(TARGET, &world.mapping(0).target.id), &owner);
        Self { handlers: Handlers::of(&world, 2, pace()), world }
    }

    /// Source, target, records and queues.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> TableId {
        self.world.mapping(0).source.id.clone()
    }

    /// Inserts rows at the source in a transaction of their own.
    pub fn insert(&self, ids: impl IntoIterator<Item = i64>) {
        let insert = |id| RowChange::Insert { table: self.table(), row: memory::row(id) };
        self.world.source.commit(ids.into_iter().map(insert).collect());
    }

    /// Changes a row's text at the source.
    ///
    /// # Panics
    /// Where there is no such row: the test is wrong.
    pub fn change(&self, id: i64, text: &str) {
        let table = self.table();
        let rows = self.world.source.committed(&table);
        let before = rows.into_iter().find(|row| row.first() == Some(&SourceValue::Int(id)));
        let before = before.expect("invariant: the test inserted this row");
        let mut after = before.clone();
        after[1] = SourceValue::Text(text.to_owned());
        self.world.source.commit(vec![RowChange::Update { table, before, after }]);
    }

    /// Carries out and logs a definition of the table.
    pub fn define(&self, change: TableChange, statement: &str) {
        self.world.source.define(vec![change], statement, SourceValue::Null);
    }

    /// Whether a definition was passed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        let state: Option<Stored<ReaderState>> = self.world.find(&record::reader(self.world.run));
        state.is_some_and(|state| state.value.schema > SchemaVersion(0))
    }

    /// Lets time pass.
    pub fn pass(&self, span: Duration) {
        self.world.platform.clock.advance(span);
    }

    /// Pauses the run, and resumes it.
    pub fn pause_and_resume(&self) {
        let operator = Operator::new(self.world.clone());
        operator.act(true, false);
        operator.end();
    }

    /// A handler of a message nobody sent.
    #[must_use]
    pub fn invoke(&self, message: Message, life: Duration) -> Actor<'_> {
        self.begin(Work::Message(message), message.queue(), &[], life)
    }

    /// An applier of these batches, which lie in no queue any more.
    #[must_use]
    pub fn apply(&self, bodies: &[String], life: Duration) -> Actor<'_> {
        self.begin(Work::Lane(bodies.to_vec()), QueueName::Changes, &[], life)
    }

    /// A handler of the next message in a queue, if there is one.
    #[must_use]
    pub fn deliver(&self, queue: QueueName, life: Duration) -> Option<Actor<'_>> {
        let most = if queue.is_fifo() { 10 } else { 1 };
        let received = finish(self.world.platform.queue.receive(queue, most, VISIBILITY));
        let mut received = received.expect("invariant: no fault is set");
        let group = received.first()?.group.clone();
        // Those of other groups come again.
        received.retain(|delivery| delivery.group == group);
        let bodies: Vec<String> = received.iter().map(|delivery| delivery.body.clone()).collect();
        let message = bodies.first().and_then(|body| Message::parse(body).ok());
        Some(self.begin(message.map_or(Work::Lane(bodies), Work::Message), queue, &received, life))
    }

    fn begin(&self, work: Work, queue: QueueName, received: &[Delivery], life: Duration) -> Actor<'_> {
        let deadline = self.world.platform.clock.now().plus(life);
        let future = self.handlers.start(work, Budget { deadline });
        let receipts = received.iter().map(|delivery| Some(delivery.receipt.clone())).collect();
        let invocation = Invocation::new(String::new(), future, queue, receipts, deadline);
        Actor { stage: self, invocation, next: None, ends: None }
    }

    /// A reader that lives for so long.
    #[must_use]
    pub fn reader(&self, life: Duration) -> Actor<'_> {
        self.invoke(Message::Read { run: self.world.run }, life)
    }

    /// Reads what there is, and ends.
    pub fn read(&self) {
        self.reader(Duration::from_secs(2)).end();
    }

    /// The batches in the queue, in order, which are in it no more.
    #[must_use]
    pub fn take_batches(&self) -> Vec<String> {
        let bodies = self.world.platform.queue.bodies(QueueName::Changes);
        self.world.platform.queue.purge();
        bodies
    }

    /// A tick, and every message that waits.
    pub fn round(&self) {
        let run = self.world.run;
        self.invoke(Message::Plan { run }, LIFE).end();
        self.read();
        // Readers send their own message again, and would go on for ever.
        for queue in [QueueName::Changes, QueueName::Copy, QueueName::Plan] {
            for _ in 0..self.world.platform.queue.bodies(queue).len() {
                let Some(actor) = self.deliver(queue, LIFE) else { break };
                actor.end();
            }
        }
        self.pass(Duration::from_millis(100));
    }

    /// Rounds until it is so.
    ///
    /// # Panics
    /// Where it never is.
    pub fn until(&self, is_so: impl Fn(&World) -> bool) {
        let is_met = (0..ROUNDS_MAX).any(|_| {
            self.round();
            is_so(&self.world)
        });
        assert!(is_met, "it never comes about: {:?}", self.world.stored_run());
    }

    /// Asks to finish.
    pub fn ask_to_finish(&self) {
        Operator::new(self.world.clone()).finish();
    }

    /// Finishes the run, and judges it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn finish(&self) -> Result<(), Trouble> {
        self.ask_to_finish();
        let tables = [self.table()];
        for _ in 0..ROUNDS_MAX {
            let run = self.world.stored_run();
            match run.state {
                State::Completed => {
                    nobody_writes(&self.world)?;
                    let is_there = self.world.source.definition(&self.table()).is_some();
                    return judge(&self.world, if is_there { &tables } else { &[] });
                }
                State::Failed => {
                    return Err(Trouble::Failed(run.failure.map(|failure| failure.what).unwrap_or_default()));
                }
                _ => self.round(),
            }
        }
        Err(Trouble::Stuck(format!("{:?}", self.world.stored_run().state)))
    }
}

impl Actor<'_> {
    /// Makes the next call, if one is to be made; time passes where it sleeps.
    pub fn step(&mut self) {
        let clock = &self.stage.world.platform.clock;
        let now = clock.now();
        if !self.invocation.is_ready(now) {
            let next = clock.next_wake().unwrap_or_default().max(now.plus(Duration::from_millis(1)));
            clock.advance(now.until(next));
            return;
        }
        let polled = self.invocation.go_on();
        self.next = self.invocation.comes;
        if let Poll::Ready(ends) = polled {
            let after_error = Duration::from_millis(500);
            self.invocation.settle(&self.stage.world.platform.queue, &ends, after_error);
            self.ends = Some(ends);
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ends.is_some()
    }

    /// Goes on until it is in front of such a call.
    ///
    /// # Panics
    /// Where it ends before.
    #[must_use]
    pub fn before(mut self, call: Call) -> Self {
        loop {
            self.step();
            assert!(self.ends.is_none(), "it ends before {call:?}: {:?}", self.ends);
            if self.next == Some(call) {
                return self;
            }
        }
    }

    /// Goes on to its end, whatever its deadline.
    ///
    /// # Panics
    /// Never: it has ended then.
    pub fn end(mut self) -> Ends {
        while self.ends.is_none() {
            self.step();
        }
        self.ends.take().expect("invariant: it has ended")
    }
}
