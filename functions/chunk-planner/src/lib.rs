//! The chunk-planner: makes and takes the target tables, fixes the snapshot stamp, cuts tables into chunks,
//! wakes what is owed, and ends the run. Resumable at every step.
//!
//! - [`handler`]: one invocation
//! - `prepare`: target databases and tables
//! - `take`: owner records, emptiness, the stamp
//! - `start`: where following the log starts
//! - `compare`: whether the tables are as they were at precheck
//! - `cut`: key ranges, recorded before they are sent
//! - `recopy`: tables that are copied again
//! - `wake`: re-sends what the records say is owed
//! - `follow`: what there is to do while the log is followed
//! - `gate`: the target's clock past the stamp
//! - `finish`: the end of the copy, and of the run
//!
//! It never copies a row and never compares a key.

mod compare;
mod cut;
mod finish;
mod follow;
mod gate;
pub mod handler;
mod phase;
mod prepare;
mod recopy;
mod start;
mod take;
mod wake;
