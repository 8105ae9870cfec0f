//! The handler under every crash: each port call fails before it, after it, conflicts, half happens, in turn.
//!
//! After each the message is delivered again until it is done, and the records must be what they are without a
//! crash. What a crash may leave behind in the queue is a second message to the planner, which is harmless.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use memory::{Call, Fault};
use migration::outcome::Outcome;
use migration::port::{QueueName, RecordKey};
use migration::record;
use migration::retry::Retry;
use migration::run::State;

use crate::shop::{VARCHAR, made, orders, table};
use crate::world::{RUN, World, finish};

/// Deliveries after which the handler must have ended.
const DELIVERIES_MAX: u32 = 6;

fn world(stops: bool) -> World {
    let world = World::new();
    world.source.add_table(orders());
    world.source.add_table(table("t", Vec::new()));
    let mut there = made("orders", &[("note", VARCHAR)]);
    if stops {
        there.attributes.insert("VERSIONS".to_owned(), "0".to_owned());
    }
    world.target.add_table(there);
    world.submit();
    world
}

/// Every body but the journal's and the run's times, which a repetition may change.
fn durable(world: &World) -> BTreeMap<RecordKey, String> {
    let dump = world.platform.table.dump().into_iter();
    let kept = dump.filter(|stored| !stored.key.sort.starts_with(record::JOURNAL));
    kept.map(|stored| (stored.key, stored.body)).collect()
}

fn deliver(world: &World) {
    for _ in 0..DELIVERIES_MAX {
        match world.handle() {
            Ok(Outcome::Done) => return,
            Ok(Outcome::Again { after }) => world.platform.clock.advance(after),
            Err(_) => world.platform.clock.advance(Duration::from_secs(1)),
        }
    }
    panic!("not done after {DELIVERIES_MAX} deliveries");
}

fn survives_every_crash(stops: bool) {
    let smooth = world(stops);
    deliver(&smooth);
    let calls = smooth.platform.faults.calls().len() as u64;
    let wanted = durable(&smooth);
    let state = if stops { State::PrecheckFailed } else { State::Planning };
    assert_eq!(smooth.run().state, state);
    for fault in [Fault::Before(Retry::Now), Fault::After(Retry::Now), Fault::Half, Fault::Conflict] {
        for number in 1..=calls {
            let crashed = world(stops);
            let first = crashed.platform.faults.calls().len() as u64;
            if number <= first {
                continue;
            }
            crashed.platform.faults.at(number, fault);
            deliver(&crashed);
            assert_eq!(crashed.platform.faults.fired(), 1, "call {number}: {fault:?}");
            let call = crashed.platform.faults.calls()[usize::try_from(number).expect("small") - 1];
            assert_eq!(crashed.run().state, state, "{call:?}, call {number}: {fault:?}");
            assert_eq!(durable(&crashed), wanted, "{call:?}, call {number}: {fault:?}");
            assert_eq!(crashed.target.probes().is_empty(), stops, "{call:?}, call {number}: {fault:?}");
            let woken = !crashed.platform.queue.bodies(QueueName::Plan).is_empty();
            assert_eq!(woken, !stops, "{call:?}, call {number}: {fault:?}");
        }
    }
}

#[test]
fn a_passing_precheck_ends_alike_whatever_call_it_crashes_at() {
    survives_every_crash(false);
}

#[test]
fn a_failing_precheck_ends_alike_whatever_call_it_crashes_at() {
    survives_every_crash(true);
}

#[test]
fn a_precheck_overtaken_by_another_stores_nothing_more() {
    let world = world(false);
    let busy = Fault::Before(Retry::After(Duration::from_secs(1)));
    world.platform.faults.at_call(Call::SourceFacts, 1, busy);
    let ports = world.ports();
    let mut slow = pin!(precheck::handle(&ports, RUN, world.budget()));
    let pending = slow.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(pending.is_pending(), "it waits for the busy server");
    world.handle().expect("the overtaking one");
    let stored = world.platform.table.dump();
    assert_eq!(finish(slow).expect("the overtaken one"), Outcome::Again { after: Duration::from_secs(1) });
    assert_eq!(world.platform.table.dump(), stored);
    assert_eq!(world.run().state, State::Planning);
}
