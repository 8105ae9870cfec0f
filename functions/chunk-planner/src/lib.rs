//! The chunk-planner: makes and takes the target tables, fixes the snapshot stamp, cuts tables into chunks,
//! wakes what is owed, and ends the run. Resumable at every step.
//!
//! - [`handler`]: one invocation
//! - `prepare`: target databases and tables
//! - `take`: owner records, emptiness, the stamp
//! - `cut`: key ranges, recorded before they are sent
//! - `wake`: re-sends what the records say is owed
//! - `finish`: the gate and the end
//!
//! It never copies a row and never compares a key.

mod cut;
mod finish;
pub mod handler;
mod phase;
mod prepare;
mod take;
mod wake;
