//! Carries a run out in an order drawn from a seed: several invocations at once, each stopped in front of every call,
//! while the source is written to and what the environment brings goes wrong. Nothing but seed and environment
//! decides what happens.

use std::collections::BTreeSet;
use std::task::Poll;
use std::time::Duration;

use memory::{Random, World, finish};
use migration::budget::Budget;
use migration::message::Message;
use migration::port::{Clock, Delivery, Inbox, Queue, QueueName};
use migration::record;
use migration::run::State;
use migration::time::UnixMs;

use crate::check::{Trouble, nobody_writes};
use crate::environment::{Environment, Switch};
use crate::handlers::{Handlers, Work};
use crate::invocation::Invocation;
use crate::operator::Operator;
use crate::writer::Writer;

/// Past an invocation's life and its last statement's timeout, as the local runner has it.
const VISIBILITY: Duration = Duration::from_secs(20);
/// Steps after which a run that has not ended never will.
const STEPS_MAX: u64 = 400_000;
/// Time after the last write in which the run must end.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// The source is quiet at last, even where following has not begun by then.
const LATEST: Duration = Duration::from_secs(300);
/// How long things go on going wrong with what is not carried over yet.
const STILL_ROUGH: Duration = Duration::from_secs(15);
/// Past any statement's time, a definition's included.
const SETTLED: Duration = Duration::from_secs(130);

/// Figures of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Polls of handlers.
    pub steps: u64,
    /// What went wrong.
    pub mishaps: u64,
}

/// Carries out a started run.
pub(crate) struct Runner<'h> {
    pub(crate) world: &'h World,
    handlers: &'h Handlers,
    pub(crate) environment: Environment,
    pub(crate) random: Random,
    writer: Writer,
    operator: Operator,
    pub(crate) invocations: Vec<Invocation<'h>>,
    pub(crate) figures: Figures,
    begun: UnixMs,
    next_tick: UnixMs,
    next_second: UnixMs,
    next_write: UnixMs,
    switched: bool,
    fixed_at: Option<UnixMs>,
    completed: bool,
    pub(crate) traces: bool,
}

impl<'h> Runner<'h> {
    /// A runner of a world's run.
    #[must_use]
    pub(crate) fn new(
        world: &'h World,
        handlers: &'h Handlers,
        environment: Environment,
        writer: Writer,
        seed: u64,
    ) -> Self {
        let begun = world.platform.clock.now();
        Self {
            world,
            handlers,
            operator: Operator::new(world.clone()),
            environment,
            random: Random::seeded(seed),
            writer,
            invocations: Vec::new(),
            figures: Figures::default(),
            begun,
            next_tick: begun,
            next_second: begun,
            next_write: begun,
            switched: false,
            fixed_at: None,
            completed: false,
            traces: crate::play::traces(),
        }
    }

    /// Carries the run out until it has ended and nobody works any more.
    ///
    /// # Errors
    /// [`Trouble`] where it fails or does not end.
    pub(crate) fn run(mut self) -> Result<Figures, Trouble> {
        let patience = self.begun.plus(LATEST + self.environment.writing + PATIENCE);
        while self.figures.steps < STEPS_MAX && self.now() < patience {
            let state = self.operator.state();
            if state == State::Failed {
                let failure = self.world.stored_run().failure;
                let told = failure.map(|failure| format!("{}; {}", failure.what, failure.remedy));
                return Err(Trouble::Failed(told.unwrap_or_default()));
            }
            if state == State::Completed && !self.completed {
                self.completed = true;
                nobody_writes(self.world)?;
            }
            if self.completed && self.invocations.is_empty() {
                self.world.platform.clock.advance(SETTLED);
                return Ok(self.figures);
            }
            self.happen();
            self.step();
        }
        Err(Trouble::Stuck(format!("{:?} after {} steps", self.operator.state(), self.figures.steps)))
    }

