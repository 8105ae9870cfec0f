//! Real servers for tests, the demo and the benchmarks: MySQL, the stand-in, and what stands in for AWS, as child processes.
//!
//! They exist because the copy must be proved against real programs that can be killed, restarted and started side by
//! side. Every server listens on the loopback only, has a fresh folder and a free port, and ends with its owner.
//! Never reads or logs what is stored in a server.
//!
//! Map: `mysql_server` and `mysql_options` start MySQL, `installation` finds it, `mysql_client` asks it, `certificate` gives it TLS;
//! `lindorm_local` starts the stand-in; `local_stack` and `moto` start what stands in for AWS, which `web_server` waits for,
//! `aws_servers` finds and `aws_api` calls; `connectors` finds clients of other
//! languages, `finder` asks the scripts that know; `binaries` finds our programs; `process`, `port` and `scratch` are what
//! every kind of server stands on.

mod aws_api;
mod aws_servers;
mod binaries;
mod certificate;
mod connectors;
mod error;
mod finder;
mod installation;
mod lindorm_local;
mod local_stack;
mod moto;
mod mysql_client;
mod mysql_options;
mod mysql_server;
mod port;
mod process;
mod scratch;
mod web_server;

pub use binaries::{ferry_binary, function_binaries, lindorm_local_binary};
pub use connectors::Connectors;
pub use error::ServerError;
pub use installation::Installation;
pub use lindorm_local::LindormLocal;
pub use local_stack::LocalStack;
pub use moto::Moto;
pub use mysql_client::MysqlClient;
pub use mysql_options::MysqlBuilder;
pub use mysql_server::MysqlServer;
pub use process::{Process, command, peak_memory_kib};
pub use scratch::Scratch;
