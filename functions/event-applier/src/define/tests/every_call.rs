//! A definition is carried over once, in its place, whatever call fails before or after it had its effect.

use std::time::Duration;

use memory::{Fault, TARGET, World, finish};
use migration::chunk::{Generation, State};
use migration::definition::{CopyEffect, Passage};
use migration::ident::ColumnName;
use migration::lease::Lease;
use migration::owner::Owner;
use migration::port::{Clock, TargetCatalog};
use migration::position::{Position, Timeline};
use migration::recopy::{Recopy, Stage};
use migration::record::{self, TableNumber};
use migration::retry::Retry;
use migration::run::Run;
use migration::schema::SchemaVersion;
use migration::table_plan::{TablePlan, TableProgress, TableRecord};

use super::{
    BEHIND, MINUTE, added, created, dropped, pass, reader, reject_many, rejects, table, truncated, waiting,
    write,
};

/// Passes once for each call there is, with this fault in its place, and checks what is left behind.
fn whatever_fails(judged: impl Fn(&World) -> Passage, check: impl Fn(&World, &str)) {
    let calls = |world: &World| world.platform.faults.calls().len() as u64;
    let calm = waiting();
    let passage = judged(&calm);
    let before = calls(&calm);
    pass(&calm, &passage);
    let behind = calls(&calm);
    check(&calm, "calm");
    let faults = [
        Fault::Before(Retry::Now),
        Fault::After(Retry::Now),
        Fault::Conflict,
        Fault::Late(Duration::from_secs(100)),
    ];
    for number in before + 1..=behind {
        for fault in faults {
            let world = waiting();
            let passage = judged(&world);
            assert_eq!(calls(&world), before);
            world.platform.faults.at(number, fault);
            pass(&world, &passage);
            assert_eq!(world.platform.faults.fired(), 1);
            check(&world, &format!("{fault:?} at call {}", number - before));
        }
    }
}

/// What is true behind every barrier.
fn check_passed(world: &World, what: &str) {
    let reader = reader(world);
    assert_eq!(reader.position, Position::boundary(Timeline(0), BEHIND), "{what}");
    assert_eq!(reader.schema, SchemaVersion(1), "{what}");
    assert!(reader.lanes.iter().all(|lane| lane.low == reader.position), "{what}");
    let lease: Lease = world.load(&record::definition_lease(world.run));
    assert!(lease.has_ended(world.platform.clock.now()), "{what}");
    assert!(world.all::<TableRecord>(record::TABLES).iter().all(|table| !table.held), "{what}");
}

#[test]
fn a_truncated_table_is_emptied_once_and_its_chunks_are_closed() {
    whatever_fails(
        |world| {
            write(world, 77);
            reject_many(world);
            truncated(world)
        },
        |world, what| {
            check_passed(world, what);
            assert!(world.copied(0).is_empty(), "{what}");
            assert_eq!(rejects(world), 0, "{what}");
            assert!(world.chunk_leases().is_empty(), "{what}");
            assert!(world.chunks(0).iter().all(|chunk| chunk.state == State::Done), "{what}");
            // What is behind the definition stays, whatever is still on its way.
            write(world, 5);
            world.platform.clock.advance(3 * MINUTE);
            assert_eq!(world.copied(0).len(), 1, "{what}");
        },
    );
}

#[test]
fn a_column_is_added_and_open_chunks_go_on_with_it() {
    whatever_fails(
        |world| {
            reject_many(world);
            added(world, CopyEffect::GoesOn)
        },
        |world, what| {
            check_passed(world, what);
            assert_eq!(rejects(world), 90, "{what}");
            let found = finish(world.target.describe(&world.mapping(0).target.id)).unwrap().unwrap();
            assert!(found.column(&ColumnName::new("more").unwrap()).is_some(), "{what}");
            let table = table(world, 0);
            assert_eq!((table.generation, table.chunks_from), (Generation(1), Generation(0)), "{what}");
            assert_eq!(table.mapping.target, found, "{what}");
            assert!(world.chunks(0).iter().all(|chunk| table.counts(chunk.generation)), "{what}");
            assert_eq!(world.chunk_leases().len(), 2, "{what}");
        },
    );
}

#[test]
fn a_table_that_is_copied_again_begins_behind_its_old_chunks() {
    whatever_fails(
        |world| {
            reject_many(world);
            added(world, CopyEffect::Again)
        },
        |world, what| {
            check_passed(world, what);
            assert_eq!(rejects(world), 0, "{what}");
            let (table, plan): (_, TablePlan) =
                (table(world, 0), world.load(&record::plan(world.run, TableNumber(0))));
            assert_eq!((plan.chunks, plan.complete, plan.cursor), (2, false, None), "{what}");
            assert_eq!(table.chunks_from, table.generation, "{what}");
            let progress: TableProgress = world.load(&record::progress(world.run, TableNumber(0)));
            assert_eq!((progress.chunks, progress.rows), (2, 0), "{what}");
            let recopy: Recopy = world.load(&record::recopy(world.run, TableNumber(0)));
            assert_eq!(recopy, Recopy { generation: table.generation, stage: Stage::Wanted }, "{what}");
            assert!(world.chunk_leases().is_empty(), "{what}");
        },
    );
}

#[test]
fn a_dropped_table_leaves_no_record_to_go_by() {
    let listed = |world: &World| {
        reject_many(world);
        dropped(world)
    };
    whatever_fails(listed, |world, what| {
        check_passed(world, what);
        assert_eq!(rejects(world), 0, "{what}");
        assert_eq!(finish(world.target.describe(&world.mapping(0).target.id)).unwrap(), None, "{what}");
        assert!(world.all::<TableRecord>(record::TABLES).is_empty(), "{what}");
        assert!(
            world.all::<TablePlan>(record::PLANS).is_empty() && world.chunk_leases().is_empty(),
            "{what}"
        );
    });
}

#[test]
fn a_new_table_is_taken_and_made_and_has_nothing_to_copy() {
    whatever_fails(
        |world| created(world).0,
        |world, what| {
            check_passed(world, what);
            let wanted = created(world).1;
            let owner: Owner = world.load(&record::owner(TARGET, &wanted.target.id));
            assert!(owner.run == world.run && owner.settled, "{what}");
            let run: Run = world.stored_run();
            assert_eq!(run.tables, 2, "{what}");
            let table = table(world, 1);
            assert_eq!((&table.mapping, table.schema), (&wanted, SchemaVersion(1)), "{what}");
            let plan: TablePlan = world.load(&record::plan(world.run, TableNumber(1)));
            assert!(plan.complete && plan.chunks == 0, "{what}");
            assert_eq!(
                finish(world.target.describe(&wanted.target.id)).unwrap(),
                Some(wanted.target),
                "{what}"
            );
        },
    );
}
