//! The platform on one machine: a SQLite file that holds the checkpoint table and the queues of a data folder.
//!
//! A [`Store`] keeps the promises of the ports `CheckpointTable`, `Queue` and `Inbox`; [`TaskLock`] keeps a second process away
//! from a task; [`ObjectFolder`] keeps payloads too large for a message. Several processes may have the same data folder open.
//!
//! *What is promised*: everything that was answered survives the death of the process. Everything that was answered
//! `Stored` or `Sent` survives a power loss too, because the commit is synced (`synchronous = FULL` over a write-ahead
//! log) before anybody is answered; as far as disk and file system honour `fsync`. Receiving, deleting and changing
//! visibility are not synced by themselves: after a power loss such a message may come once more.
//!
//! A data folder on a network file system is not supported: the write-ahead log needs shared memory between the
//! processes that have it open.

mod classify;
mod messages;
mod object_folder;
mod open;
mod records;
mod settings;
mod store;
mod task_lock;
mod worker;

pub use messages::DeadLetter;
pub use object_folder::ObjectFolder;
pub use open::OpenError;
pub use settings::QueueSettings;
pub use store::Store;
pub use task_lock::{TaskLock, TaskLockError};
