//! A handler at work, and the messages it was started by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use memory::{Call, MemoryQueue, finish, next_call};
use migration::outcome::Outcome;
use migration::port::{Inbox, QueueName, Receipt};
use migration::time::UnixMs;

use crate::handlers::{Ends, Working};

/// How long after the deadline it was told a platform ends an invocation.
const GRACE: Duration = Duration::from_secs(1);

/// An invocation.
pub(crate) struct Invocation<'h> {
    pub(crate) name: String,
    future: Working<'h>,
    pub(crate) queue: QueueName,
    /// The call it has stopped in front of.
    pub(crate) comes: Option<Call>,
    /// None for a message delivered twice: only one delivery settles it.
    receipts: Vec<Option<Receipt>>,
    woken: Arc<Woken>,
    stalled_until: UnixMs,
    outlives: bool,
    deadline: UnixMs,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'h> Invocation<'h> {
    pub(crate) fn new(
        name: String,
        future: Working<'h>,
        queue: QueueName,
        receipts: Vec<Option<Receipt>>,
        deadline: UnixMs,
    ) -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        Self {
            name,
            future,
            queue,
            comes: None,
            receipts,
            woken,
            stalled_until: UnixMs(0),
            outlives: false,
            deadline,
        }
    }

    /// Whether it can go on.
    pub(crate) fn is_ready(&self, now: UnixMs) -> bool {
        self.woken.0.load(Ordering::Relaxed) && self.stalled_until <= now
    }

    /// Whether nobody has killed it: that happens at its deadline, unless it is a zombie.
    pub(crate) fn lives(&self, now: UnixMs) -> bool {
        self.outlives || now < self.deadline.plus(GRACE)
    }

    /// Lets it wait.
    pub(crate) fn hang(&mut self, until: UnixMs) {
        self.stalled_until = until;
    }

    /// Lets it wait, and go on then whatever its deadline.
    pub(crate) fn outlive(&mut self, until: UnixMs) {
        self.stalled_until = until;
        self.outlives = true;
    }

    /// As `outlive`, once in front of this call.
    pub(crate) fn freeze(&mut self, until: UnixMs) {
        self.comes = None;
        self.outlive(until);
    }

    /// Goes on to the next call.
    pub(crate) fn go_on(&mut self) -> Poll<Ends> {
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.woken));
        let polled;
        (polled, self.comes) = next_call(|| self.future.as_mut().poll(&mut Context::from_waker(&waker)));
        polled
    }

    /// Settles its messages as a platform does: those that served are deleted, the others come again.
    pub(crate) fn settle(&self, inbox: &MemoryQueue, ends: &Ends, after_error: Duration) {
        for (receipt, end) in self.receipts.iter().zip(ends) {
            let Some(receipt) = receipt else { continue };
            let settled = match end {
                Ok(Outcome::Done) => finish(inbox.delete(self.queue, receipt)),
                Ok(Outcome::Again { after }) => finish(inbox.change_visibility(self.queue, receipt, *after)),
                Err(_) => finish(inbox.change_visibility(self.queue, receipt, after_error)),
            };
            // A message that could not be settled is delivered again.
            drop(settled);
        }
    }
}
