//! The chunk-copier: copies one chunk, page by page, under a lease.
//!
//! - [`handler`]: one invocation: what may be copied, the lease, the loop, the end
//! - `page`: one page: read, convert, write, reject
//! - `advance`: what a page changes in the records
//! - `park`: leaves a chunk alone until the log has told of a definition
//! - `server`: which server a page may be read from
//! - `shown`: stores which transactions a page may show
//! - `split`: gives half of a last chunk away
//!
//! It never compares a key and never writes without a lease.

mod advance;
pub mod handler;
mod page;
mod park;
mod server;
mod shown;
mod split;
