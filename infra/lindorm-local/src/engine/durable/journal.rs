//! The queue between statements and the one thread that commits. The head of this folder argues why it loses nothing.
//!
//! Batches have numbers, from 1 in the order of the queue. A statement waits for the number of the batch that is open at its
//! end. The writer is woken when somebody waits, not by each change, so that a statement of many rows stays in one batch.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::answer::SqlError;
use crate::engine::durable::batch::{Batch, Change};
use crate::engine::durable::{Store, TableId};
use crate::engine::row::Row;
use crate::refusal;

/// Statements wait for room while so many bytes of rows are queued; as many again may be with the writer.
const QUEUED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The memory of a committed batch is used again if it is at most so large.
const SPARE_BYTES_MAX: usize = 2 * QUEUED_BYTES_MAX;

/// The queue and its writer.
#[derive(Debug)]
pub(crate) struct Journal {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// The bytes queued, to be looked at without the queue's lock.
    size: AtomicUsize,
    /// Wakes the writer.
    wanted: Condvar,
    /// Wakes statements.
    committed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    /// The open batch.
    open: Batch,
    /// The number of the last batch the writer took; the open one's is the next.
    taken: u64,
    /// The number of the last batch that is committed.
    done: u64,
    /// Somebody waits for the open batch.
    is_wanted: bool,
    /// No more statements come.
    is_closing: bool,
    /// The writer has ended, by a failed transaction or at the end.
    has_ended: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        self.committed.wait(queue).unwrap_or_else(PoisonError::into_inner)
    }

    fn want(&self, queue: &mut Queue) {
        if !queue.is_wanted {
            queue.is_wanted = true;
            self.wanted.notify_one();
        }
    }

    /// The next batch to commit; nothing at the end. `spare` becomes the open batch.
    fn take(&self, spare: Batch) -> Option<Batch> {
        let idle = |queue: &mut Queue| !queue.is_closing && (queue.open.is_empty() || !queue.is_wanted);
        let queue = self.queue();
        let mut queue = self.wanted.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner);
        if queue.open.is_empty() {
            return None;
        }
        queue.taken += 1;
        queue.is_wanted = false;
        if self.size.swap(0, Ordering::Relaxed) >= QUEUED_BYTES_MAX {
            self.committed.notify_all(); // There is room again.
        }
        Some(std::mem::replace(&mut queue.open, spare))
    }
}

/// Tells everybody who waits that the writer is gone, however it ended.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.has_ended = true;
        queue.open = Batch::default();
        self.0.size.store(0, Ordering::Relaxed);
        self.0.committed.notify_all();
    }
}

impl Journal {
    /// A journal that queues and does not commit yet.
    pub(crate) fn new() -> Self {
        Self { shared: Arc::default(), writer: Mutex::default() }
    }

    /// Starts committing to `store`.
    ///
    /// # Errors
    /// No thread for the writer.
    pub(crate) fn start(&self, store: Store) -> std::io::Result<()> {
        let ending = Ending(Arc::clone(&self.shared));
        let writer =
            thread::Builder::new().name("journal".to_owned()).spawn(move || commit_all(&ending, store))?;
        *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
        Ok(())
    }

    /// Commits what is queued and ends the writer; every later change is refused.
    pub(crate) fn close(&self) {
        {
            self.shared.queue().is_closing = true;
            self.shared.wanted.notify_one();
        }
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A writer that panicked has refused everything since.
            let _ = writer.join();
        }
    }

    /// Waits until there is room for another row. Never to be called under a lock of the engine.
    pub(crate) fn make_room(&self) {
        if self.shared.size.load(Ordering::Relaxed) < QUEUED_BYTES_MAX {
            return;
        }
        let mut queue = self.shared.queue();
        while queue.open.size() >= QUEUED_BYTES_MAX && !queue.has_ended {
            self.shared.want(&mut queue);
            queue = self.shared.wait(queue);
        }
    }

    /// Queues the new state of a row; nothing for one that is gone. To be called under the row's lock.
    pub(crate) fn put_row(&self, table: TableId, key: &[u8], row: Option<&Row>) {
        let mut queue = self.shared.queue();
        if !queue.has_ended {
            queue.open.push_row(table, key, row);
            self.shared.size.store(queue.open.size(), Ordering::Relaxed);
        }
    }

    /// Queues a change of anything else. To be called under the lock that orders it.
    pub(crate) fn put(&self, change: Change) {
        let mut queue = self.shared.queue();
        if !queue.has_ended {
            queue.open.push(change);
        }
    }

    /// Refuses a statement that could not be kept.
    pub(crate) fn ensure_open(&self) -> Result<(), SqlError> {
        let queue = self.shared.queue();
        if queue.has_ended || queue.is_closing { Err(refusal::not_kept()) } else { Ok(()) }
    }

    /// Waits until everything queued so far is committed.
    pub(crate) fn settle(&self) -> Result<(), SqlError> {
        let mut queue = self.shared.queue();
        let last = if queue.open.is_empty() { queue.taken } else { queue.taken + 1 };
        while queue.done < last && !queue.has_ended {
            if queue.taken < last {
                self.shared.want(&mut queue);
            }
            queue = self.shared.wait(queue);
        }
        // What was queued behind the end was dropped: who waits then cannot know, and is refused.
        if queue.has_ended { Err(refusal::not_kept()) } else { Ok(()) }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

fn commit_all(ending: &Ending, mut store: Store) {
    let shared = &ending.0;
    let mut spare = Batch::default();
    while let Some(mut batch) = shared.take(std::mem::take(&mut spare)) {
        if let Err(cause) = store.commit(&batch) {
            eprintln!(
                "lindorm-local: the data folder cannot be written, every change is refused from now on: {cause}"
            );
            return;
        }
        shared.queue().done += 1;
        shared.committed.notify_all();
        if batch.size() <= SPARE_BYTES_MAX {
            batch.clear();
            spare = batch;
        }
    }
}
