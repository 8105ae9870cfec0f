//! Every call of a whole migration, disturbed: the handler dies in front of it, hangs there until every lease has
//! ended, or the call fails before or after its effect. Whatever happens, everything is copied once.

use std::time::Duration;

use memory::{Disturbance, Fault};
use migration::retry::Retry;

use crate::migration_run::{assert_copied, carry_out, long, small};

/// Longer than any lease, so that a successor has come and gone.
const HANG: Duration = Duration::from_secs(40);

fn disturb_every_call(seed: u64, disturbance: impl Fn(u64) -> Disturbance) {
    let calls = carry_out(&small(), seed, Disturbance::None, 2);
    assert!(calls > 100, "seed {seed} makes only {calls} calls");
    println!("seed {seed}: {calls} calls, each disturbed");
    for call in 0..calls {
        let world = small();
        let disturbance = disturbance(call);
        carry_out(&world, seed, disturbance, 2);
        assert_copied(&world, 2, &format!("seed {seed}, {disturbance:?}"));
    }
}

#[test]
fn a_crash_in_front_of_any_call_loses_nothing() {
    disturb_every_call(1, Disturbance::Crash);
}

#[test]
fn a_crash_with_the_loss_of_every_queue_loses_nothing() {
    disturb_every_call(2, Disturbance::Purge);
}

#[test]
fn a_zombie_in_front_of_any_call_does_no_harm() {
    disturb_every_call(3, |call| Disturbance::Stall(call, HANG));
}

#[test]
fn any_call_may_fail_without_effect() {
    disturb_every_call(4, |call| Disturbance::Fault(call, Fault::Before(Retry::Now)));
}

#[test]
fn any_call_may_lose_its_answer() {
    disturb_every_call(5, |call| Disturbance::Fault(call, Fault::After(Retry::Now)));
}

#[test]
fn any_call_may_conflict_or_happen_by_half() {
    disturb_every_call(6, |call| Disturbance::Fault(call, Fault::Conflict));
    disturb_every_call(7, |call| Disturbance::Fault(call, Fault::Half));
}

#[test]
fn any_write_may_land_late() {
    let late = Duration::from_secs(4);
    disturb_every_call(8, |call| Disturbance::Fault(call, Fault::Late(late)));
}

/// The calls of one long chunk that is split, a sample of them.
#[test]
fn a_split_survives_whatever_happens_around_it() {
    let disturbances: [fn(u64) -> Disturbance; 3] = [
        Disturbance::Crash,
        |call| Disturbance::Stall(call, HANG),
        |call| Disturbance::Fault(call, Fault::After(Retry::Now)),
    ];
    let seed = 9;
    let world = long();
    let calls = carry_out(&world, seed, Disturbance::None, 2);
    assert!(world.chunks(0).len() > 1, "nothing is split");
    for call in (0..calls).step_by(3) {
        let at = usize::try_from(call).expect("a small number");
        let disturbance = disturbances[at % disturbances.len()](call);
        let world = long();
        carry_out(&world, seed, disturbance, 2);
        assert_copied(&world, 1, &format!("seed {seed}, {disturbance:?}"));
    }
}
