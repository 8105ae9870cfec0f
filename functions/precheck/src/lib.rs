//! The precheck function: may this task run, and what does the target really do?
//!
//! - [`handler`]: one invocation: load the run, inspect, store report and tables, wake the planner
//! - [`inspection`]: asks both ends and puts the judgements together; stores nothing
//! - [`codes`]: every finding there can be, with its levels and its meaning
//! - `store`: the findings and table records of a run, under its record's condition
//! - [`mod@render`]: the report for a terminal
//! - the other modules: one subject each, plain functions from facts to findings
//!
//! It never writes to the source, never reads a row's values, and never prints one.

mod accepted;
mod binlog;
mod clock_spread;
pub mod codes;
mod column_traits;
mod connection;
mod draft;
mod engine;
mod facts;
mod foreign_keys;
mod grants;
pub mod handler;
pub mod inspection;
mod mapping_fault;
mod narrowing;
mod owned;
mod probe_report;
mod questions;
mod quote;
pub mod render;
mod selection;
mod source_side;
mod store;
mod table_side;
mod target_database;
mod target_name;
mod target_side;
mod target_table;
mod target_types;
mod time_zone;
mod version;

pub use handler::{Ports, handle};
pub use inspection::{Report, inspect};
pub use render::render;
