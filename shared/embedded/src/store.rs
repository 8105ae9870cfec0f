//! The ports over one data folder: calls are checked, handed to the thread that owns a connection, and awaited.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use migration::limits::RECEIVE_MESSAGES_MAX;
use migration::port::{
    CheckpointTable, Clock, Commit, Delivery, Inbox, Outgoing, PortError, Queue, QueueName, Receipt, Record,
    RecordKey, SendOutcome, Surface, Write, admit_message, admit_visibility, admit_writes,
};

use crate::messages::{self, DeadLetter, Held, QueueInFile, Wanted};
use crate::open::{Connections, OpenError, open};
use crate::records;
use crate::settings::QueueSettings;
use crate::worker::{Durability, Mode, Worker};

/// The checkpoint table and the queues of a data folder; clones share the connections.
#[derive(Debug)]
pub struct Store<C> {
    clock: C,
    queues: Arc<QueueSettings>,
    workers: Arc<Workers>,
}

#[derive(Debug)]
struct Workers {
    write: Worker,
    read: Worker,
}

impl<C: Clone> Clone for Store<C> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            queues: Arc::clone(&self.queues),
            workers: Arc::clone(&self.workers),
        }
    }
}

impl<C: Clock + Clone + 'static> Store<C> {
    /// Opens the data folder, and makes it where it is missing. Queue times are those of `clock`. Blocks shortly.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path, clock: C, queues: QueueSettings) -> Result<Self, OpenError> {
        Self::start(folder, clock, queues, true)
    }

    /// Opens a data folder that exists, for looking into it. Blocks shortly.
    ///
    /// # Errors
    /// [`OpenError`]; `Missing` where nothing was ever stored there.
    pub fn open_existing(folder: &Path, clock: C, queues: QueueSettings) -> Result<Self, OpenError> {
        Self::start(folder, clock, queues, false)
    }

    fn start(folder: &Path, clock: C, queues: QueueSettings, make: bool) -> Result<Self, OpenError> {
        let Connections { write, read } = open(folder, make)?;
        let start = |connection, mode| {
            let started = Worker::start(connection, mode);
            started.map_err(|cause| OpenError::Folder { folder: folder.to_owned(), cause })
        };
        let workers = Workers { write: start(write, Mode::Write)?, read: start(read, Mode::Read)? };
        Ok(Self { clock, queues: Arc::new(queues), workers: Arc::new(workers) })
    }

    /// The dead letters of a queue, oldest first.
    ///
    /// # Errors
    /// [`PortError`] where the database cannot be read.
    pub async fn dead_letters(&self, queue: QueueName, limit: u32) -> Result<Vec<DeadLetter>, PortError> {
        let queue = self.in_file(queue);
        let read = &self.workers.read;
        read.submit(Surface::Queue, move |connection| messages::dead_letters(connection, &queue, limit)).await
    }

    /// Makes visible what was received and not settled, in every queue of this scope: for a process that knows that whoever
    /// received it is dead. A message that was put off comes at once as well, which any message may.
    ///
    /// # Errors
    /// [`PortError`] where the database cannot be written.
    pub async fn release_in_flight(&self) -> Result<(), PortError> {
        for queue in QueueName::ALL {
            let (queue, now) = (self.in_file(queue), self.clock.now());
            let work = move |connection: &_| messages::release_in_flight(connection, &queue, now);
            self.workers.write.submit_with(Surface::Queue, Durability::Process, work).await?;
        }
        Ok(())
    }

    fn in_file(&self, queue: QueueName) -> QueueInFile {
        QueueInFile {
            name: self.queues.stored_name(queue),
            is_fifo: queue.is_fifo(),
            receives_max: self.queues.receives_max(queue),
        }
    }
}

impl<C: Clock + Clone + 'static> CheckpointTable for Store<C> {
    async fn get(&self, key: &RecordKey) -> Result<Option<Record>, PortError> {
        let key = key.clone();
        self.workers.read.submit(Surface::Checkpoint, move |connection| records::get(connection, &key)).await
    }

    async fn range(
        &self,
        partition: &str,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Record>, PortError> {
        let (partition, prefix, after) = (partition.to_owned(), prefix.to_owned(), after.map(str::to_owned));
        let work =
            move |connection: &_| records::range(connection, &partition, &prefix, after.as_deref(), limit);
        self.workers.read.submit(Surface::Checkpoint, work).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        admit_writes(&writes)?;
        self.workers
            .write
            .submit(Surface::Checkpoint, move |connection| records::commit(connection, &writes))
            .await
    }
}

impl<C: Clock + Clone + 'static> Queue for Store<C> {
    async fn send(&self, queue: QueueName, messages: &[Outgoing]) -> Result<Vec<SendOutcome>, PortError> {
        let (mut admitted, mut outcomes) = (Vec::new(), Vec::with_capacity(messages.len()));
        for message in messages {
            outcomes.push(match admit_message(queue, message) {
                Ok(()) => {
                    admitted.push(message.clone());
                    SendOutcome::Sent
                }
                Err(error) => SendOutcome::Failed(error),
            });
        }
        if !admitted.is_empty() {
            let (queue, clock) = (self.in_file(queue), self.clock.clone());
            let work = move |connection: &_| messages::send(connection, &queue, &admitted, clock.now());
            self.workers.write.submit(Surface::Queue, work).await?;
        }
        Ok(outcomes)
    }

    async fn depth(&self, queue: QueueName) -> Result<u64, PortError> {
        let (queue, now) = (self.in_file(queue), self.clock.now());
        self.workers
            .read
            .submit(Surface::Queue, move |connection| messages::depth(connection, &queue, now))
            .await
    }
}

/// What the inbox does need not survive a power loss: the message then comes again, which it may at any time.
impl<C: Clock + Clone + 'static> Inbox for Store<C> {
    async fn receive(
        &self,
        queue: QueueName,
        most: u32,
        visibility: Duration,
    ) -> Result<Vec<Delivery>, PortError> {
        admit_visibility(visibility)?;
        let (queue, clock, most) = (self.in_file(queue), self.clock.clone(), most.min(RECEIVE_MESSAGES_MAX));
        let work = move |connection: &_| {
            messages::receive(connection, &queue, Wanted { most, visibility, now: clock.now() })
        };
        self.workers.write.submit_with(Surface::Queue, Durability::Process, work).await
    }

    async fn delete(&self, queue: QueueName, receipt: &Receipt) -> Result<(), PortError> {
        let held = parse(receipt)?;
        let (queue, clock) = (self.in_file(queue), self.clock.clone());
        let work = move |connection: &_| messages::delete(connection, &queue, held, clock.now());
        self.workers.write.submit_with(Surface::Queue, Durability::Process, work).await
    }

    async fn change_visibility(
        &self,
        queue: QueueName,
        receipt: &Receipt,
        visibility: Duration,
    ) -> Result<(), PortError> {
        admit_visibility(visibility)?;
        let held = parse(receipt)?;
        let (queue, clock) = (self.in_file(queue), self.clock.clone());
        let work = move |connection: &_| {
            messages::change_visibility(connection, &queue, held, clock.now(), visibility)
        };
        self.workers.write.submit_with(Surface::Queue, Durability::Process, work).await
    }
}

fn parse(receipt: &Receipt) -> Result<Held, PortError> {
    Held::parse(receipt)
        .ok_or_else(|| PortError::permanent(Surface::Queue, "a receipt this queue did not give"))
}