    pub(crate) fn now(&self) -> UnixMs {
        self.world.platform.clock.now()
    }

    pub(crate) fn chance(&mut self, thousandths: u64) -> bool {
        thousandths > 0 && self.random.below(1_000) < thousandths
    }

    /// Whether things go wrong: until a while after the source became quiet.
    fn is_rough(&self) -> bool {
        self.now() < self.quiet_at().plus(STILL_ROUGH)
    }

    fn quiet_at(&self) -> UnixMs {
        let latest = self.begun.plus(LATEST + self.environment.writing);
        self.fixed_at.map_or(latest, |fixed| latest.min(fixed.plus(self.environment.writing)))
    }

    /// Whether the start of following is fixed: where nothing is copied, nothing is written before.
    fn starts(&mut self) -> bool {
        let key = record::reader(self.world.run);
        if self.fixed_at.is_none() && self.world.platform.table.peek(&key).is_some() {
            self.fixed_at = Some(self.now());
        }
        self.fixed_at.is_some()
    }

    /// What happens by itself: writers, ticks, the operator, and what the environment brings.
    fn happen(&mut self) {
        let now = self.now();
        while self.next_write <= now && self.next_write < self.quiet_at() {
            let starts = self.starts();
            if starts || self.environment.copies {
                // A definition that comes before every table is cut and compared is one the run refuses.
                let defines = self.operator.state().follows();
                self.writer.write(defines);
            }
            self.next_write = now.plus(self.writer.pause());
        }
        if self.next_tick <= now {
            self.next_tick = now.plus(Duration::from_millis(1_000 + self.random.below(3_000)));
            self.tick();
        }
        if self.next_second <= now {
            self.next_second = now.plus(Duration::from_secs(1));
            self.second();
        }
    }

    fn tick(&self) {
        let queue = &self.world.platform.queue;
        let run = self.world.run;
        for message in [Message::Plan { run }, Message::Read { run }] {
            if queue.bodies(message.queue()).is_empty() {
                // A send that fails is made good by the next tick.
                drop(finish(queue.send(message.queue(), &[message.outgoing()])));
            }
        }
    }

    fn second(&mut self) {
        let environment = self.environment.clone();
        let source = &self.world.source.clone();
        if self.now() >= self.quiet_at() {
            self.operator.finish();
        }
        if self.chance(environment.compactions) {
            self.world.target.compact(environment.markers_live);
        }
        if !self.is_rough() {
            self.world.platform.queue.lose(0, 0);
            self.operator.end();
            return;
        }
        if self.chance(environment.purges) {
            self.world.platform.queue.purge();
            self.figures.mishaps += 1;
        }
        if self.chance(environment.rotations) {
            source.rotate_log();
        }
        if self.chance(environment.disconnects) {
            source.disconnect();
            self.figures.mishaps += 1;
        }
        let pauses = self.chance(environment.pauses);
        let resumes = self.random.below(6) == 0;
        self.operator.act(pauses, resumes);
        let late = self.fixed_at.is_some_and(|fixed| fixed.until(self.now()) >= environment.switch_after);
        if !self.switched && late {
            self.switched = true;
            match environment.switch {
                Switch::None => {}
                Switch::Whole => source.fail_over(0),
                Switch::Lossy => source.fail_over(1 + self.random.place(environment.lost)),
            }
        }
    }

    /// Receives, or lets an invocation go on, or lets time pass.
    fn step(&mut self) {
        let now = self.now();
        self.invocations.retain(|one| one.lives(now));
        let ready: Vec<usize> =
            (0..self.invocations.len()).filter(|at| self.invocations[*at].is_ready(now)).collect();
        if (ready.is_empty() || self.random.below(4) == 0) && self.receive() {
            return;
        }
        if ready.is_empty() {
            let wake = self.world.platform.clock.next_wake();
            let next = [Some(self.next_tick), Some(self.next_second), wake].into_iter().flatten().min();
            let next = if self.is_rough() { next.map(|next| next.min(self.next_write)) } else { next };
            let span = next.map_or(Duration::from_millis(100), |next| now.until(next));
            let span = span.clamp(Duration::from_millis(1), Duration::from_millis(200));
            return self.world.platform.clock.advance(span);
        }
        let at = ready[self.random.place(ready.len())];
        self.poll(at);
        let passes = match self.random.below(10) {
            0..4 => 0,
            4..9 => self.random.below(8),
            _ => self.random.below(60),
        };
        self.world.platform.clock.advance(Duration::from_millis(passes));
    }

