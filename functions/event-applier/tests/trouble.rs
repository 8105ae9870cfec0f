//! Faults of the neighbours: every call of an invocation fails once, before and after, and statements land late.

use std::time::Duration;

use memory::{Call, Fault};
use migration::limits::STATEMENT_TIMEOUT;
use migration::outcome::Outcome;
use migration::port::Clock;
use migration::retry::Retry;
use migration::run::State;

use super::lane::{Follow, Op};

/// Handles until everything is done with, letting time pass as the platform would.
fn persist(follow: &Follow, bodies: &[String]) {
    let mut open = bodies.to_vec();
    for _ in 0..50 {
        let results = follow.handle(&open);
        let done = results.iter().take_while(|result| matches!(result, Ok(Outcome::Done))).count();
        let after = results.get(done).map(|result| match result {
            Ok(Outcome::Again { after }) => *after,
            _ => Duration::from_secs(1),
        });
        open.drain(..done);
        let Some(after) = after else { return };
        follow.world.platform.clock.advance(after);
    }
    panic!("the messages do not end");
}

#[test]
fn whichever_call_fails_the_rows_end_right() {
    for number in 1..40 {
        for fault in [Fault::Before(Retry::Now), Fault::After(Retry::Now), Fault::Half, Fault::Conflict] {
            let mut follow = Follow::new();
            let mut run = follow.world.stored_run();
            run.capabilities.as_mut().unwrap().null_removes = migration::capabilities::Measured::No;
            follow.world.store(migration::record::run(follow.world.run), &run);
            let bodies = [
                follow.batch(&[Op::Put(1, Some("a")), Op::Put(2, Some("b")), Op::Put(3, Some("c"))]),
                follow.batch(&[Op::Put(1, None), Op::Remove(2)]),
            ];
            let made = follow.world.platform.faults.calls().len() as u64;
            follow.world.platform.faults.at(made + number, fault);
            persist(&follow, &bodies);
            if follow.world.platform.faults.fired() == 0 {
                // So many calls are not made.
                assert!(number > 10);
                return;
            }
            follow.assert_equal();
            assert_eq!(follow.progress().seq, 2);
            assert_eq!(follow.world.stored_run().state, State::Copying);
        }
    }
}

#[test]
fn after_an_uncertain_write_nothing_is_sent_until_it_can_no_longer_land() {
    for call in [Call::Write, Call::DeleteRows] {
        let mut follow = Follow::new();
        let body = follow.batch(&[Op::Put(1, Some("a")), Op::Put(2, Some("b")), Op::Remove(2)]);
        follow.world.platform.faults.next(call, Fault::Late(STATEMENT_TIMEOUT));
        let before = follow.world.platform.clock.now();
        let results = follow.handle(std::slice::from_ref(&body));
        let error = results[0].as_ref().expect_err("the target failed");
        assert_eq!(error.retry(), Retry::After(STATEMENT_TIMEOUT));
        let count = || {
            follow.world.platform.faults.count(Call::Write)
                + follow.world.platform.faults.count(Call::DeleteRows)
        };
        let sent = count();
        let results = follow.handle(std::slice::from_ref(&body));
        assert!(matches!(results[0], Ok(Outcome::Again { .. })) && count() == sent, "{results:?}");
        follow.world.platform.clock.advance(STATEMENT_TIMEOUT);
        follow.apply(&[body]);
        assert!(
            before.until(follow.world.platform.clock.now()) >= STATEMENT_TIMEOUT + Duration::from_millis(250)
        );
        follow.assert_equal();
    }
}

#[test]
fn a_target_that_needs_a_person_fails_the_run() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    follow.world.platform.faults.next(Call::Write, Fault::Before(Retry::Operator));
    follow.apply(&[body]);
    assert_eq!(follow.world.stored_run().state, State::Failed);
    assert_eq!(follow.progress().seq, 0);
}

#[test]
fn nothing_is_sent_after_the_lease() {
    let mut follow = Follow::new();
    let body = follow.batch(&[Op::Put(1, Some("a"))]);
    // The record read under the lease takes longer than the lease lasts.
    let number = follow.world.platform.faults.count(Call::Get) + 5;
    follow.world.platform.faults.at_call(Call::Get, number, Fault::Pass(Duration::from_secs(30)));
    let results = follow.handle(&[body]);
    assert!(matches!(results[0], Ok(Outcome::Again { .. })), "{results:?}");
    assert_eq!(follow.world.platform.faults.count(Call::Write), 0);
}
