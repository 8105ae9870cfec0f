//! Files that are gone, other histories, other servers, and the end.

use std::time::Duration;

use memory::{Call, Fault, finish};
use migration::outcome::Outcome;
use migration::port::ChangeLog;
use migration::position::Timeline;
use migration::record;
use migration::retry::Retry;
use migration::run::Run;
use migration::shown::Shown;

use crate::stand::{LANES, SHORT, Stand};

fn lanes(stand: &Stand) -> Vec<migration::lane_progress::LaneProgress> {
    (0..LANES).map(|lane| stand.lane(lane)).collect()
}

#[test]
fn a_log_that_was_removed_stops_the_run_and_never_jumps() {
    let stand = Stand::new();
    stand.insert([20]);
    stand.world.source.rotate_log();
    stand.insert([21]);
    stand.world.source.purge_log(1);
    stand.read();
    let failure = stand.failure();
    assert!(
        failure.contains("binlog.000001 was removed; the oldest file left is binlog.000002"),
        "{failure}"
    );
    assert!(failure.contains("copy again"), "{failure}");
    assert!(stand.batches().is_empty());
}

#[test]
fn reading_goes_on_over_files_and_needs_only_those_behind_the_lanes() {
    let stand = Stand::new();
    stand.insert([20]);
    stand.read();
    stand.apply(usize::MAX);
    for key in 21..25 {
        stand.world.source.rotate_log();
        stand.insert([key]);
        stand.read();
        stand.apply(usize::MAX);
        stand.read();
    }
    stand.read();
    assert_eq!(stand.operations(1).len(), 5);
    stand.world.source.purge_log(2);
    stand.die();
    stand.insert([30]);
    stand.read();
    assert_eq!(stand.operations(2), ["+30"]);
    assert!(stand.state().formats.len() <= 2, "{:?}", stand.state().formats);
}

#[test]
fn a_log_that_started_again_is_another_history() {
    for gtids in [true, false] {
        let stand = Stand::with(gtids);
        stand.insert(20..30);
        stand.read();
        stand.apply(usize::MAX);
        stand.read();
        stand.world.source.reset_log();
        // The new file is longer than the old one was.
        for key in 40..60 {
            stand.insert([key]);
        }
        let before = stand.batches().len();
        stand.read();
        assert!(stand.failure().contains("another history"), "{}", stand.failure());
        assert_eq!(stand.batches().len(), before);
    }
}

#[test]
fn a_log_that_is_shorter_than_what_was_read_is_another_history() {
    let stand = Stand::new();
    for key in 20..40 {
        stand.insert([key]);
    }
    stand.read();
    stand.apply(usize::MAX);
    stand.read();
    stand.world.source.reset_log();
    stand.read();
    assert!(stand.failure().contains("ends before byte"), "{}", stand.failure());
}

#[test]
fn a_server_that_has_everything_is_gone_on_with() {
    let stand = Stand::new();
    stand.insert(20..30);
    stand.read();
    stand.apply(1);
    stand.insert(30..40);
    stand.read();
    // Nothing of the second transaction is applied.
    stand.world.source.fail_over(0);
    stand.insert(40..50);
    stand.read();
    let state = stand.state();
    assert_eq!((state.position.timeline, state.epoch.0), (Timeline(1), 2));
    let again = stand.operations(2);
    for key in 30..50 {
        assert!(again.contains(&format!("+{key}")), "{key} in {again:?}");
    }
    stand.apply(usize::MAX);
    assert!(!stand.state().any_outstanding(&lanes(&stand)));
    // And once more, with everything applied and stored.
    stand.read();
    stand.world.source.fail_over(0);
    stand.insert([60]);
    stand.read();
    assert_eq!(stand.operations(3).last(), Some(&"+60".to_owned()));
    assert_eq!(stand.state().position.timeline, Timeline(2));
}

#[test]
fn a_server_that_lacks_what_may_have_been_shipped_is_refused() {
    let stand = Stand::new();
    stand.insert([20]);
    stand.insert([21]);
    stand.read();
    stand.world.source.fail_over(1);
    let before = stand.batches().len();
    stand.read();
    assert!(stand.failure().contains("lacks transactions that may be on the target"), "{}", stand.failure());
    assert_eq!(stand.batches().len(), before);
}

