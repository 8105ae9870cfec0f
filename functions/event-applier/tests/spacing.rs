//! Two writes of one key are apart; other keys do not wait.

use std::time::Duration;

use memory::Call;
use migration::lease::Lease;
use migration::port::Clock;
use migration::record;
use migration::time::UnixMs;

use super::lane::{Follow, LANE, Op};

const SPAN: Duration = Duration::from_millis(250);

#[test]
fn a_delete_and_the_write_that_follows_it_are_apart() {
    let mut follow = Follow::new();
    let mut run = follow.world.stored_run();
    run.capabilities.as_mut().unwrap().null_removes = migration::capabilities::Measured::No;
    follow.world.store(record::run(follow.world.run), &run);
    let body = follow.batch(&[Op::Put(1, Some("a")), Op::Put(1, None), Op::Put(2, Some("b"))]);
    let before = follow.world.platform.clock.now();
    follow.apply(&[body]);
    follow.assert_equal();
    assert!(before.until(follow.world.platform.clock.now()) >= SPAN);
    // The delete with the write of the other key, then the write of the first.
    assert_eq!(follow.world.platform.faults.count(Call::Write), 2);
}

#[test]
fn the_next_invocation_waits_from_the_last_write() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    follow.apply(&[body]);
    let wrote = follow.progress().last_write;
    let body = follow.batch(&[Op::Put(1, Some("b"))]);
    follow.apply(&[body]);
    assert!(wrote.until(follow.progress().last_write) >= SPAN);
}

#[test]
fn the_next_invocation_does_not_wait_with_other_keys() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    follow.apply(&[body]);
    let wrote = follow.progress().last_write;
    let body = follow.batch(&[Op::Put(2, Some("b"))]);
    follow.apply(&[body]);
    assert_eq!(wrote.until(follow.progress().last_write), Duration::ZERO);
    // The first key is still listed after the second was written.
    let body = follow.batch(&[Op::Put(3, Some("c")), Op::Put(1, Some("b"))]);
    follow.apply(&[body]);
    assert!(wrote.until(follow.progress().last_write) >= SPAN);
    follow.assert_equal();
}

#[test]
fn an_idle_lane_does_not_wait() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    follow.apply(&[body]);
    follow.world.platform.clock.advance(SPAN);
    let before = follow.world.platform.clock.now();
    let body = follow.batch(&[Op::Put(1, Some("b"))]);
    follow.apply(&[body]);
    assert_eq!(before, follow.world.platform.clock.now());
}

#[test]
fn a_lane_whose_lease_ran_out_waits_from_its_end() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    let now = follow.world.platform.clock.now();
    let lost = Lease { until: UnixMs(now.0 - 100), ..Lease::unheld() };
    follow.world.store(record::lane_lease(follow.world.run, LANE), &lost);
    follow.apply(&[body]);
    assert_eq!(now.until(follow.world.platform.clock.now()), Duration::from_millis(150));
}

#[test]
fn a_wait_beyond_the_time_left_comes_again() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    follow.apply(&[body]);
    let body = follow.batch(&[Op::Put(1, Some("b"))]);
    let results = follow.handle_within(std::slice::from_ref(&body), Duration::from_millis(100));
    assert!(matches!(results[0], Ok(migration::outcome::Outcome::Again { .. })), "{results:?}");
    follow.apply(&[body]);
    follow.assert_equal();
}
