//! Writes that fail: limits, timeouts, storage errors, one range of keys that does not answer.

use std::time::Duration;

use migration::limits::STATEMENT_TIMEOUT;

use crate::fault_modes::stand::Stand;

pub(super) fn bursts_of_limits_apply_nothing_or_a_few_rows(stand: &Stand) {
    let faults = [
        stand.set("limit table=DB.t every=2 times=10"),
        stand.set("limit table=DB.u every=2 times=3 applied=1"),
    ];
    stand.run_and_verify(&faults);
}

pub(super) fn writes_time_out_before_and_after_they_are_applied(stand: &Stand) {
    let faults = [
        stand.set("timeout table=DB.t every=3 times=5"),
        stand.set("timeout table=DB.t every=4 times=5 applied=all"),
        stand.set("timeout table=DB.u every=2 times=3 applied=later:2s"),
    ];
    stand.run_and_verify(&faults);
}

pub(super) fn writes_fail_at_random(stand: &Stand) {
    let faults = [
        stand.set("error table=DB.t percent=30 seed=1 times=20"),
        stand.set("error table=DB.u percent=50 seed=2 times=5 applied=3"),
    ];
    stand.run_and_verify(&faults);
}

/// The block outlasts the statements that meet it, so they time out and are sent again.
pub(super) fn a_range_of_keys_hangs_for_longer_than_a_statement_may_take(stand: &Stand) {
    let block = stand.set("block table=DB.t from=1000 to=2900");
    let mut running = stand.start();
    stand.wait_until_struck(&mut running, &block, 1);
    let longer = STATEMENT_TIMEOUT + Duration::from_millis(1500);
    assert!(running.wait_for(longer).is_none(), "it tries again");
    stand.clear(&block);
    stand.ends_equal(running, &[]);
}
