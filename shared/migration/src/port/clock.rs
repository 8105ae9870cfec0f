//! The clock of the machine an invocation runs on.

use std::future::Future;
use std::time::Duration;

use crate::time::UnixMs;

/// Tells the time and waits; only edges and handlers hold one, decisions get `now` as a number.
pub trait Clock: Send + Sync {
    /// Now; never goes back within one process.
    fn now(&self) -> UnixMs;

    /// Completes once `span` has passed.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send;
}
