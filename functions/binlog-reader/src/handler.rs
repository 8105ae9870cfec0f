//! One invocation of the reader: enter, read until the time is up, end in good order.
//!
//! # Why nothing of the log is lost, whatever becomes of an invocation
//!
//! 1. The position is stored only after the queue took everything up to it, in a transaction that checks the lease
//!    (`ship`, `store`). A reader that lost its lease without noticing stores nothing; what it sent is of its epoch.
//! 2. Epochs are started in `enter` and in `switch` and nowhere else, and are stored before anything of them is sent. A running
//!    invocation that finds a reason for one drops what it has not sent and ends; the next one starts the epoch.
//! 3. The lease is given back only where everything that was sent is stored. After an error between sending and storing it
//!    is left to run out, and whoever finds it expired starts an epoch: the numbers of the batches nobody stored are
//!    never given again within an epoch (`lanes`).
//! 4. An invocation that ends in good order sends its own message again, or leaves that to the tick ([`ReaderPace::renews`]). Should that be lost, the tick sends another; a
//!    message too many finds the lease held, and is done with.
//! 5. What stops the run stops it only while nobody else has the lease. A reader that went on too late may have read an old
//!    place with the tables of a later one.
//!
//! [`migration::reader_state`] argues for what is stored, [`migration::lane_progress`] for what lanes do with it.

use migration::budget::Budget;
use migration::message::{self, Message};
use migration::outcome::{HandlerError, Outcome};
use migration::port::{ChangeLog, CheckpointTable, Clock, ObjectStore, Queue, RowImages};
use migration::record;
use migration::run::{Failure, RunId};
use migration::run_store;

use crate::enter::Entry;
use crate::halt::Halt;
use crate::held::Held;
use crate::pace::ReaderPace;

/// What the reader works with.
#[derive(Debug)]
pub struct Reader<'a, R, Q, O, L, I, C> {
    /// The checkpoint table.
    pub records: &'a R,
    /// The queues.
    pub queue: &'a Q,
    /// Where payloads go that are too large for a message.
    pub objects: &'a O,
    /// The source's log.
    pub log: &'a L,
    /// How its row images are laid out.
    pub images: &'a I,
    /// The clock of this machine.
    pub clock: &'a C,
    /// Names the target instance, for example `host:port`.
    pub target_name: &'a str,
    /// Sizes and times.
    pub pace: ReaderPace,
}

impl<R, Q, O, L, I, C> Reader<'_, R, Q, O, L, I, C>
where
    R: CheckpointTable,
    Q: Queue,
    O: ObjectStore,
    L: ChangeLog,
    I: RowImages,
    C: Clock,
{
    /// Handles one message.
    ///
    /// # Errors
    /// [`HandlerError`] for the platform to try again; what needs a person fails the run and is no error here.
    pub async fn handle(&self, run: RunId, budget: Budget) -> Result<Outcome, HandlerError> {
        let mut held = match self.enter(run, budget).await {
            Ok(Entry::Held(held)) => held,
            Ok(Entry::Leave(outcome)) => return Ok(outcome),
            Err(halt) => return self.settle(run, halt).await,
        };
        let mut halt = self.read(&mut held).await.err();
        // Who has lost the lease may have read with tables of another time: nobody fails a run by that.
        if halt.as_ref().is_some_and(Halt::is_final)
            && run_store::is_lost(self.records, &record::reader_lease(run), held.lease.value.token).await?
        {
            halt = Some(Halt::Lost);
        }
        self.give_back(&held).await;
        match halt {
            None if !self.pace.renews => Ok(Outcome::Done),
            None => {
                message::send(self.queue, &[Message::Read { run }]).await?;
                Ok(Outcome::Done)
            }
            Some(halt) => self.settle(run, halt).await,
        }
    }

    /// Reads until the time is up; everything that was read is shipped and stored then.
    async fn read(&self, held: &mut Held) -> Result<(), Halt> {
        self.start_epoch_if_needed(held).await?;
        self.ask_for_the_end(held).await?;
        if self.wait_for_barrier(held).await?.is_over() || self.wait_for_lanes(held).await?.is_over() {
            return Ok(());
        }
        self.follow(held).await
    }

    async fn settle(&self, run: RunId, halt: Halt) -> Result<Outcome, HandlerError> {
        match halt {
            Halt::Ended => Ok(Outcome::Done),
            Halt::Again | Halt::Lost => Ok(Outcome::Again { after: self.pace.wait }),
            Halt::Stop { what, remedy } => {
                let failure = Failure { what, remedy, at: self.clock.now() };
                run_store::fail_run(self.records, run, failure).await?;
                Ok(Outcome::Done)
            }
            Halt::Error(error) => run_store::settle(self.records, run, error, self.clock.now()).await,
        }
    }
}
