//! The source's binary log: where to start, where it ends, and its events one by one.
//!
//! It implements the domain's [`ChangeLog`] on the driver's binlog stream, which connects, splits packets into events
//! and unpacks compressed transactions. What an event means is decided here; rows stay bytes (`row_image` reads
//! them). Nothing is buffered beyond an event, and beyond a compressed transaction, which the driver unpacks whole.
//!
//! Map: `start`, with `settled` and `prepared`, fixes where following begins; `end` says where the log ends and what is
//! visible; `files` and `gtids` ask the server; `open` opens a stream and says why it cannot; `follow` is the
//! stream. It hands each event (`raw_event`) to `cursor`, which knows the place in the file (`file_name`), and to
//! `transactions`, which knows what is between BEGIN and COMMIT (`begin`, `query`, `statement`).

mod begin;
mod cursor;
mod end;
mod file_name;
mod files;
mod follow;
pub(crate) mod gtids;
mod open;
mod prepared;
mod query;
mod raw_event;
#[cfg(test)]
mod recorded;
mod settled;
mod start;
mod statement;
mod transactions;

use migration::gtid::GtidSet;
use migration::port::{ChangeLog, LogEnd, LogGone, LogStart, OpenAt, PortError};

pub use follow::Follower;

use crate::session::Source;

impl ChangeLog for Source {
    type Stream = Follower;

    async fn start(&self) -> Result<LogStart, PortError> {
        start::start(self).await
    }

    async fn end(&self) -> Result<LogEnd, PortError> {
        end::end(self).await
    }

    async fn is_visible(&self, end: &LogEnd) -> Result<bool, PortError> {
        end::is_visible(self, end).await
    }

    async fn open(&self, at: &OpenAt) -> Result<Result<Follower, LogGone>, PortError> {
        open::open(self, at).await
    }

    async fn file_for(&self, executed: &GtidSet) -> Result<Option<OpenAt>, PortError> {
        let mut session = self.session().await?;
        files::file_for(&mut session.conn, executed).await
    }
}
