//! The handlers in one process: workers on the embedded queues, and a tick each second.
//!
//! An invocation lives a few seconds here too, so resuming is exercised all the time. Nothing is kept in memory
//! that a killed process would miss: what a run owes stands in the data folder.

mod bells;
mod changes;
mod dead_process;
mod hold;
mod runner;
mod stop_signal;
mod wake;
mod workers;

pub(crate) use bells::RingingQueue;
pub(crate) use dead_process::end_leases_of_dead_process;
pub(crate) use hold::Hold;
pub(crate) use runner::Runner;
pub(crate) use stop_signal::stop_signal;
pub(crate) use workers::Workers;