/// A reader whose source has failed; copied rows show a transaction that was not shipped, and was lost if `lost` says so.
fn copied_and_failed_over(lost: usize) -> Stand {
    let stand = Stand::new();
    stand.insert([20]);
    stand.read();
    stand.insert([21]);
    let executed = finish(stand.world.source.log().end()).expect("no fault is set").executed;
    let shown = Shown { executed: executed.expect("the source has GTIDs") };
    stand.world.store(record::shown(stand.world.run, 5), &shown);
    stand.world.source.fail_over(lost);
    stand
}

#[test]
fn a_server_that_lacks_what_copied_rows_show_is_refused() {
    let stand = copied_and_failed_over(1);
    stand.read();
    assert!(stand.failure().contains("lacks transactions that copied rows may show"), "{}", stand.failure());
    assert!(stand.state().switching);

    let stand = copied_and_failed_over(0);
    stand.read();
    assert_eq!((stand.state().position.timeline, stand.state().switching), (Timeline(1), false));
}

/// Else a copier could store more, and write its page, between the look at what is stored and the switch.
#[test]
fn that_a_switch_is_near_is_stored_before_it_is_looked_what_copied_rows_show() {
    let looked = (1..40).any(|nth| {
        let stand = copied_and_failed_over(0);
        let ranges = stand.world.platform.faults.count(Call::Range);
        stand.world.platform.faults.at_call(Call::Range, ranges + nth, Fault::Before(Retry::Now));
        let failed = stand.read_for(SHORT).is_err();
        failed && stand.state().switching && stand.state().position.timeline == Timeline(0)
    });
    assert!(looked, "no load failed between the two");
}

#[test]
fn a_former_server_that_answers_again_ends_the_switch() {
    let stand = Stand::new();
    stand.change_state(|state| state.switching = true);
    stand.insert([20]);
    stand.read();
    assert!(!stand.state().switching);
    assert_eq!(stand.operations(1), ["+20"]);
}

#[test]
fn what_was_sent_and_never_stored_counts_as_shipped() {
    let stand = Stand::new();
    stand.insert([20]);
    stand.read();
    stand.insert([21]);
    // The reader dies when the batch is in the queue.
    let commits = stand.world.platform.faults.count(memory::Call::Commit);
    let before = memory::Fault::Before(migration::retry::Retry::Now);
    stand.world.platform.faults.at_call(memory::Call::Commit, commits + 3, before);
    stand.read_for(SHORT).unwrap_err();
    assert_eq!(stand.operations(1).len(), 2);
    assert!(stand.lease().until.0 > 0, "the lease is left to run out");
    stand.die();
    stand.world.source.fail_over(1);
    stand.read_for(Duration::from_secs(30)).unwrap();
    assert!(stand.failure().contains("lacks transactions"), "{}", stand.failure());
}

#[test]
fn without_gtids_any_other_server_is_refused() {
    let stand = Stand::with(false);
    stand.insert([20]);
    stand.read();
    stand.world.source.fail_over(0);
    stand.read();
    assert!(stand.failure().contains("without GTIDs"), "{}", stand.failure());
}

#[test]
fn a_lost_connection_is_the_platforms_to_try_again_and_costs_no_epoch() {
    let stand = Stand::new();
    stand.insert([20]);
    let next = stand.world.platform.faults.count(memory::Call::LogNext) + 4;
    let fault = memory::Fault::Before(migration::retry::Retry::Now);
    stand.world.platform.faults.at_call(memory::Call::LogNext, next, fault);
    stand.read_for(SHORT).unwrap_err();
    assert_eq!(stand.lease().until.0, 0);
    stand.read();
    assert_eq!((stand.operations(1), stand.state().epoch.0), (vec!["+20".to_owned()], 1));
}

#[test]
fn finishing_asks_for_the_end_once_and_after_the_wish() {
    let stand = Stand::new();
    stand.insert(20..25);
    stand.read();
    assert_eq!(stand.state().finish_at, None);
    let run = Run { finish: true, ..stand.world.stored_run() };
    stand.insert(30..35);
    stand.world.store(record::run(stand.world.run), &run);
    stand.read();
    let end = stand.state().finish_at.expect("the end");
    assert!(!stand.state().is_applied_through(end, &lanes(&stand)));
    stand.insert(40..45);
    stand.read();
    assert_eq!(stand.state().finish_at, Some(end));
    stand.apply(usize::MAX);
    stand.read();
    assert!(stand.state().is_applied_through(end, &lanes(&stand)));
    assert_eq!(stand.read_for(SHORT).unwrap(), Outcome::Done);
}
