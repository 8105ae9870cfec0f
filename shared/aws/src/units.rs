//! What AWS bills of our calls, counted where they are made.
//!
//! Every attempt counts, also one whose answer is lost, because it is billed if it arrived. DynamoDB tells what a read
//! or write took and is believed; where it tells nothing, the published rule is applied: a strong read takes one unit
//! per 4 KiB, a write one per 1 KiB, a transactional write two. SQS bills a request per 64 KiB of what is sent or
//! received, S3 per call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use migration::port::QueueName;

const TABLE_READ_BYTES: u64 = 4 << 10;
const TABLE_WRITE_BYTES: u64 = 1 << 10;
const QUEUE_REQUEST_BYTES: u64 = 64 << 10;

/// Units billed so far by the calls of one set of clients; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Units(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    table_reads: AtomicU64,
    table_writes: AtomicU64,
    queue_requests: AtomicU64,
    fifo_requests: AtomicU64,
    object_puts: AtomicU64,
    object_gets: AtomicU64,
    secret_reads: AtomicU64,
}

/// Billed units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consumed {
    /// DynamoDB read units, of 4 KiB read strongly.
    pub table_reads: u64,
    /// DynamoDB write units, of 1 KiB; a transactional write counts twice.
    pub table_writes: u64,
    /// SQS requests, of 64 KiB each.
    pub queue_requests: u64,
    /// Those of them that went to a FIFO queue, which cost more.
    pub fifo_requests: u64,
    /// S3 calls that store; removing is free.
    pub object_puts: u64,
    /// S3 calls that read.
    pub object_gets: u64,
    /// Secrets Manager calls.
    pub secret_reads: u64,
}

impl Units {
    /// What was billed since the last take; it is not told again.
    #[must_use]
    pub fn take(&self) -> Consumed {
        self.0.each(|counter| counter.swap(0, Ordering::Relaxed))
    }

    /// What was billed since the last take; it is told again.
    #[must_use]
    pub fn snapshot(&self) -> Consumed {
        self.0.each(|counter| counter.load(Ordering::Relaxed))
    }

    /// A read of the table; `told` is what the service says it took.
    pub(crate) fn table_read(&self, told: Option<f64>, bytes: usize) {
        add(&self.0.table_reads, told.map_or_else(|| parts(bytes, TABLE_READ_BYTES), whole));
    }

    /// A write of the table; `told` is what the service says it took.
    pub(crate) fn table_write(&self, told: Option<f64>, computed: u64) {
        add(&self.0.table_writes, told.map_or(computed, whole));
    }

    /// A call to a queue that carried so many bytes.
    pub(crate) fn queue_request(&self, queue: QueueName, bytes: usize) {
        let units = parts(bytes, QUEUE_REQUEST_BYTES);
        add(&self.0.queue_requests, units);
        add(&self.0.fifo_requests, if queue.is_fifo() { units } else { 0 });
    }

    /// An object stored.
    pub(crate) fn object_put(&self) {
        add(&self.0.object_puts, 1);
    }

    /// An object read or looked for.
    pub(crate) fn object_get(&self) {
        add(&self.0.object_gets, 1);
    }

    /// A secret read.
    pub(crate) fn secret_read(&self) {
        add(&self.0.secret_reads, 1);
    }
}

impl Counters {
    fn each(&self, told: impl Fn(&AtomicU64) -> u64) -> Consumed {
        Consumed {
            table_reads: told(&self.table_reads),
            table_writes: told(&self.table_writes),
            queue_requests: told(&self.queue_requests),
            fifo_requests: told(&self.fifo_requests),
            object_puts: told(&self.object_puts),
            object_gets: told(&self.object_gets),
            secret_reads: told(&self.secret_reads),
        }
    }
}

/// Write units of an item of so many bytes.
pub(crate) fn write_units(bytes: usize) -> u64 {
    parts(bytes, TABLE_WRITE_BYTES)
}

fn add(counter: &AtomicU64, units: u64) {
    counter.fetch_add(units, Ordering::Relaxed);
}

/// At least one, because an empty answer is billed too.
fn parts(bytes: usize, of: u64) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX).div_ceil(of).max(1)
}

/// Units as told, in whole numbers: a strong read and a write take no fractions.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped before")]
fn whole(told: f64) -> u64 {
    told.ceil().clamp(0.0, 1e9) as u64
}

#[cfg(test)]
mod tests {
    use super::{Consumed, QueueName, Units, write_units};

    #[test]
    fn units_are_counted_as_they_are_billed() {
        let units = Units::default();
        units.table_read(None, 0);
        units.table_read(None, 4_097);
        units.table_read(Some(0.5), 9);
        units.table_write(None, write_units(1_025));
        units.table_write(Some(6.0), 1);
        units.queue_request(QueueName::Copy, 0);
        units.queue_request(QueueName::Copy, 64 << 10);
        units.queue_request(QueueName::Changes, 1 << 20);
        let told = Consumed { queue_requests: 18, fifo_requests: 16, ..Consumed::default() };
        let told = Consumed { table_reads: 4, table_writes: 8, ..told };
        assert_eq!((units.snapshot(), units.clone().take()), (told, told));
        assert_eq!(units.take(), Consumed::default());
    }
}
