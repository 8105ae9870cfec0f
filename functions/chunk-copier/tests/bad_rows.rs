//! Rows that cannot be carried: the run fails, or they are recorded and counted, by policy.

use memory::{Call, Fault, World, finish, row};
use migration::chunk::Reject;
use migration::outcome::Outcome;
use migration::port::CheckpointTable;
use migration::record::{self, TableNumber};
use migration::run::State;
use migration::table_plan::{TableProgress, TableRecord};
use migration::value::{Conversion, Date, Refusal, SourceRow, SourceValue, TargetValue};
use serde_json::json;

use crate::invocation::{copy, cursor, lease, unplanned};

const TOO_LONG: u64 = 3 << 20;

/// A row whose note is longer than the target takes.
fn long_row(id: i64) -> SourceRow {
    let mut long = row(id);
    long[1] = SourceValue::NotFetched { bytes: TOO_LONG };
    long
}

fn started(policy: &str, rows: impl IntoIterator<Item = SourceRow>) -> World {
    let mut world = unplanned([], 5_000);
    world.set("on_bad_row", json!(policy));
    world.source.add_rows(&world.mapping(0).clone(), rows);
    world.start();
    world.plan();
    world
}

fn rejects(world: &World) -> Vec<Reject> {
    world.all(&record::rejects_of(TableNumber(0)))
}

fn progress(world: &World) -> TableProgress {
    world.load(&record::progress(world.run, TableNumber(0)))
}

#[test]
fn a_row_that_cannot_be_carried_fails_the_run_and_is_named_by_digest_only() {
    let world = started("fail", [row(1), row(2), long_row(3)]);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    let run = world.stored_run();
    assert_eq!(run.state, State::Failed);
    let failure = run.failure.unwrap();
    let digest =
        world.mapping(0).key_digest(&vec![TargetValue::Int(3), TargetValue::Null, TargetValue::Null]);
    assert_eq!(
        failure.what,
        format!(
            "a row of shop.orders cannot be carried: key digest {digest}, column note: \
             the value has {TOO_LONG} bytes, the target takes 2097152"
        )
    );
    assert!(world.copied(0).is_empty());
    assert_eq!(cursor(&world, 0), None);
}

#[test]
fn under_the_policy_reject_the_row_is_recorded_and_the_others_are_copied() {
    let world = started("reject", [row(1), long_row(2), row(3)]);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).into_keys().collect::<Vec<_>>(), [1, 3]);
    let rejects = rejects(&world);
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0].column.as_deref(), Some("note"));
    assert_eq!(rejects[0].refusal, Refusal::TooLong { bytes: TOO_LONG, most: 2 << 20 });
    assert_eq!(progress(&world).rows, 2);
}

#[test]
fn a_row_the_target_refuses_is_rejected_alone() {
    let refuse = |world: &World| {
        world.target.refuse_rows(|_, row| {
            (row.first() == Some(&TargetValue::Int(2))).then_some(Refusal::Target { code: 1_264 })
        });
    };
    let world = started("reject", (0..5).map(row));
    refuse(&world);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.copied(0).into_keys().collect::<Vec<_>>(), [0, 1, 3, 4]);
    let digest =
        world.mapping(0).key_digest(&vec![TargetValue::Int(2), TargetValue::Null, TargetValue::Null]);
    let wanted =
        Reject { key: digest, column: None, refusal: Refusal::Target { code: 1_264 }, position: None };
    assert_eq!((rejects(&world), progress(&world).rows), (vec![wanted], 4));

    let world = started("fail", (0..5).map(row));
    refuse(&world);
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.stored_run().state, State::Failed);
    assert_eq!(cursor(&world, 0), None);
}

#[test]
fn more_rejects_than_fit_a_transaction_are_all_kept() {
    let world = started("reject", (0..300).map(|id| if id % 3 == 0 { row(id) } else { long_row(id) }));
    // The first transaction of rejects finds its condition broken, as if another copier had stored one of them.
    let so_far = world.platform.faults.count(Call::Commit);
    world.platform.faults.at_call(Call::Commit, so_far + 2, Fault::Conflict);
    assert_eq!(copy(&world, 0, 1_000).unwrap(), Outcome::Done);
    assert_eq!(rejects(&world).len(), 200);
    assert_eq!((progress(&world).rows, progress(&world).chunks), (100, 1));
}

#[test]
fn who_has_lost_the_table_adds_nothing_to_the_list() {
    let world = started("reject", (0..300).map(row));
    let (table, run) = (world.platform.table.clone(), world.run);
    world.target.refuse_rows(move |_, _| {
        // Meanwhile a definition of the log holds the table.
        let key = record::table(run, TableNumber(0));
        let stored = finish(record::must_load::<TableRecord>(&table, &key)).unwrap();
        let write = record::put(key, &stored.value.hold(true), stored.unchanged());
        finish(table.commit(vec![write])).unwrap();
        Some(Refusal::Target { code: 1_264 })
    });
    copy(&world, 0, 1_000).unwrap();
    assert!(rejects(&world).is_empty());
}

#[test]
fn rows_whose_keys_cannot_be_told_apart_do_not_stop_the_copy() {
    let mut world = unplanned(0..6, 50);
    world.set("on_bad_row", json!("reject"));
    world.change_mapping(0, |mapping| {
        mapping.columns[0].conversion = Conversion::Integer { min: 0, max: 3 };
    });
    world.start();
    world.plan();
    assert_eq!(copy(&world, 0, 10).unwrap(), Outcome::Done);
    assert_eq!(world.stored_run().state, State::Copying, "{:?}", world.stored_run().failure);
    assert_eq!(world.copied(0).len(), 4);
    assert_eq!(rejects(&world).len(), 1);
    assert_eq!(lease(&world, 0), None);
}

#[test]
fn zero_dates_become_null_and_are_counted() {
    let zero = |id| {
        let mut zero = row(id);
        zero[2] = SourceValue::Date(Date { year: 0, month: 0, day: 0 });
        zero
    };
    let world = started("fail", [row(1), zero(2), zero(3), row(4)]);
    assert_eq!(copy(&world, 0, 1).unwrap(), Outcome::Done);
    assert_eq!(progress(&world).zero_dates, 2);
    assert_eq!(world.copied(0), world.wanted(0));
    assert!(!world.copied(0)[&2].contains_key("day"));
}
