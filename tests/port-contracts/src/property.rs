//! Running a property on a platform.
//!
//! All cases of a property run on one platform, because making one is slow on some; each case has a name to keep
//! its records and messages apart. A failing case is printed and shrunk by proptest.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::platform::Platform;

/// Runs a property over a platform: `case` gets a name no other case has.
pub(crate) fn check<P: Platform, S: Strategy>(
    strategy: &S,
    case: &impl AsyncFn(&P, String, S::Value) -> Result<(), TestCaseError>,
) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let platform = runtime.block_on(P::fresh());
    let number = AtomicU32::new(0);
    let config = Config { cases: P::CASES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(strategy, |value| {
        let name = format!("case#{}", number.fetch_add(1, Ordering::Relaxed));
        runtime.block_on(case(&platform, name, value))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Lets others go first, so that a schedule is decided by the case and not by the order of a list.
pub(crate) async fn give_way(times: u8) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}
