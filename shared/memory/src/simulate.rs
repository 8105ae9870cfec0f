//! Carries a run out in an order drawn from a seed: several invocations at once, stopped in front of each call.
//!
//! Handlers work on ports wrapped in [`Yielding`](crate::Yielding) and on a stepped clock. The simulation receives
//! messages, starts invocations, polls one of them at a time, moves the clock, kills what outlives its deadline, sends
//! a tick, and delivers some messages twice. Nothing but the seed and the disturbance decides what happens.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use migration::budget::Budget;
use migration::message::Message;
use migration::outcome::{HandlerError, Outcome};
use migration::port::{Clock, Inbox, Queue, QueueName, Receipt};
use migration::run_store;
use migration::time::UnixMs;

use crate::faults::Fault;
use crate::random::Random;
use crate::world::{World, finish};

/// Steps after which a run that is not over never will be.
const STEPS_MAX: u64 = 100_000;
/// As the local runner has it: past an invocation's life and its last statement's timeout.
const VISIBILITY: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_secs(10);

/// What goes wrong, in front of which call of any handler, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// Nothing besides what the seed brings.
    None,
    /// The invocation ends there, without a word.
    Crash(u64),
    /// The invocation stops there for so long, and then goes on, whatever its deadline: a zombie.
    Stall(u64, Duration),
    /// The call has this fault.
    Fault(u64, Fault),
    /// Every queue loses everything, and the invocation ends there.
    Purge(u64),
}

/// A handler at work.
pub type Handled<'a> = Pin<Box<dyn Future<Output = Result<Outcome, HandlerError>> + 'a>>;

/// What is carried out.
#[derive(Clone)]
pub struct Simulation<'a> {
    /// A started run on a stepped clock.
    pub world: &'a World,
    /// Draws the order.
    pub seed: u64,
    /// What goes wrong.
    pub disturbance: Disturbance,
    /// Copier invocations at a time.
    pub copiers: usize,
}

/// Carries the run out until it has ended and nobody works on it; returns how many calls handlers made.
///
/// # Panics
/// Where the run does not end.
pub fn simulate<'a>(simulation: &Simulation<'_>, handle: impl Fn(Message, Budget) -> Handled<'a>) -> u64 {
    let random = Random::seeded(simulation.seed);
    let next_tick = simulation.world.platform.clock.now();
    let mut runner = Runner { simulation, random, next_tick, steps: 0, invocations: Vec::new() };
    for _ in 0..STEPS_MAX {
        if runner.invocations.is_empty() && runner.is_over() {
            return runner.steps;
        }
        runner.tick();
        let ready = runner.ready();
        let receives = ready.is_empty() || runner.random.below(4) == 0;
        if receives && runner.receive(&handle) {
            continue;
        }
        if ready.is_empty() {
            simulation.world.platform.clock.advance(Duration::from_millis(250));
            continue;
        }
        let at = ready[runner.random.place(ready.len())];
        runner.poll(at);
        let passes = Duration::from_millis(runner.random.below(20));
        simulation.world.platform.clock.advance(passes);
    }
    panic!("seed {} with {:?}: the run does not end", simulation.seed, simulation.disturbance);
}

struct Runner<'r, 'a> {
    simulation: &'r Simulation<'r>,
    random: Random,
    next_tick: UnixMs,
    steps: u64,
    invocations: Vec<Invocation<'a>>,
}

struct Invocation<'a> {
    future: Handled<'a>,
    queue: QueueName,
    /// None for a message delivered twice: only one delivery settles it.
    receipt: Option<Receipt>,
    woken: Arc<Woken>,
    stalled_until: Option<UnixMs>,
    deadline: UnixMs,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Invocation<'_> {
    fn go_on(&mut self) -> Poll<Result<Outcome, HandlerError>> {
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.woken));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

