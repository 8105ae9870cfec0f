//! The MySQL wire protocol of the stand-in: listener, handshake, login, TLS, commands, parameters, results.
//!
//! Two decisions bind everything in here.
//!
//! **The protocol is written out by hand.** The server crate one would look for, `opensrv-mysql`, had its last release
//! in February 2024, `msql-srv` in 2023 (both carry old TLS), and neither lets a server refuse commands, cut idle
//! connections or count them the way LindormTable does. `mysql_common` is well kept, but its server side ends at a few
//! packet types, its value types allocate for each parameter, and it would come in two versions at once, since
//! `mysql_async` pins the one before. The protocol of one endpoint is some thousand lines, and its two hot loops
//! (`param`, `binary_row`) have to be ours anyway. `mysql_async`, and by hand `PyMySQL`, check it from the other side.
//!
//! **A connection is a thread, and input and output block.** The engine is synchronous: statements compute, scans take
//! long, and faults that stall them are part of a stand-in's purpose. On an async runtime with as many workers as cores
//! two long statements would hold up every connection; here they hold up their own. Blocking writes are the
//! back-pressure of result streams, socket timeouts the idle cut. The price, 4,000 threads at the connection limit, is
//! memory that is reserved and hardly touched.
//!
//! This side never reads a statement: text and parameters go to [`crate::engine`] as they are, answers come back as
//! [`crate::answer`].

mod arguments;
mod binary_row;
mod certificate;
mod channel;
mod column;
mod connection;
mod credential;
mod cursor;
mod handshake;
mod input;
mod login;
mod options;
mod output;
mod param;
mod protocol;
mod public_key;
mod refusal;
mod reply;
mod result;
mod server;
mod statements;
mod text_row;
mod transport;

pub use crate::engine::Login;
pub use arguments::{Arguments, Request};
pub use options::{Options, PORT, Tls, User};
#[cfg(test)]
pub(crate) use refusal::TEXTS as REFUSALS;
pub use server::{Server, StartError};
