//! What every test of the `ferry` command stands on: one MySQL, one stand-in, and the command itself as a process.
//!
//! The servers are shared because starting them takes longer than most tests; each test keeps to databases of its
//! own. A task's first run in a fresh data folder waits some 15 s for a possible unknown owner of its target tables,
//! so a test that is not about that puts what it wants to know into the tables of one task.

mod command;
mod line;
mod servers;
mod task;

pub(crate) use command::{Ended, Running};
pub(crate) use line::Line;
pub(crate) use servers::{LindormClient, lindorm, mysql, run_sql};
pub(crate) use task::{Task, objects};
