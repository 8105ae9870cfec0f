//! The cursor is the end of what the target has acknowledged, at every moment.

use std::time::Duration;

use memory::{Call, Fault};
use migration::chunk::State;
use migration::outcome::Outcome;
use migration::record::{self, TableNumber};
use migration::retry::Retry;
use migration::table_plan::TableProgress;

use crate::invocation::{LONG, Ports, chunk, copy, cursor, lease, planned, step};

#[test]
fn a_chunk_is_copied_page_by_page_and_counted_once() {
    let world = planned(0..10, 6);
    assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
    assert_eq!(world.platform.faults.count(Call::Write), 3);
    assert_eq!(world.copied(0).into_keys().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert_eq!((chunk(&world, 0).state, chunk(&world, 0).rows), (State::Done, 6));
    assert_eq!(lease(&world, 0), None);
    let progress: TableProgress = world.load(&record::progress(world.run, TableNumber(0)));
    assert_eq!((progress.chunks, progress.rows), (1, 6));

    // The same message once more.
    assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
    assert_eq!(world.load::<TableProgress>(&record::progress(world.run, TableNumber(0))), progress);
}

#[test]
fn the_cursor_never_stands_behind_a_row_the_target_does_not_have() {
    let world = planned(0..9, 20);
    let ports = Ports::of(&world, 2);
    let mut copying = ports.copy(0, LONG);
    let mut seen = Vec::new();
    loop {
        let ended = step(&mut copying);
        let copied = world.copied(0);
        let behind = cursor(&world, 0).map_or(0, |cursor| cursor + 1);
        assert!((0..behind).all(|id| copied.contains_key(&id)), "the cursor is ahead at {behind}");
        if chunk(&world, 0).state == State::Done {
            assert_eq!(copied.len(), 9);
        }
        seen.push(behind);
        if ended {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, [0, 2, 4, 6, 8, 9]);
}

#[test]
fn a_page_that_failed_or_whose_acknowledgement_was_lost_does_not_move_the_cursor() {
    for fault in [Fault::Before(Retry::Now), Fault::After(Retry::Now), Fault::Half] {
        let world = planned(0..6, 20);
        world.platform.faults.at_call(Call::Write, 2, fault);
        copy(&world, 0, 2).unwrap_err();
        assert_eq!(cursor(&world, 0), Some(1), "{fault:?}");
        assert_eq!(chunk(&world, 0).rows, 2);

        world.platform.clock.advance(Duration::from_secs(20));
        assert_eq!(copy(&world, 0, 2).unwrap(), Outcome::Done);
        assert_eq!(world.copied(0), world.wanted(0));
        assert_eq!(chunk(&world, 0).rows, 6, "{fault:?}");
    }
}

#[test]
fn every_cell_carries_the_run_s_stamp() {
    let world = planned(0..3, 20);
    copy(&world, 0, 2).unwrap();
    let stamp: migration::stamp::RunStamp = world.load(&record::stamp(world.run));
    assert_eq!(world.target.stamp_max(&world.mapping(0).target.id), stamp.stamp());
}
