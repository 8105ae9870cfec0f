//! A target that is hard to reach: refused connections, cut and idle lines, statements that take long.

use std::time::Duration;

use crate::fault_modes::stand::Stand;

/// The exit code of a run whose precheck finds something.
const PRECHECK_FAILED: i32 = 3;

/// Every second connection is refused, while the run begins and while its lines are cut in the middle of the copy.
pub(super) fn connections_are_refused_in_storms(stand: &Stand) {
    let faults = [stand.set("refuse every=2 times=20"), stand.set("cut table=DB.t every=4 times=5")];
    stand.run_and_verify(&faults);
}

/// There are fewer connections than the run would have, and one that does nothing is closed after a second.
pub(super) fn connections_are_few_and_closed_when_they_are_idle(stand: &Stand) {
    stand.run_and_verify(&[]);
}

/// A write takes effect before its line is cut, never, in part, or after the client has gone on.
pub(super) fn lines_are_cut_before_and_after_and_long_before_a_write_is_applied(stand: &Stand) {
    let faults = [
        stand.set("cut table=DB.t every=5 times=4"),
        stand.set("cut table=DB.t every=7 times=4 applied=all"),
        stand.set("cut table=DB.t every=6 times=4 applied=2"),
        stand.set("cut table=DB.t every=4 times=4 applied=later:2s"),
    ];
    stand.run_and_verify(&faults);
}

/// Every kind of statement, from the first look at the target to the last write, may fail in every way. Where that hides what
/// the target can do, the run may stop before it writes anything; the same command goes on.
pub(super) fn anything_may_fail_now_and_then(stand: &Stand) {
    let faults = [
        stand.set("limit on=all times=4 every=23"),
        stand.set("error on=all times=4 every=29"),
        stand.set("timeout on=all times=4 every=31 applied=all"),
        stand.set("cut on=all times=4 every=37"),
        stand.set("cut on=all times=4 every=41 applied=all"),
        stand.set("stall every=19 delay=50ms..500ms"),
    ];
    let first = stand.start().wait();
    if first.code == Some(PRECHECK_FAILED) {
        for fault in &faults {
            stand.clear(fault);
        }
        stand.run_and_verify(&[]);
    } else {
        stand.is_equal(&first.expect(0), &faults);
    }
}

/// Three nodes whose clocks are apart; one jumps ahead and one back in the middle of the copy.
pub(super) fn clocks_of_nodes_differ_and_step_while_rows_are_written(stand: &Stand) {
    let slow = stand.set("stall table=DB.t on=write delay=20ms..50ms");
    let mut running = stand.start();
    stand.wait_until_struck(&mut running, &slow, 2);
    stand.step_clock("1 +5s");
    stand.step_clock("2 -5s");
    stand.ends_equal(running, &[slow]);
}

/// Some statements take longer all the time, and every write of one table hangs for a while.
pub(super) fn statements_stall_now_and_then_and_all_at_once_for_a_while(stand: &Stand) {
    let faults = [
        stand.set("stall delay=50ms..500ms percent=20 seed=1"),
        stand.set("stall delay=50ms..500ms after_ddl=3s"),
    ];
    let whole = stand.set("stall table=DB.t on=write delay=1m");
    let mut running = stand.start();
    stand.wait_until_struck(&mut running, &whole, 1);
    assert!(running.wait_for(Duration::from_secs(3)).is_none(), "it waits");
    stand.clear(&whole);
    stand.ends_equal(running, &faults);
}
