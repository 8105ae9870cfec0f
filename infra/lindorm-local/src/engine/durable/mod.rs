//! What outlives the process: every acknowledged change, in one SQLite database in the data folder.
//!
//! # What is promised
//!
//! When a statement is acknowledged, everything it changed, and everything it saw when it decided, is in the database. It is
//! there after the process ends in any way, SIGKILL included. After a power loss the database is whole, but the last
//! acknowledged changes may be missing: a commit is handed to the operating system and not waited for on the disk
//! (`synchronous=NORMAL`). A reader may see a change a moment before it is acknowledged.
//!
//! # How
//!
//! The engine in memory answers every read, with or without a data folder. A change is made in memory under the lock that orders
//! it (a row's under its shard's, a table's definition under its schema's, names of tables and databases under the catalog's, users under the directory's),
//! and under that same lock it is appended to one queue, as the whole new state of what it changed. One thread, the writer, takes
//! everything queued into one transaction. A statement is acknowledged once everything queued before its end is committed.
//!
//! Why that is enough:
//!
//! 1. *The last state queued of anything is its state in memory.* Two changes of one thing hold the same lock while they change
//!    and append, so they are queued in the order in which they were made. The writer commits batches in the order of the queue,
//!    and within a batch the last state of a key wins; which other keys stand between does not matter.
//! 2. *No acknowledged change is lost.* A batch is one transaction: committed whole or not at all. Everything a statement appended
//!    is in batches up to the one open at its end, and it waits for that one. What it saw but did not write (a row that ON
//!    DUPLICATE KEY IGNORE found, a table that IF NOT EXISTS found) was appended earlier, hence is in those batches too.
//! 3. *Nothing comes back.* A table has a number that no second table gets while the process lives, and rows are kept by it.
//!    DROP TABLE is queued under the catalog's lock; a writer of rows that still held the table may append rows behind it, and
//!    the writer leaves out rows of tables that are not there any more. TRUNCATE holds every shard's lock of its table at once, so
//!    a row is queued either before it, and removed by it, or behind it, and written after it in memory too.
//! 4. *The queue is bounded and nobody waits for room under a lock.* Room is waited for before a row's lock is taken, so that
//!    each thread exceeds the bound by one row at most (a compaction by one shard). The writer takes no lock of the engine, so it
//!    always comes forward.
//! 5. *A failing disk is told.* If a transaction fails, the journal is shut for good: every statement that waits or comes is
//!    answered with 1030, and standard error says why. Memory may then hold changes that nobody was promised; after a restart
//!    they are gone.
//!
//! Switches, clocks and what ALTER SYSTEM set are not kept: a server has those it is started with.

mod batch;
mod data_dir;
mod journal;
mod load;
mod opening;
mod store;
mod stored_accounts;
mod stored_table;

use crate::sql::Statement;

pub(crate) use batch::Change;
pub use data_dir::DataDirError;
use data_dir::open;
pub(crate) use journal::Journal;
use load::{accounts, load};
pub(crate) use store::Store;
pub(crate) use stored_accounts::written_accounts;
pub(crate) use stored_table::written;

/// The number of a table for as long as it exists. Names come back, numbers do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TableId(pub(crate) i64);

/// Whether a statement may change what is kept, so that its answer has to wait.
fn is_change(statement: &Statement) -> bool {
    match statement {
        Statement::Upsert(_)
        | Statement::Delete(_)
        | Statement::Update(_)
        | Statement::CreateDatabase(..)
        | Statement::DropDatabase(..)
        | Statement::CreateTable(_)
        | Statement::CreateTableLike(..)
        | Statement::AlterTable(..)
        | Statement::CreateIndex(..)
        | Statement::DropIndex(..)
        | Statement::DropTable(..)
        | Statement::Truncate(_)
        | Statement::Account(_) => true,
        Statement::Select(_)
        | Statement::Show(_)
        | Statement::Use(_)
        | Statement::Set(_)
        | Statement::AlterSystem(..)
        | Statement::EndTransaction => false,
    }
}