    fn room(queue: QueueName) -> usize {
        match queue {
            QueueName::Precheck => 0,
            QueueName::Plan | QueueName::Read => 2,
            QueueName::Copy | QueueName::Changes => 3,
        }
    }

    /// Starts invocations where there is room and a message; sometimes two of one message.
    fn receive(&mut self) -> bool {
        let queues =
            [QueueName::Plan, QueueName::Copy, QueueName::Read, QueueName::Changes, QueueName::Changes];
        let from = self.random.place(queues.len());
        for at in 0..queues.len() {
            let queue = queues[(from + at) % queues.len()];
            let is_full =
                self.invocations.iter().filter(|one| one.queue == queue).count() >= Self::room(queue);
            if is_full || (queue.is_fifo() && self.is_rough() && self.chance(self.environment.lag)) {
                continue;
            }
            let most = if queue.is_fifo() { 1 + u32::try_from(self.random.below(4)).unwrap_or(0) } else { 1 };
            let received = finish(self.world.platform.queue.receive(queue, most, VISIBILITY));
            let received = received.unwrap_or_default();
            if !received.is_empty() {
                self.start(queue, &received);
                return true;
            }
        }
        false
    }

    fn start(&mut self, queue: QueueName, received: &[Delivery]) {
        let groups: BTreeSet<Option<String>> =
            received.iter().map(|delivery| delivery.group.clone()).collect();
        for group in groups {
            let of_group: Vec<&Delivery> =
                received.iter().filter(|delivery| delivery.group == group).collect();
            let bodies: Vec<String> = of_group.iter().map(|delivery| delivery.body.clone()).collect();
            let receipts = of_group.iter().map(|delivery| Some(delivery.receipt.clone())).collect();
            let message = bodies.first().and_then(|body| Message::parse(body).ok());
            let is_twice = !queue.is_fifo() && self.chance(self.environment.duplicates);
            let work = message.map_or(Work::Lane(bodies), Work::Message);
            if is_twice {
                self.invoke(queue, work.clone(), vec![None]);
            }
            self.invoke(queue, work, receipts);
        }
    }

    fn invoke(&mut self, queue: QueueName, work: Work, receipts: Vec<Option<migration::port::Receipt>>) {
        let deadline = self.now().plus(Duration::from_millis(2_500 + self.random.below(10_000)));
        let name = if self.traces { format!("{} {work:?}", self.figures.steps) } else { String::new() };
        let future = self.handlers.start(work, Budget { deadline });
        self.invocations.push(Invocation::new(name, future, queue, receipts, deadline));
    }

    /// Lets one invocation make its next call, unless something happens to it there.
    fn poll(&mut self, at: usize) {
        self.figures.steps += 1;
        if self.traces {
            println!("{} {}: {}", self.now().0 % 10_000_000, self.figures.steps, self.invocations[at].name);
        }
        if self.is_rough() && self.disturb(at) {
            self.figures.mishaps += 1;
            return;
        }
        if let Poll::Ready(ends) = self.invocations[at].go_on() {
            let invocation = self.invocations.swap_remove(at);
            if self.traces {
                println!("{} ends: {ends:?}", invocation.name);
            }
            let after_error = Duration::from_millis(200 + self.random.below(1_000));
            invocation.settle(&self.world.platform.queue, &ends, after_error);
        }
    }
}
