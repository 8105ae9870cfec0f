//! When a new epoch starts, and when none does.

use std::time::Duration;

use migration::lane_progress::Epoch;
use migration::outcome::Outcome;
use migration::port::Clock;
use migration::record;
use migration::run::Event;

use crate::stand::{SHORT, Stand};

#[test]
fn a_clean_hand_over_goes_on_in_the_same_epoch() {
    let stand = Stand::new();
    stand.insert(20..30);
    stand.read();
    stand.insert(30..40);
    stand.read();
    assert_eq!((stand.state().epoch, stand.state().restarts), (Epoch(1), 0));
    assert_eq!(stand.operations(1).len(), 20);
}

#[test]
fn an_expired_lease_ships_again_what_lanes_have_not_applied() {
    let stand = Stand::new();
    stand.insert(20..30);
    stand.read();
    stand.apply(usize::MAX);
    stand.insert(30..40);
    stand.read();
    stand.die();
    stand.read();
    assert_eq!(stand.state().epoch, Epoch(2));
    let again = stand.operations(2);
    assert!((30..40).all(|key| again.contains(&format!("+{key}"))), "{again:?}");
    assert!(!again.contains(&"+20".to_owned()), "{again:?}");
    stand.apply(usize::MAX);
    assert!(!stand.state().any_outstanding(&[0, 1, 2, 3].map(|lane| stand.lane(lane))));
}

#[test]
fn a_gap_in_this_epoch_starts_another_and_one_of_an_earlier_does_not() {
    let stand = Stand::new();
    stand.insert(20..30);
    stand.read();
    let key = record::lane(stand.world.run, migration::lane::Lane(1));
    let lane = migration::lane_progress::LaneProgress { gap: Some(Epoch(1)), ..stand.lane(1) };
    stand.world.store(key, &lane);
    stand.read();
    assert_eq!(stand.state().epoch, Epoch(2));
    assert_eq!(stand.operations(2).len(), 10);
    stand.read();
    assert_eq!(stand.state().epoch, Epoch(2));
}

#[test]
fn a_lane_that_stands_still_asks_for_an_epoch_with_ever_longer_patience() {
    let mut stand = Stand::new();
    stand.pace.stall_patience = Duration::from_secs(30);
    stand.insert(20..30);
    let began = stand.world.platform.clock.now();
    let mut epochs = Vec::new();
    for _ in 0..400 {
        let outcome = stand.read_for(SHORT).unwrap();
        let epoch = stand.state().epoch.0;
        let waited = began.until(stand.world.platform.clock.now()).as_secs();
        if epochs.last().is_none_or(|(last, _)| *last < epoch) {
            epochs.push((epoch, waited));
        }
        if outcome == Outcome::Done {
            stand.world.platform.queue.purge();
        }
    }
    let starts: Vec<u64> = epochs.iter().map(|(_, at)| *at).collect();
    let waits: Vec<u64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits.len() >= 4, "{epochs:?}");
    for (wait, wanted) in waits.iter().skip(1).zip([60, 120, 240, 480]) {
        assert!((wanted..wanted + 20).contains(wait), "{epochs:?}");
    }
    // It moves again: its patience is what it was.
    stand.die();
    stand.read();
    stand.apply(usize::MAX);
    stand.read();
    assert!(stand.state().lanes.iter().all(|lane| lane.watch.is_none()), "{:?}", stand.state().lanes);
}

#[test]
fn a_resume_by_hand_starts_an_epoch() {
    let stand = Stand::new();
    stand.insert(20..30);
    stand.read();
    stand.step(Event::PausedByHand);
    stand.step(Event::ResumedByHand);
    stand.read();
    assert_eq!((stand.state().epoch, stand.state().resumes), (Epoch(2), 1));
    assert_eq!(stand.operations(2).len(), 10);
    stand.read();
    assert_eq!(stand.state().epoch, Epoch(2));
}

#[test]
fn a_busy_lease_ends_the_message() {
    let stand = Stand::new();
    stand.insert([20]);
    let now = migration::port::Clock::now(&stand.world.platform.clock);
    let held = migration::lease::Lease::unheld().acquire(now, now.plus(SHORT)).unwrap();
    stand.world.store(record::reader_lease(stand.world.run), &held);
    assert_eq!(stand.read_for(SHORT).unwrap(), Outcome::Done);
    assert!(stand.batches().is_empty());
    assert_eq!(stand.lease(), held);
}
