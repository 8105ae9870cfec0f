//! What stands against a definition: foreign rows, copiers, a barrier that is closed, another executor.

use std::time::Duration;

use memory::{Call, Fault, Faults, World, chunk_id, finish, row};
use migration::definition::{CopyEffect, Effect, Passage, Refusal};
use migration::lease::Lease;
use migration::outcome::Outcome;
use migration::port::{Clock, Sink, WriteBatch};
use migration::position::{LogPlace, Position, Timeline};
use migration::record;
use migration::retry::Retry;
use migration::schema::TargetIndex;
use migration::stamp::RunStamp;
use migration::statement_form::StatementForm;
use migration::value::TargetValue;

use super::super::Step;
use super::{
    Entry, MINUTE, added, created, definer, handle, pass, reader, truncated, waiting, waiting_for, write,
};

#[test]
fn a_new_table_with_foreign_rows_stops_the_run() {
    let world = waiting();
    let (passage, mapping) = created(&world);
    world.target.add_table(mapping.target.clone());
    let rows = vec![mapping.convert_row(row(1), &mut 0).unwrap()];
    let batch = WriteBatch { table: &mapping, stamp: None, form: StatementForm::documented(), rows };
    finish(world.target.write(batch, world.platform.clock.now().plus(MINUTE))).unwrap();
    world.platform.clock.advance(MINUTE);
    let error = loop {
        match handle(&world, &passage) {
            Ok(Outcome::Again { after }) => world.platform.clock.advance(after),
            Ok(Outcome::Done) => panic!("the run goes on"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.retry(), Retry::Operator);
    assert!(reader(&world).barrier.is_some());
    assert_eq!(world.target.rows(&mapping.target.id).len(), 1);
}

#[test]
fn nothing_is_touched_before_every_copier_of_the_table_has_ended() {
    let world = waiting();
    let now = world.platform.clock.now();
    let lease = Lease::unheld().acquire(now, now.plus(MINUTE)).unwrap();
    world.store(record::chunk_lease(world.run, chunk_id(0, 1)), &lease);
    pass(&world, &truncated(&world));
    assert!(world.platform.clock.now() >= lease.until);
    let calls = world.platform.faults.calls();
    assert_eq!(
        calls.iter().filter(|call| **call == Call::Truncate).count(),
        0,
        "an empty table is as wanted"
    );
}

#[test]
fn a_barrier_that_is_not_open_is_left_alone() {
    let closed: [fn(&World); 4] = [
        |world| {
            let mut state = reader(world);
            state.lanes[1].seq = 4;
            world.store(record::reader(world.run), &state);
        },
        |world| {
            let mut state = reader(world);
            state.epoch = migration::lane_progress::Epoch(2);
            world.store(record::reader(world.run), &state);
        },
        |world| {
            let mut state = reader(world);
            state.position = Position::boundary(Timeline(0), LogPlace { file: 1, offset: 50 });
            world.store(record::reader(world.run), &state);
        },
        |world| {
            let mut run = world.stored_run();
            run.step(migration::run::Event::PausedByHand, "test", world.platform.clock.now()).unwrap();
            world.store(record::run(world.run), &run);
        },
    ];
    for close in closed {
        let world = waiting();
        write(&world, 1);
        close(&world);
        assert_eq!(handle(&world, &truncated(&world)).unwrap(), Outcome::Done);
        assert_eq!(world.copied(0).len(), 1);
        assert!(reader(&world).barrier.is_some());
    }
}

#[test]
fn a_run_that_is_paused_in_the_middle_sends_no_further_statement() {
    let world = waiting();
    write(&world, 1);
    let definer = definer(&world);
    let Ok(Entry::Held(mut held)) = finish(definer.enter(world.run, world.budget(MINUTE))) else {
        panic!("the barrier is open")
    };
    let mut run = world.stored_run();
    run.step(migration::run::Event::PausedByHand, "test", world.platform.clock.now()).unwrap();
    world.store(record::run(world.run), &run);
    let step = finish(definer.pass(&mut held, &truncated(&world))).unwrap();
    assert_eq!(step, Step::Later(Duration::ZERO));
    assert_eq!(world.copied(0).len(), 1);
    let faults: &Faults = &world.platform.faults;
    assert_eq!(faults.count(Call::Truncate), 0);
}

#[test]
fn a_second_executor_waits_until_the_timeout_of_the_first_ones_statement() {
    let world = waiting();
    write(&world, 1);
    world.platform.faults.next(Call::Truncate, Fault::Late(Duration::from_secs(100)));
    assert!(handle(&world, &truncated(&world)).is_err());
    let Ok(Outcome::Again { after }) = handle(&world, &truncated(&world)) else {
        panic!("the lease is held")
    };
    assert!(after >= Duration::from_mins(2));
    world.platform.clock.advance(after);
    assert_eq!(handle(&world, &truncated(&world)).unwrap(), Outcome::Done);
    // The first statement had taken effect by then: no second one was sent.
    assert_eq!(world.platform.faults.count(Call::Truncate), 1);
    write(&world, 2);
    let value = world.copied(0)[&2]["note"].clone();
    assert_eq!(value, TargetValue::Text("note 2".to_owned()));
}

/// What becomes of a definition that wants the table copied again.
fn copied_again(world: &World) -> Result<Passage, Refusal> {
    let definer = definer(world);
    let Ok(Entry::Held(held)) = finish(definer.enter(world.run, world.budget(MINUTE))) else {
        panic!("the barrier is open")
    };
    finish(definer.copyable(&held.open, added(world, CopyEffect::Again))).unwrap()
}

#[test]
fn a_table_that_takes_no_stamps_is_not_copied_again_beside_the_log() {
    assert!(copied_again(&waiting()).is_ok());

    let unstamped = waiting();
    unstamped.store(record::stamp(unstamped.run), &RunStamp::Unstamped);
    let refusal = copied_again(&unstamped).unwrap_err();
    assert_eq!(
        refusal.what,
        "rows of shop.orders changed without being logged, and the target table takes no stamps"
    );

    let indexed = waiting();
    let mut table = indexed.mapping(0).target.clone();
    table.indexes.push(TargetIndex { name: "by_note".to_owned() });
    indexed.target.add_table(table);
    assert!(copied_again(&indexed).is_err());

    let ignoring = waiting_for("incremental", "ignore");
    let passage = copied_again(&ignoring).unwrap();
    assert!(matches!(&passage.effects[0], Effect::Changes { copy: CopyEffect::GoesOn, .. }));
    assert_eq!(passage.notes.len(), 1);
}

/// A definition of a frozen executor would take effect after its lease, when its successor has passed the barrier.
#[test]
fn an_executor_that_wakes_up_late_sends_nothing() {
    let world = waiting();
    write(&world, 77);
    world.platform.faults.next(Call::Truncate, Fault::Pass(Duration::from_secs(20)));
    let error = handle(&world, &truncated(&world)).unwrap_err();
    assert_eq!(error.retry(), Retry::Now);
    assert_eq!(world.copied(0).len(), 1, "nothing was sent");
    pass(&world, &truncated(&world));
    assert!(world.copied(0).is_empty());
}
