//! `lindorm-local`: a stand-in for the MySQL endpoint of LindormTable, built from public documentation.
//!
//! `sql` reads statements, `engine` keeps cells, `answer` is what passes between the engine and the wire.

pub mod answer;
pub mod engine;
pub mod fault;
mod refusal;
pub mod sql;
pub mod wire;