impl<'a> Runner<'_, 'a> {
    fn is_over(&self) -> bool {
        let world = self.simulation.world;
        let run = finish(run_store::load_run(&world.platform.table, world.run));
        run.is_ok_and(|run| run.is_some_and(|run| !run.value.state.is_live()))
    }

    fn now(&self) -> UnixMs {
        self.simulation.world.platform.clock.now()
    }

    /// Sends a plan message where none is waiting, as the schedule does.
    fn tick(&mut self) {
        if self.now() < self.next_tick {
            return;
        }
        self.next_tick = self.now().plus(TICK);
        let queue = &self.simulation.world.platform.queue;
        if queue.bodies(QueueName::Plan).is_empty() {
            let message = Message::Plan { run: self.simulation.world.run };
            // A send that fails is made good by the next tick.
            drop(finish(queue.send(QueueName::Plan, &[message.outgoing()])));
        }
    }

    /// Ends what is over its time, and finds who can go on.
    fn ready(&mut self) -> Vec<usize> {
        let now = self.now();
        self.invocations.retain(|one| one.stalled_until.is_some() || now < one.deadline);
        let is_ready = |one: &Invocation<'_>| {
            one.woken.0.load(Ordering::Relaxed) && one.stalled_until.is_none_or(|until| until <= now)
        };
        let all = self.invocations.iter().enumerate();
        all.filter(|(_, one)| is_ready(one)).map(|(at, _)| at).collect()
    }

    /// Starts an invocation where there is room and a message; sometimes two of one message.
    fn receive(&mut self, handle: &impl Fn(Message, Budget) -> Handled<'a>) -> bool {
        let (queue, room) = if self.random.below(3) == 0 {
            (QueueName::Plan, 2)
        } else {
            (QueueName::Copy, self.simulation.copiers)
        };
        if self.invocations.iter().filter(|one| one.queue == queue).count() >= room {
            return false;
        }
        let received = finish(self.simulation.world.platform.queue.receive(queue, 1, VISIBILITY));
        let Some(delivery) = received.unwrap_or_default().into_iter().next() else {
            return false;
        };
        let message = Message::parse(&delivery.body).expect("invariant: only messages are sent");
        let mut receipts = vec![Some(delivery.receipt)];
        if self.random.below(12) == 0 {
            receipts.push(None);
        }
        for receipt in receipts {
            let deadline = self.now().plus(Duration::from_millis(2_000 + self.random.below(10_000)));
            let future = handle(message, Budget { deadline });
            let woken = Arc::new(Woken(AtomicBool::new(true)));
            self.invocations.push(Invocation {
                future,
                queue,
                receipt,
                woken,
                stalled_until: None,
                deadline,
            });
        }
        true
    }

    /// Lets one invocation make its next call.
    fn poll(&mut self, at: usize) {
        let step = self.steps;
        self.steps += 1;
        let platform = &self.simulation.world.platform;
        match self.simulation.disturbance {
            Disturbance::Crash(when) if when == step => {
                drop(self.invocations.swap_remove(at));
                return;
            }
            Disturbance::Purge(when) if when == step => {
                drop(self.invocations.swap_remove(at));
                platform.queue.purge();
                return;
            }
            Disturbance::Stall(when, span) if when == step => {
                self.invocations[at].stalled_until = Some(self.now().plus(span));
                return;
            }
            Disturbance::Fault(when, fault) if when == step => {
                platform.faults.at(platform.faults.calls().len() as u64 + 1, fault);
            }
            Disturbance::None
            | Disturbance::Crash(_)
            | Disturbance::Purge(_)
            | Disturbance::Stall(..)
            | Disturbance::Fault(..) => {}
        }
        if let Poll::Ready(outcome) = self.invocations[at].go_on() {
            let invocation = self.invocations.swap_remove(at);
            self.settle(&invocation, &outcome);
        }
    }

    fn settle(&mut self, invocation: &Invocation<'_>, outcome: &Result<Outcome, HandlerError>) {
        let Some(receipt) = &invocation.receipt else { return };
        let inbox = &self.simulation.world.platform.queue;
        let settled = match outcome {
            Ok(Outcome::Done) => finish(inbox.delete(invocation.queue, receipt)),
            Ok(Outcome::Again { after }) => {
                finish(inbox.change_visibility(invocation.queue, receipt, *after))
            }
            Err(_) => {
                let after = Duration::from_millis(200 + self.random.below(1_000));
                finish(inbox.change_visibility(invocation.queue, receipt, after))
            }
        };
        // A message that could not be settled is delivered again.
        drop(settled);
    }
}
