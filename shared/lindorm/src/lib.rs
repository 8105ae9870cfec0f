//! The target: LindormTable through its MySQL endpoint, and nothing else that speaks MySQL.
//!
//! It exists so that what is special about the target (hints, stamps, single-row deletes, an incomplete MySQL
//! protocol) is known in one place. It implements the ports `TargetCatalog`, `TargetDefiner`, `TargetProbe`, `TargetClock`
//! and `Sink`, and adds what verification needs: [`RowScan`], point reads, and repairs.
//! It never decides what to migrate, never reads the source, and never puts a cell value into an error or a log.
//!
//! Map: `settings`, `session` and `pool` make connections; `statement`, `request`, `bind`, `literal` and `decode` are the
//! dialect; `catalog` describes and creates; `definer` alters; `sink` with `cut`, `fitting`, `upsert` and `send` writes; `scan` with `keyset` and
//! `row_access` reads and repairs; `probe` measures; `error_table` with `classify` judges
//! errors (`ERRORS.md` shows it), `failure` is what becomes of one.

mod bind;
mod catalog;
mod classify;
mod cut;
mod decode;
mod definer;
mod deleter;
mod described;
mod error_table;
mod failure;
mod fitting;
mod keyset;
mod literal;
mod moment;
mod pool;
mod probe;
mod request;
mod row_access;
mod scan;
mod send;
mod session;
mod settings;
mod sink;
mod statement;
mod target;
mod upsert;
mod verified_name;

pub use scan::RowScan;
pub use settings::{CONNECTIONS_DEFAULT, Settings};
pub use target::Target;
