//! Until when a queue is left alone because its work fails just now.
//!
//! The messages wait in the queue, each with its own time. Without this a neighbour that is away would be asked anew by
//! every message in turn. It is a courtesy of one process; the records hold the trouble itself.

use std::sync::atomic::{AtomicU64, Ordering};

use migration::port::QueueName;
use migration::time::UnixMs;

/// For every queue, when it is tried again.
#[derive(Debug, Default)]
pub(crate) struct Hold([AtomicU64; QueueName::ALL.len()]);

impl Hold {
    fn of(&self, queue: QueueName) -> &AtomicU64 {
        let at = QueueName::ALL.iter().position(|name| *name == queue);
        let at = at.expect("invariant: the list has every queue");
        self.0.get(at).expect("invariant: one place a queue")
    }

    /// Leaves the queue alone until then.
    pub(crate) fn until(&self, queue: QueueName, at: UnixMs) {
        self.of(queue).fetch_max(at.0, Ordering::Relaxed);
    }

    /// Something of the queue has succeeded.
    pub(crate) fn over(&self, queue: QueueName) {
        self.of(queue).store(0, Ordering::Relaxed);
    }

    /// Whether the queue is left alone.
    pub(crate) fn is_held(&self, queue: QueueName, now: UnixMs) -> bool {
        self.of(queue).load(Ordering::Relaxed) > now.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Hold, QueueName, UnixMs};

    #[test]
    fn a_queue_is_held_by_itself_until_its_time_or_a_success() {
        let hold = Hold::default();
        hold.until(QueueName::Copy, UnixMs(20));
        hold.until(QueueName::Copy, UnixMs(10));
        assert!(hold.is_held(QueueName::Copy, UnixMs(19)) && !hold.is_held(QueueName::Read, UnixMs(19)));
        assert!(!hold.is_held(QueueName::Copy, UnixMs(20)));
        hold.until(QueueName::Copy, UnixMs(40));
        hold.over(QueueName::Copy);
        assert!(!hold.is_held(QueueName::Copy, UnixMs(19)));
    }
}
