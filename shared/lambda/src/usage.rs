//! What each run has used in this environment, added to its records now and then.
//!
//! It is told, and nothing rests on it: what is not yet stored when an environment dies is lost. Calls of one invocation for
//! several runs are shared out by the time each took. The tick, and what event source mappings poll for nothing, belong to no
//! run: they are the deployment's idle cost.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use aws::Consumed;
use migration::outcome::HandlerError;
use migration::port::{CheckpointTable, Clock, Commit};
use migration::record::{self, Stored};
use migration::run::RunId;
use migration::time::UnixMs;
use migration::usage::{SHARDS, Usage};

use crate::function::Function;
use crate::host::Host;

/// How often it is stored, at most.
const STORE_EVERY: Duration = Duration::from_secs(20);
/// How often a store is tried against other environments; then it waits for the next one.
const TRIES: u32 = 3;
/// Requests of an event source mapping for a message: receiving and deleting it.
const REQUESTS_A_MESSAGE: u64 = 2;

/// What is not stored yet.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    runs: HashMap<RunId, Usage>,
    stored_at: UnixMs,
    shard: Option<u32>,
}

impl Ledger {
    /// An invocation worked for the run so long.
    pub(crate) fn spent(&self, run: RunId, memory_mb: u64, span: Duration) {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let spent =
            Usage { invocations: 1, memory_mb_ms: millis.saturating_mul(memory_mb), ..Usage::default() };
        let mut pending = self.lock();
        let usage = pending.runs.entry(run).or_default();
        *usage = usage.plus(spent);
    }

    /// Takes what is due to be stored, the calls of all runs shared out among them.
    fn take(&self, consumed: impl FnOnce() -> Consumed, is_fifo: bool, now: UnixMs) -> Vec<(RunId, Usage)> {
        let mut pending = self.lock();
        if pending.runs.is_empty() || pending.stored_at.until(now) < STORE_EVERY {
            return Vec::new();
        }
        pending.stored_at = now;
        let runs = std::mem::take(&mut pending.runs);
        share(consumed(), is_fifo, runs)
    }

    fn give_back(&self, run: RunId, usage: Usage) {
        let mut pending = self.lock();
        let kept = pending.runs.entry(run).or_default();
        *kept = kept.plus(usage);
    }

    /// Environments started together seldom draw the same.
    fn shard(&self) -> u32 {
        let draw = || u32::try_from(uuid::Uuid::now_v7().as_u128() % u128::from(SHARDS)).unwrap_or(0);
        *self.lock().shard.get_or_insert_with(draw)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.0.lock().expect("invariant: nothing panics while it holds this lock")
    }
}

fn share(consumed: Consumed, is_fifo: bool, runs: HashMap<RunId, Usage>) -> Vec<(RunId, Usage)> {
    let invocations = runs.values().map(|usage| usage.invocations).sum::<u64>();
    let of_source = invocations.saturating_mul(REQUESTS_A_MESSAGE);
    let standard = consumed.queue_requests.saturating_sub(consumed.fifo_requests);
    let all = Usage {
        standard_requests: if is_fifo { standard } else { standard + of_source },
        fifo_requests: if is_fifo { consumed.fifo_requests + of_source } else { consumed.fifo_requests },
        read_units: consumed.table_reads,
        write_units: consumed.table_writes,
        object_requests: consumed.object_puts + consumed.object_gets,
        ..Usage::default()
    };
    let whole = runs.values().map(|usage| u128::from(usage.memory_mb_ms)).sum::<u128>().max(1);
    let count = runs.len();
    let mut left = all;
    let mut shares = Vec::with_capacity(count);
    for (at, (run, usage)) in runs.into_iter().enumerate() {
        // What rounding leaves goes to the last.
        let part = if at + 1 == count { left } else { part_of(all, u128::from(usage.memory_mb_ms), whole) };
        left = minus(left, part);
        shares.push((run, usage.plus(part)));
    }
    shares
}

fn part_of(all: Usage, weight: u128, whole: u128) -> Usage {
    let part = |units: u64| u64::try_from(u128::from(units) * weight / whole).unwrap_or(u64::MAX);
    each(all, all, |units, _| part(units))
}

fn minus(one: Usage, other: Usage) -> Usage {
    each(one, other, u64::saturating_sub)
}

fn each(one: Usage, other: Usage, of: impl Fn(u64, u64) -> u64) -> Usage {
    Usage {
        standard_requests: of(one.standard_requests, other.standard_requests),
        fifo_requests: of(one.fifo_requests, other.fifo_requests),
        read_units: of(one.read_units, other.read_units),
        write_units: of(one.write_units, other.write_units),
        object_requests: of(one.object_requests, other.object_requests),
        ..Usage::default()
    }
}

impl<F: Function> Host<F> {
    /// Stores what is due; a failure only leaves it for later.
    pub(crate) async fn store_usage(&self) {
        let (units, now) = (&self.platform.clients.units, self.platform.clock.now());
        let due = self.ledger.take(|| units.take(), F::QUEUE.is_fifo(), now);
        for (run, usage) in due {
            if !self.add(run, usage).await.unwrap_or(false) {
                self.ledger.give_back(run, usage);
            }
        }
    }

    async fn add(&self, run: RunId, usage: Usage) -> Result<bool, HandlerError> {
        let records = &self.platform.records;
        let key = record::usage(run, F::NAME, self.ledger.shard());
        for _ in 0..TRIES {
            let stored: Option<Stored<Usage>> = record::load(records, &key).await?;
            let sum = stored.as_ref().map_or(usage, |stored| stored.value.plus(usage));
            let write = record::put(key.clone(), &sum, record::as_found(stored.as_ref()));
            if records.commit(vec![write]).await? == Commit::Stored {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::{Consumed, Duration, Ledger, RunId, STORE_EVERY, UnixMs};

    fn run(number: u128) -> RunId {
        RunId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn calls_are_shared_out_by_time_and_none_is_lost() {
        let ledger = Ledger::default();
        ledger.spent(run(1), 512, Duration::from_millis(300));
        ledger.spent(run(2), 512, Duration::from_millis(100));
        let consumed = Consumed {
            table_reads: 9,
            table_writes: 8,
            queue_requests: 3,
            fifo_requests: 2,
            ..Consumed::default()
        };
        let mut shares = ledger.take(|| consumed, false, UnixMs(1_000_000));
        shares.sort_by_key(|(run, _)| run.0);
        let [(_, one), (_, other)] = shares.as_slice() else { panic!("two runs") };
        assert_eq!((one.read_units + other.read_units, one.write_units + other.write_units), (9, 8));
        assert_eq!(one.standard_requests + other.standard_requests, 5);
        assert!(
            one.write_units == 6
                && one.memory_mb_ms == 512 * 300
                && one.fifo_requests + other.fifo_requests == 2
        );
    }

    #[test]
    fn usage_is_stored_now_and_then_and_only_where_there_is_some() {
        let ledger = Ledger::default();
        let none = || Consumed::default();
        assert!(ledger.take(none, true, UnixMs(1_000_000)).is_empty());
        ledger.spent(run(1), 128, Duration::from_millis(10));
        assert_eq!(ledger.take(none, true, UnixMs(1_000_000)).len(), 1);
        ledger.spent(run(1), 128, Duration::from_millis(10));
        let soon = UnixMs(1_000_001);
        assert!(ledger.take(none, true, soon).is_empty());
        assert_eq!(ledger.take(none, true, soon.plus(STORE_EVERY)).len(), 1);
    }
}
