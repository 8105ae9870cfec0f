//! A page that a former run left in flight must not come up unseen under its successor.

use std::time::Duration;

use chunk_copier::handler::Copier;
use chunk_planner::handler::Planner;
use memory::{Call, Fault, Platform, TARGET, World, chunk_id, finish, row};
use migration::mutation::{self, Rule};
use migration::outcome::{HandlerError, Outcome};
use migration::retry::Retry;
use migration::run::{Failure, State};
use migration::run_store;

const LONG: Duration = Duration::from_secs(600);

fn plan(world: &World) {
    let planner = Planner {
        records: &world.platform.table,
        queue: &world.platform.queue,
        sampler: &world.source,
        target: &world.target,
        log: &world.source.log(),
        clock: &world.platform.clock,
        target_name: TARGET,
    };
    finish(planner.handle(world.run, world.budget(LONG))).expect("no fault is set");
}

fn copy(world: &World) -> Result<Outcome, HandlerError> {
    let copier = Copier {
        records: &world.platform.table,
        queue: &world.platform.queue,
        source: &world.source,
        sink: &world.target,
        log: &world.source.log(),
        clock: &world.platform.clock,
        target_name: TARGET,
    };
    finish(copier.handle(world.run, chunk_id(0, 0), world.budget(LONG)))
}

/// A run that failed with a page in flight that lands late, and a new run over the table, from which the rows of
/// that page are gone by now.
fn successor() -> (World, World) {
    let mut former = World::on(Platform::automatic());
    former.add_table("orders", (0..2).map(row));
    former.start();
    plan(&former);
    former.platform.faults.next(Call::Write, Fault::Late(Duration::from_millis(4_900)));
    copy(&former).expect_err("the write loses its answer");
    let failure =
        Failure { what: "stopped".to_owned(), remedy: "none".to_owned(), at: former.stored_run().created_at };
    finish(run_store::fail_run(&former.platform.table, former.run, failure)).expect("no fault is set");
    assert!(former.copied(0).is_empty(), "the page is still in flight");
    let successor = former.beside(2, "shop-move-again");
    successor.source.add_rows(successor.mapping(0), [row(7)]);
    successor.start();
    (former, successor)
}

#[test]
fn a_late_page_of_a_former_run_has_landed_before_the_successor_looks_for_emptiness() {
    let (_, world) = successor();
    plan(&world);
    let run = world.stored_run();
    assert_eq!(run.state, State::Failed);
    assert_eq!(run.failure.unwrap().what, "target table shop.orders is not empty");
}

/// The rule [`OwnerWait`](Rule::OwnerWait) left out: the same page comes up unseen.
#[test]
fn without_waiting_for_the_former_owner_a_late_page_comes_up_unseen() {
    let (_, world) = successor();
    mutation::leave_out([Rule::OwnerWait]);
    plan(&world);
    mutation::leave_out([]);
    assert_eq!(world.stored_run().state, State::Copying);
}

#[test]
fn a_former_run_that_wakes_up_gets_no_lease_and_writes_nothing() {
    let (former, world) = successor();
    plan(&world);
    // Somebody resumes the former run by hand.
    let mut run = former.stored_run();
    run.state = State::Copying;
    former.store(migration::record::run(former.run), &run);
    let writes = former.platform.faults.count(Call::Write);
    former.platform.faults.next(Call::Send, Fault::Before(Retry::Now));
    assert_eq!(copy(&former).unwrap(), Outcome::Done);
    assert_eq!(former.platform.faults.count(Call::Write), writes);
    assert_eq!(former.stored_run().state, State::Failed);
}
